#include "distill/teacher_output_cache.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <set>

#include "base/file.hpp"
#include "base/sealed_file.hpp"
#include "base/tensor_file.hpp"
#include "pskd/model/registry.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::distill {
namespace {

/// Doubles its input and counts how often it runs.
class Doubling : public model::Network {
 public:
  model::Output forward(const model::Input& input) override {
    ++runs;
    return {input.sensor * 2, input.sensor * 3, {}, input.sensor.unsqueeze(1)};
  }
  int runs = 0;
};

TEST(ComputeOutput, CoversAllClipsWhateverTheBatches) {
  Doubling network;
  const torch::Tensor sensor = torch::randn({150, 4});
  const TeacherOutput output = compute_output(network, {{}, sensor});
  EXPECT_GT(network.runs, 1);
  EXPECT_TRUE(torch::equal(output.embedding, sensor * 2));
  EXPECT_TRUE(torch::equal(output.logits, sensor * 3));
  EXPECT_FALSE(network.is_training());
}

using Indices = std::vector<std::size_t>;
using Teacher = TeacherOutputCache::Teacher;

constexpr OutputShape kShape{8, 4, 4};  // clips, classes, embedding

/// A teacher of the epochs `epochs`, whose outputs of kShape go to files that begin with `prefix`.
Teacher teacher(const std::string& stage, const std::shared_ptr<model::Network>& network,
                const std::filesystem::path& prefix, std::pair<int, int> epochs = {0, 0}, double weight = 1) {
  Teacher made;
  made.name = made.reference.stage = stage;
  made.reference.epochs = epochs;
  made.reference.weight = weight;
  made.network = network;
  made.prefix = prefix;
  made.shape = kShape;
  return made;
}

/// Every teacher sees `clips`.
std::function<model::Input(std::size_t)> seeing(const model::Input& clips) {
  return [clips](std::size_t) { return clips; };
}

std::set<std::string> files_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

class CacheFiles : public ::testing::Test {
 protected:
  TeacherOutputCache cache(const std::shared_ptr<model::Network>& network, double weight = 1) {
    return TeacherOutputCache({teacher("teacher", network, folder_ / "answers/teacher", {0, 10}, weight)});
  }

  const testing::TemporaryFolder temporary_;
  const std::filesystem::path folder_ = temporary_.path();
  const std::shared_ptr<Doubling> network_ = std::make_shared<Doubling>();
  const model::Input clips_{{}, torch::randn({8, 4})};
};

TEST_F(CacheFiles, AnOutputIsComputedOnceForAnAugmentationWhicheverStageNeedsIt) {
  TeacherOutputCache first = cache(network_), other = cache(network_, 0.5);
  EXPECT_EQ(first.lookup({0}, 3), Indices({0}));
  const TeacherOutput output = first.compute({0}, seeing(clips_))[0];
  EXPECT_TRUE(other.lookup({0}, 3).empty());
  const TeacherOutput again = other.compute({0}, seeing({}))[0];
  EXPECT_EQ(network_->runs, 1);
  EXPECT_TRUE(torch::equal(output.embedding, again.embedding));
  EXPECT_TRUE(torch::equal(output.logits, again.logits));
  EXPECT_EQ(again.weight, 0.5) << "is the student's, not the output's";
  EXPECT_EQ(other.lookup({0}, 4), Indices({0})) << "another augmentation has another output";
}

TEST_F(CacheFiles, ADamagedOutputIsComputedAgain) {
  TeacherOutputCache one = cache(network_);
  one.lookup({0}, 0);
  const TeacherOutput output = one.compute({0}, seeing(clips_))[0];
  const std::filesystem::path file = folder_ / "answers/teacher-0.answers";
  const std::string sound = read_file(file);
  for (const std::size_t at : {std::size_t{0}, std::size_t{40}, sound.size() / 2, sound.size() - 1}) {
    std::string damaged = sound;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    write_file_atomically(file, damaged);
    EXPECT_EQ(one.lookup({0}, 0), Indices({0})) << "byte " << at;
  }
  write_file_atomically(file, sound.substr(0, sound.size() / 2));
  EXPECT_EQ(one.lookup({0}, 0), Indices({0}));
  EXPECT_TRUE(torch::equal(one.compute({0}, seeing(clips_))[0].logits, output.logits));
  EXPECT_EQ(read_file(file), sound) << "and kept again";
}

TEST_F(CacheFiles, AreHeldToALimitThoseUsedLongestAgoGoFirst) {
  const std::filesystem::path answers = folder_ / "answers";
  limit_teacher_outputs(answers, 0);  // there is no such folder yet
  TeacherOutputCache one = cache(network_);
  for (const int augmentation : {0, 1, 2, 3}) {
    one.lookup({0}, augmentation);
    one.compute({0}, seeing(clips_));
    const std::filesystem::path file = answers / ("teacher-" + std::to_string(augmentation) + ".answers");
    std::filesystem::last_write_time(file,
                                     std::filesystem::last_write_time(file) - std::chrono::hours(4 - augmentation));
  }
  EXPECT_TRUE(one.lookup({0}, 0).empty()) << "the oldest is used again";
  write_file_atomically(answers / "teacher-9.answers.tmp-host-1-0", "what a killed writer left");
  const auto size = static_cast<double>(std::filesystem::file_size(answers / "teacher-0.answers"));
  limit_teacher_outputs(answers, 2.5 * size);
  EXPECT_THAT(files_in(answers), ::testing::UnorderedElementsAre("teacher-0.answers", "teacher-3.answers"));
  EXPECT_EQ(one.lookup({0}, 1), Indices({0})) << "is computed again";
  limit_teacher_outputs(answers, 2.5 * size);
  EXPECT_EQ(files_in(answers).size(), 2U);
  limit_teacher_outputs(answers, 0);
  EXPECT_TRUE(files_in(answers).empty());
}

TEST_F(CacheFiles, OutputsUnderTheNamesOfEachOtherAreComputedAgain) {
  TeacherOutputCache one = cache(network_);
  one.lookup({0}, 0);
  const torch::Tensor logits = one.compute({0}, seeing(clips_))[0].logits;
  one.lookup({0}, 1);
  one.compute({0}, seeing({{}, torch::randn({8, 4})}));
  const std::filesystem::path first = folder_ / "answers/teacher-0.answers",
                              second = folder_ / "answers/teacher-1.answers";
  const std::string bytes = read_file(first);
  write_file_atomically(first, read_file(second));
  write_file_atomically(second, bytes);
  EXPECT_EQ(one.lookup({0}, 0), Indices({0}));
  EXPECT_TRUE(torch::equal(one.compute({0}, seeing(clips_))[0].logits, logits));
  EXPECT_EQ(one.lookup({0}, 1), Indices({0}));
  EXPECT_TRUE(one.lookup({0}, 0).empty()) << "kept again";
}

// What a checksum cannot see: it says that nothing was damaged, not who wrote it.
TEST_F(CacheFiles, ASealedOutputWhoseSizesAreNotItsBytesIsComputedAgain) {
  const std::filesystem::path file = folder_ / "answers/teacher-0.answers";
  TensorFile content;
  content.metadata["file"] = file.filename().string();
  for (const char* name : {"attention", "embedding", "logits"}) {
    content.tensors[name] = {Dtype::f32, {8, 4}, std::string(128, '\0')};
  }
  const auto is_missing = [&](const std::string& payload) {
    write_sealed_file(file, {"answers", 2}, payload);
    return cache(network_).lookup({0}, 0) == Indices({0});
  };
  const std::string sound = tensor_file_bytes(content);
  EXPECT_FALSE(is_missing(sound));
  for (const char* shape : {"[2147483648,1]", "[100000,32]", "[8,5]", "[-8,-4]", "[4294967296,4294967296]", "[8]"}) {
    std::string changed = sound;
    changed.replace(changed.rfind("[8,4]"), 5, shape);
    const std::size_t header = changed.find('}', changed.rfind("shape")) + 2;
    for (std::size_t i = 0; i < 8; ++i) changed[i] = static_cast<char>((header - 8) >> (8 * i) & 0xff);
    changed.erase(header, changed.size() - 256 - header);  // the blanks between header and numbers
    EXPECT_TRUE(is_missing(changed)) << shape;
  }
  const std::pair<const char*, std::vector<std::int64_t>> others[] = {{"embedding", {4, 4}}, {"embedding", {8, 3}},
                                                                      {"logits", {4, 4}},    {"logits", {8, 5}},
                                                                      {"attention", {4, 4}}, {"attention", {8, 0}}};
  for (const auto& [name, shape] : others) {
    TensorFile other = content;
    other.tensors[name] = {Dtype::f32, shape, std::string(static_cast<std::size_t>(4 * shape[0] * shape[1]), '\0')};
    EXPECT_TRUE(is_missing(tensor_file_bytes(other))) << name << " of " << shape[0] << " x " << shape[1];
  }
  for (const char* name : {"attention", "embedding", "logits"}) {
    TensorFile other = content;
    other.tensors.erase(name);
    EXPECT_TRUE(is_missing(tensor_file_bytes(other))) << "without " << name;
    content.tensors[name] = {Dtype::f32, {4, 4}, std::string(64, '\0')};
  }
  EXPECT_TRUE(is_missing(tensor_file_bytes(content))) << "of four of the eight clips";
}

// The skeleton teacher is the fused teacher's frozen branch. Computed once, both outputs are those of each alone.
TEST(TeacherOutputCache, ComputesASharedSkeletonBranchOnce) {
  const model::DataShape shape{3, 32, 16, data::topology("kinect-20"), 5};
  config::SkeletonGcnConfig small;
  small.width = 4;
  small.blocks = 3;
  config::FusedConfig both;
  both.skeleton = small;
  both.sensor.width = 4;
  const auto skeleton = model::make_network(small, shape, 1), fused = model::make_network(both, shape, 2);
  model::start_from(*fused, *skeleton);
  const model::Input clips{torch::randn({70, 9, 16, 20}), torch::randn({70, 3, 32})};
  const TeacherOutput skeleton_alone = compute_output(*skeleton, clips), fused_alone = compute_output(*fused, clips);
  const testing::TemporaryFolder folder;
  TeacherOutputCache cache(
      {teacher("fused", fused, folder / "fused"), teacher("skeleton", skeleton, folder / "skeleton")});
  EXPECT_EQ(cache.branch_of(*fused), 1U);
  EXPECT_EQ(cache.branch_of(*skeleton), std::nullopt);
  EXPECT_EQ(cache.lookup({0, 1}, 0), Indices({0, 1}));
  const std::vector<TeacherOutput> outputs = cache.compute({0, 1}, seeing(clips));
  EXPECT_TRUE(torch::equal(outputs[0].logits, fused_alone.logits));
  EXPECT_TRUE(torch::equal(outputs[1].logits, skeleton_alone.logits));
  EXPECT_TRUE(torch::equal(cache.compute({0}, seeing(clips))[0].logits, fused_alone.logits));
  EXPECT_EQ(cache.lookup({0}, 1), Indices({0}));
  EXPECT_TRUE(torch::equal(cache.compute({0}, seeing(clips))[0].logits, fused_alone.logits))
      << "the skeleton is not active";
  EXPECT_TRUE(torch::equal(outputs[0].attention, fused_alone.attention));
  skeleton->parameters()[0].data().add_(1e-3);
  EXPECT_EQ(TeacherOutputCache({teacher("skeleton", skeleton, "")}).branch_of(*fused), std::nullopt);
}

TEST(TeacherOutputCache, KnowsWhoIsActiveInAnEpoch) {
  const auto network = std::make_shared<Doubling>();
  const TeacherOutputCache cache({teacher("a", network, "", {0, 5}), teacher("b", network, "", {3, 9})});
  EXPECT_EQ(cache.active(0), (std::vector<std::size_t>{0}));
  EXPECT_EQ(cache.active(4), (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(cache.active(5), (std::vector<std::size_t>{1}));
  EXPECT_TRUE(cache.active(9).empty());
}

}  // namespace
}  // namespace pskd::distill
