// HDF5 files held in memory: texts and tables of 32-bit numbers, written and read through the C library. The library is
// not safe for threads, so each object holds a lock of the whole process while it lives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "pskd/data/clip.hpp"

namespace pskd::data::store {

/// Whether all structures of an HDF5 file carry checksums, as Hdf5Writer's do. Where they do not, the library trusts
/// sizes that the file states, and can crash.
bool has_checksums(std::string_view image);

/// Owns an HDF5 identifier.
class Hdf5Handle {
 public:
  /// Throws Error(data) saying that `action` failed when `id` is not valid.
  Hdf5Handle(std::int64_t id, int (*close)(std::int64_t), const std::string& action);
  ~Hdf5Handle() { close_(id_); }
  Hdf5Handle(const Hdf5Handle&) = delete;
  Hdf5Handle& operator=(const Hdf5Handle&) = delete;
  std::int64_t id() const { return id_; }

 private:
  std::int64_t id_;
  int (*close_)(std::int64_t);
};

class Hdf5Writer {
 public:
  Hdf5Writer();
  void write(const std::string& name, std::string_view text);
  void write(const std::string& name, const std::vector<std::int32_t>& numbers);
  /// Tables of as many `columns`, below each other.
  void write(const std::string& name, const std::vector<const Frames*>& tables, Eigen::Index columns);
  /// The bytes of the file, until more is written. The same content gives the same bytes.
  std::string_view image() const;

 private:
  /// A new dataset of the file and its shape.
  struct Made {
    Made(std::int64_t file, const std::string& name, std::int64_t type, const std::vector<std::size_t>& shape);
    Hdf5Handle space, dataset;
  };
  void write(const std::string& name, std::int64_t type, const std::vector<std::size_t>& shape, const void* values);

  std::unique_lock<std::mutex> lock_;
  Hdf5Handle file_;
};

/// Every member throws Error(data) when the dataset is absent or of another type or rank than asked for.
class Hdf5Reader {
 public:
  explicit Hdf5Reader(std::string_view image);
  std::string text(const std::string& name) const;
  std::vector<std::int32_t> numbers(const std::string& name) const;
  Frames table(const std::string& name) const;

 private:
  std::unique_lock<std::mutex> lock_;
  Hdf5Handle file_;
};

}  // namespace pskd::data::store
