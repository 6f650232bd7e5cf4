// Rows scaled to length 1, shared by the losses that compare directions.
#pragma once

#include <torch/torch.h>

namespace pskd::distill::losses {

/// The rows of a matrix, each divided by its length. A row of zeros stays zeros and passes its gradient on as it is;
/// torch's normalize would multiply it by 1e12.
inline torch::Tensor unit_rows(const torch::Tensor& rows) {
  const torch::Tensor length = rows.norm(2, 1, /*keepdim=*/true);
  return rows / torch::where(length.detach().gt(0), length, torch::ones_like(length));
}

}  // namespace pskd::distill::losses
