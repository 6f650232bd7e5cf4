// Reader of Berkeley-MHAD (Ofli et al., WACV 2013): accelerometers
// Accelerometer/Shimmer0{1..6}/acc_h0{1..6}_s{01..12}_a{01..11}_r{01..05}.txt and one of two skeletons, the original
// Mocap/SkeletalData/skl_s{01..12}_a{01..11}_r{01..05}.bvh (mhad-30), or the 16 joints of
// D-Mocap-release/{Front,Rear}-Facing/Mocap/K{1,2}_mocap_S{01..12}_A{01..11}_R{01..05}.mat (mhad-16; Lannan et al.,
// CVPRW 2022).
#pragma once

#include "data/reader.hpp"

namespace pskd::data::readers {

inline constexpr const char* kBerkeleyUsualSensor = "h02";

Reader berkeley_mhad_reader(const config::DataConfig& config);

}  // namespace pskd::data::readers
