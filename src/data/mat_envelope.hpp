// What must hold of a MAT v5 file before matio sees it. matio trusts the sizes a file states (a few changed bytes make
// it ask for gigabytes) and stops reading before a compressed variable's checksum.
#pragma once

#include <filesystem>
#include <string_view>

namespace pskd {

/// Checks the structure of `bytes`, the content of `file`: a little-endian MAT v5 header, then numeric matrices whose
/// parts state sizes that agree with each other and with the file's length, to the byte. Throws Error(data) naming the
/// file.
void check_mat_envelope(const std::filesystem::path& file, std::string_view bytes);

}  // namespace pskd
