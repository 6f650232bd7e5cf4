// Every loss that learns from teachers.
#pragma once

#include <vector>

#include "distill/losses/teacher_loss.hpp"

namespace pskd::distill::losses {

/// In the order in which their terms are added up and their layers are drawn.
const std::vector<TeacherLoss>& teacher_losses();

}  // namespace pskd::distill::losses
