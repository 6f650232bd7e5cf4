#include "data/formats/text_file.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "base/file.hpp"
#include "base/pace.hpp"
#include "data/formats/numbers.hpp"

namespace pskd::data::formats {
namespace {

constexpr std::size_t kPiece = std::size_t{16} << 20U;

// Up to the end of the last line; nothing where no line ends.
std::size_t whole_lines(std::string_view text) { return text.rfind('\n') + 1; }

}  // namespace

TextFile::TextFile(std::filesystem::path file) : file_(std::move(file)) {
  read_pieces(file_, 0, kPiece, [&](std::string_view piece) {
    text_ += piece;
    whole_ = text_.size() < kPiece;
    return whole_ || whole_lines(text_) == 0;
  });
  if (!whole_) text_.resize(whole_lines(text_));
  taken_ = text_.size();
  text_ = checked_beginning(file_, std::move(text_));
  lines_ = lines_of(text_);
}

void TextFile::each_line(const std::function<bool(std::size_t, std::string_view)>& use) const {
  std::size_t number = 0;
  for (const std::string_view line : lines_) {
    if (!use(number++, line)) return;
  }
  if (whole_) return;
  std::string text;
  const auto use_lines = [&](std::size_t size) {
    const std::string_view lines = std::string_view(text).substr(0, size);
    check_utf8(file_, lines, number);
    for (const std::string_view line : lines_of(lines)) {
      if (!use(number++, line)) return false;
    }
    text.erase(0, size);
    return true;
  };
  constexpr std::size_t kMegabyte = 1'000'000;
  std::error_code unknown;
  const std::size_t size = std::filesystem::file_size(file_, unknown);
  std::size_t gone_through = taken_;
  Pace pace;
  bool goes_on = true;
  read_pieces(file_, taken_, kPiece, [&](std::string_view piece) {
    text += piece;
    gone_through += piece.size();
    if (!unknown && pace.is_due())
      spdlog::info("{}: {} of {} MB read", file_.string(), gone_through / kMegabyte, size / kMegabyte);
    return goes_on = use_lines(whole_lines(text));
  });
  if (goes_on) use_lines(text.size());
}

}  // namespace pskd::data::formats
