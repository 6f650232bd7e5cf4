#include "data/readers/mmact/pose.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/quantile.hpp"
#include "data/formats/numbers.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;

constexpr Eigen::Index kJoints = 17, kNumbers = 3 * kJoints;
constexpr int kMaxFrameNumber = 1'000'000, kMaxFrames = 36'000;  // 20 minutes
constexpr int kMaxPeople = 100;
constexpr double kMaxNumber = 1e6;
constexpr float kTrunk = 0.5F;

using PersonFrame = std::array<float, kNumbers>;

struct PoseFile {
  std::optional<int> first, last;                       // frame numbers that occur, seen or not
  std::map<int, std::map<int, PersonFrame>> by_person;  // person, then frame
};

// A number of 0 .. largest.
bool parse_count(std::string_view text, int largest, int& value) {
  return formats::parse_whole(text, value) && value >= 0 && value <= largest;
}

// Takes the file token by token, so that nothing that does not fit the form is ever kept.
class PoseParser : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit PoseParser(const fs::path& file) : file_(file) {}

  PoseFile take() { return std::move(pose_); }

  bool null() override { return unexpected("null"); }
  bool boolean(bool) override { return unexpected("true or false"); }
  bool number_integer(number_integer_t value) override { return number(static_cast<double>(value)); }
  bool number_unsigned(number_unsigned_t value) override { return number(static_cast<double>(value)); }
  bool number_float(number_float_t value, const string_t&) override { return number(value); }
  bool string(string_t& value) override { return unexpected("the text " + formats::quoted_field(value)); }
  bool binary(binary_t&) override { return unexpected("bytes"); }

  bool start_object(std::size_t) override {
    if (place_ == Place::file) {
      place_ = Place::frames;
    } else if (place_ == Place::frame) {
      place_ = Place::people;
    } else {
      return unexpected("an object");
    }
    return true;
  }
  bool end_object() override {
    place_ = place_ == Place::people ? Place::frames : Place::end;
    return true;
  }
  bool key(string_t& name) override {
    if (place_ == Place::frames) return start_frame(name);
    return start_person(name);
  }
  bool start_array(std::size_t) override {
    if (place_ == Place::frame) {
      place_ = Place::nobody;
    } else if (place_ == Place::person) {
      place_ = Place::numbers;
      count_ = 0;
    } else {
      return unexpected("a list");
    }
    return true;
  }
  bool end_array() override {
    if (place_ == Place::numbers) {
      end_person();
      place_ = Place::people;
    } else {
      place_ = Place::frames;
    }
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    fail("not JSON at byte " + std::to_string(position) + " (" + error.what() + ")");
  }

 private:
  // What comes next: the whole file, frames, one frame, people, one person, that one's numbers; an empty list instead
  // of people; nothing more.
  enum class Place { file, frames, frame, people, person, numbers, nobody, end };

  [[noreturn]] void fail(const std::string& problem) const {
    std::string where = file_.string() + ": ";
    if (frame_ && place_ != Place::frames) where += "frame " + std::to_string(*frame_) + ": ";
    throw Error(ErrorKind::data, where + problem);
  }
  [[noreturn]] bool unexpected(const std::string& found) const {
    constexpr std::array kExpected = {
        "an object of frames",  "a frame number", "people or an empty list", "a name such as person1",
        "a list of 51 numbers", "a number",       "an empty list",           "the end"};
    fail(std::string("expected ") + kExpected[static_cast<std::size_t>(place_)] + ", found " + found);
  }

  bool start_frame(const std::string& name) {
    int frame = 0;
    if (!parse_count(name, kMaxFrameNumber, frame)) {
      unexpected(formats::quoted_field(name) + " (0 .. " + std::to_string(kMaxFrameNumber) + ")");
    }
    frame_ = frame;
    place_ = Place::frame;
    if (!numbers_.insert(frame).second) fail("expected each frame once");
    pose_.first = std::min(pose_.first.value_or(frame), frame);
    pose_.last = std::max(pose_.last.value_or(frame), frame);
    if (*pose_.last - *pose_.first >= kMaxFrames) {
      fail("expected frames within " + std::to_string(kMaxFrames) + " numbers, the others begin at " +
           std::to_string(*pose_.first));
    }
    people_.clear();
    return true;
  }

  bool start_person(const std::string& name) {
    constexpr std::string_view kWord = "person";
    if (!name.starts_with(kWord) || !parse_count(std::string_view(name).substr(kWord.size()), kMaxPeople, person_)) {
      unexpected(formats::quoted_field(name));
    }
    if (!people_.insert(person_).second)
      fail("expected each person once, found " + formats::quoted_field(name) + " again");
    place_ = Place::person;
    return true;
  }

  bool number(double value) {
    if (place_ != Place::numbers) unexpected("a number");
    if (count_ == kNumbers) fail("expected 51 numbers of person" + std::to_string(person_) + ", found more");
    if (!(std::abs(value) <= kMaxNumber)) {
      fail("expected pixels and confidences, found the number " + std::to_string(value));
    }
    values_[static_cast<std::size_t>(count_++)] = static_cast<float>(value);
    return true;
  }

  void end_person() {
    if (count_ == 0) return;  // not seen
    if (count_ != kNumbers) {
      fail("expected 51 numbers of person" + std::to_string(person_) + ", found " + std::to_string(count_));
    }
    bool seen = false;
    for (std::size_t joint = 0; joint < kJoints; ++joint) seen = seen || values_[3 * joint + 2] > 0;
    if (seen) pose_.by_person[person_][*frame_] = values_;
  }

  const fs::path& file_;
  Place place_ = Place::file;
  std::optional<int> frame_;
  int person_ = 0;
  Eigen::Index count_ = 0;
  PersonFrame values_{};
  std::set<int> numbers_, people_;
  PoseFile pose_;
};

// The row of each frame in which the person is seen, and all between them on straight lines, before and after as the
// nearest. Returns how many those are.
std::int64_t fill_rows(const std::map<int, PersonFrame>& seen, int first, Frames& rows) {
  Eigen::Index before = -1;
  for (const auto& [frame, values] : seen) {
    const Eigen::Index at = frame - first;
    rows.row(at) = Eigen::Map<const Eigen::Array<float, 1, kNumbers>>(values.data());
    for (Eigen::Index i = before + 1; i < at; ++i) {
      const float share = before < 0 ? 1.0F : static_cast<float>(i - before) / static_cast<float>(at - before);
      rows.row(i) = rows.row(at) * share;
      if (before >= 0) rows.row(i) += rows.row(before) * (1.0F - share);
    }
    before = at;
  }
  for (Eigen::Index i = before + 1; i < rows.rows(); ++i) rows.row(i) = rows.row(before);
  return rows.rows() - static_cast<std::int64_t>(seen.size());
}

// The median length of the trunk in pixels; `confident`: over the frames in which its four corners have confidence
// only. 0 when there is none.
float trunk_length(const std::map<int, PersonFrame>& seen, bool confident) {
  constexpr std::size_t kLeftShoulder = 5, kRightShoulder = 6, kLeftHip = 11, kRightHip = 12;
  std::vector<float> lengths;
  for (const auto& [frame, values] : seen) {
    const auto middle = [&, &joints = values](std::size_t left, std::size_t right, std::size_t axis) {
      return 0.5F * (joints[3 * left + axis] + joints[3 * right + axis]);
    };
    const auto sure = [&joints = values](std::size_t joint) { return joints[3 * joint + 2] > 0; };
    if (confident && !(sure(kLeftShoulder) && sure(kRightShoulder) && sure(kLeftHip) && sure(kRightHip))) continue;
    lengths.push_back(std::hypot(middle(kLeftShoulder, kRightShoulder, 0) - middle(kLeftHip, kRightHip, 0),
                                 middle(kLeftShoulder, kRightShoulder, 1) - middle(kLeftHip, kRightHip, 1)));
  }
  return lengths.empty() ? 0 : upper_median(std::move(lengths));
}

}  // namespace

MmactPose read_mmact_pose(const fs::path& file) {
  const std::string text = formats::read_text(file);
  PoseParser parser(file);
  nlohmann::json::sax_parse(text, &parser);
  const PoseFile read = parser.take();
  MmactPose pose;
  if (read.by_person.empty()) return pose;
  const auto kept = std::max_element(read.by_person.begin(), read.by_person.end(),
                                     [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  const std::map<int, PersonFrame>& seen = kept->second;
  float trunk = trunk_length(seen, true);
  if (trunk == 0) trunk = trunk_length(seen, false);
  if (trunk < 1) {
    throw Error(ErrorKind::data, file.string() + ": expected a trunk (shoulders to hips) of at least a pixel, found " +
                                     std::to_string(trunk));
  }
  pose.first = *read.first;
  pose.last = *read.last;
  pose.others = static_cast<int>(read.by_person.size()) - 1;
  pose.frames.resize(pose.last - pose.first + 1, kNumbers);
  pose.interpolated = fill_rows(seen, pose.first, pose.frames);
  const float scale = kTrunk / trunk;
  for (Eigen::Index row = 0; row < pose.frames.rows(); ++row) {
    const bool is_seen = seen.count(pose.first + static_cast<int>(row)) > 0;
    for (Eigen::Index joint = 0; joint < kJoints; ++joint) {
      pose.frames(row, 3 * joint) *= scale;
      pose.frames(row, 3 * joint + 1) *= -scale;
      if (!is_seen) pose.frames(row, 3 * joint + 2) = 0;
    }
  }
  return pose;
}

}  // namespace pskd::data::readers
