// Continuous recordings, cut into clips: by their annotations, or into windows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pskd::data {

/// What somebody did during a part of a recording.
struct Annotation {
  double begin = 0, end = 0;  ///< s, by the clock of the recording
  int label = 0;
  std::string id = {};                  ///< of the clip that it is; empty: the recording's, numbered
  std::optional<bool> names_zone = {};  ///< whether its moments say their zone; none: they are numbers
};

/// The class of windows without annotation, where they are one.
inline constexpr const char* kOutsideClass = "other";

struct WindowRule {
  double length = 0, step = 0;          ///< s, > 0
  double minimum_share = 0.5;           ///< of a window that its label must take, > 0; 1: all of it
  std::optional<int> outside = {};      ///< the label of windows without annotation; absent: they are dropped
  bool overlap_is_for_training = true;  ///< whether only training uses windows that share samples
};

/// How many windows lie between `begin` and `end`.
std::int64_t count_windows(double begin, double end, const WindowRule& rule);

/// A part of a recording that is a clip.
struct Piece {
  double begin = 0, end = 0;
  int label = 0;
  bool overlaps = false;  ///< whether it shares samples with the last piece that does not
};

/// The windows from `begin` to `end` that lie inside, one every `step`. A window has the label that takes the largest
/// share of it (the first of equals), which must be at least `minimum_share`; what no annotation covers counts as a
/// label, too. Windows in which no label reaches that share are dropped.
std::vector<Piece> windows_of(double begin, double end, const std::vector<Annotation>& annotations,
                              const WindowRule& rule);

}  // namespace pskd::data
