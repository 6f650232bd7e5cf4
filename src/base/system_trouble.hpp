// Exceptions that say what the system refused, told from those that show a fault of ours.
#pragma once

#include <exception>
#include <optional>

#include "pskd/base/error.hpp"

namespace pskd {

/// A file, memory or a thread that the system did not give, as an Error(io) of one sentence; a pskd::Error is passed
/// on. Nothing for any other exception: that is a fault of the program.
std::optional<Error> system_trouble(const std::exception& problem);

}  // namespace pskd
