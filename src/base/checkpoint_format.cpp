#include "base/checkpoint_format.hpp"

#include "base/checksum.hpp"

namespace pskd {

const Seal kCheckpointSeal{
    "checkpoint", 2,
    "its checkpoints (pskd 0.5.0 and older) are archives that can run code, and are not opened; the run's "
    "tables need none of them; to go on, train again with --overwrite, or use that version of pskd"};
const Seal kModelSeal{"model", 1};

std::string weights_hash(const TensorFile& file) {
  ContentHasher hasher;
  for (const auto& [name, tensor] : file.tensors) {
    if (!name.starts_with(kNetworkPart)) continue;
    hasher.add(name);
    for (const std::int64_t size : tensor.shape) hasher.add(std::to_string(size));
    hasher.add(tensor.bytes);
  }
  return hasher.hex();
}

}  // namespace pskd
