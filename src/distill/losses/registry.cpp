#include "distill/losses/registry.hpp"

#include "distill/losses/acs.hpp"
#include "distill/losses/at.hpp"
#include "distill/losses/ca_mkd.hpp"
#include "distill/losses/crd.hpp"
#include "distill/losses/dist.hpp"
#include "distill/losses/dkd.hpp"
#include "distill/losses/fitnet.hpp"
#include "distill/losses/kd.hpp"
#include "distill/losses/rkd.hpp"
#include "distill/losses/sp.hpp"

namespace pskd::distill::losses {
namespace {

TeacherLoss doing_without(TeacherLoss loss) {
  loss.does_without = true;
  return loss;
}

}  // namespace

// A new line goes to the end: the order decides the last bits of a sum of several losses.
const std::vector<TeacherLoss>& teacher_losses() {
  static const std::vector<TeacherLoss> kLosses = {
      teacher_loss(&config::LossConfig::kd, kd_term),
      teacher_loss(&config::LossConfig::fitnet, fitnet_term, nullptr, fitnet_teacher_layers),
      teacher_loss(&config::LossConfig::at, at_term),
      teacher_loss(&config::LossConfig::sp, sp_term),
      teacher_loss(&config::LossConfig::rkd, rkd_term),
      teacher_loss(&config::LossConfig::crd, crd_term, crd_student_layers, crd_teacher_layers),
      teacher_loss(&config::LossConfig::dkd, dkd_term),
      teacher_loss(&config::LossConfig::dist, dist_term),
      teacher_loss(&config::LossConfig::ca_mkd, ca_mkd_term),
      doing_without(teacher_loss(&config::LossConfig::acs, acs_term)),
  };
  return kLosses;
}

}  // namespace pskd::distill::losses
