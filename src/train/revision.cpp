#include "train/revision.hpp"

#include <git_revision.hpp>

namespace pskd::train {

const char* program_version() { return PSKD_VERSION; }
const char* git_revision() { return PSKD_GIT_REVISION; }

}  // namespace pskd::train
