#include "signal/augmentation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "pskd/signal/statistics.hpp"
#include "signal/resample.hpp"
#include "signal/skeleton.hpp"

namespace pskd::signal {
namespace {

const std::vector<int> kAxes = {0, 1, 2};

data::Clip waving_clip() {
  data::Clip clip;
  clip.sensor = data::Frames(100, 3);
  clip.skeleton = data::Frames(40, 60);
  for (int t = 0; t < 100; ++t)
    clip.sensor.row(t) << std::sin(0.1F * static_cast<float>(t)), std::cos(0.2F * static_cast<float>(t)), 1.0F;
  for (int t = 0; t < 40; ++t) {
    for (int f = 0; f < 60; ++f)
      clip.skeleton(t, f) = std::sin(0.05F * static_cast<float>(t) + 0.7F * static_cast<float>(f));
  }
  return clip;
}

std::vector<float> sensor_of(const data::Clip& clip, const Augmentation& augmentation, int frames = 128) {
  std::vector<float> out(3 * frames);
  render_sensor(clip, augmentation, kAxes, {{0, 0, 0}, {1, 1, 1}}, frames, out);
  return out;
}

std::vector<float> skeleton_of(const data::Clip& clip, const Augmentation& augmentation, int frames = 64) {
  std::vector<float> out(kStreamChannels * frames * 20);
  render_skeleton(clip, augmentation, data::topology("kinect-20"), frames, out);
  return out;
}

Augmentation random_augmentation(std::uint64_t key) {
  RandomStream stream(key);
  return draw_augmentation(config::AugmentationConfig{}, stream);
}

TEST(Augmentation, DefaultShowsTheClipAsItIs) {
  const data::Clip clip = waving_clip();
  const std::vector<float> found = sensor_of(clip, Augmentation{}, 100);
  for (int t = 0; t < 100; ++t) EXPECT_NEAR(found[t], clip.sensor(t, 0), 1e-5) << "frame " << t;
}

TEST(Augmentation, AllAmountsZeroShowsTheClipAsItIs) {
  config::AugmentationConfig none;
  none.crop = none.time_warp = none.sensor.rotation = none.sensor.scale = none.sensor.magnitude_warp =
      none.sensor.noise = 0;
  none.skeleton.turn = none.skeleton.tilt = none.skeleton.limbs = none.skeleton.scale = none.skeleton.jitter = 0;
  RandomStream stream(5);
  const Augmentation augmentation = draw_augmentation(none, stream);
  const data::Clip clip = waving_clip();
  const auto plain = sensor_of(clip, Augmentation{}), found = sensor_of(clip, augmentation);
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_NEAR(found[i], plain[i], 1e-5);
  const auto plain_skeleton = skeleton_of(clip, Augmentation{}), found_skeleton = skeleton_of(clip, augmentation);
  for (std::size_t i = 0; i < plain_skeleton.size(); ++i) EXPECT_NEAR(found_skeleton[i], plain_skeleton[i], 1e-5);
}

TEST(Augmentation, NetworksWithOtherChannelsSeeTheSameViewOfThoseTheyShare) {
  data::Clip clip = waving_clip();
  clip.sensor.conservativeResize(Eigen::NoChange, 6);
  for (int t = 0; t < 100; ++t) clip.sensor.row(t).tail<3>() << 0.01F * static_cast<float>(t), 2.0F, -1.0F;
  const Augmentation augmentation = random_augmentation(11);
  const auto view = [&](const std::vector<int>& columns) {
    std::vector<float> out(columns.size() * 64);
    const Statistics none{std::vector<float>(columns.size()), std::vector<float>(columns.size(), 1)};
    render_sensor(clip, augmentation, SensorColumns(columns, kAxes), none, 64, out);
    return out;
  };
  const std::vector<float> all = view({0, 1, 2, 3, 4, 5}), gyroscope = view({3, 4, 5});
  EXPECT_EQ(std::vector<float>(all.begin(), all.begin() + 3 * 64), view({0, 1, 2}));
  EXPECT_EQ(std::vector<float>(all.begin() + 3 * 64, all.end()), gyroscope);
  EXPECT_EQ(view({0, 1, 2}), sensor_of(clip, augmentation, 64)) << "as where all networks see these";
  const std::vector<float> turned = view({3, 4, 5, 0, 1, 2});
  EXPECT_EQ(std::vector<float>(turned.begin(), turned.begin() + 3 * 64), gyroscope) << "in any order";
}

TEST(Augmentation, TimeRunsForwardInsideTheCropWhateverIsDrawn) {
  for (std::uint64_t key = 0; key < 200; ++key) {
    const Augmentation augmentation = random_augmentation(key);
    EXPECT_GE(augmentation.begin, 0);
    EXPECT_LE(augmentation.end, 1 + 1e-12);
    EXPECT_GE(augmentation.end - augmentation.begin, 0.8 - 1e-12) << "at most a fifth is cut away";
    const std::vector<double> times = augmented_times(augmentation, 64);
    EXPECT_NEAR(times.front(), augmentation.begin, 1e-12);
    EXPECT_NEAR(times.back(), augmentation.end, 1e-12);
    EXPECT_TRUE(std::is_sorted(times.begin(), times.end(), std::less_equal<>())) << "strictly increasing";
  }
}

TEST(Augmentation, BothModalitiesSeeTheSameMoments) {
  // 127 = 2 * 63 + 1 moments contain the 64 moments at every second place: one time map, however finely it is sampled.
  const Augmentation augmentation = random_augmentation(7);
  const std::vector<double> coarse = augmented_times(augmentation, 64), fine = augmented_times(augmentation, 127);
  for (int i = 0; i < 64; ++i) EXPECT_NEAR(coarse[i], fine[2 * i], 1e-12);
}

TEST(Augmentation, IsTheSameForTheSameKeyAndAnotherForAnother) {
  const data::Clip clip = waving_clip();
  EXPECT_EQ(sensor_of(clip, random_augmentation(3)), sensor_of(clip, random_augmentation(3)));
  EXPECT_NE(sensor_of(clip, random_augmentation(3)), sensor_of(clip, random_augmentation(4)));
  EXPECT_EQ(skeleton_of(clip, random_augmentation(3)), skeleton_of(clip, random_augmentation(3)));
}

TEST(Augmentation, TurningTheSensorKeepsItsMagnitude) {
  config::AugmentationConfig turning;
  turning.crop = turning.time_warp = turning.sensor.scale = turning.sensor.magnitude_warp = turning.sensor.noise = 0;
  turning.sensor.rotation = 180;
  RandomStream stream(11);
  const Augmentation augmentation = draw_augmentation(turning, stream);
  const data::Clip clip = waving_clip();
  const std::vector<float> plain = sensor_of(clip, Augmentation{}), turned = sensor_of(clip, augmentation);
  for (int t = 0; t < 128; ++t) {
    const auto norm = [&](const std::vector<float>& x) { return std::hypot(x[t], x[128 + t], x[256 + t]); };
    EXPECT_NEAR(norm(turned), norm(plain), 1e-4);
  }
  EXPECT_GT(std::abs(turned[5] - plain[5]), 1e-3) << "it did turn";
}

TEST(Augmentation, TurningTheSkeletonKeepsBoneLengths) {
  config::AugmentationConfig turning;
  turning.crop = turning.time_warp = turning.skeleton.limbs = turning.skeleton.scale = turning.skeleton.jitter = 0;
  RandomStream stream(12);
  const data::Clip clip = waving_clip();
  const std::vector<float> plain = skeleton_of(clip, Augmentation{}),
                           turned = skeleton_of(clip, draw_augmentation(turning, stream));
  const int plane = 64 * 20;
  for (int i = 0; i < plane; ++i) {
    const auto length = [&](const std::vector<float>& x) {
      return std::hypot(x[3 * plane + i], x[4 * plane + i], x[5 * plane + i]);
    };
    EXPECT_NEAR(length(turned), length(plain), 1e-4);
  }
}

TEST(Augmentation, StretchingLimbsScalesEachBoneByOneFactor) {
  Augmentation augmentation;
  augmentation.limbs = 0.3;
  augmentation.noise_key = 17;
  const data::Clip clip = waving_clip();
  const std::vector<float> plain = skeleton_of(clip, Augmentation{}), stretched = skeleton_of(clip, augmentation);
  const int plane = 64 * 20, bone_x = 3 * plane;
  for (int joint = 0; joint < 20; ++joint) {
    if (data::topology("kinect-20").parents[joint] < 0) continue;
    const auto at = [&](const std::vector<float>& x, int t) { return x[bone_x + t * 20 + joint]; };
    const float factor = at(stretched, 10) / at(plain, 10);
    EXPECT_GT(std::abs(factor - 1), 1e-4) << "bone to joint " << joint;
    for (int t = 0; t < 64; ++t)
      EXPECT_NEAR(at(stretched, t), factor * at(plain, t), 2e-4) << "bone to joint " << joint;
  }
}

TEST(Statistics, StandardizeTheClipsTheyWereFittedOn) {
  std::vector<data::Clip> clips = {waving_clip(), waving_clip()};
  clips[1].sensor *= 3.0F;
  const Statistics statistics = fit_sensor_statistics({&clips[0], &clips[1]}, kAxes);
  double sum = 0, squares = 0, count = 0;
  for (const data::Clip& clip : clips) {
    const Eigen::ArrayXf values = (clip.sensor.col(1) - statistics.mean[1]) / statistics.deviation[1];
    sum += values.sum();
    squares += values.square().sum();
    count += static_cast<double>(values.size());
  }
  EXPECT_NEAR(sum / count, 0, 1e-5);
  EXPECT_NEAR(squares / count, 1, 1e-4);
}

TEST(Statistics, LeaveAConstantChannelFinite) {
  data::Clip clip = waving_clip();
  clip.sensor.col(2).setConstant(1.0F);
  EXPECT_EQ(fit_sensor_statistics({&clip}, kAxes).deviation[2], 1.0F);
}

TEST(SkeletonStreams, AreJointBoneAndMotion) {
  const data::Topology& kinect = data::topology("kinect-20");
  data::Frames poses(2, 60);
  poses.setZero();
  poses(0, 3 * 6 + 1) = 0.5F;           // left wrist, y, first frame
  poses(1, 3 * 6 + 1) = 0.75F;          // and a frame later
  poses.middleCols<3>(3 * 5) += 0.25F;  // its parent, the left elbow
  std::vector<float> out(kStreamChannels * 2 * 20);
  write_streams(poses, kinect, out);
  const auto at = [&](int channel, int t, int joint) { return out[(channel * 2 + t) * 20 + joint]; };
  EXPECT_FLOAT_EQ(at(1, 0, 6), 0.5F) << "joint";
  EXPECT_FLOAT_EQ(at(4, 0, 6), 0.25F) << "bone: wrist minus elbow";
  EXPECT_FLOAT_EQ(at(7, 0, 6), 0.25F) << "motion: next frame minus this one";
  EXPECT_FLOAT_EQ(at(7, 1, 6), 0.0F) << "no motion after the last frame";
  EXPECT_FLOAT_EQ(at(4, 0, 1), 0.0F) << "no bone to the root";
}

TEST(SkeletonStreams, DoNotDependOnWhereThePersonStands) {
  data::Clip here = waving_clip(), there = waving_clip();
  for (Eigen::Index joint = 0; joint < 20; ++joint) there.skeleton.col(3 * joint + 2) += 2.0F;
  const auto a = skeleton_of(here, Augmentation{}), b = skeleton_of(there, Augmentation{});
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5);
}

// A mirror image of a mirror image is the clip; and the left hand does what the right one did, seen from the other
// side.
TEST(Augmentation, MirroringSwapsTheSidesOfTheSkeleton) {
  const data::Clip clip = waving_clip();
  Augmentation mirrored;
  mirrored.mirrored = true;
  const auto plain = skeleton_of(clip, Augmentation{}), found = skeleton_of(clip, mirrored);
  const auto at = [](const std::vector<float>& streams, int channel, int t, int joint) {
    return streams[(channel * 64 + t) * 20 + joint];
  };
  for (const int t : {0, 31, 63}) {
    EXPECT_NEAR(at(found, 0, t, 6), -at(plain, 0, t, 10), 1e-5) << "x of the left wrist, frame " << t;
    EXPECT_NEAR(at(found, 1, t, 10), at(plain, 1, t, 6), 1e-5) << "y of the right wrist, frame " << t;
    EXPECT_NEAR(at(found, 0, t, 0), -at(plain, 0, t, 0), 1e-5) << "x of the head, frame " << t;
  }
  EXPECT_EQ(sensor_of(clip, mirrored), sensor_of(clip, Augmentation{})) << "the watch stays where it is";
}

// Of a 2-D skeleton only positions are turned, scaled and disturbed.
TEST(Augmentation, ConfidencesOfA2DSkeletonStay) {
  const data::Topology& coco = data::topology("coco-17");
  data::Clip clip;
  clip.skeleton = data::Frames::NullaryExpr(10, 51, [](Eigen::Index t, Eigen::Index column) {
    return column % 3 == 2 ? 0.1F * static_cast<float>(t) : static_cast<float>(std::sin(t + column));
  });
  Augmentation augmentation = random_augmentation(3);
  augmentation.begin = 0;
  augmentation.end = 1;
  augmentation.speeds = {1.0};
  ASSERT_GT(augmentation.skeleton_noise, 0);
  std::vector<float> out(kStreamChannels * 10 * 17);
  render_skeleton(clip, augmentation, coco, 10, out);
  const auto at = [&](int channel, int t, int joint) { return out[(channel * 10 + t) * 17 + joint]; };
  for (int t = 0; t < 10; ++t) EXPECT_NEAR(at(2, t, 9), 0.1 * t, 1e-5) << "frame " << t;
  EXPECT_GT(std::abs(at(0, 5, 9) - clip.skeleton(5, 27)), 1e-3) << "positions change";
}

TEST(Augmentation, TheShareOfMirroredViewsIsAsAsked) {
  config::AugmentationConfig config;
  config.skeleton.mirror = 0.25;
  int mirrored = 0;
  for (std::uint64_t key = 0; key < 1000; ++key) {
    RandomStream stream(key);
    mirrored += draw_augmentation(config, stream).mirrored ? 1 : 0;
  }
  EXPECT_NEAR(mirrored, 250, 60);
  EXPECT_FALSE(random_augmentation(1).mirrored) << "off by default";
}

}  // namespace
}  // namespace pskd::signal
