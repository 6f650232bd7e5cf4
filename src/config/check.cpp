#include "config/check.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "config/numbers.hpp"

namespace pskd::config {
namespace {

std::vector<std::string> words(const std::vector<Modality>& modalities) {
  std::vector<std::string> names;
  for (const Modality modality : modalities) names.push_back(word(modality));
  return names;
}

template <class T>
std::vector<T> sorted(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  return values;
}

template <class T>
bool contains(const std::vector<T>& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool holds_clips(const std::optional<SplitPart>& part) { return part && !is_empty(*part); }

// Whether the names are those of a vector's axes: ax ay az, acc_X acc_Y acc_Z.
bool are_axes(const std::string& first, const std::string& second, const std::string& third) {
  for (std::size_t i = 0; i < first.size(); ++i) {
    for (const std::string axes : {"xyz", "XYZ"}) {
      const auto with = [&](char axis) { return std::string(first).replace(i, 1, 1, axis); };
      if (first[i] == axes[0] && second == with(axes[1]) && third == with(axes[2])) return true;
    }
  }
  return false;
}

class StageCheck {
 public:
  // The stages before `index` are the ones this stage may refer to.
  StageCheck(const Experiment& experiment, std::size_t index, const Node& stages, Problems& problems)
      : experiment_(experiment),
        stage_(experiment.stages[index]),
        stages_(stages),
        node_(*stages.find(stage_.name)),
        problems_(problems) {
    for (std::size_t i = 0; i < index; ++i) earlier_.push_back(experiment.stages[i].name);
  }

  void run() {
    if (node_.kind != Node::Kind::map) return;  // reported when it was read
    check_model();
    check_start();
    check_labeled_share();
    check_teachers();
    check_loss();
    check_epochs();
  }

 private:
  void complain(const Node& at, const std::string& key, const std::string& text) {
    problems_.add(at.where, "stages." + shown(stage_.name) + (key.empty() ? "" : "." + key), text);
  }

  const Node& at(std::string_view key) const {
    const Node* node = node_.find(key);
    return node != nullptr ? *node : node_;
  }

  const Node& at(std::string_view key, std::string_view inner) const {
    const Node* node = at(key).find(inner);
    return node != nullptr ? *node : at(key);
  }

  bool names_its_model() const {
    const Node* name = at("model").find("name");
    return name != nullptr && name->text == model_name(stage_.model);
  }

  void check_model() {
    if (node_.find("model") == nullptr) {
      complain(node_, "model", "expected a map with the name of a model, found nothing");
    }
    if (node_.find("sees") == nullptr) {
      complain(node_, "sees", "expected a list of modalities (skeleton, sensor), found nothing");
    }
    const std::vector<Modality> needed = seen_modalities(stage_.model), &seen = stage_.sees.modalities;
    if (names_its_model() && names_modalities() && sorted(seen) != sorted(needed)) {
      complain(at("sees"), "sees",
               "expected [" + joined(words(needed)) + "], which is what a " + model_name(stage_.model) +
                   " takes, found [" + joined(words(seen)) + "]");
    }
    const std::vector<std::string>& channels = stage_.sees.channels;
    const double degrees = experiment_.augmentation.sensor.rotation;
    if (!channels.empty() && degrees != 0 && !are_vectors(channels)) {
      complain(at("sees"), "sees", expected_vectors(degrees, channels));
    }
  }

  // Whether `sees` was read as it is written; a word that is no modality has been reported.
  bool names_modalities() const {
    const auto word_of = [](const Node& node) {
      return node.kind == Node::Kind::map ? word(Modality::sensor) : node.text;
    };
    std::vector<std::string> written;
    if (at("sees").kind == Node::Kind::map) written.push_back(word_of(at("sees")));
    for (const Node& item : at("sees").items) written.push_back(word_of(item));
    return !written.empty() && written == words(stage_.sees.modalities);
  }

  // Whether `name` is an earlier stage; complains when it is not.
  bool check_reference(const std::string& name, const Node& node, const std::string& key) {
    if (contains(earlier_, name)) return true;
    const std::string choices =
        earlier_.empty() ? "an earlier stage, of which there is none" : "an earlier stage (" + joined(earlier_) + ")";
    const Node* found = stages_.find(name);
    std::string remark = did_you_mean(name, earlier_);
    if (found != nullptr) remark = found->switched_off ? ", which is switched off" : ", which does not come earlier";
    complain(node, key, "expected " + choices + ", found " + quoted(name) + remark);
    return false;
  }

  void check_start() {
    const StageRef& start = stage_.starts_from;
    if (start.stage.empty() || !start.run.empty()) return;
    if (!check_reference(start.stage, at("starts_from"), "starts_from")) return;
    const Sees &here = stage_.sees, &there = find_stage(experiment_, start.stage).sees;
    const bool both = contains(here.modalities, Modality::sensor) && contains(there.modalities, Modality::sensor);
    const auto channels = [&](const Sees& sees) {
      return sees.channels.empty() && sees.sensor.empty() ? experiment_.data.channels : sees.channels;
    };
    if (both && (channels(here) != channels(there) || here.sensor != there.sensor)) {
      complain(
          at("starts_from"), "starts_from",
          "expected a stage that sees the same sensor channels, found " + quoted(start.stage) + ", which sees others");
    }
  }

  void check_labeled_share() {
    if (stage_.labeled_share == 1.0) return;
    if (!holds_clips(experiment_.protocol.unlabeled)) {
      complain(at("labeled_share"), "labeled_share",
               "expected protocol.unlabeled to hold clips, which the stage is to learn from, found none");
    }
    if (stage_.teachers.empty()) {
      complain(at("labeled_share"), "labeled_share",
               "expected teachers, from whom alone a clip without a label is learned, found none");
    }
  }

  void check_teachers() {
    const Node& list = at("teachers");
    for (std::size_t i = 0; i < stage_.teachers.size(); ++i) {
      const TeacherRef& teacher = stage_.teachers[i];
      const std::string key = "teachers[" + std::to_string(i) + "]";
      if (teacher.stage.empty()) continue;  // reported when it was read
      if (!teacher.run.empty()) {
        check_progress_of_other(list.items[i], key);
      } else if (check_reference(teacher.stage, list.items[i], key)) {
        check_snapshot(teacher, list.items[i], key + ".snapshot");
      }
      check_progress_of_epochs(teacher, list.items[i], key + ".epochs");
      if (teacher.epochs.first >= stage_.epochs) {
        complain(list.items[i], key + ".epochs",
                 "expected epochs of the stage, which has " + std::to_string(stage_.epochs) + ", found a start at " +
                     std::to_string(teacher.epochs.first));
      }
    }
  }

  // The other modes say themselves when each teacher teaches.
  void check_progress_of_epochs(const TeacherRef& teacher, const Node& node, const std::string& key) {
    if (teacher.epochs == TeacherRef{}.epochs || experiment_.progress.mode == ProgressMode::chain) return;
    complain(node, key,
             "expected progress.mode chain, since trajectory and weights divide the epochs among teachers themselves, "
             "found " +
                 word(experiment_.progress.mode));
  }

  // What a stage of another run keeps is not known here.
  void check_progress_of_other(const Node& node, const std::string& key) {
    if (experiment_.progress.mode != ProgressMode::trajectory) return;
    complain(node, key + ".run",
             "expected progress.mode chain or weights, since trajectory follows the snapshots of teachers of this run, "
             "found trajectory");
  }

  void check_snapshot(const TeacherRef& teacher, const Node& node, const std::string& key) {
    if (teacher.snapshot.kind == SnapshotName::Kind::best && !holds_clips(experiment_.protocol.val)) {
      complain(node, key, "expected protocol.val to hold clips, on which the best epoch is chosen, found none");
    }
    const bool numbered = teacher.snapshot.kind == SnapshotName::Kind::epoch;
    if (!numbered || experiment_.progress.mode != ProgressMode::chain) return;
    const std::vector<int>& kept = find_stage(experiment_, teacher.stage).snapshots;
    if (!contains(kept, teacher.snapshot.epoch)) {
      std::string list;
      for (const int n : kept) list += ", epoch-" + std::to_string(n);
      complain(node, key,
               "expected a snapshot that " + teacher.stage + " keeps (last, best" + list + "), found " +
                   quoted(word(teacher.snapshot)) + "; list the epoch in stages." + teacher.stage + ".snapshots");
    }
  }

  void check_loss() {
    const LossConfig& loss = stage_.loss;
    const bool has_teachers = node_.find("teachers") != nullptr && at("teachers").kind != Node::Kind::null &&
                              !(at("teachers").kind == Node::Kind::list && at("teachers").items.empty());
    const std::vector<std::string> terms = teacher_terms(loss);
    for (const std::string& term : terms) {
      if (has_teachers) break;
      complain(at("loss", term), "loss." + term, "expected teachers to learn from in `teachers`, found none");
    }
    if (has_teachers && terms.empty()) {
      complain(at("teachers"), "teachers",
               "expected a loss that says how teachers teach (" + joined(teacher_terms()) + "), found none");
    }
    if (loss.ce == 0 && terms.empty()) {
      complain(at("loss", "ce"), "loss.ce", "expected a weight > 0 where no teacher teaches, found 0");
    }
    for_each_teacher_loss([&](const auto& row) {
      if constexpr (requires { inconsistency(*(loss.*row.config)); }) {
        if (!(loss.*row.config)) return;
        if (const std::optional<Inconsistency> found = inconsistency(*(loss.*row.config))) {
          complain(at("loss", row.key), std::string("loss.") + row.key + "." + found->key, found->text);
        }
      }
    });
  }

  void check_epochs() {
    if (stage_.optimizer.warmup >= stage_.epochs) {
      const bool given = at("optimizer").find("warmup") != nullptr;
      complain(given ? at("optimizer", "warmup") : at("epochs"), "optimizer.warmup",
               "expected fewer than the stage's " + std::to_string(stage_.epochs) + " epochs, found " +
                   number_text(stage_.optimizer.warmup));
    }
    for (std::size_t i = 0; i < stage_.snapshots.size(); ++i) {
      if (stage_.snapshots[i] <= stage_.epochs) continue;
      complain(at("snapshots"), "snapshots[" + std::to_string(i) + "]",
               "expected at most the stage's " + std::to_string(stage_.epochs) + " epochs, found " +
                   std::to_string(stage_.snapshots[i]));
    }
  }

  const Experiment& experiment_;
  const StageConfig& stage_;
  const Node& stages_;
  const Node& node_;
  Problems& problems_;
  std::vector<std::string> earlier_;
};

void check_folds(const ProtocolConfig& protocol, const Node& root, Problems& problems) {
  const Node* map = root.find("protocol");
  const Node* name = map != nullptr ? map->find("name") : nullptr;
  if (map == nullptr || (name != nullptr && name->text != protocol.name)) return;  // the name has been reported
  const auto given = [&](const char* key) {
    const Node* node = map->find(key);
    return node != nullptr && node->kind != Node::Kind::null ? node : nullptr;
  };
  if (protocol.name == kSubjectFolds) {
    if (given("folds") == nullptr) {
      problems.add(name->where, "protocol.folds", "expected the number of folds, e.g. folds: 4, found nothing");
    }
    return;
  }
  for (const char* key : {"folds", "of"}) {
    if (const Node* node = given(key)) {
      problems.add(node->where, std::string("protocol.") + key,
                   std::string("expected protocol.name: ") + kSubjectFolds +
                       ", the only protocol with this key, found " + quoted(protocol.name));
    }
  }
}

void check_protocol(const Experiment& experiment, const Node& root, Problems& problems) {
  const ProtocolConfig& protocol = experiment.protocol;
  check_folds(protocol, root, problems);
  if (protocol.selection != Selection::val || holds_clips(protocol.val)) return;
  problems.add(root.find("protocol")->find("selection")->where, "protocol.selection",
               "expected protocol.val to hold clips, on which the epoch is selected, found none");
}

// Channels are turned in threes, as vectors.
void check_rotation(const Experiment& experiment, const Node& root, Problems& problems) {
  const std::vector<std::string>& channels = experiment.data.channels;
  const double degrees = experiment.augmentation.sensor.rotation;
  if (degrees == 0 || are_vectors(channels)) return;
  const Node* data = root.find("data");
  const Node* given = data != nullptr ? data->find("channels") : nullptr;
  if (given != nullptr && given->items.size() != channels.size()) return;  // reported when they were read
  problems.add(given != nullptr ? given->where : root.where, "data.channels", expected_vectors(degrees, channels));
}

}  // namespace

bool are_vectors(const std::vector<std::string>& channels) {
  bool vectors = channels.size() % 3 == 0;
  for (std::size_t i = 0; vectors && i < channels.size(); i += 3) {
    vectors = are_axes(channels[i], channels[i + 1], channels[i + 2]);
  }
  return vectors;
}

std::string expected_vectors(double degrees, const std::vector<std::string>& channels) {
  return "expected the axes of vectors, x, y and z in this order such as [ax, ay, az], since views.sensor.rotation "
         "turns them by up to " +
         number_text(degrees) + " degrees, found [" + joined(channels) +
         "]; name the axes, or set views.sensor.rotation to 0";
}

void check(const Experiment& experiment, const Node& root, Problems& problems) {
  check_protocol(experiment, root, problems);
  check_rotation(experiment, root, problems);
  const Node* stages = root.find("stages");
  if (stages != nullptr && stages->kind != Node::Kind::map && stages->kind != Node::Kind::null) return;
  if (experiment.stages.empty()) {
    const std::string& place = stages != nullptr ? stages->where : root.where;
    problems.add(place, "stages", "expected at least one stage, found none");
  }
  for (std::size_t i = 0; i < experiment.stages.size(); ++i) StageCheck(experiment, i, *stages, problems).run();
}

}  // namespace pskd::config
