// The sensor files of MMAct.
#include "data/readers/mmact/reader.hpp"
#include "data/readers/mmact/sensor_csv.hpp"
#include "target.hpp"

namespace pskd::fuzz {
namespace {

void read(std::string_view input) { data::readers::read_mmact_csv(input_file(input), 100); }

std::vector<std::string> seeds() {
  return {
      "20181016_13:37:28.612000,-0.8051605,-9.051605,-1.0894012\n20181016_13:37:28.622000,-0.67,-9.0,-1.04\n",
      "time,x,y,z\r\n20181231_23:59:59,1,2,3\r\n20190101_00:00:00.5, 1, 2,3e-1\r\n",
  };
}

const Registered mmact_csv{{"mmact_csv", read, seeds}};

}  // namespace
}  // namespace pskd::fuzz
