#include "pskd/train/renderer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/data_check.hpp"
#include "data/readers/registry.hpp"
#include "pskd/base/error.hpp"
#include "support/tensors.hpp"
#include "synthetic/recordings.hpp"

namespace pskd::train {
namespace {

class RendererTest : public ::testing::Test {
 protected:
  RendererTest() {
    for (int action = 1; action <= 20; ++action) {
      clips_.push_back(synthetic::make_synthetic_clip({}, action, 1 + action % 3, 1));
      clips_.back().label = action - 1;
    }
    renderer_ = make_renderer(experiment_, data::readers::dataset_info({}), clips_);
  }
  config::Experiment experiment_;
  std::vector<data::Clip> clips_;
  Renderer renderer_;
};

constexpr Modalities kBoth{true, true};

TEST_F(RendererTest, GivesOneContiguousTensorAModality) {
  const model::Input input = render_plain(renderer_, recordings(clips_), kBoth);
  EXPECT_EQ(input.skeleton.sizes(), torch::IntArrayRef({20, 9, 64, 20}));
  EXPECT_EQ(input.sensor.sizes(), torch::IntArrayRef({20, 3, 128}));
  EXPECT_TRUE(torch::isfinite(input.skeleton).all().item<bool>());
  EXPECT_TRUE(torch::isfinite(input.sensor).all().item<bool>());
  EXPECT_FALSE(render_plain(renderer_, recordings(clips_), {false, true}).skeleton.defined());
}

TEST_F(RendererTest, AViewDependsOnKeyClipAndNumberOnly) {
  const model::Input all = render_augmented(renderer_, recordings(clips_), kBoth, 5, 2);
  const std::vector<data::Clip> one = {clips_[13]};
  const model::Input alone = testing::with_threads(1, [&] {
    return render_augmented(renderer_, recordings(one), {false, true}, 5, 2);
  });
  EXPECT_TRUE(torch::equal(all.sensor[13], alone.sensor[0])) << "not on the other clips, modalities or threads";
  EXPECT_FALSE(torch::equal(all.sensor, render_augmented(renderer_, recordings(clips_), kBoth, 5, 3).sensor))
      << "another number";
  EXPECT_FALSE(torch::equal(all.sensor, render_augmented(renderer_, recordings(clips_), kBoth, 6, 2).sensor))
      << "another key";
}

TEST_F(RendererTest, StandardizesTheSensorByTheTrainingClips) {
  // The whole clips, resampled, keep close to mean 0 and deviation 1.
  const torch::Tensor sensor = render_plain(renderer_, recordings(clips_), kBoth).sensor;
  EXPECT_LT(sensor.mean(torch::IntArrayRef({0, 2})).abs().max().item<float>(), 0.2F);
  EXPECT_LT((sensor.std() - 1).abs().item<float>(), 0.2F);
}

TEST_F(RendererTest, NamesAChannelThatDoesNotExist) {
  experiment_.data.channels = {"ax", "azz"};
  try {
    make_renderer(experiment_, data::readers::dataset_info({}), clips_);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::config);
    EXPECT_THAT(error.what(), ::testing::AllOf(::testing::HasSubstr("data.channels"), ::testing::HasSubstr("'azz'"),
                                               ::testing::HasSubstr("ax")));
  }
}

TEST_F(RendererTest, LabelsFollowTheClips) {
  const torch::Tensor labels = label_tensor(clips_);
  for (std::int64_t i = 0; i < 20; ++i) EXPECT_EQ(labels[i].item<std::int64_t>(), i);
}

}  // namespace
}  // namespace pskd::train
