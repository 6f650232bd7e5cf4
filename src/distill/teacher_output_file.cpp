#include "distill/teacher_output_file.hpp"

#include "base/sealed_file.hpp"
#include "base/tensor_file.hpp"
#include "model/stored_tensors.hpp"

namespace pskd::distill {
namespace {

const Seal kSeal{"answers", 2};
constexpr const char* kFile = "file";
constexpr const char *kEmbedding = "embedding", *kLogits = "logits", *kAttention = "attention";

void add(TensorFile& content, const char* name, const torch::Tensor& tensor) {
  if (tensor.defined()) content.tensors[name] = model::to_stored(tensor.to(torch::kFloat32));
}

/// Undefined where there is no such tensor.
torch::Tensor tensor_of(const TensorFile& content, const char* name) {
  const auto found = content.tensors.find(name);
  return found == content.tensors.end() ? torch::Tensor() : model::from_stored(found->second);
}

/// Every network's features have frames; how many is its own affair.
bool has_shape(const TeacherOutput& output, const OutputShape& expected) {
  const auto is_matrix = [&](const torch::Tensor& tensor) {
    return tensor.defined() && tensor.scalar_type() == torch::kFloat32 && tensor.dim() == 2 &&
           tensor.size(0) == expected.clips;
  };
  return is_matrix(output.logits) && output.logits.size(1) == expected.classes && is_matrix(output.embedding) &&
         output.embedding.size(1) == expected.embedding && is_matrix(output.attention) && output.attention.size(1) > 0;
}

}  // namespace

void write_teacher_output(const std::filesystem::path& file, const TeacherOutput& output) {
  TensorFile content;
  content.metadata[kFile] = file.filename().string();
  add(content, kEmbedding, output.embedding);
  add(content, kLogits, output.logits);
  add(content, kAttention, output.attention);
  write_sealed_cache(file, kSeal, tensor_file_bytes(content));
}

std::optional<TeacherOutput> read_teacher_output(const std::filesystem::path& file, const OutputShape& expected) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  try {
    const std::string bytes = read_sealed_file(file, kSeal, ErrorKind::data);
    const TensorFile content = read_tensors(std::string_view(bytes).substr(kSealBytes), file.string(), ErrorKind::data);
    const auto name = content.metadata.find(kFile);
    if (name == content.metadata.end() || name->second != file.filename().string()) return std::nullopt;
    TeacherOutput output{tensor_of(content, kEmbedding), tensor_of(content, kLogits), 1,
                         tensor_of(content, kAttention)};
    if (has_shape(output, expected)) return output;
  } catch (const Error&) {
  }
  return std::nullopt;
}

}  // namespace pskd::distill
