#include "data/formats/bvh.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <set>

#include "data/file_error.hpp"
#include "data/finite.hpp"
#include "data/formats/numbers.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::formats {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxJoints = 256;
constexpr std::int64_t kMaxFrames = 1'000'000;
constexpr std::int64_t kMaxValues = 50'000'000;

constexpr std::array kChannelNames = {"Xposition", "Yposition", "Zposition", "Xrotation", "Yrotation", "Zrotation"};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// A BVH text from its begin to its end: words first, whole lines once the motion begins.
class BvhText {
 public:
  BvhText(const fs::path& file, std::string_view text) : file_(file), text_(text) {}

  // The next word, a brace being one by itself; empty at the end of the file.
  std::string_view word() {
    skip_blanks();
    const std::size_t begin = at_;
    if (at_ < text_.size() && is_brace(text_[at_])) return text_.substr(at_++, 1);
    while (at_ < text_.size() && !is_blank(text_[at_]) && !is_brace(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  // What the line holds still, up to a brace.
  std::string_view name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != '\n' && !is_brace(text_[at_])) ++at_;
    return without_return(text_.substr(begin, at_ - begin));
  }

  // The next line that is not blank; nothing at the end of the file.
  std::optional<std::string_view> line() {
    skip_blanks();
    if (at_ == text_.size()) return std::nullopt;
    const std::size_t begin = at_;
    at_ = std::min(text_.find('\n', at_), text_.size());
    return without_return(text_.substr(begin, at_ - begin));
  }

  void expect(std::string_view wanted) {
    const std::string_view found = word();
    if (found != wanted) fail_expecting(std::string(wanted), found);
  }

  double number(const std::string& what) {
    const std::string_view found = word();
    double value = 0;
    if (!parse_number(found, value) || !std::isfinite(value)) fail_expecting(what, found);
    return value;
  }

  [[noreturn]] void fail(const std::string& problem) const { fail_at_line(file_, line_, problem); }
  [[noreturn]] void fail_expecting(const std::string& what, std::string_view found) const {
    fail("expected " + what + ", found " + (found.empty() ? "the end" : quoted_field(found)));
  }

  const fs::path& file() const { return file_; }
  std::size_t line_number() const { return line_; }  // of the last word or line
  std::size_t bytes_left() const { return text_.size() - at_; }

 private:
  static bool is_brace(char c) { return c == '{' || c == '}'; }
  static std::string_view without_return(std::string_view text) {
    if (text.ends_with('\r')) text.remove_suffix(1);
    return trimmed(text);
  }
  void skip_blanks() {
    for (; at_ < text_.size() && is_blank(text_[at_]); ++at_) line_ += text_[at_] == '\n' ? 1 : 0;
  }

  const fs::path& file_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

// The tree of joints. Open braces are kept in a list, not on the stack: a file may nest as deep as it has joints.
class HierarchyReader {
 public:
  explicit HierarchyReader(BvhText& text) : text_(text) {}

  std::vector<BvhJoint> run() {
    text_.expect("HIERARCHY");
    text_.expect("ROOT");
    begin_joint(-1);
    while (!open_.empty()) read_entry();
    return std::move(joints_);
  }

 private:
  struct OpenJoint {
    int index = 0;
    bool has_offset = false, has_channels = false, has_children = false;
  };

  BvhJoint& joint() { return joints_[static_cast<std::size_t>(open_.back().index)]; }

  void begin_joint(int parent) {
    const std::string name(text_.name());
    if (name.empty()) text_.fail("expected the name of a joint");
    if (joints_.size() == kMaxJoints) {
      text_.fail("expected at most " + std::to_string(kMaxJoints) + " joints");
    }
    if (!names_.insert(name).second) text_.fail("expected joints of different names, found a second " + name);
    text_.expect("{");
    open_.push_back({.index = static_cast<int>(joints_.size())});
    joints_.push_back({.name = name, .parent = parent, .channels = {}});
  }

  void read_entry() {
    const std::string_view word = text_.word();
    if (word == "OFFSET") return read_offset();
    if (word == "CHANNELS") return read_channels();
    if (word == "}") return end_joint();
    if (word != "JOINT" && word != "End") {
      text_.fail_expecting("OFFSET, CHANNELS, JOINT, End Site or } of joint " + joint().name, word);
    }
    open_.back().has_children = true;
    if (word == "JOINT") return begin_joint(open_.back().index);
    skip_end_site();
  }

  void read_offset() {
    if (open_.back().has_offset) text_.fail("expected one OFFSET of joint " + joint().name);
    open_.back().has_offset = true;
    joint().offset = read_vector();
  }

  void read_channels() {
    if (open_.back().has_channels) text_.fail("expected one CHANNELS of joint " + joint().name);
    if (open_.back().has_children) {
      text_.fail("expected CHANNELS of joint " + joint().name + " before the joints below it");
    }
    open_.back().has_channels = true;
    const double count = text_.number("a number of channels");
    if (count != 0 && count != 3 && count != 6) text_.fail("expected 0, 3 or 6 channels of joint " + joint().name);
    std::vector<BvhChannel>& channels = joint().channels;
    while (static_cast<double>(channels.size()) < count) {
      const std::string_view word = text_.word();
      const auto* const known = std::find(kChannelNames.begin(), kChannelNames.end(), word);
      if (known == kChannelNames.end()) text_.fail_expecting("a channel such as Xposition or Zrotation", word);
      const auto channel = static_cast<BvhChannel>(known - kChannelNames.begin());
      if (std::find(channels.begin(), channels.end(), channel) != channels.end()) {
        text_.fail("expected different channels of joint " + joint().name + ", found a second " + std::string(word));
      }
      channels.push_back(channel);
    }
  }

  void skip_end_site() {
    text_.expect("Site");
    text_.name();
    text_.expect("{");
    text_.expect("OFFSET");
    read_vector();
    text_.expect("}");
  }

  void end_joint() {
    if (!open_.back().has_offset) text_.fail("expected an OFFSET of joint " + joint().name);
    open_.pop_back();
  }

  Eigen::Vector3d read_vector() {
    Eigen::Vector3d vector;
    for (double& coordinate : vector) coordinate = text_.number("three finite numbers after OFFSET");
    return vector;
  }

  BvhText& text_;
  std::vector<BvhJoint> joints_;
  std::vector<OpenJoint> open_;
  std::set<std::string> names_;
};

Eigen::Index channel_count(const std::vector<BvhJoint>& joints) {
  Eigen::Index count = 0;
  for (const BvhJoint& joint : joints) count += static_cast<Eigen::Index>(joint.channels.size());
  return count;
}

// The number in the line `key` number.
double read_keyed_number(BvhText& text, const std::string& key) {
  const std::string_view line = text.line().value_or("");
  double value = 0;
  if (!line.starts_with(key) || !parse_number(line.substr(key.size()), value) || !std::isfinite(value)) {
    text.fail_expecting("'" + key + " <number>'", line);
  }
  return value;
}

// A number takes two bytes at least, so a header cannot ask for more memory than a few times the file.
Eigen::Index read_frame_count(BvhText& text, Eigen::Index channels) {
  const double frames = read_keyed_number(text, "Frames:");
  if (frames < 1 || frames > static_cast<double>(kMaxFrames) || frames != std::floor(frames)) {
    text.fail("expected 1 .. " + std::to_string(kMaxFrames) + " frames");
  }
  const double values = frames * static_cast<double>(channels);
  if (values > static_cast<double>(kMaxValues)) {
    text.fail("expected at most " + std::to_string(kMaxValues) + " values of all frames");
  }
  if (2 * values - 1 > static_cast<double>(text.bytes_left())) {
    text.fail("expected " + std::to_string(static_cast<std::int64_t>(frames)) + " frames of " +
              std::to_string(channels) + " numbers, found a file too short for them");
  }
  return static_cast<Eigen::Index>(frames);
}

template <class Row>
void read_frame(BvhText& text, std::string_view line, Row row) {
  const std::vector<std::string_view> fields = fields_of(line, ' ');
  if (static_cast<Eigen::Index>(fields.size()) != row.size()) {
    text.fail("expected " + std::to_string(row.size()) + " numbers of a frame, found " + std::to_string(fields.size()));
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    double& value = row(static_cast<Eigen::Index>(i));
    if (!parse_number(fields[i], value)) text.fail_expecting("a number", fields[i]);
    if (std::isfinite(value)) continue;
    throw NotFinite(text.file().string() + ": line " + std::to_string(text.line_number()) +
                        ": expected finite numbers, found " + quoted_field(fields[i]),
                    1);
  }
}

constexpr double kMinFrameTime = 1e-4, kMaxFrameTime = 1;  // s

void read_motion(BvhText& text, Bvh& bvh) {
  text.expect("MOTION");
  const Eigen::Index channels = channel_count(bvh.joints);
  if (channels == 0) text.fail("expected at least one channel of a joint, found none");
  const Eigen::Index frames = read_frame_count(text, channels);
  bvh.frame_time = read_keyed_number(text, "Frame Time:");
  if (bvh.frame_time < kMinFrameTime || bvh.frame_time > kMaxFrameTime) {
    text.fail("expected a Frame Time of 0.0001 to 1 s, which is 10000 to 1 frames per second");
  }
  bvh.values.resize(frames, channels);
  for (Eigen::Index frame = 0; frame < frames; ++frame) {
    const std::optional<std::string_view> line = text.line();
    if (!line) {
      text.fail("expected " + std::to_string(frames) + " frames as Frames says, found " + std::to_string(frame));
    }
    read_frame(text, *line, bvh.values.row(frame));
  }
  if (text.line()) text.fail("expected the end after " + std::to_string(frames) + " frames as Frames says");
}

// The shortest text of `value` rounded to 0.0001.
void append_number(std::string& text, double value) {
  constexpr double kSteps = 1e4;
  const double rounded = std::round(value * kSteps) / kSteps + 0.0;  // no -0
  std::array<char, 32> buffer{};
  text.append(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), rounded).ptr);
}

void append_offset(std::string& text, const Eigen::Vector3d& offset) {
  text += "OFFSET";
  for (const double coordinate : offset) {
    text += ' ';
    append_number(text, coordinate);
  }
  text += '\n';
}

std::string hierarchy_text(const std::vector<BvhJoint>& joints) {
  std::string text = "HIERARCHY\n";
  std::vector<int> open;
  const auto indent = [&]() -> std::string& { return text.append(2 * open.size(), ' '); };
  const auto close_down_to = [&](int parent) {
    while (!open.empty() && open.back() != parent) {
      open.pop_back();
      indent() += "}\n";
    }
  };
  for (std::size_t i = 0; i < joints.size(); ++i) {
    const BvhJoint& joint = joints[i];
    close_down_to(joint.parent);
    indent() += (joint.parent < 0 ? "ROOT " : "JOINT ") + joint.name + '\n';
    indent() += "{\n";
    open.push_back(static_cast<int>(i));
    append_offset(indent(), joint.offset);
    indent() += "CHANNELS " + std::to_string(joint.channels.size());
    for (const BvhChannel channel : joint.channels) {
      text.append(" ").append(kChannelNames[static_cast<std::size_t>(channel)]);
    }
    text += '\n';
    const bool leaf = i + 1 == joints.size() || joints[i + 1].parent != static_cast<int>(i);
    if (!leaf) continue;
    for (const char* line : {"End Site\n", "{\n", "  OFFSET 0 0 0\n", "}\n"}) indent() += line;
  }
  close_down_to(-1);
  return text;
}

}  // namespace

Bvh parse_bvh(const fs::path& file, std::string_view text) {
  BvhText reading(file, text);
  Bvh bvh;
  bvh.joints = HierarchyReader(reading).run();
  read_motion(reading, bvh);
  return bvh;
}

Bvh read_bvh(const fs::path& file) { return parse_bvh(file, read_text(file)); }

std::string bvh_text(const Bvh& bvh) {
  std::string text = hierarchy_text(bvh.joints);
  text += "MOTION\nFrames: " + std::to_string(bvh.values.rows()) + "\nFrame Time: ";
  std::array<char, 32> time{};
  text.append(time.data(), std::to_chars(time.data(), time.data() + time.size(), bvh.frame_time).ptr);
  text += '\n';
  for (Eigen::Index frame = 0; frame < bvh.values.rows(); ++frame) {
    for (Eigen::Index channel = 0; channel < bvh.values.cols(); ++channel) {
      if (channel > 0) text += ' ';
      append_number(text, bvh.values(frame, channel));
    }
    text += '\n';
  }
  return text;
}

}  // namespace pskd::data::formats
