// What happens in each of Berkeley-MHAD's 11 actions.
#pragma once

#include "synthetic/actions.hpp"

namespace pskd::synthetic {

/// The script of an action, from 1 to 11, in the order of Berkeley-MHAD's classes.
const ActionScript& berkeley_script(int action);

}  // namespace pskd::synthetic
