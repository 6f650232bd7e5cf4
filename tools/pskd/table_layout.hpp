// What a table shows and how: from options, or from a file.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "report/comparison.hpp"
#include "report/table.hpp"

struct TableLayout {
  std::vector<std::pair<std::string, std::string>> runs;  ///< folders, each with the command that makes it
  pskd::report::ComparisonOptions options = {.beside = pskd::report::kBesideAccuracy};
  std::string format = "text";
};

inline const std::map<std::string, pskd::report::Axis> kAxes = {{"method", pskd::report::Axis::method},
                                                                {"run", pskd::report::Axis::run},
                                                                {"dataset", pskd::report::Axis::dataset},
                                                                {"stage", pskd::report::Axis::stage}};
inline const std::map<std::string, pskd::report::Metric> kMetrics = {
    {"accuracy", pskd::report::Metric::accuracy},
    {"balanced_accuracy", pskd::report::Metric::balanced_accuracy},
    {"macro_f1", pskd::report::Metric::macro_f1},
    {"weighted_f1", pskd::report::Metric::weighted_f1},
    {"cost", pskd::report::Metric::cost}};
inline const std::map<std::string, pskd::report::Order> kOrders = {
    {"given", pskd::report::Order::given}, {"score", pskd::report::Order::score}, {"name", pskd::report::Order::name}};
inline const std::map<std::string, std::string (*)(const pskd::report::Table&)> kFormats = {
    {"text", pskd::report::to_text},
    {"markdown", pskd::report::to_markdown},
    {"latex", pskd::report::to_latex},
    {"csv", pskd::report::to_csv}};

template <class Value>
std::vector<std::string> names_of(const std::map<std::string, Value>& choices) {
  std::vector<std::string> names;
  for (const auto& [name, value] : choices) names.push_back(name);
  return names;
}

/// The metrics of "accuracy,macro_f1". Throws Error(usage) for an unknown one, and for one that is there twice.
std::vector<pskd::report::Metric> metrics_of(const std::string& names);

/// Reads a file of configs/tables: `runs`, a map of folders and commands, and the keys rows, columns, metric (a name or
/// a list), stage, reference, sort and format, which are the options of their names. Throws Error(config) with all that
/// is wrong, each with file:line.
TableLayout read_table_layout(const std::filesystem::path& file);

/// The folders of `runs`. Throws Error(data), saying what makes it, for one that is not there.
std::vector<std::filesystem::path> existing_folders(const TableLayout& layout);
