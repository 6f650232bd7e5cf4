#include "deploy/page/web_page.hpp"

#include <boost/archive/iterators/base64_from_binary.hpp>
#include <boost/archive/iterators/transform_width.hpp>
#include <string_view>
#include <system_error>

#include "base/file.hpp"
#include "pskd/base/error.hpp"

extern "C" {  // of src/deploy/page/web/, as src/CMakeLists.txt embeds them
extern const char pskd_web_page[], pskd_web_page_end[];
extern const char pskd_web_style[], pskd_web_style_end[];
extern const char pskd_web_script[], pskd_web_script_end[];
}

namespace pskd::deploy {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kPage = "index.html";
constexpr const char* kUnfinished = ".pskd-unfinished";  // in the folder, while it is written

std::string base64(std::string_view bytes) {
  namespace iterators = boost::archive::iterators;
  using Digits =
      iterators::base64_from_binary<iterators::transform_width<std::string_view::const_iterator, 6, 8, unsigned char>>;
  std::string text(Digits(bytes.begin()), Digits(bytes.end()));
  while (text.size() % 4 != 0) text += '=';
  return text;
}

/// Accuracy on the run's test clips and their number; null where the model file does not say it.
Json test_score(const Json& manifest) {
  const Json test = manifest.value("test", Json());
  const bool says = test.is_object() && test.contains("accuracy") && test["accuracy"].is_number() &&
                    test.contains("clips") && test["clips"].is_number();
  return says ? Json{{"accuracy", test["accuracy"]}, {"clips", test["clips"]}} : Json();
}

/// What the page knows of the model.
Json facts(const ModelFile& model) {
  if (model.sees_skeleton || !model.sensor) {
    throw Error(
        ErrorKind::checkpoint,
        "its network sees the skeleton, which no browser can record; a page takes a network that sees the sensor "
        "alone");
  }
  const SensorInput& sensor = *model.sensor;
  if (sensor.rate <= 0) {
    throw Error(ErrorKind::usage,
                "the rate of the sensor is not known, which the page needs; export the run, and say it with --rate");
  }
  Json facts = {{"stage", model.stage},
                {"classes", model.classes},
                {"channels", sensor.channels},
                {"units", sensor.units},
                {"rate", sensor.rate},
                {"frames", sensor.frames},
                {"median_samples", sensor.median_samples},
                {"test", test_score(model.manifest)},
                {"none", nullptr}};
  if (model.none) facts["none"] = {{"temperature", model.none->temperature}, {"threshold", model.none->threshold}};
  const Json terms = model.manifest.value("terms", Json());
  facts["terms"] = terms.is_string() ? terms : Json("");
  return facts;
}

bool is_page(const fs::path& folder) {
  const fs::path page = folder / kPage;
  return fs::is_regular_file(page) && read_file(page).find(std::string(kWrittenBy) + " --web") != std::string::npos;
}

void require_own(const fs::path& folder) {
  if (!fs::exists(folder)) return;
  if (!fs::is_directory(folder)) {
    throw Error(ErrorKind::usage, folder.string() + " is a file; --web names a folder");
  }
  if (is_page(folder)) return;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename() == kUnfinished) continue;
    throw Error(ErrorKind::usage, folder.string() + ": expected an empty folder or a page that `pskd export --web` " +
                                      "wrote, found " + entry.path().filename().string() +
                                      "; give another name, or empty it");
  }
}

/// What is no file cannot be replaced: said before anything is.
void require_files(const fs::path& folder, const PageFiles& files) {
  for (const auto& [name, bytes] : files) {
    if (!fs::is_directory(folder / name)) continue;
    throw Error(ErrorKind::io,
                (folder / name).string() + ": expected a file of the page, found a folder; move it away");
  }
}

void replace_page(const fs::path& folder, const PageFiles& files) {
  require_own(folder);
  require_files(folder, files);
  const bool is_new = !fs::exists(folder);
  const fs::path unfinished = folder / kUnfinished;
  remove_folder(unfinished);
  try {
    for (const auto& [name, bytes] : files) write_file_atomically(unfinished / name, bytes);
    for (const auto& [name, bytes] : files) fs::rename(unfinished / name, folder / name);
    remove_folder(unfinished);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(unfinished, ignored);
    if (is_new) fs::remove(folder, ignored);
    throw;
  }
}

}  // namespace

PageFiles web_page(const ModelFile& model, const std::string& onnx, const std::string& runtime) {
  constexpr bool kAscii = true;
  Json known = facts(model);
  known["onnx"] = base64(onnx);
  return {{kPage, {pskd_web_page, pskd_web_page_end}},
          {"page.css", {pskd_web_style, pskd_web_style_end}},
          {"page.js", {pskd_web_script, pskd_web_script_end}},
          {"model.js", "const MODEL = " + known.dump(-1, ' ', kAscii) + ";\n"},
          {"onnxruntime.js", runtime}};
}

void write_web_page(const fs::path& folder, const PageFiles& files) {
  try {
    replace_page(folder, files);
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::io, folder.string() + ": cannot write the page: " + error.code().message());
  }
}

}  // namespace pskd::deploy
