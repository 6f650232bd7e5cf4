// An event file read back by other means than those that write it: every checksum computed bit by bit, every field of
// the protocol buffers decoded.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace pskd::testing {

/// Castagnoli's CRC, lowest bit first.
inline std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? (crc >> 1) ^ 0x82F63B78U : crc >> 1;
  }
  return ~crc;
}

struct Event {
  double wall_time = 0;
  std::int64_t step = 0;
  std::string version;
  std::map<std::string, float> values;  ///< by tag
};

/// Takes bytes from the front; throws std::out_of_range where there are too few.
class EventBytes {
 public:
  explicit EventBytes(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }

  std::string_view take(std::size_t count) {
    if (count > rest_.size()) throw std::out_of_range("the event file ends in the middle of something");
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  template <class Number>
  Number number() {
    Number value;
    std::memcpy(&value, take(sizeof(Number)).data(), sizeof(Number));
    return value;
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
  }

  EventBytes message() { return EventBytes(take(varint())); }
  std::string text() { return std::string(take(varint())); }

 private:
  std::string_view rest_;
};

inline void read_value(EventBytes bytes, std::map<std::string, float>& values) {
  std::string tag;
  while (!bytes.empty()) {
    switch (bytes.varint()) {
      case 1 << 3 | 2:
        tag = bytes.text();
        break;
      case 2 << 3 | 5:
        EXPECT_TRUE(values.emplace(tag, bytes.number<float>()).second) << tag << " is there twice";
        break;
      default:
        FAIL() << "an unknown field in a value";
    }
  }
}

inline void read_summary(EventBytes bytes, std::map<std::string, float>& values) {
  while (!bytes.empty()) {
    ASSERT_EQ(bytes.varint(), 1U << 3 | 2U);
    read_value(bytes.message(), values);
  }
}

inline void read_event(EventBytes bytes, Event& event) {
  while (!bytes.empty()) {
    switch (bytes.varint()) {
      case 1 << 3 | 1:
        event.wall_time = bytes.number<double>();
        break;
      case 2 << 3 | 0:
        event.step = static_cast<std::int64_t>(bytes.varint());
        break;
      case 3 << 3 | 2:
        event.version = bytes.text();
        break;
      case 5 << 3 | 2:
        read_summary(bytes.message(), event.values);
        break;
      default:
        FAIL() << "an unknown field in an event";
    }
  }
}

/// Data and its masked checksum.
inline std::string_view take_checked(EventBytes& bytes, std::size_t size) {
  const std::string_view data = bytes.take(size);
  const std::uint32_t crc = crc32c(data);
  EXPECT_EQ(bytes.number<std::uint32_t>(), ((crc >> 15) | (crc << 17)) + 0xA282EAD8U) << "a checksum is wrong";
  return data;
}

inline std::vector<Event> read_events(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  EXPECT_TRUE(stream) << file;
  const std::string all(std::istreambuf_iterator<char>(stream), {});
  std::vector<Event> events;
  for (EventBytes bytes(all); !bytes.empty();) {
    const auto size = EventBytes(take_checked(bytes, sizeof(std::uint64_t))).number<std::uint64_t>();
    read_event(EventBytes(take_checked(bytes, size)), events.emplace_back());
  }
  return events;
}

/// One event a line of metrics.jsonl, in its order, with its values.
inline void expect_events_of_metrics(const std::filesystem::path& stage_folder) {
  SCOPED_TRACE(stage_folder);
  const std::vector<Event> events = read_events(stage_folder / "events.out.tfevents.pskd");
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events[0].version, "brain.Event:2");
  std::size_t count = 1;
  std::ifstream stream(stage_folder / "metrics.jsonl");
  for (std::string text; std::getline(stream, text); ++count) {
    const auto line = nlohmann::json::parse(text);
    std::map<std::string, float> expected = {
        {"train/loss", line.at("loss")}, {"train/accuracy", line.at("train_accuracy")}, {"train/lr", line.at("lr")}};
    for (const char* group : {"shares", "val"}) {
      if (!line.contains(group)) continue;
      for (const auto& [name, value] : line[group].items()) expected[std::string(group) + "/" + name] = value;
    }
    ASSERT_LT(count, events.size());
    EXPECT_EQ(events[count].step, line.at("epoch").get<std::int64_t>());
    EXPECT_EQ(events[count].values, expected);
    EXPECT_NEAR(events[count].wall_time - events[0].wall_time, line.at("seconds").get<double>(), 1e-6);
  }
  EXPECT_EQ(count, events.size());
}

}  // namespace pskd::testing
