#include "train/other_runs/fit.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "pskd/base/error.hpp"

namespace pskd::train {
namespace {

using Json = nlohmann::json;

struct Property {
  const char* pointer;  // in a description
  const char* name;
  const char* remedy;
};

constexpr std::array kProperties = {
    Property{"/classes", "classes", "; protocol.classes says which there are"},
    Property{"/sensor/channels", "sensor channels", "; data.channels or the stage's `sees` says which are seen"},
    Property{"/sensor/frames", "frames of the sensor", "; set views.sensor.frames"},
    Property{"/skeleton/topology/joints", "joints", ""},
    Property{"/skeleton/topology/parents", "parents of the joints", ""},
    Property{"/skeleton/topology/center", "central joint", ""},
    Property{"/skeleton/topology/parts", "parts of the body", ""},
    Property{"/skeleton/topology/wrist", "joint of the wrist", ""},
    Property{"/skeleton/topology/dimensions", "dimensions of the skeleton", ""},
    Property{"/skeleton/units", "units of the skeleton", ""},
    Property{"/skeleton/frames", "frames of the skeleton", "; set views.skeleton.frames"},
};

// That a description may leave out.
constexpr std::array kWhereKnown = {
    Property{"/sensor/channel_units", "units of the sensor channels", ""},
    Property{"/sensor/rate", "rate of the sensor in Hz", ""},
    Property{"/skeleton/rate", "rate of the skeleton in Hz", ""},
};

// The same, within one data set: of two, names of sensors say nothing about each other.
constexpr Property kDataSet{"/data", "data set", ""};
constexpr Property kSensor{"/sensor/sensors", "sensor", "; data.sensors says which is read"};

std::string text(const Json& value) {
  if (value.is_null()) return "nothing";
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_structured()) return value.dump();
  std::string list;
  for (const auto& item : value.items()) {
    list += list.empty() ? "" : ", ";
    list += (value.is_object() ? item.key() + " " : "") + text(item.value());
  }
  return value.is_array() ? "[" + list + "]" : list;
}

Json at(const Json& description, const Property& property) {
  const Json::json_pointer pointer(property.pointer);
  return description.contains(pointer) ? description.at(pointer) : Json();
}

[[noreturn]] void refuse(const Property& property, const Json& expected, const Json& found, const std::string& place) {
  throw Error(ErrorKind::config, place + ": other " + property.name + ": expected " + text(expected) + ", found " +
                                     text(found) + property.remedy);
}

bool are_alike(const Json& expected, const Json& found) {
  constexpr double kMostApart = 1.1;  // of rates
  if (expected.empty() || found.empty()) return true;
  if (!expected.is_number() || !found.is_number()) return expected == found;
  const double a = expected.get<double>(), b = found.get<double>();
  return std::max(a, b) <= kMostApart * std::min(a, b);
}

}  // namespace

void require_fit(const Json& expected, const Json& found, const std::string& place) {
  for (const Property& property : kProperties) {
    const Json here = at(expected, property), there = at(found, property);
    if (here != there) refuse(property, here, there, place);
  }
  std::vector<Property> where_known(kWhereKnown.begin(), kWhereKnown.end());
  if (at(expected, kDataSet) == at(found, kDataSet)) where_known.push_back(kSensor);
  for (const Property& property : where_known) {
    const Json here = at(expected, property), there = at(found, property);
    if (!are_alike(here, there)) refuse(property, here, there, place);
  }
}

void require_same_options(const Json& expected, const Json& found, const std::string& key, const std::string& start) {
  const auto require_same = [&](const std::string& name) {
    const Json there = expected.value(name, Json()), here = found.value(name, Json());
    if (there.is_object() && here.is_object()) return require_same_options(there, here, key + "." + name, start);
    if (there == here || name.ends_with("dropout")) return;
    throw Error(ErrorKind::config, key + "." + name + ": expected " + text(there) + " as in " + start +
                                       ", from which the stage starts, found " + text(here));
  };
  require_same("name");  // models of two names have nothing else in common
  for (const auto& option : found.items()) require_same(option.key());
}

}  // namespace pskd::train
