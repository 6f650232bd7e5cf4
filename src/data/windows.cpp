#include "data/windows.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

namespace pskd::data {
namespace {

constexpr double kRounding = 1e-6;  // s, of stamps and their sums

double shared(double begin, double end, const Annotation& annotation) {
  return std::max(0.0, std::min(end, annotation.end) - std::max(begin, annotation.begin));
}

/// Of parts with one label, those that share time are one.
std::vector<Annotation> merged(std::vector<Annotation> annotations) {
  std::sort(annotations.begin(), annotations.end(),
            [](const auto& a, const auto& b) { return std::tie(a.label, a.begin) < std::tie(b.label, b.begin); });
  std::vector<Annotation> parts;
  for (const Annotation& one : annotations) {
    if (!parts.empty() && parts.back().label == one.label && one.begin <= parts.back().end) {
      parts.back().end = std::max(parts.back().end, one.end);
    } else {
      parts.push_back(one);
    }
  }
  return parts;
}

/// The label that takes the largest share of a window, where that is large enough; nothing where the window is dropped.
std::optional<int> label_of(double begin, const std::vector<Annotation>& annotations, const WindowRule& rule) {
  std::map<int, double> seconds;  // by label
  double covered = 0;
  for (const Annotation& annotation : annotations) {
    const double part = shared(begin, begin + rule.length, annotation);
    if (part > 0) seconds[annotation.label] += part;
    covered += part;
  }
  const auto most = std::max_element(seconds.begin(), seconds.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  const double needed = rule.minimum_share * rule.length - kRounding;
  const double uncovered = rule.length - covered;
  if (most != seconds.end() && most->second >= needed && most->second >= uncovered) return most->first;
  return uncovered >= needed ? rule.outside : std::nullopt;
}

}  // namespace

std::int64_t count_windows(double begin, double end, const WindowRule& rule) {
  const double room = end + kRounding - begin - rule.length;
  return room < 0 ? 0 : static_cast<std::int64_t>(room / rule.step) + 1;
}

std::vector<Piece> windows_of(double begin, double end, const std::vector<Annotation>& annotations,
                              const WindowRule& rule) {
  std::vector<Piece> windows;
  double taken = -std::numeric_limits<double>::infinity();  // the end of the last window that shares nothing
  const std::vector<Annotation> parts = merged(annotations);
  const std::int64_t count = count_windows(begin, end, rule);
  for (std::int64_t i = 0; i < count; ++i) {
    const double start = begin + static_cast<double>(i) * rule.step;
    const std::optional<int> label = label_of(start, parts, rule);
    if (!label) continue;
    const bool overlaps = start < taken - kRounding;
    if (!overlaps) taken = start + rule.length;
    windows.push_back({start, std::min(start + rule.length, end), *label, overlaps && rule.overlap_is_for_training});
  }
  return windows;
}

}  // namespace pskd::data
