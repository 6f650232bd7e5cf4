#include <spdlog/fmt/fmt.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "base/process.hpp"
#include "torch_verbs.hpp"
#include "train/device.hpp"
#include "train/environment.hpp"

namespace {

void examine(bool json) {
  prepare(0);
  const pskd::train::Environment here = pskd::train::environment();
  const pskd::ProcessSetup setup = pskd::process_setup();
  const std::vector<std::string> lines = pskd::train::speed_advice(here), cards = pskd::train::card_names();
  const std::string products = here.onednn.empty() ? "LibTorch" : "oneDNN " + here.onednn;
  if (json) {
    nlohmann::ordered_json out = {{"version", here.version},
                                  {"git_revision", here.git_revision},
                                  {"cpu", here.cpu},
                                  {"cores", here.cores},
                                  {"cores_from", setup.cores.source},
                                  {"threads", here.threads},
                                  {"bfloat16", here.bfloat16},
                                  {"allocator_keeps_memory", setup.allocator_keeps_memory},
                                  {"denormals_flushed", setup.denormals_flushed},
                                  {"wait_policy", setup.wait_policy},
                                  {"advice", lines}};
    out["products"] = products;
    out["cards"] = cards;
    for (const auto& [name, version] : here.libraries) out["libraries"][name] = version;
    std::cout << out.dump(2) << '\n';
    return;
  }
  std::cout << fmt::format("pskd {} ({})\n{}, {} cores ({}), {} threads\n", here.version, here.git_revision, here.cpu,
                           here.cores, setup.cores.source, here.threads);
  for (const auto& [name, version] : here.libraries) std::cout << fmt::format("  {:<10} {}\n", name, version);
  std::cout << fmt::format("matrix products: {}\n", products);
  std::cout << fmt::format(
      "bfloat16 arithmetic: {}\nallocator keeps freed memory: {}\ndenormals flushed: {}\nOpenMP wait policy: {}\n",
      here.bfloat16 ? "yes" : "no", setup.allocator_keeps_memory ? "yes" : "no", setup.denormals_flushed ? "yes" : "no",
      setup.wait_policy);
  for (std::size_t i = 0; i < cards.size(); ++i) std::cout << fmt::format("cuda:{}: {}\n", i, cards[i]);
  for (const std::string& line : lines) std::cout << "slow: " << line << '\n';
  if (lines.empty()) std::cout << "nothing here slows pskd down\n";
}

}  // namespace

void add_doctor(CLI::App& app) {
  auto json = std::make_shared<bool>(false);
  CLI::App* verb = add_torch_verb(app, "doctor");
  verb->add_flag("--json", *json, "as JSON");
  verb->footer("Example:\n  pskd doctor");
  verb->callback([json] { examine(*json); });
}
