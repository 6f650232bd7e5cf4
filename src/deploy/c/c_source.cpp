#include "deploy/c/c_source.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string_view>
#include <utility>

#include "deploy/folded_cnn.hpp"
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
 * Not reentrant: it works in static memory of @buffer@ bytes. It uses no heap.
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

constexpr const char* kFunctions = R"(
/* Frames of `out` channels from frames of `in`, zeros around; ReLU; with `pool` the larger of each two. */
static void convolve(const float *x, int frames, int in, const float *weights, const float *bias, int out, int pool,
                     float *y) {
  int t, o, i;
  for (t = 0; t < (pool ? frames / 2 * 2 : frames); ++t) {
    const int before = t - @kernel@ / 2, first = before < 0 ? 0 : before;
    const int end = t + @kernel@ / 2 + 1 < frames ? t + @kernel@ / 2 + 1 : frames;
    float *to = y + (pool ? t / 2 : t) * out;
    for (o = 0; o < out; ++o) {
      const float *w = weights + o * @kernel@ * in + (first - before) * in, *from = x + first * in;
      float sum = bias[o];
      for (i = 0; i < (end - first) * in; ++i) sum += w[i] * from[i];
      if (sum < 0) sum = 0;
      if (!pool || t % 2 == 0 || sum > to[o]) to[o] = sum;
    }
  }
}

/* The mean of each part of time. */
static void pool_parts(const float *x, int frames, int channels, float *y) {
  int part, t, c;
  for (part = 0; part < @segments@; ++part) {
    const int first = part * frames / @segments@, end = ((part + 1) * frames + @segments@ - 1) / @segments@;
    for (c = 0; c < channels; ++c) {
      float sum = 0;
      for (t = first; t < end; ++t) sum += x[t * channels + c];
      y[part * channels + c] = sum / (float)(end - first);
    }
  }
}

static void multiply(const float *x, int in, const float *weights, const float *bias, int out, float *y) {
  int o, i;
  for (o = 0; o < out; ++o) {
    float sum = bias[o];
    for (i = 0; i < in; ++i) sum += weights[o * in + i] * x[i];
    y[o] = sum;
  }
}

int @name@_logits(const float sensor[@NAME@_CHANNELS * @NAME@_FRAMES], float logit[@NAME@_CLASSES]) {
  static float a[@a@], b[@b@];
  int c, t, i, best = 0;
  for (c = 0; c < @NAME@_CHANNELS; ++c) {
    for (t = 0; t < @NAME@_FRAMES; ++t) {
      a[t * @NAME@_CHANNELS + c] = (sensor[c * @NAME@_FRAMES + t] - mean[c]) / deviation[c];
    }
  }
@calls@  for (i = 0; i < @embedding@; ++i) {
    if (a[i] < 0) a[i] = 0;
  }
  multiply(a, @embedding@, classifier_weights, classifier_bias, @NAME@_CLASSES, logit);
  for (i = 1; i < @NAME@_CLASSES; ++i) {
    if (logit[i] > logit[best]) best = i;
  }
  return best;
}

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

using Replacements = std::map<std::string, std::string>;

std::string filled(std::string_view text, const Replacements& values) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find('@', at);
    result += text.substr(at, begin - at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = text.find('@', begin + 1);
    result += values.at(std::string(text.substr(begin + 1, end - begin - 1)));
    at = end + 1;
  }
  return result;
}

/// The shortest text that C reads as the same float.
std::string c_float(double value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), static_cast<float>(value)).ptr;
  std::string text(digits.data(), end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text + 'f';
}

template <class Numbers>
std::string c_array(const std::string& name, const Numbers& numbers) {
  constexpr std::size_t kLine = 118;
  std::string text = fmt::format("static const float {}[{}] = {{\n", name, numbers.size()), line;
  for (const double number : numbers) {
    const std::string one = c_float(number) + ",";
    if (line.size() + one.size() > kLine) text += std::exchange(line, "") + "\n";
    line += one;
  }
  return text + line + "};\n";
}

std::string c_weights(const std::string& name, const FoldedWeights& folded) {
  return c_array(name + "_weights", folded.weights) + c_array(name + "_bias", folded.bias);
}

/// Text in a C string. Trigraphs are no danger without "??"; bytes above ASCII are written in octal.
std::string c_text(const std::string& text) {
  std::string quoted = "\"";
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    const bool plain = code >= 0x20 && code < 0x7f && letter != '"' && letter != '\\' && letter != '?';
    quoted += plain ? std::string(1, letter) : fmt::format("\\{:03o}", code);
  }
  return quoted + "\"";
}

/// Text in a C comment, on one line.
std::string c_comment(const std::string& text) {
  std::string safe;
  for (const char letter : text)
    safe +=
        letter == '*' || letter == '\\' || letter == '?' || static_cast<unsigned char>(letter) < 0x20 ? ' ' : letter;
  return safe;
}

std::string about(const ModelFile& model) {
  const auto text_at = [&](const char* place) {
    const nlohmann::json::json_pointer pointer(place);
    const bool there = model.manifest.contains(pointer) && model.manifest[pointer].is_string();
    return there ? model.manifest[pointer].get<std::string>() : std::string("unknown");
  };
  return c_comment(fmt::format("Stage {} of experiment {} (config {}, weights {}), trained on {}.", model.stage,
                               text_at("/run/experiment"), text_at("/run/config_hash"), text_at("/weights_hash"),
                               text_at("/model/data"))) +
         "\n * Terms of the recordings: " + c_comment(text_at("/terms")) + ". " + kWrittenBy + " --format c`.";
}

// What the two files or the standard headers mean by something else, and the words of C and C++.
constexpr std::string_view kTakenNames =
    " main mean deviation convolve pool_parts multiply "
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

/// Of the constants: block<n>, semantic and classifier, each with _weights and _bias.
bool is_name_of_weights(const std::string& name) { return name.ends_with("_weights") || name.ends_with("_bias"); }

bool is_identifier(const std::string& name) {
  const auto is_letter = [](char one) {
    return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || one == '_';
  };
  const auto is_part = [&](char one) { return is_letter(one) || (one >= '0' && one <= '9'); };
  return !name.empty() && is_letter(name.front()) && std::all_of(name.begin(), name.end(), is_part);
}

/// The calls of the layers, which take turns between the arrays a and b, and how many numbers each must hold.
struct Plan {
  std::string calls;
  std::array<std::size_t, 2> sizes{};
};
Plan plan_of(const FoldedCnn& cnn) {
  constexpr std::array kArrays = {"a", "b"};
  Plan plan;
  const auto numbers = [](const FoldedCnn::Shape& shape) {
    return static_cast<std::size_t>(shape.channels) * static_cast<std::size_t>(shape.frames);
  };
  std::size_t turn = 0;
  const auto hold = [&](std::size_t count) { plan.sizes[turn] = std::max(plan.sizes[turn], count); };
  hold(numbers(cnn.shapes.front()));
  for (std::size_t block = 0; block < cnn.blocks.size(); ++block) {
    const FoldedCnn::Shape &in = cnn.shapes[block], &out = cnn.shapes[block + 1];
    plan.calls +=
        fmt::format("  convolve({}, {}, {}, block{}_weights, block{}_bias, {}, {}, {});\n", kArrays[turn], in.frames,
                    in.channels, block, block, out.channels, block + 1 < cnn.blocks.size() ? 1 : 0, kArrays[1 - turn]);
    turn = 1 - turn;
    hold(numbers(out));
  }
  const FoldedCnn::Shape& last = cnn.shapes.back();
  plan.calls +=
      fmt::format("  pool_parts({}, {}, {}, {});\n", kArrays[turn], last.frames, last.channels, kArrays[1 - turn]);
  turn = 1 - turn;
  hold(cnn.semantic.inputs());
  plan.calls += fmt::format("  multiply({}, {}, semantic_weights, semantic_bias, {}, {});\n", kArrays[turn],
                            cnn.semantic.inputs(), cnn.semantic.outputs(), kArrays[1 - turn]);
  turn = 1 - turn;
  hold(cnn.semantic.outputs());
  return plan;
}

Replacements replacements_of(const ModelFile& model, const FoldedCnn& cnn, const Plan& plan, const std::string& name) {
  std::string capitals = name;
  std::transform(capitals.begin(), capitals.end(), capitals.begin(),
                 [](char one) { return one >= 'a' && one <= 'z' ? static_cast<char>(one - 'a' + 'A') : one; });
  std::string channels;
  for (const std::string& channel : model.sensor->channels) channels += (channels.empty() ? "" : ", ") + channel;
  const std::string rate =
      model.sensor->rate > 0 ? "\n#define " + capitals + "_RATE " + c_float(model.sensor->rate) : "";
  return {{"name", name},
          {"NAME", capitals},
          {"about", about(model)},
          {"units", c_comment(channels) + " (acceleration in g with gravity, angular rate in deg/s)"},
          {"channels", std::to_string(cnn.shapes.front().channels)},
          {"frames", std::to_string(cnn.shapes.front().frames)},
          {"classes", std::to_string(model.classes.size())},
          {"kernel", std::to_string(cnn.kernel)},
          {"segments", std::to_string(cnn.segments)},
          {"embedding", std::to_string(cnn.semantic.outputs())},
          {"buffer", std::to_string(sizeof(float) * (plan.sizes[0] + plan.sizes[1]))},
          {"rate", rate},
          {"a", std::to_string(plan.sizes[0])},
          {"b", std::to_string(plan.sizes[1])},
          {"calls", plan.calls}};
}

}  // namespace

CSource c_source(const ModelFile& model, const std::string& name) {
  if (!is_identifier(name)) {
    throw Error(ErrorKind::usage, "'" + name + "' is no identifier in C: call the file by letters, digits and _");
  }
  if (is_taken(name) || is_name_of_weights(name) || name.starts_with('_')) {
    throw Error(ErrorKind::usage, "'" + name +
                                      "' cannot be the name of a function here: it is a word of C or C++, of "
                                      "their library or of the file itself; call the file otherwise, such "
                                      "as my_" +
                                      name + ".c");
  }
  const FoldedCnn cnn = fold_sensor_cnn(model);
  const Plan plan = plan_of(cnn);
  const Replacements values = replacements_of(model, cnn, plan, name);
  std::string source = filled("/* @about@ See @name@.h. */\n#include \"@name@.h\"\n\n#include <math.h>\n\n", values);
  source += "const char *const " + name + "_class[" + std::to_string(model.classes.size()) + "] = {";
  for (std::size_t i = 0; i < model.classes.size(); ++i) source += (i > 0 ? ", " : "") + c_text(model.classes[i]);
  source += "};\n\n" + c_array("mean", model.sensor->mean) + c_array("deviation", model.sensor->deviation);
  for (std::size_t block = 0; block < cnn.blocks.size(); ++block) {
    source += c_weights("block" + std::to_string(block), cnn.blocks[block]);
  }
  source += c_weights("semantic", cnn.semantic) + c_weights("classifier", cnn.classifier) + filled(kFunctions, values);
  return {filled(kHeader, values), source};
}

}  // namespace pskd::deploy
