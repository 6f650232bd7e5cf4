#include "train/environment.hpp"

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "base/process.hpp"

namespace pskd::train {
namespace {

TEST(Environment, NamesTheThreadsThatTorchWasGivenAndOpenBlasToo) {
  const int before = at::get_num_threads();
  prepare_torch(3);
  EXPECT_EQ(environment().threads, 3);
  const auto of_openblas = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
  EXPECT_TRUE(of_openblas == nullptr || of_openblas() == 3);
  prepare_torch(0);
  EXPECT_EQ(environment().threads, process_setup().cores.count);
  prepare_torch(before);
}

TEST(Environment, AdvisesAgainstMoreThreadsThanCores) {
  Environment here = environment();
  here.cores = 2;
  here.threads = 3;
  EXPECT_EQ(speed_advice(here).back(), "3 threads on 2 cores");
}

}  // namespace
}  // namespace pskd::train
