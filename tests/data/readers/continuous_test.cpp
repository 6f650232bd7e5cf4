// Continuous recordings of a user's own: parts that the manifest or a file of annotations names, and windows.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "data/data_check_text.hpp"
#include "pskd/data/protocol.hpp"
#include "pskd/data/store/clip_store.hpp"
#include "support/npy_bytes.hpp"
#include "support/own_folder.hpp"
#include "support/replaced.hpp"

namespace pskd::data::readers {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::replaced;

const std::string kWatchOnly =
    "manifest: clips.csv\nalign: timestamps\nskeleton: null\n"
    "sensors:\n  watch: {header: true, time: t, channels: [ax, ay, az], unit: g}\n";
const std::string kAnnotations =
    "recording,start,end,label\np1,0.0,7.0,wave\np1,8.0,15.0,push\np2,8,15,wave\np2,0,7,push\n";

std::vector<std::string> ids(const std::vector<Clip>& clips) {
  std::vector<std::string> all;
  for (const Clip& clip : clips) all.push_back(clip.id);
  return all;
}

// Two people with a watch at 10 Hz for 16 s; ax is the time in seconds.
class Continuous : public testing::OwnFolder {
 protected:
  void SetUp() override {
    for (const char* name : {"p1", "p2"}) {
      std::string text = "t,ax,ay,az\n";
      for (int i = 0; i <= 160; ++i) {
        const std::string time = std::to_string(i / 10) + "." + std::to_string(i % 10);
        text += time + "," + time + ",0," + (name[1] == '1' ? "1" : "0.9") + "\n";
      }
      write(std::string("watch/") + name + ".csv", text);
    }
    write("dataset.yaml", kWatchOnly + "annotations: annotations.csv\n");
    write("clips.csv", "id,subject,watch\np1,1,watch/p1.csv\np2,2,watch/p2.csv\n");
    write("annotations.csv", kAnnotations);
  }
  // The data set from its files, and once more from its store.
  Dataset dataset() const {
    config::DataConfig stored = config();
    stored.store = (folder_ / "store.h5").string();
    const Dataset built = store::load_dataset(stored);
    Dataset read = store::load_dataset(stored);
    EXPECT_EQ(read.hash, built.hash);
    for (std::size_t i = 0; i < read.clips.size(); ++i) {
      EXPECT_EQ(read.clips[i].source, built.clips[i].source);
      EXPECT_EQ(read.clips[i].overlaps, built.clips[i].overlaps);
      EXPECT_EQ(read.clips[i].begin, built.clips[i].begin);
      EXPECT_EQ(read.clips[i].end, built.clips[i].end);
    }
    return read;
  }
  void windows(const std::string& rule) const {
    write("dataset.yaml", kWatchOnly + "annotations: annotations.csv\nwindows: " + rule + "\n");
  }
  static Split by_person(Dataset dataset) {
    config::ProtocolConfig protocol;
    protocol.name = "explicit";
    protocol.train.emplace().subjects = std::vector<Name>{1};
    protocol.test.emplace().subjects = std::vector<Name>{2};
    const config::ProtocolConfig resolved = resolve_protocol(protocol, dataset.info);
    return make_split(std::move(dataset), resolved);
  }
};

TEST_F(Continuous, AnnotationsAreClips) {
  const Dataset read = dataset();
  EXPECT_THAT(read.info.classes, ElementsAre("push", "wave"));
  EXPECT_THAT(ids(read.clips), ElementsAre("p1_0002", "p2_0002", "p1_0001", "p2_0001"));
  const Clip& wave = read.clips[2];
  EXPECT_EQ(wave.source, "p1");
  EXPECT_EQ(wave.sensor.rows(), 71);
  EXPECT_FLOAT_EQ(wave.sensor(0, 0), 0);
  EXPECT_FLOAT_EQ(wave.sensor(70, 0), 7);
  EXPECT_FLOAT_EQ(read.clips[0].sensor(0, 0), 8);
  EXPECT_THAT(data::describe(check_dataset(config())), HasSubstr("4 clips"));
}

TEST_F(Continuous, LinesOfTheManifestMayNameParts) {
  write("dataset.yaml", kWatchOnly);
  write("clips.csv",
        "id,subject,label,watch,start,end\n"
        "first,1,wave,watch/p1.csv,1,3\nsecond,1,push,watch/p1.csv,4.55,6\nwhole,2,push,watch/p2.csv,,\n");
  const Dataset read = dataset();
  EXPECT_THAT(ids(read.clips), ElementsAre("second", "whole", "first"));
  EXPECT_FLOAT_EQ(read.clips[0].sensor(0, 0), 4.55F) << "between two samples";
  EXPECT_EQ(read.clips[1].sensor.rows(), 161);
  EXPECT_EQ(read.clips[1].source, "");
  EXPECT_EQ(read.clips[2].sensor.rows(), 21);
}

// A watch that writes what was done beside each sample: nothing, "wave" from 2 s, "off" from 6 s, "push" from 9 to 12
// s.
class LabelColumn : public Continuous {
 protected:
  void SetUp() override {
    Continuous::SetUp();
    for (const char* name : {"p1", "p2"}) {
      std::string text = "t,what,ax,ay,az\n";
      for (int i = 0; i <= 160; ++i) {
        const char* const what = i < 20 ? "" : i < 60 ? " wave" : i < 90 ? "off" : i < 120 ? "push" : "";
        const std::string time = std::to_string(i / 10) + "." + std::to_string(i % 10);
        text += time + "," + what + "," + time + ",0," + (name[1] == '1' ? "1" : "0.9") + "\n";
      }
      write(std::string("watch/") + name + ".csv", text);
    }
    write("dataset.yaml", labeled);
  }
  const std::string labeled =
      "manifest: clips.csv\nalign: timestamps\nskeleton: null\nclasses: [push, wave]\n"
      "sensors:\n  watch: {header: true, time: t, label: what, no_label: [\"off\"], channels: [ax, ay, az], unit: g}\n";
};

TEST_F(LabelColumn, RunsOfOneLabelAreClips) {
  const Dataset read = dataset();
  EXPECT_THAT(read.info.classes, ElementsAre("push", "wave"));
  EXPECT_THAT(ids(read.clips), ElementsAre("p1_0002", "p2_0002", "p1_0001", "p2_0001"));
  EXPECT_FLOAT_EQ(read.clips[0].sensor(0, 0), 9);
  EXPECT_EQ(read.clips[0].sensor.rows(), 31) << "up to the sample that says something else";
  EXPECT_FLOAT_EQ(read.clips[2].sensor(0, 0), 2);
  EXPECT_FLOAT_EQ(read.clips[2].sensor(40, 0), 6);
  EXPECT_EQ(read.clips[2].sensor.cols(), 3) << "the label is no channel";
}

TEST_F(LabelColumn, WindowsAreThoseOfAnnotationsThatSayTheSame) {
  const std::string rule = "windows: {length: 2, step: 1, outside: class}\n";
  write("dataset.yaml", replaced(labeled, "[push, wave]", "[push, wave, other]") + rule);
  const Dataset by_column = dataset();
  write("dataset.yaml", replaced(replaced(labeled, "label: what, no_label: [\"off\"], ", "columns: [ax, ay, az], "),
                                 "[push, wave]", "[push, wave, other]") +
                            "annotations: annotations.csv\n" + rule);
  write("annotations.csv", "recording,start,end,label\np1,2,6,wave\np1,9,12,push\np2,2,6,wave\np2,9,12,push\n");
  std::filesystem::remove(folder_ / "store.h5");
  const Dataset by_file = dataset();
  ASSERT_EQ(by_column.clips.size(), 30U);
  ASSERT_EQ(by_file.clips.size(), 30U);
  for (std::size_t i = 0; i < 30; ++i) {
    EXPECT_EQ(by_column.clips[i].label, by_file.clips[i].label);
    EXPECT_EQ(by_column.clips[i].hash, by_file.clips[i].hash);
    EXPECT_EQ(by_column.clips[i].overlaps, by_file.clips[i].overlaps);
  }
}

TEST_F(LabelColumn, LabelsGoWithTheirSamplesWhateverRulesDoToThese) {
  write("watch/p1.csv",
        "t,what,ax,ay,az\n10,wave,0,0,1\n12,push,2,0,1\n11,wave,1,0,1\n13,push,3,0,1\n13,wave,9,0,1\n14,push,4,0,1\n"
        "0,wave,7,0,1\n15,off,5,0,1\n16,off,6,0,1\n");
  write("clips.csv", "id,subject,watch\np1,1,watch/p1.csv\n");
  const Dataset read = dataset();
  ASSERT_THAT(ids(read.clips), ElementsAre("p1_0002", "p1_0001"));
  EXPECT_FLOAT_EQ(read.clips[0].sensor(0, 0), 2);
  EXPECT_FLOAT_EQ(read.clips[0].sensor(3, 0), 5);
  EXPECT_FLOAT_EQ(read.clips[1].sensor(2, 0), 2);
}

TEST_F(LabelColumn, WithASpanMomentsCountFromTheBeginningOfTheFile) {
  write("dataset.yaml",
        replaced(replaced(labeled, "timestamps", "span"), "time: t,", "rate: 10, columns: [ax, ay, az],"));
  const Dataset read = dataset();
  ASSERT_EQ(read.clips.size(), 4U);
  EXPECT_FLOAT_EQ(read.clips[2].sensor(0, 0), 2);
}

// A second sensor that begins later and ends earlier, with a clock of its own where there are time stamps.
TEST_F(LabelColumn, WhatAnotherStreamDidNotRecordIsLeftOutAndCounted) {
  std::string text = "t,gx\n";
  for (int i = 100; i <= 150; ++i) text += std::to_string(i / 10) + "." + std::to_string(i % 10) + ",1\n";
  write("g.csv", text);
  write("clips.csv", "id,subject,watch,band\np1,1,watch/p1.csv,g.csv\n");
  write("dataset.yaml", labeled + "  band: {header: true, time: t, channels: [gx], unit: deg/s}\n");
  const DataCheck check = check_dataset(config());
  EXPECT_THAT(check.broken, IsEmpty());
  EXPECT_THAT(ids(check.clips), ElementsAre("p1_0001")) << "10 to 12 s of push";
  EXPECT_EQ(check.clips[0].sensor.rows(), 21);
  EXPECT_EQ(check.repairs.at("labels where not all streams are whole: left out").count, 1);
}

// By their nominal rates the band recorded 8 s and the watch 16: both cover the same time.
TEST_F(LabelColumn, WithASpanLabelsAreStretchedWithTheirSensor) {
  std::string text;
  for (int i = 0; i <= 80; ++i) text += std::to_string(i) + "\n";
  write("g.csv", text);
  write("clips.csv", "id,subject,band,watch\np1,1,g.csv,watch/p1.csv\n");
  const std::string by_span =
      replaced(replaced(labeled, "timestamps", "span"), "time: t,", "rate: 10, columns: [ax, ay, az],");
  write("dataset.yaml", replaced(by_span, "  watch:", "  band: {rate: 10, channels: [gx], unit: deg/s}\n  watch:"));
  const std::vector<Clip> clips = check_dataset(config()).clips;
  ASSERT_EQ(clips.size(), 2U);
  EXPECT_NEAR(clips[0].sensor(0, 1), 9, 0.1) << "of the watch, in its seconds";
  EXPECT_NEAR(clips[0].sensor(0, 0), 45, 1) << "of the band";
}

TEST_F(LabelColumn, MayBeTheLastColumnOfAFileWithoutAHeader) {
  write("watch/p1.csv", "0,0,0,1,\n1,0,0,1,wave\n2,0,0,1,wave\n3,0,0,1,\n");
  write("clips.csv", "id,subject,watch\np1,1,watch/p1.csv\n");
  write("dataset.yaml",
        replaced(replaced(labeled, "header: true, time: t", "time: \"0\""), "label: what", "label: \"4\""));
  EXPECT_EQ(dataset().clips.at(0).sensor.rows(), 3);
  write("dataset.yaml",
        replaced(replaced(labeled, "time: t", "time: t, columns: [ax, ay, t]"), "label: what", "label: ax"));
  write("watch/p1.csv", "t,what,ax,ay,az\n0,wave,0,0,1\n1,wave,0,0,1\n");
  EXPECT_THAT(check_dataset(config()).broken.at(0).problem, HasSubstr("column 'ax' is the label, and read as a value"));
}

TEST_F(LabelColumn, ArraysHaveOneToo) {
  std::vector<float> values;
  for (int i = 0; i < 8; ++i) {
    values.insert(values.end(), {i < 4 ? 5.0F : 0.0F, static_cast<float>(i), 0, 1});
  }
  write("p1.npy", testing::npy_bytes("<f4", "(8, 4)", values));
  write("clips.csv", "id,subject,watch\np1,1,p1.npy\n");
  write("dataset.yaml",
        "manifest: clips.csv\nalign: span\nskeleton: null\nclasses: [\"5\"]\n"
        "sensors:\n  watch: {rate: 10, label: \"0\", no_label: [\"0\"], channels: [ax, ay, az], unit: g}\n");
  const Dataset read = dataset();
  ASSERT_EQ(read.clips.size(), 1U);
  EXPECT_EQ(read.clips[0].sensor.rows(), 5);
  EXPECT_FLOAT_EQ(read.clips[0].sensor(4, 0), 4);
}

TEST_F(LabelColumn, ARecordingWithoutThatSensorHasTheLabelOfItsLine) {
  std::string skeleton;
  for (int i = 0; i <= 160; ++i) skeleton += "0,0,0," + std::to_string(i / 10.0) + ",1,0\n";
  write("s.csv", skeleton);
  write("clips.csv", "id,subject,label,skeleton,watch\np1,1,,s.csv,watch/p1.csv\np2,2,push,s.csv,\n");
  const std::string by_span =
      replaced(replaced(labeled, "timestamps", "span"), "time: t,", "rate: 10, columns: [ax, ay, az],");
  write("dataset.yaml",
        replaced(by_span, "skeleton: null",
                 "skeleton: {joints: [hip, hand], parents: [null, hip], wrist: hand, unit: m, rate: 10}"));
  EXPECT_THAT(ids(dataset().clips), ElementsAre("p1_0002", "p2", "p1_0001"));
}

TEST_F(LabelColumn, WhatItCannotMeanIsNamed) {
  const auto problem = [&](ErrorKind kind) { return testing::refusal(kind, [&] { read_dataset(config()); }); };
  write("dataset.yaml", replaced(labeled, ", no_label: [\"off\"]", ""));
  EXPECT_THAT(problem(ErrorKind::data),
              AllOf(HasSubstr("p1.csv: line 62: column what: expected one of the description's classes, or one of"),
                    HasSubstr("found 'off'")));
  write("dataset.yaml", labeled);
  write("clips.csv", "id,subject,label,watch\np1,1,wave,watch/p1.csv\np2,2,,watch/p2.csv\n");
  EXPECT_THAT(problem(ErrorKind::data), HasSubstr("clips.csv: line 2: the column 'what' of the files of watch says"));
  write("dataset.yaml", replaced(labeled, "classes: [push, wave]\n", ""));
  EXPECT_THAT(problem(ErrorKind::config), HasSubstr("sensors.watch.label: expected also the key classes"));
  write("dataset.yaml", labeled + "annotations: annotations.csv\n");
  EXPECT_THAT(problem(ErrorKind::config), HasSubstr("both a column of labels and annotations"));
  write("dataset.yaml", replaced(labeled, "[\"off\"]", "[wave]"));
  EXPECT_THAT(problem(ErrorKind::config), HasSubstr("'wave' is one of the classes, too"));
  write("dataset.yaml", replaced(labeled, "label: what, ", ""));
  EXPECT_THAT(problem(ErrorKind::config), HasSubstr("no_label belongs to a column of labels"));
}

TEST_F(LabelColumn, ARecordingInWhichNothingWasDoneIsCounted) {
  write("watch/p2.csv", "t,what,ax,ay,az\n0,off,0,0,1\n0.1,,0,0,1\n0.2,,0,0,1\n");
  EXPECT_EQ(check_dataset(config()).repairs.at("recordings in which no sample has a label: left out").count, 1);
}

TEST_F(Continuous, MomentsMayBeCalendarStamps) {
  write("watch/p1.csv",
        "t,ax,ay,az\n2024-06-03T08:00:00Z,0,0,1\n2024-06-03T08:00:01Z,1,0,1\n2024-06-03T08:00:02Z,2,0,1\n"
        "2024-06-03T08:00:03Z,3,0,1\n");
  write("clips.csv", "id,subject,watch\np1,1,watch/p1.csv\n");
  write("annotations.csv", "recording,start,end,label\np1,2024-06-03T10:00:01+02:00,2024-06-03T08:00:03Z,wave\n");
  const Dataset read = dataset();
  ASSERT_EQ(read.clips.size(), 1U);
  EXPECT_FLOAT_EQ(read.clips[0].sensor(0, 0), 1);
  EXPECT_FLOAT_EQ(read.clips[0].sensor(2, 0), 3);
}

// Four seconds by calendar stamps that end with `zone`.
std::string stamped(const std::string& zone) {
  std::string text = "t,ax,ay,az\n";
  for (int i = 0; i < 4; ++i)
    text += "2024-06-03T08:00:0" + std::to_string(i) + zone + "," + std::to_string(i) + ",0,1\n";
  return text;
}

TEST_F(Continuous, MomentsSayTheirZoneWhereTheStampsDo) {
  const auto problem = [&](const std::string& zone, const std::string& start, const std::string& end) {
    write("watch/p1.csv", stamped(zone));
    write("annotations.csv", "recording,start,end,label\np1," + start + "," + end + ",wave\n");
    return check_dataset(config()).broken.at(0).problem;
  };
  write("clips.csv", "id,subject,watch\np1,1,watch/p1.csv\n");
  EXPECT_THAT(problem("Z", "2024-06-03 08:00:01", "2024-06-03 08:00:03"),
              HasSubstr("its time stamps say their zone, but the starts and ends of its parts do not"));
  EXPECT_THAT(problem("", "2024-06-03 08:00:01Z", "2024-06-03 08:00:03Z"), HasSubstr("do not say their zone"));
}

TEST_F(Continuous, SensorsOfOneRecordingSayTheirZoneAlike) {
  write("dataset.yaml", kWatchOnly + "  phone: {header: true, time: t, channels: [ax, ay, az], unit: g}\n");
  write("clips.csv", "id,subject,label,watch,phone\np1,1,wave,watch/p1.csv,phone.csv\n");
  write("watch/p1.csv", stamped("Z"));
  write("phone.csv", stamped(""));
  EXPECT_THAT(check_dataset(config()).broken.at(0).problem,
              AllOf(HasSubstr("its time stamps do not say their zone, but those of"), HasSubstr("p1.csv do;")));
}

TEST_F(Continuous, WithASpanMomentsCountFromTheBeginning) {
  write("dataset.yaml",
        "manifest: clips.csv\nalign: span\nannotations: annotations.csv\nskeleton: null\n"
        "sensors:\n  watch: {header: true, columns: [ax, ay, az], rate: 10, channels: [ax, ay, az], unit: g}\n");
  EXPECT_FLOAT_EQ(dataset().clips[0].sensor(0, 0), 8);
}

const std::string kSpan =
    "manifest: clips.csv\nalign: span\nannotations: annotations.csv\n"
    "sensors:\n  watch: {header: true, columns: [ax, ay, az], rate: 10, channels: [ax, ay, az], unit: g}\n";

TEST_F(Continuous, WithASpanBothStreamsCoverTheSameTimeWhateverTheirRates) {
  std::string skeleton;  // the camera was slower than it says; x of the hand is the time
  for (int i = 0; i <= 80; ++i) skeleton += "0,0,0," + std::to_string(i / 5.0) + ",1,0\n";
  write("s.csv", skeleton);
  write("clips.csv", "id,subject,skeleton,watch\np1,1,s.csv,watch/p1.csv\np2,2,,watch/p2.csv\n");
  write("dataset.yaml",
        kSpan + "skeleton: {joints: [hip, hand], parents: [null, hip], wrist: hand, unit: m, rate: 10}\n");
  const Clip push = dataset().clips.at(0);
  ASSERT_EQ(push.id, "p1_0002");
  EXPECT_NEAR(push.skeleton(0, 3), 8, 0.01);
  EXPECT_NEAR(push.skeleton(push.skeleton.rows() - 1, 3), 15, 0.01);
  EXPECT_FLOAT_EQ(push.sensor(0, 0), 8);
}

TEST_F(Continuous, WithASpanMomentsCountFromTheBeginningOfTheFileWhateverARuleTookFromIt) {
  std::string watch = "t,ax,ay,az\n";
  for (int i = 0; i <= 160; ++i) watch += "0," + (i < 30 ? "" : std::to_string(i / 10.0)) + ",0,1\n";
  write("watch/p1.csv", watch);
  write("dataset.yaml", kSpan + "skeleton: null\ngaps: interpolate\n");
  const Dataset read = dataset();
  EXPECT_FLOAT_EQ(read.clips[0].sensor(0, 0), 8);
  EXPECT_FLOAT_EQ(read.clips[2].sensor(0, 0), 3) << "0 .. 7 s, of which the first three are missing";
}

TEST_F(Continuous, WhatAnnotationsCannotMeanIsNamed) {
  const auto problem = [&](const std::string& lines) {
    write("annotations.csv", "recording,start,end,label\n" + lines);
    return testing::refusal(ErrorKind::data, [&] { read_dataset(config()); });
  };
  EXPECT_THAT(problem("p3,0,7,wave\n"), HasSubstr("annotations.csv: line 2: column recording: expected the id of a"));
  EXPECT_THAT(problem("p1,7,7,wave\n"), HasSubstr("annotations.csv: line 2: column end: expected a moment after the"));
  EXPECT_THAT(
      problem("p1,soon,7,wave\n"),
      HasSubstr("column start: expected seconds, a date and time, or a time of day with its seconds, found 'soon'"));
  write("dataset.yaml", kWatchOnly + "annotations: annotations.csv\nwindows: {length: 2, outside: class}\n");
  EXPECT_THAT(problem("p1,20,27,wave\np2,0,7,wave\n"), HasSubstr("lies outside the recording"));
  write("dataset.yaml", kWatchOnly + "annotations: annotations.csv\n");
  EXPECT_THAT(problem("p1,20,27,wave\np2,0,7,wave\n"),
              AllOf(HasSubstr("p1.csv"), HasSubstr("lies outside the recording, which is 0.000000 .. 16.000000 s")));
  std::filesystem::remove(root_ / "annotations.csv");
  EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { read_dataset(config()); }),
              HasSubstr("annotations.csv: missing: expected a CSV file recording,start,end,label"));
}

TEST_F(Continuous, PartsThatReachBeyondTheRecordingAreCutAndCounted) {
  write("annotations.csv", replaced(kAnnotations, "p1,8.0,15.0", "p1,8.0,17.0"));
  const DataCheck check = check_dataset(config());
  EXPECT_THAT(check.broken, IsEmpty());
  EXPECT_EQ(check.repairs.at("parts that reach beyond the recording: cut to it").count, 1);
  EXPECT_FLOAT_EQ(check.clips[0].sensor(check.clips[0].sensor.rows() - 1, 0), 16);
  windows("{length: 2, step: 1}");
  EXPECT_EQ(check_dataset(config()).repairs.at("parts that reach beyond the recording: cut to it").count, 1);
}

TEST_F(Continuous, PartsOfTwoLabelsThatShareTimeAreCounted) {
  write("annotations.csv", replaced(kAnnotations, "p1,8.0,15.0", "p1,3.0,15.0"));
  EXPECT_EQ(
      check_dataset(config()).repairs.at("parts that share time with one of another label: taken as they are").count,
      1);
}

TEST_F(Continuous, WindowsOverlapInTrainingOnly) {
  windows("{length: 2, step: 1, label: all}");
  const Dataset read = dataset();
  EXPECT_EQ(read.clips.size(), 24U) << "6 of each part";
  for (const Clip& clip : read.clips) EXPECT_EQ(clip.sensor.rows(), 21) << clip.id;
  const Split split = by_person(read);
  EXPECT_EQ(split.train.size(), 12U);
  EXPECT_EQ(split.test.size(), 6U);
  for (const Clip& clip : split.train) EXPECT_EQ(clip.source, "p1") << "no window crosses the split";
  for (const Clip& clip : split.test) {
    EXPECT_EQ(clip.source, "p2");
    EXPECT_NEAR(clip.end - clip.begin, 2, 1e-9);
  }
  EXPECT_EQ(check_dataset(config()).repairs.at("windows without one label: left out").count, 6);
  windows("{length: 2, step: 1, label: all, overlap: everywhere}");
  EXPECT_EQ(by_person(dataset()).test.size(), 12U);
}

TEST_F(Continuous, LinesOfOneRecordingNeedNotFollowEachOther) {
  write("dataset.yaml", kWatchOnly + "windows: {length: 4}\n");
  const std::string lines =
      "id,subject,label,watch,start,end\na,1,wave,watch/p1.csv,0,8\nb,2,wave,watch/p2.csv,0,8\n"
      "c,1,push,watch/p1.csv,8,16\nd,2,push,watch/p2.csv,8,16\n";
  write("clips.csv", lines);
  EXPECT_THAT(ids(dataset().clips),
              ElementsAre("a_0003", "a_0004", "b_0003", "b_0004", "a_0001", "a_0002", "b_0001", "b_0002"));
  write("clips.csv", replaced(lines, "c,1,push", "c,2,push"));
  EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { read_dataset(config()); }),
              HasSubstr("clips.csv: line 4: with windows, lines that name the same files are about one recording"));
  write("clips.csv", "id,subject,label,watch,start\na,1,wave,watch/p1.csv,0\n");
  EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { read_dataset(config()); }), HasSubstr("end"));
}

// Else one could train and the other test.
TEST_F(Continuous, NoSecondsAreInTwoRecordings) {
  write("dataset.yaml", kWatchOnly);
  const auto problem = [&](const std::string& lines) {
    write("clips.csv", "id,subject,label,trial,watch,start,end\n" + lines);
    return testing::refusal(ErrorKind::data, [&] { dataset_info(config()); });
  };
  EXPECT_THAT(problem("a,1,,1,watch/p1.csv,0,8\nb,1,wave,2,watch/p1.csv,0.02,8\n"),
              AllOf(HasSubstr("clips.csv: line 3: shares 7.98"),
                    HasSubstr("with line 2 of clips.csv, which is of another"), HasSubstr("say `windows`")));
  EXPECT_THAT(problem("a,1,,1,watch/p1.csv,,\nb,2,wave,1,watch/p1.csv,4,8\n"), HasSubstr("line 3: shares 4"));
  write("clips.csv",
        "id,subject,label,trial,watch,start,end\na,1,push,1,watch/p1.csv,0,8\nb,1,wave,2,watch/p1.csv,7.5,15\n"
        "c,1,wave,1,watch/p1.csv,1,5\n");
  EXPECT_EQ(dataset_info(config()).trials.size(), 2U) << "what touches, and parts of one recording, are taken";
}

TEST_F(Continuous, ACameraThatFilmedNobodyIsNoOtherRecording) {
  write("dataset.yaml", kWatchOnly);
  write("clips.csv",
        "id,subject,label,camera,watch,start,end\na,1,wave,1,watch/p1.csv,0,8\nb,1,wave,2,watch/p1.csv,0,8\n");
  EXPECT_EQ(dataset_info(config()).cameras.size(), 2U);
}

TEST_F(Continuous, AnnotationsOfOneFileUnderTwoIdsDoNotShareTime) {
  write("clips.csv", "id,subject,trial,watch\np1,1,1,watch/p1.csv\np2,1,2,watch/p1.csv\n");
  EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { dataset_info(config()); }),
              HasSubstr("annotations.csv: line 5: shares 7"));
}

TEST_F(Continuous, RecordingsShorterThanAWindowAreNamed) {
  windows("{length: 17}");
  EXPECT_EQ(check_dataset(config()).repairs.at("recordings shorter than a window: left out").count, 2);
}

TEST_F(Continuous, ARecordingInATrainingPartNeedsALabelSomewhere) {
  windows("{length: 2}");
  write("annotations.csv", "recording,start,end,label\np1,0,7,wave\n");
  EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { by_person(read_dataset(config())); }),
              HasSubstr("has no label; give it one"));
}

TEST_F(Continuous, WhatIsOutsideIsAClassOrHasNoLabel) {
  write("annotations.csv", "recording,start,end,label\np1,0,8,wave\np2,0,8,wave\n");
  windows("{length: 4, outside: class}");
  Dataset read = dataset();
  EXPECT_THAT(read.info.classes, ElementsAre("other", "wave"));
  EXPECT_EQ(std::count_if(read.clips.begin(), read.clips.end(), [](const Clip& clip) { return clip.label == 0; }), 4);
  windows("{length: 4, outside: unlabeled}");
  read = dataset();
  EXPECT_EQ(read.clips.size(), 8U);
  const Split split = by_person(read);
  EXPECT_THAT(split.classes, ElementsAre("wave"));
  EXPECT_EQ(split.train.size(), 2U) << "what has no label is in no labeled part";
  windows("{length: 4}");
  EXPECT_EQ(dataset().clips.size(), 4U);
}

TEST_F(Continuous, ARecordingWithoutAnnotationsIsCutTheSameWay) {
  write("annotations.csv", "recording,start,end,label\np1,0,16,wave\n");
  windows("{length: 4, step: 2}");
  const Dataset read = dataset();
  EXPECT_EQ(read.info.classes.back(), "(no label)");
  EXPECT_EQ(std::count_if(read.clips.begin(), read.clips.end(), [](const Clip& clip) { return clip.label == 1; }), 7);
  write("clips.csv", "id,subject,label,watch\np1,1,,watch/p1.csv\np2,2,push,watch/p2.csv\n");
  EXPECT_THAT(dataset().info.classes, ElementsAre("push", "wave")) << "its label is that of all its windows";
}

// A watch and a camera that see a hand jerk at irregular moments; the watch's clock is 0.7 s ahead.
TEST_F(Continuous, ClocksThatDifferAreNamedAndPutRightOnRequest) {
  std::string watch = "t,ax,ay,az\n", skeleton = "t,x1,y1,z1,x2,y2,z2,x3,y3,z3\n";
  std::mt19937 random(7);
  std::vector<bool> moves(60);
  for (std::size_t i = 0; i < moves.size(); ++i) moves[i] = random() % 3 == 0;
  const auto is_moving = [&](double t) { return moves[static_cast<std::size_t>(t / 0.7)]; };
  for (int i = 0; i < 50 * 40; ++i) {
    const double t = i / 50.0;
    watch += std::to_string(t + 0.7) + ",0,0," + std::to_string(is_moving(t) ? 1 + std::sin(20 * t) : 1) + "\n";
  }
  for (int i = 0; i < 30 * 40; ++i) {
    const double t = i / 30.0;
    skeleton +=
        std::to_string(t) + ",0,0,0,0,1,0,0,2," + std::to_string(is_moving(t) ? 0.05 * std::sin(20 * t) : 0) + "\n";
  }
  write("w.csv", watch);
  write("s.csv", skeleton);
  write("clips.csv", "id,subject,label,skeleton,watch\none,1,wave,s.csv,w.csv\n");
  const std::string description =
      "manifest: clips.csv\nalign: timestamps\nskeleton:\n  joints: [hip, neck, hand]\n  parents: [null, hip, neck]\n"
      "  wrist: hand\n  unit: m\n  header: true\n  time: t\n"
      "sensors:\n  watch: {header: true, time: t, channels: [ax, ay, az], unit: g}\n";
  write("dataset.yaml", description);
  DataCheck found = check_dataset(config());
  ASSERT_TRUE(found.offsets.contains("one"));
  EXPECT_NEAR(found.offsets.at("one").seconds, 0.7, 0.15);
  EXPECT_THAT(data::describe(found), AllOf(HasSubstr("clocks, seconds by which the sensor is later"),
                                           HasSubstr("one: the sensor shows movements 0."), HasSubstr("s later than")));
  write("dataset.yaml", description + "offset: estimate\n");
  found = check_dataset(config());
  EXPECT_THAT(found.repairs, ::testing::Contains(::testing::Key(HasSubstr("put right by its movement"))));
  EXPECT_THAT(suspicions_of(found), Not(Contains(HasSubstr("offset: estimate"))));
  EXPECT_NEAR(static_cast<double>(found.clips.at(0).sensor.rows()), 2000, 10) << "streams now cover the same time";
  write("dataset.yaml", replaced(description, "timestamps", "span") + "offset: estimate\n");
  EXPECT_THAT(testing::refusal(ErrorKind::config, [&] { dataset_info(config()); }),
              HasSubstr("offset: estimate is for align: timestamps"));
}

TEST_F(Continuous, WindowsOfADescriptionAreChecked) {
  const auto problem = [&](const std::string& rule) {
    windows(rule);
    return testing::refusal(ErrorKind::config, [&] { dataset_info(config()); });
  };
  EXPECT_THAT(problem("{step: 1}"), HasSubstr("windows.length: expected the seconds of a window, found nothing"));
  EXPECT_THAT(problem("{length: 2, minimum_share: 1.5}"),
              HasSubstr("windows.minimum_share: expected a number > 0 and <= 1, found '1.5'"));
  EXPECT_THAT(problem("{length: 2, outside: keep}"), HasSubstr("windows.outside: expected one of drop, class"));
  EXPECT_THAT(problem("{length: 2, label: all, minimum_share: 0.5}"), HasSubstr("label: all means a share of 1"));
}

}  // namespace
}  // namespace pskd::data::readers
