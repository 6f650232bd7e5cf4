// What libFuzzer calls, around the one target of the program. `fuzz_<name> --seeds FOLDER` writes the target's seeds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "target.hpp"

namespace {

void write_seeds(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  int number = 0;
  for (const std::string& seed : pskd::fuzz::targets().front().seeds()) {
    std::ofstream(folder / std::to_string(++number), std::ios::binary) << seed;
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
  if (*count == 3 && std::string_view((*arguments)[1]) == "--seeds") {
    write_seeds((*arguments)[2]);
    std::exit(0);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    pskd::fuzz::targets().front().read({reinterpret_cast<const char*>(data), size});
  } catch (const pskd::Error&) {
  }
  return 0;
}
