#include "config/writer.hpp"

namespace pskd::config {

void Writer::write(ModelConfig& value) {
  out_ += "\n";
  Writer inner(out_, indent_ + 2);
  inner.line("name: " + model_name(value));
  std::visit([&](auto& model) { describe(inner, model); }, value);
}

void Writer::write(std::vector<TeacherRef>& values) {
  if (values.empty()) {
    out_ += " []\n";
    return;
  }
  out_ += "\n";
  for (TeacherRef& teacher : values) {
    const std::size_t start = out_.size();
    Writer inner(out_, indent_ + 4);
    describe(inner, teacher);
    out_[start + indent_ + 2] = '-';
  }
}

void Writer::write(std::vector<StageConfig>& values) {
  if (values.empty()) {
    out_ += " {}\n";
    return;
  }
  out_ += "\n";
  Writer inner(out_, indent_ + 2);
  for (StageConfig& stage : values) inner(value_text(stage.name), stage);
}

}  // namespace pskd::config
