#include "eval/window_scores.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace pskd::eval {
namespace {

constexpr double kRounding = 1e-6;  // s, of stamps and their sums

struct Event {
  double begin = 0, end = 0;
  int label = 0;
};

/// By name; the windows of each in the order of time.
using Recordings = std::map<std::string, std::vector<Window>>;

/// s between windows that follow each other without a break. Where the step does not divide the length, windows that
/// share nothing do not touch, but lie less than a step apart.
double gap_of(const Recordings& recordings, double length) {
  double least = length;
  for (const auto& [name, windows] : recordings) {
    for (std::size_t i = 1; i < windows.size(); ++i) least = std::min(least, windows[i].begin - windows[i - 1].end);
  }
  return least < length - kRounding ? std::max(0.0, least) : 0;
}

/// The runs of windows of one class that follow each other in a recording, whose windows are in the order of time.
std::vector<Event> events_of(const std::vector<Window>& windows, int Window::*label, std::optional<int> background,
                             double gap) {
  std::vector<Event> events;
  bool in_event = false;
  for (const Window& window : windows) {
    const int found = window.*label;
    const bool goes_on =
        in_event && events.back().label == found && window.begin <= events.back().end + gap + kRounding;
    in_event = found != background;
    if (!in_event) continue;
    if (goes_on) {
      events.back().end = window.end;
    } else {
      events.push_back({window.begin, window.end, found});
    }
  }
  return events;
}

int right_events(const std::vector<Event>& predicted, std::vector<Event> labeled, double tolerance) {
  int right = 0;
  for (const Event& one : predicted) {
    const auto found = std::find_if(labeled.begin(), labeled.end(), [&](const Event& event) {
      return event.label == one.label && std::abs(event.begin - one.begin) <= tolerance + kRounding;
    });
    if (found == labeled.end()) continue;
    labeled.erase(found);
    ++right;
  }
  return right;
}

/// The class of most windows, the first of equals.
int majority(const std::vector<Window>& windows, int Window::*label) {
  std::map<int, int> counts;
  for (const Window& window : windows) ++counts[window.*label];
  return std::max_element(counts.begin(), counts.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

}  // namespace

WindowScores score_windows(std::vector<Window> windows, std::optional<int> background) {
  Recordings recordings;
  WindowScores scores;
  for (Window& window : windows) {
    scores.tolerance = std::max(scores.tolerance, (window.end - window.begin) / 2);
    recordings[window.recording].push_back(std::move(window));
  }
  for (auto& [name, parts] : recordings) {
    std::sort(parts.begin(), parts.end(), [](const Window& a, const Window& b) { return a.begin < b.begin; });
  }
  const double gap = gap_of(recordings, 2 * scores.tolerance);
  for (const auto& [name, parts] : recordings) {
    ++scores.recordings;
    scores.right_recordings += majority(parts, &Window::label) == majority(parts, &Window::predicted) ? 1 : 0;
    const std::vector<Event> labeled = events_of(parts, &Window::label, background, gap);
    const std::vector<Event> predicted = events_of(parts, &Window::predicted, background, gap);
    scores.events += static_cast<int>(labeled.size());
    scores.predicted_events += static_cast<int>(predicted.size());
    scores.right_events += right_events(predicted, labeled, scores.tolerance);
  }
  return scores;
}

}  // namespace pskd::eval
