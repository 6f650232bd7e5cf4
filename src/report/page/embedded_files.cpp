#include "report/page/embedded_files.hpp"

extern "C" {
extern const char pskd_page_template[], pskd_page_template_end[];
extern const char pskd_page_style[], pskd_page_style_end[];
extern const char pskd_page_script[], pskd_page_script_end[];
extern const char pskd_chart_library[], pskd_chart_library_end[];
}

namespace pskd::report {

std::string_view page_template() { return {pskd_page_template, pskd_page_template_end}; }
std::string_view page_style() { return {pskd_page_style, pskd_page_style_end}; }
std::string_view page_script() { return {pskd_page_script, pskd_page_script_end}; }
std::string_view chart_library() { return {pskd_chart_library, pskd_chart_library_end}; }

}  // namespace pskd::report
