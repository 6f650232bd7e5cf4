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

std::string selection_rule(const std::string& selection) {
  if (selection == "last") return "last epoch";
  if (selection == "val") return "best epoch on the val part";
  return selection;
}

}  // namespace pskd::report
