// A page that runs a model in a browser: a folder of static files.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "deploy/model_file.hpp"

namespace pskd::deploy {

/// The bytes of files by their names.
using PageFiles = std::map<std::string, std::string>;

/// index.html, page.css and page.js (src/deploy/page/web/), model.js with `onnx` and what the page must know of the
/// model, and onnxruntime.js. `onnx`: the bytes of the model as ONNX. `runtime`: those of the script that
/// tools/setup.sh --web makes. Throws Error(checkpoint) for a network that sees the skeleton, Error(usage) where the
/// model does not know the rate of its sensor.
PageFiles web_page(const ModelFile& model, const std::string& onnx, const std::string& runtime);

/// Writes the page into `folder`, which is made as needed. A page that lies there is replaced once all files are
/// written; other files beside it stay. Throws Error(usage) where `folder` is a file, or holds something but no page,
/// and Error(io).
void write_web_page(const std::filesystem::path& folder, const PageFiles& files);

}  // namespace pskd::deploy
