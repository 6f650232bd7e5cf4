#include "data/readers/recordings/proposal/lines.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/quantile.hpp"
#include "base/text.hpp"
#include "data/formats/numbers.hpp"

namespace pskd::data::readers {

using Names = std::vector<std::string>;

std::string yaml_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string yaml_list(const Names& names, bool quotes) {
  std::string text = "[";
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i > 0 ? ", " : "") + (quotes ? yaml_text(names[i]) : names[i]);
  return text + "]";
}

std::string number_text(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

std::string shown(const Names& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + escaped_for_line(formats::quoted_field(name));
  return text;
}

float median(std::vector<float> values) {
  std::erase_if(values, [](float value) { return !std::isfinite(value); });
  return values.empty() ? 0 : upper_median(std::move(values));
}

void add_table(const TableLook& look, double usual_rate, Lines& lines) {
  const formats::TableDescription& table = look.table;
  lines.add("header", table.header ? "true" : "false");
  if (table.skip > 0) lines.add("skip", std::to_string(table.skip));
  lines.add("separator", separator_words()[static_cast<std::size_t>(*table.separator)]);
  if (table.decimal_comma) lines.add("decimal", "comma");
  for (const std::string& doubt : look.doubts) lines.doubt(doubt);
  if (!table.time.empty()) {
    lines.add("time", yaml_text(table.time));
    if (!table.time_format.empty()) {
      lines.add("time_format", yaml_text(table.time_format));
    } else if (table.time_unit != formats::TimeUnit::s) {
      lines.add("time_unit", time_unit_words()[static_cast<std::size_t>(table.time_unit)]);
    }
    if (look.is_even && look.rate >= kMinRate && look.rate <= kMaxRate)
      lines.add("rate", fmt::format("{:.4g}", look.rate));  // so that exported models know it
    return;
  }
  if (table.rate == 0) {
    const std::string found = look.perhaps.empty()
                                  ? "the files have no time stamps"
                                  : "no time stamps could be read, but the time may be in " + shown(look.perhaps);
    lines.doubt("rate: " + found + "; how many samples a second does the device take?");
  }
  lines.add("rate", number_text(table.rate > 0 ? table.rate : usual_rate));
}

void tell_others(const FoundStream& stream, const Names& used, Names& left_out) {
  Names others = stream.look.columns;
  std::erase_if(others,
                [&](const std::string& name) { return std::find(used.begin(), used.end(), name) != used.end(); });
  others.insert(others.end(), stream.look.others.begin(), stream.look.others.end());
  if (!others.empty()) left_out.push_back(stream.name + ": columns " + shown(others));
}

}  // namespace pskd::data::readers
