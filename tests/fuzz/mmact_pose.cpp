// The pose files of MMAct.
#include "data/readers/mmact/pose.hpp"
#include "data/readers/mmact/reader.hpp"
#include "target.hpp"

namespace pskd::fuzz {
namespace {

void read(std::string_view input) { data::readers::read_mmact_pose(input_file(input)); }

// 17 key points of a person who stands at `x`.
std::string person(int x) {
  std::string numbers;
  for (int joint = 0; joint < 17; ++joint) {
    numbers += (joint > 0 ? ", " : "") + std::to_string(x + joint) + "." + std::to_string(joint) + ", " +
               std::to_string(100 + 20 * joint) + ", 0.9";
  }
  return "[" + numbers + "]";
}

std::vector<std::string> seeds() {
  return {
      R"({"0": {"person1": )" + person(500) + R"(, "person2": )" + person(900) + R"(}, "1": {"person1": )" +
          person(502) + "}}",
      R"({"3": {"person1": []}, "1": {"person1": )" + person(500) + R"(}, "2": {}, "10": {"person1": )" + person(510) +
          "}}",
  };
}

const Registered mmact_pose{{"mmact_pose", read, seeds}};

}  // namespace
}  // namespace pskd::fuzz
