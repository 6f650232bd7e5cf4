// Where a stage trains: the processor or an NVIDIA card.
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

namespace pskd::train {

/// The device that run.device names: "auto" is the first card where LibTorch computes on one, else the processor;
/// "cuda" is the first card. Throws Error(config) where there is no such card. Call it before LibTorch first uses a
/// card: it asks for products with the same bits each time.
torch::Device resolve_device(const std::string& name);

/// What the driver calls each card that LibTorch computes on, such as "NVIDIA H100 80GB HBM3".
std::vector<std::string> card_names();

/// The card's name; empty for the processor.
std::string card_name(torch::Device device);

/// From now on the card computes fp32 in fp32, not in TF32, and where `deterministic` by algorithms that give the same
/// bits each time. A warning names an operation that has none. Nothing for the processor.
void choose_algorithms(torch::Device device, bool deterministic);

/// Waits until the device has done all that it was told to.
void wait_for(torch::Device device);

}  // namespace pskd::train
