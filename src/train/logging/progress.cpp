#include "train/logging/progress.hpp"

#include <spdlog/sinks/sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace pskd::train {
namespace {

constexpr int kBarWidth = 24;
constexpr std::chrono::milliseconds kRedraw{100};

/// "1 h 02 min", "3 min 20 s", "12 s".
std::string duration_text(double seconds) {
  const auto total = static_cast<long>(std::lround(seconds));
  if (total >= 3600) return fmt::format("{} h {:02} min", total / 3600, total / 60 % 60);
  if (total >= 60) return fmt::format("{} min {:02} s", total / 60, total % 60);
  return fmt::format("{} s", total);
}

}  // namespace

StageProgress::StageProgress(std::string title, int first_epoch, int epochs, int steps_per_epoch)
    : title_(std::move(title)),
      first_epoch_(first_epoch),
      epochs_(epochs),
      steps_(steps_per_epoch),
      terminal_(isatty(STDERR_FILENO) == 1 &&
                spdlog::default_logger()->sinks().front()->should_log(spdlog::level::info)),
      start_(std::chrono::steady_clock::now()) {}

void StageProgress::step(int epoch, int step, double loss) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now - drawn_ < kRedraw) return;
  drawn_ = now;
  draw(epoch + static_cast<double>(step + 1) / steps_, loss, epoch);
}

void StageProgress::draw(double done, double loss, int epoch) {
  const double elapsed = std::chrono::duration<double>(drawn_ - start_).count();
  const double left = elapsed / std::max(done - first_epoch_, 1e-9) * (epochs_ - done);
  const auto filled = static_cast<int>(kBarWidth * done / epochs_);
  std::string bar;
  for (int i = 0; i < kBarWidth; ++i) bar += i < filled ? "█" : "░";
  fmt::print(stderr, "\r\033[K{} {} epoch {}/{}  loss {:.3f}  {} left", title_, bar, epoch + 1, epochs_, loss,
             duration_text(left));
  std::fflush(stderr);
}

void StageProgress::clear() {
  if (!terminal_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
}

void StageProgress::epoch(int epoch, const std::string& line) {
  const int tenth = std::max(1, epochs_ / 10);
  const bool told = epoch == epochs_ || (!terminal_ && epoch % tenth == 0);
  if (told) clear();
  spdlog::log(told ? spdlog::level::info : spdlog::level::debug, "{}  epoch {}/{}  {}", title_, epoch, epochs_, line);
}

}  // namespace pskd::train
