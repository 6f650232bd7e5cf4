// The files of src/report/page/web/ and Chart.js, as the build embeds them (src/CMakeLists.txt).
#pragma once

#include <string_view>

namespace pskd::report {

std::string_view page_template();  ///< with {{title}}, {{style}}, {{body}}, {{data}}, {{charts}}, {{script}}
std::string_view page_style();
std::string_view page_script();
std::string_view chart_library();

}  // namespace pskd::report
