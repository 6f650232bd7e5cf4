#include "report/wording.hpp"

#include <iomanip>
#include <sstream>

#include "pskd/eval/scores.hpp"

namespace pskd::report {

std::string fixed(double value, int digits) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

std::string mean_and_deviation(const std::vector<double>& shares) {
  const eval::Summary summary = eval::summarize(shares);
  return fixed(100 * summary.mean, 1) + " \u00b1 " +
         (summary.n > 1 ? fixed(100 * summary.deviation, 1) : std::string(kEnDash));
}

std::string with_sign(double value) {
  const std::string text = fixed(value, 1);
  return (text == "-0.0" ? "0.0" : text.starts_with('-') || text == "0.0" ? text : "+" + text);
}

std::string interval_text(const std::optional<eval::Interval>& interval) {
  if (!interval) return kEnDash;
  return "[" + with_sign(interval->low) + ", " + with_sign(interval->high) + "]";
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text.append(text.empty() ? "'" : ", '").append(name).append("'");
  return text;
}

std::string seeds_text(const std::set<std::uint64_t>& seeds) {
  std::string text = "seeds";
  for (const std::uint64_t seed : seeds) text += " " + std::to_string(seed);
  return text;
}

std::string selection_rule(const std::string& selection) {
  if (selection == "last") return "last epoch";
  if (selection == "val") return "best epoch on the val part";
  return selection;
}

}  // namespace pskd::report
