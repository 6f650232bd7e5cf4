// The clip store. An input is a whole file, which its seal lets pass unchanged only, or a payload that is sealed here:
// what a program with a fault could have written.
#include "pskd/data/store/clip_store.hpp"

#include "base/sealed_file.hpp"
#include "data/readers/utd_mhad.hpp"
#include "target.hpp"

namespace pskd::fuzz {
namespace {

void read(std::string_view input) {
  const auto [is_payload, rest] = choose(input);
  const std::string seal = is_payload ? make_seal({"clip-store", 1}, rest) : "";
  data::store::read_clip_store(input_file(seal + std::string(rest)), data::readers::utd_mhad_info());
}

std::vector<std::string> seeds() {
  data::Clip clip;
  clip.id = "a1_s2_t3";
  clip.subject = 2;
  clip.trial = 3;
  clip.skeleton = data::Frames::Constant(2, 60, 0.5F);
  clip.sensor = data::Frames::Constant(2, 6, 1.0F);
  clip.hash = data::clip_hash(clip);
  const std::string file = written_bytes([&](const auto& path) {
    data::store::write_clip_store(path, {data::readers::utd_mhad_info(), {clip}, data::dataset_hash({clip})},
                                  "0123456789abcdef");
  });
  return {"\1" + file.substr(kSealBytes), std::string(1, '\0') + file};
}

const Registered clip_store{{"clip_store", read, seeds}};

}  // namespace
}  // namespace pskd::fuzz

// HDF5 1.10 does not free everything when it refuses an image.
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5"; }
