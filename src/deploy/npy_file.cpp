#include "deploy/npy_file.hpp"

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/file.hpp"
#include "pskd/base/error.hpp"

namespace pskd::deploy {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw Error(ErrorKind::io, "cannot keep the rows of " + path.string() +
                                 " in a temporary file: " + std::generic_category().message(errno));
}

std::string header_of(std::size_t rows, std::size_t columns) {
  constexpr std::size_t kBefore = 10, kAligned = 64;  // mark, version and length; where the numbers begin
  std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " +
                     std::to_string(columns) + "), }";
  text.append((kAligned - (kBefore + text.size() + 1) % kAligned) % kAligned, ' ');
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() & 0xff);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

}  // namespace

NpyFile::NpyFile(std::filesystem::path path, std::size_t columns)
    : path_(std::move(path)), columns_(columns), spool_(std::tmpfile(), std::fclose) {
  if (!spool_) fail(path_);
}

void NpyFile::add(std::span<const float> row) {
  if (std::fwrite(row.data(), sizeof(float), row.size(), spool_.get()) != row.size()) fail(path_);
  ++rows_;
}

void NpyFile::finish() {
  if (std::fflush(spool_.get()) != 0 || std::fseek(spool_.get(), 0, SEEK_SET) != 0) fail(path_);
  std::string piece = header_of(rows_, columns_);
  bool first = true;
  write_file_atomically(path_, [&]() -> std::string_view {
    if (std::exchange(first, false)) return piece;
    constexpr std::size_t kPiece = 1 << 20;
    piece.resize(kPiece);
    piece.resize(std::fread(piece.data(), 1, kPiece, spool_.get()));
    if (std::ferror(spool_.get()) != 0) fail(path_);
    return piece;
  });
}

}  // namespace pskd::deploy
