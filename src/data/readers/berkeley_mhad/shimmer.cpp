#include "data/readers/berkeley_mhad/shimmer.hpp"

#include <array>
#include <cmath>

#include "data/file_error.hpp"
#include "data/formats/numbers.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::readers {

namespace fs = std::filesystem;

ShimmerSamples read_shimmer_text(const fs::path& file) {
  constexpr std::size_t kFields = 4;
  constexpr std::size_t kMinSamples = 2;
  const std::string text = formats::read_text(file);
  const std::vector<std::string_view> lines = formats::lines_of(text);
  ShimmerSamples samples{Frames(static_cast<Eigen::Index>(lines.size()), 3), {}};
  for (std::size_t line = 0; line < lines.size(); ++line) {
    const std::vector<std::string_view> fields = formats::fields_of(lines[line], ' ');
    if (fields.size() != kFields) {
      fail_at_line(file, line + 1, "expected ax ay az seconds, found " + formats::quoted_field(lines[line]));
    }
    std::array<double, kFields> values{};
    for (std::size_t i = 0; i < kFields; ++i) {
      if (!formats::parse_number(fields[i], values[i])) {
        fail_at_line(file, line + 1, "expected a number, found " + formats::quoted_field(fields[i]));
      }
      if (i < 3)
        samples.values(static_cast<Eigen::Index>(line), static_cast<Eigen::Index>(i)) = static_cast<float>(values[i]);
    }
    if (!std::isfinite(values[3])) fail_at_line(file, line + 1, "expected a finite time stamp");
    samples.times.push_back(values[3]);
  }
  if (lines.size() < kMinSamples) {
    throw Error(ErrorKind::data,
                file.string() + ": expected at least 2 samples, found " + std::to_string(lines.size()));
  }
  return samples;
}

}  // namespace pskd::data::readers
