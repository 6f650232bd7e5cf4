// A fuzz target: a reader, fed with arbitrary bytes, and sound inputs from which the fuzzer begins.
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "pskd/base/error.hpp"
#include "support/temporary_folder.hpp"
#include "support/write_anew.hpp"

namespace pskd::fuzz {

struct Target {
  std::string name;
  /// Reads `input`. pskd::Error refuses it; anything else that is thrown is a finding.
  void (*read)(std::string_view input) = nullptr;
  /// Inputs that `read` takes, made by our own writers where there are some.
  std::vector<std::string> (*seeds)() = nullptr;
};

/// All targets of the program.
inline std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

/// Each target's source file defines one of these.
struct Registered {
  explicit Registered(Target target) { targets().push_back(std::move(target)); }
};

/// The path of a file that holds `input` until the next call.
inline std::filesystem::path input_file(std::string_view input) {
  static const testing::TemporaryFolder folder;
  const std::filesystem::path file = folder / "input";
  testing::write_anew(file, input);
  return file;
}

/// The bytes that `write` leaves in the file it is given.
template <class Write>
std::string written_bytes(Write write) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path file = folder / "seed";
  write(file);
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// `input` without its first byte, which says (odd or even) how to take the rest.
struct Choice {
  bool odd = false;
  std::string_view rest;
};
inline Choice choose(std::string_view input) {
  if (input.empty()) throw Error(ErrorKind::data, "no input");
  return {input[0] % 2 != 0, input.substr(1)};
}

}  // namespace pskd::fuzz
