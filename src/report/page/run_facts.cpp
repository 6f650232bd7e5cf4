#include "report/page/run_facts.hpp"

#include <cmath>

namespace pskd::report {

double rounded(double value, int digits) {
  const double scale = std::pow(10, digits);
  return std::round(value * scale) / scale;
}

}  // namespace pskd::report
