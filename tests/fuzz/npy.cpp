// Arrays of NumPy. The first byte says whether the rest is an archive or one array.
#include "data/formats/npy.hpp"

#include "support/npy_bytes.hpp"
#include "target.hpp"

namespace pskd::fuzz {
namespace {

void read(std::string_view input) {
  static const testing::TemporaryFolder folder;
  const auto [is_archive, rest] = choose(input);
  const std::filesystem::path file = folder / (is_archive ? "input.npz" : "input.npy");
  testing::write_anew(file, rest);
  data::formats::read_numpy_file(file);
}

std::vector<std::string> seeds() {
  const std::string rows = testing::npy_bytes<float>("<f4", "(2, 3)", {1, 2, 3, 4, 5, 6});
  const std::string columns = testing::npy_bytes<std::int64_t>(">i8", "(3, 2)", {1, 2, 3, 4, 5, 6}, true);
  return {std::string(1, '\0') + rows, std::string(1, '\0') + columns,
          "\1" + testing::zip_bytes({{"watch.npy", rows}})};
}

const Registered npy{{"npy", read, seeds}};

}  // namespace
}  // namespace pskd::fuzz
