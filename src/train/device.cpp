#include "train/device.hpp"

#include <ATen/Context.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <torch/version.h>

#include <algorithm>
#include <array>

#include "ops/libtorch.hpp"
#include "pskd/base/error.hpp"

namespace pskd::train {
namespace {

std::int64_t count_cards() {
  return torch::cuda::is_available() ? static_cast<std::int64_t>(torch::cuda::device_count()) : 0;
}

/// By the driver's own interface: LibTorch's needs the headers of CUDA.
std::string name_of(int card) {
  using DeviceOf = int (*)(int* device, int card);
  using NameOf = int (*)(char* name, int size, int device);
  void* driver = dlopen("libcuda.so.1", RTLD_LAZY);
  if (driver == nullptr) return "unknown";
  const auto device_of = reinterpret_cast<DeviceOf>(dlsym(driver, "cuDeviceGet"));
  const auto name_into = reinterpret_cast<NameOf>(dlsym(driver, "cuDeviceGetName"));
  int device = 0;
  std::array<char, 256> name{};
  if (device_of == nullptr || name_into == nullptr || device_of(&device, card) != 0 ||
      name_into(name.data(), static_cast<int>(name.size()), device) != 0) {
    return "unknown";
  }
  return name.data();
}

[[noreturn]] void refuse(const std::string& name, std::int64_t cards) {
  const std::string expected = "run.device: expected a device of this machine, found " + name + "; ";
  if (!torch::cuda::is_available()) {
    throw Error(ErrorKind::config,
                expected +
                    (at::globalContext().hasCUDART() ? "LibTorch " TORCH_VERSION " finds no NVIDIA card or no driver"
                                                     : "LibTorch " TORCH_VERSION " is built without CUDA") +
                    ": docs/installation.md says how to get one that computes on cards; cpu and auto train here");
  }
  throw Error(ErrorKind::config, expected + "LibTorch sees " + std::to_string(cards) +
                                     (cards == 1 ? " card, cuda:0" : " cards, from cuda:0 on"));
}

}  // namespace

torch::Device resolve_device(const std::string& name) {
  if (name == "cpu") return torch::kCPU;
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);  // what cuBLAS needs to be deterministic
  const std::int64_t cards = count_cards();
  if (name == "auto") return cards > 0 ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
  const int card = name == "cuda" ? 0 : std::stoi(name.substr(std::string("cuda:").size()));
  if (card >= cards) refuse(name, cards);
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(card)};
}

std::vector<std::string> card_names() {
  std::vector<std::string> names;
  for (int card = 0; card < count_cards(); ++card) names.push_back(name_of(card));
  return names;
}

std::string card_name(torch::Device device) { return device.is_cuda() ? name_of(device.index()) : ""; }

void choose_algorithms(torch::Device device, bool deterministic) {
  if (!device.is_cuda()) return;
  constexpr bool kOnlyWarn = true;
  at::Context& context = at::globalContext();
  context.setDeterministicAlgorithms(deterministic, kOnlyWarn);
  ops::leave_new_memory_unwritten();
  context.setDeterministicCuDNN(deterministic);
  context.setBenchmarkCuDNN(!deterministic);
  context.setAllowTF32CuDNN(false);
  context.setAllowTF32CuBLAS(false);
}

void wait_for(torch::Device device) {
  if (device.is_cuda()) torch::cuda::synchronize(device.index());
}

}  // namespace pskd::train
