// result.json
#include "pskd/eval/run_record.hpp"

#include "target.hpp"

namespace pskd::fuzz {
namespace {

void read(std::string_view input) { eval::read_run_record(input_file(input)); }

std::vector<std::string> seeds() {
  const eval::Scores scores =
      eval::score({{"a", 2, 0, 0, {}}, {"b", 2, 1, 1, {}}, {"c", 4, 1, 0, {}}}, {"wave", "draw \"x\""});
  eval::RunRecord record;
  record.experiment = "demo";
  record.config_hash = "0123456789ab";
  record.protocol = "cross-subject";
  record.selection = "last";
  record.seed = 18446744073709551615U;
  record.stages = {{"student", scores, scores, 1234, 60, 1.5, 6, 25, eval::StageCost{7, 8, 0.5}},
                   {"baseline", scores, {}, 3, 1, 0}};
  return {written_bytes([&](const auto& file) { eval::write_run_record(file, record); })};
}

const Registered run_record{{"run_record", read, seeds}};

}  // namespace
}  // namespace pskd::fuzz
