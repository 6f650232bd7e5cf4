#include "prediction_output.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/text.hpp"

namespace {

using pskd::deploy::FileDecision;

/// The labels of the most probable classes, in falling order.
std::vector<int> best_of(const std::vector<float>& probabilities, int top) {
  std::vector<int> order(probabilities.size());
  std::iota(order.begin(), order.end(), 0);
  const auto count = std::min(order.size(), static_cast<std::size_t>(top));
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](int a, int b) { return probabilities[a] > probabilities[b]; });
  order.resize(count);
  return order;
}

std::string name_of(const std::optional<int>& label, const PredictionForm& form) {
  return label ? form.classes[static_cast<std::size_t>(*label)] : "";
}

std::string answer_of(const FileDecision& one, const PredictionForm& form) {
  return one.decision.is_none ? pskd::eval::kNone : form.classes[static_cast<std::size_t>(one.decision.label)];
}

// ---- table --------------------------------------------------------------------------------------------

struct Widths {
  std::size_t file, name;
};

std::string table_line(const Widths& widths, const PredictionForm& form, const std::string& file,
                       const std::string& start, const std::string& end, const std::string& label,
                       const std::string& name, const std::string& rest) {
  std::string line = fmt::format("{:<{}}", file, widths.file);
  if (form.windows) line += fmt::format("  {:>9}  {:>9}", start, end);
  if (form.labels) line += fmt::format("  {:<{}}", label, widths.name);
  return line + fmt::format("  {:<{}}  {}\n", name, widths.name, rest);
}

PrintDecision print_table(const PredictionForm& form) {
  Widths widths{std::max<std::size_t>(form.file_width, 4), 5};
  for (const std::string& name : form.classes) widths.name = std::max(widths.name, name.size());
  std::cout << table_line(widths, form, "file", "start", "end", "label", "class", "probability");
  return [form, widths](const FileDecision& one, const std::optional<int>& label) {
    const std::vector<float>& probabilities = one.decision.probabilities;
    std::string rest;
    for (const int index : best_of(probabilities, form.top)) {
      const float probability = probabilities[static_cast<std::size_t>(index)];
      const bool is_answer = rest.empty() && !one.decision.is_none;
      rest += is_answer ? fmt::format("{:.3f}", probability)
                        : fmt::format("  {} {:.3f}", form.classes[static_cast<std::size_t>(index)], probability);
    }
    if (one.decision.is_none) rest = fmt::format("{:5}{}", "", rest);
    std::cout << table_line(widths, form, pskd::escaped_for_line(one.file.string()), fmt::format("{:.2f}", one.start),
                            fmt::format("{:.2f}", one.end), name_of(label, form), answer_of(one, form), rest);
  };
}

// ---- CSV ----------------------------------------------------------------------------------------------

std::string csv_field(const std::string& text) { return pskd::csv_field(pskd::escaped_for_line(text)); }

PrintDecision print_csv(const PredictionForm& form) {
  std::string header = "file";
  if (form.windows) header += ",start,end";
  if (form.labels) header += ",label";
  if (form.none) header += ",answer,confidence";
  header += ",class,probability";
  for (int place = 2; place <= std::min(form.top, static_cast<int>(form.classes.size())); ++place) {
    header += fmt::format(",class_{0},probability_{0}", place);
  }
  std::cout << header << '\n';
  return [form](const FileDecision& one, const std::optional<int>& label) {
    std::string line = csv_field(one.file.string());
    if (form.windows) line += fmt::format(",{},{}", one.start, one.end);
    if (form.labels) line += "," + csv_field(name_of(label, form));
    if (form.none) line += fmt::format(",{},{}", csv_field(answer_of(one, form)), one.decision.confidence);
    for (const int index : best_of(one.decision.probabilities, form.top)) {
      line += fmt::format(",{},{}", csv_field(form.classes[static_cast<std::size_t>(index)]),
                          one.decision.probabilities[static_cast<std::size_t>(index)]);
    }
    std::cout << line << '\n';
  };
}

// ---- JSON lines ---------------------------------------------------------------------------------------

PrintDecision print_jsonl(const PredictionForm& form) {
  return [form](const FileDecision& one, const std::optional<int>& label) {
    using Json = nlohmann::ordered_json;
    Json line = {{"file", one.file.string()}};
    if (form.windows) line.update(Json{{"start", one.start}, {"end", one.end}});
    if (form.labels) line["label"] = label ? Json(name_of(label, form)) : Json();
    if (form.none) line.update(Json{{"answer", answer_of(one, form)}, {"confidence", one.decision.confidence}});
    line["class"] = form.classes[static_cast<std::size_t>(one.decision.label)];
    line["probability"] = one.decision.probabilities[static_cast<std::size_t>(one.decision.label)];
    for (const int index : best_of(one.decision.probabilities, form.top)) {
      line["top"].push_back({{"class", form.classes[static_cast<std::size_t>(index)]},
                             {"probability", one.decision.probabilities[static_cast<std::size_t>(index)]}});
    }
    for (const pskd::deploy::Doubt& doubt : one.doubts)
      line["doubts"].push_back(doubt.kind + " (" + doubt.detail + ")");
    std::cout << line.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
  };
}

}  // namespace

const std::map<std::string, MakePrinter> kPredictionFormats = {
    {"csv", print_csv}, {"jsonl", print_jsonl}, {"table", print_table}};
