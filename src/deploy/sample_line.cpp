#include "deploy/sample_line.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/formats/numbers.hpp"

namespace pskd::deploy {
namespace {

using Json = nlohmann::json;

/// The numbers of a line, in their order.
std::optional<Sample> sample_of(const std::vector<double>& numbers, std::size_t channels) {
  if (numbers.size() != channels && numbers.size() != channels + 1) return std::nullopt;
  Sample sample;
  const std::size_t first = numbers.size() - channels;
  if (first == 1) sample.time = numbers.front();
  for (std::size_t i = first; i < numbers.size(); ++i) sample.values.push_back(static_cast<float>(numbers[i]));
  return sample;
}

std::optional<Sample> sample_of(const Json& json, const std::vector<std::string>& channels) {
  std::vector<double> numbers;
  const auto take = [&](const Json& value) {
    if (value.is_number()) numbers.push_back(value.get<double>());
    return value.is_number();
  };
  if (json.is_array()) {
    const bool all = std::all_of(json.begin(), json.end(), take);
    return all ? sample_of(numbers, channels.size()) : std::nullopt;
  }
  if (!json.is_object() || (json.contains("t") && !take(json["t"]))) return std::nullopt;
  for (const std::string& channel : channels) {
    if (!json.contains(channel) || !take(json[channel])) return std::nullopt;
  }
  return sample_of(numbers, channels.size());
}

char separator_in(std::string_view line) {
  for (const char one : {',', ';', '\t'}) {
    if (line.find(one) != std::string_view::npos) return one;
  }
  return ' ';
}

}  // namespace

std::optional<Sample> sample_in(std::string_view line, const std::vector<std::string>& channels) {
  line = data::formats::trimmed(line);
  if (line.empty()) return std::nullopt;
  if (line.front() == '{' || line.front() == '[') {
    // The parser calls itself for each bracket inside another one, and a sample has none.
    if (line.find_first_of("[{", 1) != std::string_view::npos) return std::nullopt;
    return sample_of(Json::parse(line.begin(), line.end(), nullptr, false), channels);
  }
  std::vector<double> numbers;
  for (const std::string_view field : data::formats::fields_of(line, separator_in(line))) {
    double number = 0;
    if (numbers.size() > channels.size() || !data::formats::parse_number(field, number)) return std::nullopt;
    numbers.push_back(number);
  }
  return sample_of(numbers, channels.size());
}

}  // namespace pskd::deploy
