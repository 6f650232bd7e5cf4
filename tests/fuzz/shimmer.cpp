// The accelerometer texts of Berkeley-MHAD.
#include "data/readers/berkeley_mhad/shimmer.hpp"

#include "data/readers/berkeley_mhad/reader.hpp"
#include "target.hpp"

namespace pskd::fuzz {
namespace {

void read(std::string_view input) { data::readers::read_shimmer_text(input_file(input)); }

std::vector<std::string> seeds() {
  return {
      "0.012 -0.985 0.1 1322186190.123\n0.013 -0.98 0.11 1322186190.156\n-2e-3 +1 .5 1322186190.189\n",
      "nan 0 0 0\r\n0\t0 inf  1.5\r\n",
  };
}

const Registered shimmer{{"shimmer", read, seeds}};

}  // namespace
}  // namespace pskd::fuzz
