#include "signal/resample.hpp"

#include <gtest/gtest.h>

#include "support/golden.hpp"

namespace pskd::signal {
namespace {

data::Frames to_frames(const nlohmann::json& rows) {
  data::Frames frames(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(rows[0].size()));
  for (Eigen::Index t = 0; t < frames.rows(); ++t) {
    for (Eigen::Index f = 0; f < frames.cols(); ++f) frames(t, f) = rows[t][f].get<float>();
  }
  return frames;
}

TEST(Resample, AgreesWithAnIndependentInterpolation) {
  for (const auto& one : testing::golden_cases("signal.json", "resample")) {
    SCOPED_TRACE(one["name"].get<std::string>());
    const double begin = one["inputs"]["begin"], end = one["inputs"]["end"];
    std::vector<double> times = uniform_times(one["inputs"]["n"]);
    for (double& time : times) time = begin + (end - begin) * time;
    const data::Frames expected = to_frames(one["expected"]["frames"]);
    const data::Frames found = resample(to_frames(one["inputs"]["frames"]), times);
    ASSERT_EQ(found.rows(), expected.rows());
    EXPECT_LT((found - expected).abs().maxCoeff(), 1e-5);
  }
}

TEST(Resample, KeepsTheEndsAndIsExactOnTheOriginalMoments) {
  data::Frames ramp(5, 1);
  ramp << 0, 1, 4, 9, 16;
  EXPECT_TRUE((resample(ramp, uniform_times(5)) == ramp).all());
  const data::Frames longer = resample(ramp, uniform_times(17));
  EXPECT_EQ(longer(0, 0), 0);
  EXPECT_EQ(longer(16, 0), 16);
}

}  // namespace
}  // namespace pskd::signal
