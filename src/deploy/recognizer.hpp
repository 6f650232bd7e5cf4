// A recognizer from what a model file holds.
#pragma once

#include "deploy/model_file.hpp"
#include "pskd/deploy/recognizer.hpp"

namespace pskd::deploy {

/// `where` begins the messages. Throws as load_model does.
Recognizer recognizer_of(const ModelFile& model, const std::string& where);

}  // namespace pskd::deploy
