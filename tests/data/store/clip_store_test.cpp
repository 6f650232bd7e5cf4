// The clip store: what is written comes back to the bit, damage never does, and it is built anew exactly when it has to
// be.
#include "pskd/data/store/clip_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <thread>

#include "base/file.hpp"
#include "base/sealed_file.hpp"
#include "data/data_check.hpp"
#include "data/readers/registry.hpp"
#include "data/readers/utd_mhad.hpp"
#include "pskd/base/error.hpp"
#include "support/dataset_config.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "synthetic/writers/recordings.hpp"
#include "synthetic/writers/utd_mhad.hpp"

namespace pskd::data::store {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

template <class Call>
std::string refusal(Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::data) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "was accepted";
  return "";
}

// Two tiny clips with values that tell every place apart.
Dataset tiny_dataset() {
  Dataset dataset{readers::utd_mhad_info(), {}, ""};
  for (int i = 0; i < 2; ++i) {
    Clip clip;
    clip.id = readers::utd_clip_id(i + 1, 2, 3);
    clip.label = i;
    clip.subject = 2;
    clip.trial = i == 0 ? Name(3) : Name("morning");
    clip.skeleton = Frames::NullaryExpr(2 + i, 60, [i](Eigen::Index row, Eigen::Index column) {
      return static_cast<float>(1000 * i + 100 * row) + 0.37F * static_cast<float>(column);
    });
    clip.sensor = Frames::NullaryExpr(3 + i, 6, [i](Eigen::Index row, Eigen::Index column) {
      return -static_cast<float>(1000 * i + 10 * row) - 0.1F * static_cast<float>(column);
    });
    clip.hash = clip_hash(clip);
    dataset.clips.push_back(std::move(clip));
  }
  dataset.hash = dataset_hash(dataset.clips);
  return dataset;
}

void expect_equal(const Dataset& a, const Dataset& b) {
  EXPECT_EQ(a.hash, b.hash);
  EXPECT_EQ(a.info.name, b.info.name);
  ASSERT_EQ(a.clips.size(), b.clips.size());
  for (std::size_t i = 0; i < a.clips.size(); ++i) {
    EXPECT_EQ(a.clips[i].id, b.clips[i].id);
    EXPECT_EQ(a.clips[i].label, b.clips[i].label);
    EXPECT_EQ(a.clips[i].subject, b.clips[i].subject);
    EXPECT_EQ(a.clips[i].trial, b.clips[i].trial);
    EXPECT_EQ(a.clips[i].hash, b.clips[i].hash);
    EXPECT_TRUE((a.clips[i].skeleton == b.clips[i].skeleton).all());
    EXPECT_TRUE((a.clips[i].sensor == b.clips[i].sensor).all());
  }
}

void flip_bit(const fs::path& file, std::size_t bit) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(bit / 8));
  const int byte = stream.get();
  stream.seekp(static_cast<std::streamoff>(bit / 8));
  stream.put(static_cast<char>(byte ^ (1 << (bit % 8))));
}

// Changes numbers inside a store with HDF5's own library, and seals it again: what a faulty or newer program could have
// written.
void rewrite(const fs::path& file, const char* name, std::size_t index, std::int32_t value) {
  const fs::path image = file.string() + ".image";
  write_file_atomically(image, std::string_view(read_file(file)).substr(kSealBytes));
  const hid_t opened = H5Fopen(image.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t dataset = H5Dopen2(opened, name, H5P_DEFAULT);
  ASSERT_GE(dataset, 0);
  std::vector<std::int32_t> numbers(100);
  ASSERT_GE(H5Dread(dataset, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()), 0);
  numbers[index] = value;
  ASSERT_GE(H5Dwrite(dataset, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()), 0);
  H5Dclose(dataset);
  H5Fclose(opened);
  write_sealed_file(file, {"clip-store", 1}, read_file(image));
}

class StoreFile : public ::testing::Test {
 protected:
  void SetUp() override { write_clip_store(file_, tiny_dataset(), "the source"); }

  testing::TemporaryFolder folder_;
  fs::path file_ = folder_ / "clips.h5";
};

TEST_F(StoreFile, GivesBackWhatWasWritten) {
  const StoredDataset stored = read_clip_store(file_, readers::utd_mhad_info());
  EXPECT_EQ(stored.source, "the source");
  expect_equal(stored.dataset, tiny_dataset());
}

TEST_F(StoreFile, TheSameClipsGiveTheSameBytes) {
  write_clip_store(folder_ / "again.h5", tiny_dataset(), "the source");
  EXPECT_EQ(read_file(file_), read_file(folder_ / "again.h5"));
}

TEST_F(StoreFile, ADataSetWithoutClipsSurvives) {
  write_clip_store(file_, {readers::utd_mhad_info(), {}, ""}, "s");
  EXPECT_TRUE(read_clip_store(file_, readers::utd_mhad_info()).dataset.clips.empty());
}

TEST_F(StoreFile, OpensWithHdf5ItselfBehindTheSeal) {
  const hid_t opened = H5Fopen(file_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  ASSERT_GE(opened, 0);
  const hid_t dataset = H5Dopen2(opened, "skeleton", H5P_DEFAULT);
  ASSERT_GE(dataset, 0);
  std::vector<float> values(5 * 60);
  EXPECT_GE(H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
  EXPECT_EQ(values[2 * 60 + 1], tiny_dataset().clips[1].skeleton(0, 1));
  H5Dclose(dataset);
  H5Fclose(opened);
}

TEST_F(StoreFile, EveryFlippedBitIsRefused) {
  const std::size_t bits = 8 * read_file(file_).size();
  for (std::size_t bit = 0; bit < bits; bit += bit < 8 * kSealBytes ? 1 : 5) {  // the seal whole, the rest every fifth
    flip_bit(file_, bit);
    try {
      read_clip_store(file_, readers::utd_mhad_info());
      FAIL() << "bit " << bit;
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::data);
    }
    flip_bit(file_, bit);
  }
  read_clip_store(file_, readers::utd_mhad_info());
}

TEST_F(StoreFile, EveryTruncationIsRefused) {
  for (std::size_t size = read_file(file_).size(); size-- > 0;) {
    fs::resize_file(file_, size);
    EXPECT_THROW(read_clip_store(file_, readers::utd_mhad_info()), Error) << size;
  }
}

TEST_F(StoreFile, ADamagedStoreSaysHowToMakeItAgain) {
  flip_bit(file_, 8 * 2000);
  EXPECT_THAT(
      refusal([&] { read_clip_store(file_, readers::utd_mhad_info()); }),
      AllOf(HasSubstr(file_.string()), HasSubstr("damaged"), HasSubstr("delete"), HasSubstr("pskd data build")));
}

TEST_F(StoreFile, ContentThatContradictsItselfIsRefusedThoughSealed) {
  const std::string sound = read_file(file_);
  const std::vector<std::tuple<const char*, std::size_t, std::int32_t>> lies = {
      {"label", 0, 27},        {"label", 1, -1},        {"skeleton_frames", 0, 3},       {"skeleton_frames", 1, -3},
      {"sensor_frames", 0, 0}, {"sensor_frames", 1, 5}, {"sensor_frames", 0, 2147483647}};
  for (const auto& [name, index, value] : lies) {
    write_file_atomically(file_, sound);
    rewrite(file_, name, index, value);
    EXPECT_THAT(refusal([&] { read_clip_store(file_, readers::utd_mhad_info()); }), HasSubstr(file_.string()))
        << name << " " << value;
  }
}

TEST_F(StoreFile, ASealedFileThatIsNoHdf5ImageIsRefused) {
  for (const std::string& payload : {std::string(), std::string("text"), std::string(4096, '\0')}) {
    write_sealed_file(file_, {"clip-store", 1}, payload);
    EXPECT_THAT(refusal([&] { read_clip_store(file_, readers::utd_mhad_info()); }), HasSubstr(file_.string()));
  }
}

TEST_F(StoreFile, ANewerFormatAsksForANewerProgram) {
  rewrite(file_, "format", 0, 9);
  EXPECT_THAT(refusal([&] { read_clip_store(file_, readers::utd_mhad_info()); }), HasSubstr("newer pskd"));
}

// HDF5 1.10 follows null pointers when such a file, sealed or not, states sizes that cannot be.
TEST_F(StoreFile, AnImageWithoutChecksumsIsOlderAndNeverParsed) {
  const std::string image = std::string("\x89HDF\r\n\x1a\n", 8) + std::string(4096, '\0');
  write_sealed_file(file_, {"clip-store", 1}, image);
  EXPECT_THAT(refusal([&] { read_clip_store(file_, readers::utd_mhad_info()); }), HasSubstr("older"));
}

// ---- the store of a folder -------------------------------------------------------------

class LoadedFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    synthetic::SyntheticOptions options;
    options.actions = options.subjects = options.trials = 2;
    synthetic::write_utd_mhad(root_, options);
    config_.root = root_.string();
    config_.store = store_.string();
  }

  testing::TemporaryFolder folder_;
  fs::path root_ = folder_ / "utd";
  fs::path store_ = folder_ / "cache" / "clips.h5";
  config::DataConfig config_;
};

TEST_F(LoadedFolder, IsStoredOnceAndThenReadFromTheStore) {
  const Dataset first = load_dataset(config_);
  const std::string bytes = read_file(store_);
  const auto written = fs::last_write_time(store_);
  expect_equal(load_dataset(config_), first);
  expect_equal(first, readers::read_dataset(testing::utd_config(root_)));
  EXPECT_EQ(read_file(store_), bytes);
  EXPECT_EQ(fs::last_write_time(store_), written);
}

// As on read-only media, where no lock can be made.
TEST_F(LoadedFolder, ASoundStoreIsReadWithoutALock) {
  load_dataset(config_);
  fs::remove(store_.string() + ".lock");
  load_dataset(config_);
  EXPECT_FALSE(fs::exists(store_.string() + ".lock"));
}

TEST_F(LoadedFolder, IsStoredAnewWhenAFileChangesAppearsOrGoes) {
  const std::string before = load_dataset(config_).hash;
  const fs::path one = root_ / "Inertial" / "a1_s1_t1_inertial.mat";
  const fs::path other = root_ / "Inertial" / "a1_s1_t2_inertial.mat";
  const std::string sound = read_file(one);
  write_file_atomically(one, read_file(other));
  const std::string changed = load_dataset(config_).hash;
  EXPECT_NE(changed, before);
  write_file_atomically(one, sound);
  EXPECT_EQ(load_dataset(config_).hash, before);
  fs::remove(one);
  fs::remove(root_ / "Skeleton" / "a1_s1_t1_skeleton.mat");
  EXPECT_EQ(load_dataset(config_).clips.size(), 7U);
}

TEST_F(LoadedFolder, IsStoredAnewWhenItHasFewerClassesThanBefore) {
  synthetic::write_recordings(folder_ / "own", {.subjects = 2, .trials = 1, .actions = 2});
  config_.name = "generic";
  config_.root = (folder_ / "own").string();
  EXPECT_EQ(load_dataset(config_).info.classes.size(), 2U);
  const fs::path manifest = folder_ / "own" / "clips.csv";
  write_file_atomically(manifest, std::regex_replace(read_file(manifest), std::regex(",swipe_right,"), ",swipe_left,"));
  EXPECT_EQ(load_dataset(config_).info.classes.size(), 1U);
}

TEST_F(LoadedFolder, ABrokenRawFileIsRefusedAndTheStoreStays) {
  load_dataset(config_);
  const std::string store = read_file(store_);
  fs::resize_file(root_ / "Inertial" / "a1_s1_t1_inertial.mat", 200);
  EXPECT_THAT(refusal([&] { load_dataset(config_); }), HasSubstr("a1_s1_t1_inertial.mat"));
  EXPECT_EQ(read_file(store_), store);
}

TEST_F(LoadedFolder, AnOlderFormatIsRebuiltADamagedStoreIsNot) {
  const Dataset sound = load_dataset(config_);
  rewrite(store_, "format", 0, 0);
  refusal([&] { read_clip_store(store_, readers::utd_mhad_info()); });
  expect_equal(load_dataset(config_), sound);
  flip_bit(store_, 8 * 3000);
  EXPECT_THAT(refusal([&] { load_dataset(config_); }), HasSubstr("pskd data build"));
  expect_equal(build_clip_store(config_), sound);
  expect_equal(load_dataset(config_), sound);
}

TEST_F(LoadedFolder, AFileThatIsNoStoreIsNotOverwritten) {
  write_file_atomically(store_, "my notes");
  EXPECT_THAT(refusal([&] { load_dataset(config_); }), HasSubstr("not a pskd clip-store"));
  EXPECT_THAT(refusal([&] { build_clip_store(config_); }), HasSubstr("give data.store another name"));
  EXPECT_EQ(read_file(store_), "my notes");
  EXPECT_FALSE(fs::exists(store_.string() + ".lock")) << "nothing is made beside a file of somebody else";
}

TEST_F(LoadedFolder, AnEmptyFileIsReplaced) {
  write_file_atomically(store_, "");
  expect_equal(build_clip_store(config_), readers::read_dataset(testing::utd_config(root_)));
  write_file_atomically(store_, "");
  load_dataset(config_);
  EXPECT_GT(fs::file_size(store_), 0U);
}

TEST_F(LoadedFolder, APlaceThatNobodyMayLookAtIsNamed) {
  fs::create_symlink("loop", folder_ / "loop");
  config_.store = (folder_ / "loop" / "clips.h5").string();
  const auto told = AllOf(HasSubstr("clips.h5: cannot look for the clip store: "), HasSubstr("set data.store"));
  EXPECT_THAT(testing::refusal(ErrorKind::io, [&] { load_dataset(config_); }), told);
  EXPECT_THAT(testing::refusal(ErrorKind::io, [&] { build_clip_store(config_); }), told);
}

TEST_F(LoadedFolder, ACheckpointIsNotOverwritten) {
  write_sealed_file(store_, {"checkpoint", 1}, "the weights of a week");
  const std::string before = read_file(store_);
  EXPECT_THAT(refusal([&] { build_clip_store(config_); }), HasSubstr("give data.store another name"));
  EXPECT_TRUE(read_file(store_) == before);
}

TEST_F(LoadedFolder, WithoutItsRawFilesItIsRefusedAndSaysWhereTheyWereExpected) {
  load_dataset(config_);
  fs::remove_all(root_);
  EXPECT_THAT(refusal([&] { load_dataset(config_); }), HasSubstr(root_.string()));
}

TEST_F(LoadedFolder, AnUnwritableStoreIsAnErrorThatNamesIt) {
  write_file_atomically(folder_ / "file", "x");
  config_.store = (folder_ / "file" / "clips.h5").string();
  try {
    load_dataset(config_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_THAT(error.what(), HasSubstr((folder_ / "file").string()));
  }
}

TEST_F(LoadedFolder, TwoThreadsMayLoadAtOnce) {
  std::vector<std::string> hashes(4);
  std::vector<std::thread> threads;
  for (std::string& hash : hashes) threads.emplace_back([&] { hash = load_dataset(config_).hash; });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& hash : hashes) EXPECT_EQ(hash, readers::read_dataset(testing::utd_config(root_)).hash);
}

TEST_F(LoadedFolder, TwoProcessesMayLoadAtOnce) {
  const std::string expected = readers::read_dataset(testing::utd_config(root_)).hash;
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      try {
        _exit(load_dataset(config_).hash == expected ? 0 : 1);
      } catch (...) {
        _exit(2);
      }
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  expect_equal(read_clip_store(store_, readers::utd_mhad_info()).dataset,
               readers::read_dataset(testing::utd_config(root_)));
}

TEST(StorePath, LiesInTheCacheFolderUnderNameAndRoot) {
  testing::TemporaryFolder folder;
  setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
  config::DataConfig config;
  config.root = "/data/one";
  const fs::path one = store_path(config);
  EXPECT_EQ(one.parent_path(), folder.path() / "pskd");
  EXPECT_THAT(one.filename().string(), MatchesRegex("utd-mhad-[0-9a-f]+\\.h5"));
  config.root = "/data/one/";
  EXPECT_EQ(store_path(config), one);
  config.root = "/data/two";
  EXPECT_NE(store_path(config), one);
  config.store = "mine.h5";
  EXPECT_EQ(store_path(config), "mine.h5");
  unsetenv("XDG_CACHE_HOME");
}

// The names of all keys: a new one does not compile here before it is said whether it changes what is read.
TEST(StorePath, DependsOnEveryKeyThatChangesWhatIsRead) {
  const auto changed = [](auto change) {
    config::DataConfig config;
    change(config);
    return store_path(config);
  };
  const fs::path one = changed([](auto&) {});
  const auto& [name, root, channels, sensors, skeleton, cameras, classes, description, store] = config::DataConfig();
  EXPECT_NE(changed([](auto& config) { config.name = "mmact"; }), one);
  EXPECT_NE(changed([](auto& config) { config.root = "/elsewhere"; }), one);
  EXPECT_EQ(changed([](auto& config) { config.channels = {"gx"}; }), one) << "all channels are stored";
  EXPECT_NE(changed([](auto& config) { config.sensors = {"h01"}; }), one);
  EXPECT_NE(changed([](auto& config) { config.skeleton = "mhad-30"; }), one);
  EXPECT_NE(changed([](auto& config) { config.cameras = {2}; }), one);
  EXPECT_NE(changed([](auto& config) { config.classes = 35; }), one);
  EXPECT_NE(changed([](auto& config) { config.description = "other.yaml"; }), one);
  EXPECT_EQ(changed([](auto& config) { config.store = "mine.h5"; }), "mine.h5");
}

}  // namespace
}  // namespace pskd::data::store
