// The launcher that trains a sweep on this machine, several runs at a time.
#pragma once

#include <string>
#include <vector>

#include "sweep/launch.hpp"

namespace pskd::sweep {

/// The cards that `visible`, the value of CUDA_VISIBLE_DEVICES, names, where it names several; else none is dealt.
std::vector<std::string> cards_of(const char* visible);
/// The first of `cards` that stands least often in `taken`; empty where there are no cards.
std::string freest_card(const std::vector<std::string>& cards, const std::vector<std::string>& taken);

/// Trains the tasks that are not done, each in a process of its own, `launch.jobs` at a time. A task that would wait
/// for a stage another one trains begins later. A stop signal is passed on; once every process has saved, throws
/// Stopped. Where CUDA_VISIBLE_DEVICES names several cards, each process whose `run.device` is auto or cuda sees one of
/// them only: the one with the fewest runs.
std::vector<TaskFailure> train_here(const SweepLaunch& launch, const std::vector<SweepTask>& tasks);

}  // namespace pskd::sweep
