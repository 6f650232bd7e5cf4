#include "deploy/c/c_source.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.hpp"
#include "deploy/c/c_layers.hpp"
#include "deploy/c/c_text.hpp"
#include "pskd/base/error.hpp"

namespace pskd::deploy {
namespace {

// What stands between @ is replaced.
constexpr const char* kHeader = R"(/* @about@
 *
 * Input: one window, @channels@ channels of @frames@ samples each, channel by channel:
 * @units@. A window of another length or rate goes
 * through @name@_resample first, which is how the network's training windows were made.
 *
 * Not reentrant: it works in static memory of @buffer@ bytes. It uses no heap.@numbers@
 *
 *   static float window[@NAME@_CHANNELS * @NAME@_FRAMES], probability[@NAME@_CLASSES];
 *   @name@_resample(samples, count, window);   (samples: count times @channels@ numbers)
 *   printf("%s\n", @name@_class[@name@(window, probability)]);
 */
#ifndef @NAME@_H
#define @NAME@_H

#define @NAME@_CHANNELS @channels@
#define @NAME@_FRAMES @frames@
#define @NAME@_CLASSES @classes@
#define @NAME@_BUFFER_BYTES @buffer@@rate@

#ifdef __cplusplus
extern "C" {
#endif

extern const char *const @name@_class[@NAME@_CLASSES];

/* The most probable class; its and the others' probabilities. */
int @name@(const float sensor[@NAME@_CHANNELS * @NAME@_FRAMES], float probability[@NAME@_CLASSES]);

/* The same before the softmax. */
int @name@_logits(const float sensor[@NAME@_CHANNELS * @NAME@_FRAMES], float logit[@NAME@_CLASSES]);

/* `count` >= 1 samples of @NAME@_CHANNELS numbers each, at equal intervals, to a window. */
void @name@_resample(const float *samples, int count, float sensor[@NAME@_CHANNELS * @NAME@_FRAMES]);

#ifdef __cplusplus
}
#endif

#endif
)";

constexpr const char* kEnding = R"(
int @name@(const float sensor[@NAME@_CHANNELS * @NAME@_FRAMES], float probability[@NAME@_CLASSES]) {
  const int best = @name@_logits(sensor, probability);
  const float highest = probability[best];
  float sum = 0;
  int i;
  for (i = 0; i < @NAME@_CLASSES; ++i) sum += probability[i] = expf(probability[i] - highest);
  for (i = 0; i < @NAME@_CLASSES; ++i) probability[i] /= sum;
  return best;
}

void @name@_resample(const float *samples, int count, float sensor[@NAME@_CHANNELS * @NAME@_FRAMES]) {
  int t, c;
  for (t = 0; t < @NAME@_FRAMES; ++t) {
    const double position = (double)t / (@NAME@_FRAMES - 1) * (count - 1);
    const int last = count > 1 ? count - 2 : 0, before = (int)position < last ? (int)position : last;
    const float share = (float)(position - before);
    const float *from = samples + before * @NAME@_CHANNELS, *to = count > 1 ? from + @NAME@_CHANNELS : from;
    for (c = 0; c < @NAME@_CHANNELS; ++c) sensor[c * @NAME@_FRAMES + t] = from[c] * (1 - share) + to[c] * share;
  }
}
)";

constexpr const char* kInt8 = R"(
 *
 * Weights and activations are 8-bit integers, whose scales were fitted on training clips; what a layer gives beyond
 * those is cut off. All but the quantized input and the logits is computed in integers.)";

/// `written`: by which command.
std::string about(const ModelFile& model, const std::string& written) {
  const auto text_at = [&](const char* place) {
    const nlohmann::json::json_pointer pointer(place);
    const bool there = model.manifest.contains(pointer) && model.manifest[pointer].is_string();
    return there ? model.manifest[pointer].get<std::string>() : std::string("unknown");
  };
  return c_comment(fmt::format("Stage {} of experiment {} (config {}, weights {}), trained on {}.", model.stage,
                               text_at("/run/experiment"), text_at("/run/config_hash"), text_at("/weights_hash"),
                               text_at("/model/data"))) +
         "\n * Terms of the recordings: " + c_comment(text_at("/terms")) + ". " + written;
}

// What the two files or the standard headers mean by something else, and the words of C and C++.
constexpr std::string_view kTakenNames =
    " main mean deviation convolve pool_parts multiply "
    "factor requantize convolve_input logit_scale "
    "auto break case char const continue default do double else enum extern float for goto if inline int long register "
    "restrict return short signed sizeof static struct switch typedef union unsigned void volatile while alignas "
    "alignof bool constexpr false nullptr static_assert thread_local true typeof typeof_unqual asm fortran "
    "and and_eq bitand bitor catch char8_t char16_t char32_t class compl concept consteval constinit const_cast "
    "co_await co_return co_yield decltype delete dynamic_cast explicit export friend mutable namespace new noexcept "
    "not not_eq operator or or_eq private protected public reinterpret_cast requires static_cast template this throw "
    "try "
    "typeid typename using virtual wchar_t xor xor_eq "
    "abort abs atoi calloc clock div errno exit fclose fopen fputs free getc getchar labs malloc memcmp memcpy memmove "
    "memset perror printf putc putchar puts qsort rand read realloc remove rename scanf signal snprintf sprintf srand "
    "sscanf strcat strchr strcmp strcpy strlen system time tolower toupper write index rindex linux unix i386 ";
// Those of math.h; each also ends in f and in l.
constexpr std::string_view kMathNames =
    " acos asin atan atan2 cos sin tan acosh asinh atanh cosh sinh tanh exp exp2 exp10 expm1 frexp ilogb ldexp log "
    "log10 log1p log2 logb modf scalbn scalbln cbrt fabs hypot pow sqrt erf erfc lgamma tgamma gamma ceil floor "
    "nearbyint rint lrint llrint round lround llround trunc fmod remainder remquo copysign nan nextafter nexttoward "
    "fdim fmax fmin fma signgam j0 j1 jn y0 y1 yn drem significand scalb finite isinf isnan isfinite isnormal signbit "
    "fpclassify isgreater isless isunordered ";

bool is_taken(const std::string& name) {
  const auto among = [](std::string_view names, const std::string& one) {
    return names.find(" " + one + " ") != std::string_view::npos;
  };
  const bool math_ending = name.ends_with('f') || name.ends_with('l');
  return among(kTakenNames, name) || among(kMathNames, name) ||
         (math_ending && among(kMathNames, name.substr(0, name.size() - 1)));
}

/// Of the constants: block<n>, semantic and classifier, each with these endings; or a type.
bool is_name_of_constant(const std::string& name) {
  constexpr std::array kEndings = {"_weights", "_bias", "_multiplier", "_shift", "_t"};
  return std::any_of(kEndings.begin(), kEndings.end(), [&](const char* ending) { return name.ends_with(ending); });
}

bool is_identifier(const std::string& name) {
  const auto is_letter = [](char one) {
    return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || one == '_';
  };
  const auto is_part = [&](char one) { return is_letter(one) || (one >= '0' && one <= '9'); };
  return !name.empty() && is_letter(name.front()) && std::all_of(name.begin(), name.end(), is_part);
}

void require_name(const std::string& name) {
  if (!is_identifier(name)) {
    throw Error(ErrorKind::usage, "'" + name + "' is no identifier in C: call the file by letters, digits and _");
  }
  if (is_taken(name) || is_name_of_constant(name) || name.starts_with('_')) {
    throw Error(ErrorKind::usage, "'" + name +
                                      "' cannot be the name of a function here: it is a word of C or C++, of "
                                      "their library or of the file itself; call the file otherwise, such "
                                      "as my_" +
                                      name + ".c");
  }
}

/// `cnn`: a FoldedCnn or QuantizedCnn; `embedding`: its size.
template <class Cnn>
Replacements replacements_of(const ModelFile& model, const Cnn& cnn, std::size_t embedding, const std::string& name) {
  std::string capitals = name;
  std::transform(capitals.begin(), capitals.end(), capitals.begin(),
                 [](char one) { return one >= 'a' && one <= 'z' ? static_cast<char>(one - 'a' + 'A') : one; });
  const std::string rate =
      model.sensor->rate > 0 ? "\n#define " + capitals + "_RATE " + c_number(model.sensor->rate) : "";
  return {
      {"name", name},
      {"NAME", capitals},
      {"units", c_comment(joined(model.sensor->channels)) + " (acceleration in g with gravity, angular rate in deg/s)"},
      {"channels", std::to_string(cnn.shapes.front().channels)},
      {"frames", std::to_string(cnn.shapes.front().frames)},
      {"classes", std::to_string(model.classes.size())},
      {"kernel", std::to_string(cnn.kernel)},
      {"segments", std::to_string(cnn.segments)},
      {"embedding", std::to_string(embedding)},
      {"rate", rate}};
}

/// `includes`: what the layers need beside math.h.
CSource assembled(const ModelFile& model, const CLayers& layers, const std::string& includes, Replacements values) {
  values["buffer"] = std::to_string(layers.memory);
  std::string source =
      filled("/* @about@ See @name@.h. */\n#include \"@name@.h\"\n\n#include <math.h>\n", values) + includes;
  source += filled("\nconst char *const @name@_class[@classes@] = {", values);
  for (std::size_t i = 0; i < model.classes.size(); ++i) source += (i > 0 ? ", " : "") + c_string(model.classes[i]);
  return {filled(kHeader, values), source + "};\n\n" + layers.text + filled(kEnding, values)};
}

}  // namespace

CSource c_source(const ModelFile& model, const std::string& name) {
  require_name(name);
  const FoldedCnn cnn = fold_sensor_cnn(model);
  Replacements values = replacements_of(model, cnn, cnn.semantic.outputs(), name);
  values["about"] = about(model, std::string(kWrittenBy) + " --format c`.");
  values["numbers"] = "";
  return assembled(model, float_layers(cnn, *model.sensor, values), "", values);
}

CSource c_source(const ModelFile& model, const QuantizedCnn& cnn, const std::string& name) {
  require_name(name);
  Replacements values = replacements_of(model, cnn, cnn.semantic.sums.outputs(), name);
  values["about"] = about(model, std::string(kWrittenBy) + " --format c --quantize int8`.");
  values["numbers"] = kInt8;
  return assembled(model, int8_layers(cnn, values), "#include <stdint.h>\n", values);
}

}  // namespace pskd::deploy
