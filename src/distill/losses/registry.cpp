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

namespace pskd {

// A new line goes to the end: the order decides the last bits of a sum of several losses.
const std::vector<TeacherLoss>& teacher_losses() {
  static const std::vector<TeacherLoss> kLosses = {
      teacher_loss(&LossConfig::kd, kd_term),
      teacher_loss(&LossConfig::fitnet, fitnet_term, nullptr, fitnet_teacher_layers),
      teacher_loss(&LossConfig::at, at_term),
      teacher_loss(&LossConfig::sp, sp_term),
      teacher_loss(&LossConfig::rkd, rkd_term),
      teacher_loss(&LossConfig::crd, crd_term, crd_student_layers, crd_teacher_layers),
      teacher_loss(&LossConfig::dkd, dkd_term),
      teacher_loss(&LossConfig::dist, dist_term),
      teacher_loss(&LossConfig::ca_mkd, ca_mkd_term),
      teacher_loss(&LossConfig::acs, acs_term),
  };
  return kLosses;
}

}  // namespace pskd
