// From what a network computes to an answer.
#pragma once

#include <span>

#include "eval/none_rule.hpp"
#include "pskd/deploy/recognizer.hpp"

namespace pskd::deploy {

/// `logits` [K], `embedding` [D] of one window. Where the network overflowed, the answer is none.
Decision decision_of(std::span<const float> logits, std::span<const float> embedding, const eval::NoneRule& none);

}  // namespace pskd::deploy
