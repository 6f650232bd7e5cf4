#include "train/logging/event_file.hpp"

#include <bit>
#include <boost/crc.hpp>
#include <chrono>
#include <cstdint>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "pskd/base/error.hpp"

namespace pskd::train {

namespace {

using Json = nlohmann::ordered_json;

template <class Number>
std::string bytes_of(Number number) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(Number); ++i) bytes += static_cast<char>(number >> (8 * i) & 0xFF);
  return bytes;
}

/// CRC-32C, rotated and moved, so that a checksum of data with checksums in it still says something.
std::string masked_checksum(std::string_view data) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> checksum;
  checksum.process_bytes(data.data(), data.size());
  return bytes_of(std::rotr<std::uint32_t>(checksum.checksum(), 15) + 0xA282EAD8U);
}

std::string record(const std::string& data) {
  const std::string length = bytes_of<std::uint64_t>(data.size());
  return length + masked_checksum(length) + data + masked_checksum(data);
}

// ---- fields of protocol buffers: a key of number and kind, and the value ---------------------------------

enum class Kind : std::uint8_t { varint = 0, eight_bytes = 1, length = 2, four_bytes = 5 };

std::string varint(std::uint64_t number) {
  std::string bytes;
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>((number & 0x7F) | 0x80);
  return bytes + static_cast<char>(number);
}

std::string key(int field, Kind kind) {
  return varint(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(kind));
}

std::string field(int number, const std::string& bytes) {
  return key(number, Kind::length) + varint(bytes.size()) + bytes;
}
std::string field(int number, std::uint64_t value) { return key(number, Kind::varint) + varint(value); }
std::string field(int number, double value) {
  return key(number, Kind::eight_bytes) + bytes_of(std::bit_cast<std::uint64_t>(value));
}
std::string field(int number, float value) {
  return key(number, Kind::four_bytes) + bytes_of(std::bit_cast<std::uint32_t>(value));
}

// ---- events ----------------------------------------------------------------------------------------------

std::string scalar(const std::string& tag, const Json& value) {
  return field(1, field(1, tag) + field(2, value.get<float>()));
}

std::string summary(const Json& line) {
  std::string values;
  for (const auto& [name, value] : line.items()) {
    if (name == "epoch" || name == "seconds") continue;
    if (value.is_number()) {
      const std::string prefix = "train_";
      const std::string own = name.starts_with(prefix) ? name.substr(prefix.size()) : name;
      values += scalar("train/" + own, value);
      continue;
    }
    for (const auto& [part, number] : value.items())
      values += scalar(std::string(name).append("/").append(part), number);
  }
  return values;
}

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::vector<Json> read_metrics(const std::filesystem::path& file) {
  std::vector<Json> lines;
  std::istringstream stream(read_file(file));
  for (std::string line; std::getline(stream, line);) {
    try {
      Json epoch = Json::parse(line);
      epoch_record(epoch, 0);  // throws where something is missing
      lines.push_back(std::move(epoch));
    } catch (const Json::exception& error) {
      throw Error(ErrorKind::data, file.string() + ": line " + std::to_string(lines.size() + 1) +
                                       ": expected the JSON object of an epoch: " + error.what());
    }
  }
  return lines;
}

/// The record that a file begins with. `wall_time`: seconds since 1970.
std::string version_record(double wall_time) { return record(field(1, wall_time) + field(3, "brain.Event:2")); }

}  // namespace

std::string epoch_record(const Json& line, double start) {
  return record(field(1, start + line.at("seconds").get<double>()) + field(2, line.at("epoch").get<std::uint64_t>()) +
                field(5, summary(line)));
}

double write_event_file(const StageLayout& stage) {
  const std::vector<Json> lines = read_metrics(stage.metrics());
  const double start = now() - (lines.empty() ? 0 : lines.back().at("seconds").get<double>());
  std::string events = version_record(start);
  for (const Json& line : lines) events += epoch_record(line, start);
  write_file_atomically(stage.events(), events);
  return start;
}

void write_event_files(const RunLayout& run) {
  std::error_code absent;
  for (const auto& entry : std::filesystem::directory_iterator(run.stages(), absent)) {
    const StageLayout stage{entry.path()};
    const bool has_metrics = std::filesystem::exists(stage.metrics());
    if (has_metrics && !std::filesystem::exists(stage.events())) write_event_file(stage);
  }
}

}  // namespace pskd::train
