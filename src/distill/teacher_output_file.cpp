#include "distill/teacher_output_file.hpp"

#include <array>
#include <cstring>

#include "base/little_endian.hpp"
#include "base/sealed_file.hpp"

namespace pskd::distill {
namespace {

// Payload: for each of the three tensors its two sizes (8 bytes each, little-endian; 0 x 0 where undefined), then the
// numbers of each in turn.
const Seal kSeal{"answers", 1};
constexpr std::size_t kTensors = 3, kSizeBytes = 8;

void put_size(std::string& bytes, std::int64_t size) {
  for (std::size_t i = 0; i < kSizeBytes; ++i) bytes += static_cast<char>(static_cast<std::uint64_t>(size) >> (8 * i));
}

}  // namespace

void write_teacher_output(const std::filesystem::path& file, const TeacherOutput& output) {
  std::string payload, numbers;
  for (const torch::Tensor& tensor : {output.embedding, output.logits, output.attention}) {
    put_size(payload, tensor.defined() ? tensor.size(0) : 0);
    put_size(payload, tensor.defined() ? tensor.size(1) : 0);
    if (!tensor.defined()) continue;
    const torch::Tensor plain = tensor.to(torch::kFloat32).contiguous();
    numbers.append(reinterpret_cast<const char*>(plain.data_ptr<float>()), plain.nbytes());
  }
  write_sealed_cache(file, kSeal, payload + numbers);
}

std::optional<TeacherOutput> read_teacher_output(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  try {
    const std::string bytes = read_sealed_file(file, kSeal, ErrorKind::data);
    std::array<torch::Tensor, kTensors> tensors;
    std::size_t size_at = kSealBytes, numbers_at = kSealBytes + 2 * kTensors * kSizeBytes;
    for (torch::Tensor& tensor : tensors) {
      const auto rows = static_cast<std::int64_t>(little_endian(bytes, size_at, kSizeBytes));
      const auto columns = static_cast<std::int64_t>(little_endian(bytes, size_at + kSizeBytes, kSizeBytes));
      size_at += 2 * kSizeBytes;
      if (rows == 0) continue;
      tensor = torch::empty({rows, columns});
      std::memcpy(tensor.data_ptr(), bytes.data() + numbers_at, tensor.nbytes());
      numbers_at += tensor.nbytes();
    }
    return TeacherOutput{tensors[0], tensors[1], 1, tensors[2]};
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace pskd::distill
