#include "pskd/eval/predictions.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <stdexcept>
#include <string_view>

#include "base/file.hpp"
#include "pskd/base/error.hpp"

namespace pskd::eval {
namespace {

constexpr std::size_t kFixedColumns = 4;
constexpr double kTolerance = 1e-3;  // of the probabilities around 1: float32 rounding over many classes

// Fields are written bare, so none may hold a separator.
const std::string& plain(const std::string& field) {
  if (field.empty() || field.find_first_of(",\"\r\n") != std::string::npos) {
    throw std::invalid_argument("not a plain CSV field: '" + field + "'");
  }
  return field;
}

std::string header_of(const std::vector<std::string>& classes) {
  std::string header = "clip,subject,label,predicted";
  for (const std::string& name : classes) header += ",p_" + plain(name);
  return header;
}

/// The class names of a run record may come from anywhere.
std::string readable_header(const std::filesystem::path& file, const std::vector<std::string>& classes) {
  try {
    return header_of(classes);
  } catch (const std::invalid_argument& problem) {
    throw Error(ErrorKind::data, file.string() + ": cannot have such classes: " + problem.what());
  }
}

template <class Number>
void append_number(std::string& line, Number number) {
  char digits[64];
  const auto end =
      std::to_chars(std::begin(digits), std::end(digits), number);  // floats: the shortest that reads back equal
  line += ',';
  line.append(std::begin(digits), end.ptr);
}

void check_values(const Prediction& prediction, std::size_t classes) {
  const auto in_range = [&](int label) { return label >= 0 && static_cast<std::size_t>(label) < classes; };
  if (!in_range(prediction.label) || !in_range(prediction.predicted)) {
    throw std::invalid_argument("expected labels of 0 .. " + std::to_string(classes - 1) + ", found " +
                                std::to_string(prediction.label) + " and " + std::to_string(prediction.predicted));
  }
  double sum = 0;
  for (const float probability : prediction.probabilities) {
    if (!(probability >= 0 && probability <= 1 + kTolerance)) {
      throw std::invalid_argument("expected probabilities of 0 .. 1, found " + std::to_string(probability));
    }
    sum += probability;
  }
  if (std::abs(sum - 1) > kTolerance) {
    throw std::invalid_argument("expected probabilities that sum to 1, found " + std::to_string(sum));
  }
  const auto highest = std::max_element(prediction.probabilities.begin(), prediction.probabilities.end());
  if (prediction.probabilities[static_cast<std::size_t>(prediction.predicted)] < *highest) {
    throw std::invalid_argument("the predicted class is not the most probable one");
  }
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t comma = line.find(','); comma != std::string_view::npos; comma = line.find(',')) {
    fields.push_back(line.substr(0, comma));
    line.remove_prefix(comma + 1);
  }
  fields.push_back(line);
  return fields;
}

template <class Number>
Number number_in(std::string_view field) {
  Number number{};
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
  if (error != std::errc{} || end != field.data() + field.size()) {
    throw std::invalid_argument("expected a number, found '" + std::string(field) + "'");
  }
  return number;
}

Name name_in(std::string_view field) {
  if (is_name(field)) return Name(field);
  throw std::invalid_argument("expected " + std::string(kNameRule) + ", found '" + std::string(field) + "'");
}

Prediction parse_line(std::string_view line, std::size_t classes) {
  const std::vector<std::string_view> fields = split(line);
  if (fields.size() != kFixedColumns + classes) {
    throw std::invalid_argument("expected " + std::to_string(kFixedColumns + classes) + " fields, found " +
                                std::to_string(fields.size()));
  }
  Prediction prediction{
      plain(std::string(fields[0])), name_in(fields[1]), number_in<int>(fields[2]), number_in<int>(fields[3]), {}};
  for (std::size_t i = kFixedColumns; i < fields.size(); ++i) {
    prediction.probabilities.push_back(number_in<float>(fields[i]));
  }
  check_values(prediction, classes);
  return prediction;
}

// Every line ends with a newline: a file cut inside its last line is told from a whole one.
std::vector<std::string_view> lines_of(const std::filesystem::path& file, std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      throw Error(ErrorKind::data, file.string() + ":" + std::to_string(lines.size() + 1) +
                                       ": the file is cut inside this line; evaluate again");
    }
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

void write_predictions(const std::filesystem::path& file, const std::vector<Prediction>& predictions,
                       const std::vector<std::string>& classes) {
  std::string text = header_of(classes) + "\n";
  for (const Prediction& prediction : predictions) {
    if (prediction.probabilities.size() != classes.size()) {
      throw std::invalid_argument("expected one probability for each class");
    }
    check_values(prediction, classes.size());
    text += plain(prediction.clip);
    text += ',' + plain(prediction.subject.text());
    append_number(text, prediction.label);
    append_number(text, prediction.predicted);
    for (const float probability : prediction.probabilities) append_number(text, probability);
    text += '\n';
  }
  write_file_atomically(file, text);
}

std::vector<Prediction> read_predictions(const std::filesystem::path& file, const std::vector<std::string>& classes) {
  const std::string text = read_file(file);
  const std::vector<std::string_view> lines = lines_of(file, text);
  const std::string header = readable_header(file, classes);
  if (lines.empty() || lines[0] != header) {
    throw Error(ErrorKind::data, file.string() + ":1: expected the header '" + header + "', found '" +
                                     (lines.empty() ? "" : std::string(lines[0].substr(0, 200))) + "'");
  }
  std::vector<Prediction> predictions;
  std::set<std::string> seen;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    try {
      predictions.push_back(parse_line(lines[i], classes.size()));
      if (!seen.insert(predictions.back().clip).second) {
        throw std::invalid_argument("clip " + predictions.back().clip + " occurs twice");
      }
    } catch (const std::invalid_argument& problem) {
      throw Error(ErrorKind::data, file.string() + ":" + std::to_string(i + 1) + ": " + problem.what());
    }
  }
  return predictions;
}

}  // namespace pskd::eval
