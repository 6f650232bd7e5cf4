#include "data/store/hdf5_image.hpp"

#include <hdf5.h>

#include <array>
#include <functional>
#include <iterator>
#include <numeric>

#include "pskd/base/error.hpp"

namespace pskd::data::store {
namespace {

static_assert(sizeof(hid_t) == sizeof(std::int64_t));

constexpr std::size_t kGrowth = std::size_t{1} << 20;  // step in which an image grows while it is written

std::mutex& hdf5_mutex() {
  static std::mutex mutex;
  return mutex;
}

// Also stops the library from printing its error stack.
std::unique_lock<std::mutex> lock_hdf5() {
  std::unique_lock<std::mutex> lock(hdf5_mutex());
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  return lock;
}

[[noreturn]] void fail(const std::string& problem) { throw Error(ErrorKind::data, "HDF5: " + problem); }

void check(herr_t status, const std::string& action) {
  if (status < 0) fail("cannot " + action);
}

int close_file(std::int64_t id) { return H5Fclose(id); }
int close_dataset(std::int64_t id) { return H5Dclose(id); }
int close_space(std::int64_t id) { return H5Sclose(id); }
int close_type(std::int64_t id) { return H5Tclose(id); }
int close_properties(std::int64_t id) { return H5Pclose(id); }

// Opens or creates a file that lives in memory only.
std::int64_t open_in_memory(std::string_view image) {
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), close_properties, "make access properties");
  check(H5Pset_fapl_core(access.id(), kGrowth, false), "choose files in memory");
  if (image.empty()) {
    check(H5Pset_libver_bounds(access.id(), H5F_LIBVER_V18, H5F_LIBVER_V18), "choose checksums");
    const Hdf5Handle creation(H5Pcreate(H5P_FILE_CREATE), close_properties, "make creation properties");
    check(H5Pset_obj_track_times(creation.id(), false), "leave out dates");
    return H5Fcreate("memory", H5F_ACC_TRUNC, creation.id(), access.id());
  }
  // The library copies the image and does not write to ours, whatever its signature says.
  check(H5Pset_file_image(access.id(), const_cast<char*>(image.data()), image.size()), "take the image");
  return H5Fopen("image", H5F_ACC_RDONLY, access.id());  // of another name than a file that is being written
}

std::vector<std::size_t> shape_of(const Hdf5Handle& dataset, const std::string& name) {
  const Hdf5Handle space(H5Dget_space(dataset.id()), close_space, "read the shape of " + name);
  const int rank = H5Sget_simple_extent_ndims(space.id());
  if (rank < 1 || rank > 2) fail(name + " has " + std::to_string(rank) + " dimensions, expected 1 or 2");
  std::vector<hsize_t> extents(static_cast<std::size_t>(rank));
  check(H5Sget_simple_extent_dims(space.id(), extents.data(), nullptr), "read the shape of " + name);
  return {extents.begin(), extents.end()};
}

std::size_t count_of(const std::vector<std::size_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

std::int64_t new_space(const std::vector<std::size_t>& shape) {
  const std::vector<hsize_t> extents(shape.begin(), shape.end());
  return H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr);
}

std::int64_t new_dataset(std::int64_t file, const std::string& name, std::int64_t type, const Hdf5Handle& space) {
  const Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), close_properties, "make properties");
  check(H5Pset_obj_track_times(properties.id(), false), "leave out dates");
  return H5Dcreate2(file, name.c_str(), type, space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT);
}

Hdf5Handle open_dataset(const Hdf5Handle& file, const std::string& name) {
  return {H5Dopen2(file.id(), name.c_str(), H5P_DEFAULT), close_dataset, "open " + name};
}

// The shape of a dataset of the expected type and rank whose values lie in the image itself, as many bytes as its shape
// says: a shape cannot ask for more memory than the file has.
std::vector<std::size_t> checked_shape(const Hdf5Handle& dataset, const std::string& name, std::int64_t type,
                                       std::size_t rank) {
  std::vector<std::size_t> shape = shape_of(dataset, name);
  const Hdf5Handle found(H5Dget_type(dataset.id()), close_type, "read the type of " + name);
  if (shape.size() != rank || H5Tequal(found.id(), type) <= 0) fail(name + " has another type or rank than expected");
  const Hdf5Handle layout(H5Dget_create_plist(dataset.id()), close_properties, "read the layout of " + name);
  const bool inside = H5Pget_layout(layout.id()) == H5D_CONTIGUOUS && H5Pget_external_count(layout.id()) == 0;
  if (!inside || H5Dget_storage_size(dataset.id()) != count_of(shape) * H5Tget_size(type)) {
    fail(name + " is not stored as expected");
  }
  return shape;
}

void read_values(const Hdf5Handle& dataset, const std::string& name, std::int64_t type, void* values) {
  check(H5Dread(dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "read " + name);
}

}  // namespace

bool has_checksums(std::string_view image) {
  constexpr std::size_t kVersionAt = 8;  // of the superblock, after the file's signature
  return image.size() > kVersionAt && image[kVersionAt] >= 2;
}

Hdf5Handle::Hdf5Handle(std::int64_t id, int (*close)(std::int64_t), const std::string& action)
    : id_(id), close_(close) {
  if (id < 0) fail("cannot " + action);
}

Hdf5Writer::Hdf5Writer() : lock_(lock_hdf5()), file_(open_in_memory({}), close_file, "make a file in memory") {}

Hdf5Writer::Made::Made(std::int64_t file, const std::string& name, std::int64_t type,
                       const std::vector<std::size_t>& shape)
    : space(new_space(shape), close_space, "make a shape"),
      dataset(new_dataset(file, name, type, space), close_dataset, "make " + name) {}

void Hdf5Writer::write(const std::string& name, std::int64_t type, const std::vector<std::size_t>& shape,
                       const void* values) {
  const Made made(file_.id(), name, type, shape);
  check(H5Dwrite(made.dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "write " + name);
}

void Hdf5Writer::write(const std::string& name, std::string_view text) {
  write(name, H5T_STD_U8LE, {text.size()}, text.data());
}

void Hdf5Writer::write(const std::string& name, const std::vector<std::int32_t>& numbers) {
  write(name, H5T_STD_I32LE, {numbers.size()}, numbers.data());
}

void Hdf5Writer::write(const std::string& name, const std::vector<const Frames*>& tables, Eigen::Index columns) {
  constexpr Eigen::Index kAtOnce = 1 << 20;  // numbers: a call for each small table would take longer than its numbers
  Eigen::Index rows = 0;
  for (const Frames* table : tables) rows += table->rows();
  const Made made(file_.id(), name, H5T_IEEE_F32LE,
                  {static_cast<std::size_t>(rows), static_cast<std::size_t>(columns)});
  std::vector<float> numbers;
  hsize_t first = 0;
  const auto write_numbers = [&] {
    if (numbers.empty()) return;
    const std::vector<std::size_t> shape = {numbers.size() / static_cast<std::size_t>(columns),
                                            static_cast<std::size_t>(columns)};
    const std::array<hsize_t, 2> start = {first, 0}, count = {shape[0], shape[1]};
    check(H5Sselect_hyperslab(made.space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
          "choose rows");
    const Hdf5Handle block(new_space(shape), close_space, "make a shape");
    check(H5Dwrite(made.dataset.id(), H5T_IEEE_F32LE, block.id(), made.space.id(), H5P_DEFAULT, numbers.data()),
          "write " + name);
    first += count[0];
    numbers.clear();
  };
  for (const Frames* table : tables) {
    numbers.insert(numbers.end(), table->data(), table->data() + table->size());
    if (std::ssize(numbers) >= kAtOnce) write_numbers();
  }
  write_numbers();
}

std::string_view Hdf5Writer::image() const {
  check(H5Fflush(file_.id(), H5F_SCOPE_GLOBAL), "finish the image");
  const ssize_t size = H5Fget_file_image(file_.id(), nullptr, 0);
  if (size <= 0) fail("cannot measure the image");
  void* place = nullptr;  // where the library keeps the address of the file's bytes
  check(H5Fget_vfd_handle(file_.id(), H5P_DEFAULT, &place), "take the image");
  return {*static_cast<const char* const*>(place), static_cast<std::size_t>(size)};
}

Hdf5Reader::Hdf5Reader(std::string_view image)
    : lock_(lock_hdf5()), file_(image.empty() ? -1 : open_in_memory(image), close_file, "open the image") {}

std::string Hdf5Reader::text(const std::string& name) const {
  const Hdf5Handle dataset = open_dataset(file_, name);
  std::string text(count_of(checked_shape(dataset, name, H5T_STD_U8LE, 1)), '\0');
  read_values(dataset, name, H5T_NATIVE_UINT8, text.data());
  return text;
}

std::vector<std::int32_t> Hdf5Reader::numbers(const std::string& name) const {
  const Hdf5Handle dataset = open_dataset(file_, name);
  std::vector<std::int32_t> numbers(count_of(checked_shape(dataset, name, H5T_STD_I32LE, 1)));
  read_values(dataset, name, H5T_NATIVE_INT32, numbers.data());
  return numbers;
}

Frames Hdf5Reader::table(const std::string& name) const {
  const Hdf5Handle dataset = open_dataset(file_, name);
  const std::vector<std::size_t> shape = checked_shape(dataset, name, H5T_IEEE_F32LE, 2);
  Frames values(static_cast<Eigen::Index>(shape[0]), static_cast<Eigen::Index>(shape[1]));
  read_values(dataset, name, H5T_NATIVE_FLOAT, values.data());
  return values;
}

}  // namespace pskd::data::store
