#include "pskd/data/protocol.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "data/no_label.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data {
namespace {

using Names = std::vector<Name>;

[[noreturn]] void fail(const std::string& key, const std::string& problem) {
  throw Error(ErrorKind::config, "protocol." + key + ": " + problem);
}

std::string text(const Names& names) {
  std::string list;
  for (const Name& name : names) {
    if (!list.empty()) list += ' ';
    list += name.text();
  }
  return list.empty() ? "none" : list;
}

bool contains(const Names& names, const Name& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Names without(const Names& names, const Names& removed) {
  Names left;
  std::copy_if(names.begin(), names.end(), std::back_inserter(left),
               [&](const Name& n) { return !contains(removed, n); });
  return left;
}

using NameList = std::optional<Names>;  // absent: every value

// What clips are told apart by: its key in a config, and where its names are.
struct Axis {
  const char* key;   // of a list
  const char* unit;  // one of them
  NameList config::SplitPart::*list;
  Name Recording::*name;
  Names DatasetInfo::*all;
};

// In the order of SplitAxis.
constexpr std::array<Axis, 4> kAxes = {{
    {"subjects", "subject", &config::SplitPart::subjects, &Recording::subject, &DatasetInfo::subjects},
    {"trials", "trial", &config::SplitPart::trials, &Recording::trial, &DatasetInfo::trials},
    {"scenes", "scene", &config::SplitPart::scenes, &Recording::scene, &DatasetInfo::scenes},
    {"cameras", "camera", &config::SplitPart::cameras, &Recording::camera, &DatasetInfo::cameras},
}};

std::string text(const NameList& list) { return list ? text(*list) : "all"; }

bool admits(const NameList& list, const Name& name) { return !list || contains(*list, name); }

// Those of `all` that both lists admit.
Names common(const NameList& a, const NameList& b, const Names& all) {
  Names both;
  std::copy_if(all.begin(), all.end(), std::back_inserter(both),
               [&](const Name& n) { return admits(a, n) && admits(b, n); });
  return both;
}

struct NamedPart {
  const char* name;
  const config::SplitPart* part;
};

constexpr const char* kUnlabeled = "unlabeled";

bool has_unlabeled(const config::ProtocolConfig& protocol) {
  return protocol.unlabeled && !config::is_empty(*protocol.unlabeled);
}

// The parts that hold clips.
std::vector<NamedPart> used_parts(const config::ProtocolConfig& protocol) {
  std::vector<NamedPart> parts;
  if (protocol.train && !config::is_empty(*protocol.train)) parts.push_back({"train", &*protocol.train});
  if (protocol.val && !config::is_empty(*protocol.val)) parts.push_back({"val", &*protocol.val});
  if (has_unlabeled(protocol)) parts.push_back({kUnlabeled, &*protocol.unlabeled});
  if (protocol.test && !config::is_empty(*protocol.test)) parts.push_back({"test", &*protocol.test});
  return parts;
}

void check_names(const std::string& key, const std::string& what, const NameList& list, const Names& known) {
  const Names names = list.value_or(Names{});
  for (const Name& name : names) {
    if (!contains(known, name)) fail(key, what + " " + name.text() + " does not exist; there are " + text(known));
    if (std::count(names.begin(), names.end(), name) > 1) fail(key, what + " " + name.text() + " is listed twice");
  }
}

// ---- resolving --------------------------------------------------------------------------------

const config::SplitPart kNothing{Names{}, Names{}};

// Subjects that validate, or whose recordings have no labels, do not train, unless the lists say so themselves.
Names subjects_taken(const config::ProtocolConfig& protocol) {
  Names taken;
  const auto take = [&](const NameList& subjects) {
    if (subjects) taken.insert(taken.end(), subjects->begin(), subjects->end());
  };
  if (protocol.val) take(protocol.val->subjects);
  if (protocol.unlabeled) take(protocol.unlabeled->subjects);
  return taken;
}

// Those of an axis that validate, where the config tells validation clips by this axis alone.
Names validating(const config::ProtocolConfig& protocol, const Axis& axis) {
  if (!protocol.val) return {};
  for (const Axis& other : kAxes) {
    if (other.list != axis.list && protocol.val.value().*other.list) return {};
  }
  return (protocol.val.value().*axis.list).value_or(Names{});
}

// A description may be a copy of another one, whose people are not here. Only who trains by it is told.
void check_trained(const ProtocolRule& rule, const DatasetInfo& info) {
  for (const Name& subject : rule.axis == SplitAxis::subjects ? rule.train : Names{}) {
    if (contains(info.subjects, subject)) continue;
    fail("name", "the data set's own rule trains subject " + subject.text() + ", who is not in " + info.name +
                     "; there are " + text(info.subjects) +
                     ". Correct `train_subjects` in the description (dataset.yaml, or data.description)");
  }
}

// Some of one axis train, the others test.
void fill_by_rule(config::ProtocolConfig& protocol, const DatasetInfo& info, const ProtocolRule& rule) {
  const Axis& axis = kAxes[static_cast<std::size_t>(rule.axis)];
  const bool by_subject = rule.axis == SplitAxis::subjects;
  if (!by_subject && !protocol.allow_shared_subjects) {
    fail("name",
         protocol.name + " trains and tests on the same subjects, by other " + axis.key +
             "; its accuracy says nothing about new people. Set protocol.allow_shared_subjects: true to run it, "
             "and every table will say so");
  }
  if (!protocol.train || !protocol.test) check_trained(rule, info);
  if (!protocol.train) {
    config::SplitPart& train = protocol.train.emplace();
    train.*axis.list = without(rule.train, by_subject ? subjects_taken(protocol) : validating(protocol, axis));
    if (!by_subject) train.subjects = without(info.subjects, subjects_taken(protocol));
  }
  if (!protocol.test) {
    config::SplitPart& test = protocol.test.emplace();
    test.*axis.list = without(info.*axis.all, rule.train);
    if (!by_subject) test.subjects = info.subjects;
  }
}

// Unlabeled recordings without subjects are those of the people who are tested, by a fold or at all.
bool is_of_tested(const config::ProtocolConfig& protocol) {
  return has_unlabeled(protocol) && !protocol.unlabeled->subjects;
}

// The other recordings of these people are tested, unless the lists say so themselves.
void test_other_clips(config::ProtocolConfig& protocol, const DatasetInfo& info) {
  for (const Axis& axis : kAxes) {
    const NameList& unlabeled = protocol.unlabeled.value().*axis.list;
    NameList& test = protocol.test.value().*axis.list;
    if (axis.list != &config::SplitPart::subjects && unlabeled && !test) test = without(info.*axis.all, *unlabeled);
  }
}

void fill_personal(config::ProtocolConfig& protocol, const DatasetInfo& info) {
  if (!has_unlabeled(protocol)) {
    fail(kUnlabeled, "personal needs recordings of the people who are tested, e.g. protocol.unlabeled.trials=[1, 2]");
  }
  if (!protocol.train) {
    const auto rule = info.protocols.find(config::kCrossSubject);
    if (rule == info.protocols.end()) fail("train.subjects", "personal needs the people whose recordings have labels");
    check_trained(rule->second, info);
    protocol.train.emplace().subjects = without(rule->second.train, subjects_taken(protocol));
  }
  if (!protocol.test) protocol.test.emplace();
  if (!protocol.test->subjects) {
    protocol.test->subjects =
        without(without(info.subjects, protocol.train->subjects.value_or(info.subjects)), subjects_taken(protocol));
  }
  if (!is_of_tested(protocol)) return;
  test_other_clips(protocol, info);
  protocol.unlabeled->subjects = protocol.test->subjects;
}

// Whether the subjects of `test` are dealt into several folds. The protocol of one fold has no folds.
bool has_folds(const config::ProtocolConfig& protocol) {
  if (protocol.name == config::kSubjectFolds) return protocol.folds > 0;
  return protocol.name == config::kLeaveOneSubjectOut && protocol.test && protocol.test->subjects &&
         protocol.test->subjects->size() > 1;
}

// Whom the folds are about; nobody else has a part in them.
Names fold_subjects(const config::ProtocolConfig& protocol, const DatasetInfo& info) {
  if (protocol.name != config::kSubjectFolds || protocol.of == config::FoldSubjects::all) return info.subjects;
  const auto rule = info.protocols.find(config::kCrossSubject);
  if (rule == info.protocols.end()) {
    fail("of", info.name + " does not say who trains in " + config::kCrossSubject +
                   "; give the description train_subjects, or set protocol.of: all");
  }
  check_trained(rule->second, info);
  for (const NamedPart& named : used_parts(protocol)) {
    check_names(std::string(named.name) + ".subjects", "training subject", named.part->subjects, rule->second.train);
  }
  return rule->second.train;
}

void fill_folds(config::ProtocolConfig& protocol, const DatasetInfo& info) {
  const Names subjects = fold_subjects(protocol, info);
  if (!protocol.test) protocol.test.emplace();
  if (!protocol.test->subjects) protocol.test->subjects = subjects;
  const Names& tested = *protocol.test->subjects;
  if (tested.empty()) fail("test.subjects", protocol.name + " needs subjects to test, found none");
  if (!protocol.train) protocol.train.emplace();
  if (!protocol.train->subjects) {
    protocol.train->subjects = without(subjects, subjects_taken(protocol));
    if (!has_folds(protocol)) protocol.train->subjects = without(*protocol.train->subjects, tested);
  }
  if (is_of_tested(protocol)) test_other_clips(protocol, info);
  if (is_of_tested(protocol) && !has_folds(protocol)) protocol.unlabeled->subjects = tested;
  if (!has_folds(protocol)) return;
  if (std::cmp_greater(protocol.folds, tested.size())) {
    fail("folds",
         "expected at most one for each of the subjects " + text(tested) + ", found " + std::to_string(protocol.folds));
  }
  if (common(protocol.train->subjects, tested, info.subjects).empty()) {
    fail("train.subjects", "none of the subjects that are tested trains in the other folds; found " +
                               text(protocol.train->subjects) + " to train and " + text(tested) +
                               " to test. Take the lists away with protocol.train=null and protocol.test=null");
  }
}

void require_lists(const config::ProtocolConfig& protocol, const DatasetInfo& info) {
  if (protocol.train && protocol.test) return;
  if (protocol.name != config::kCrossSubject) fail("name", protocol.name + " needs protocol.train and protocol.test");
  fail("name", info.name + " does not say who trains in " + config::kCrossSubject +
                   "; give protocol.train and protocol.test, or the description train_subjects");
}

[[noreturn]] void fail_unknown(const config::ProtocolConfig& protocol, const DatasetInfo& info) {
  std::set<std::string> names = {config::kCrossSubject, config::kLeaveOneSubjectOut, config::kSubjectFolds,
                                 config::kPersonal, config::kExplicit};
  for (const auto& [name, rule] : info.protocols) names.insert(name);
  fail("name", "unknown protocol '" + protocol.name + "' of " + info.name + "; known: " + joined(names) + "; " +
                   config::kExplicit + " goes with protocol.train and protocol.test");
}

void fill_parts(config::ProtocolConfig& protocol, const DatasetInfo& info) {
  const auto rule = info.protocols.find(protocol.name);
  if (protocol.name == config::kPersonal) {
    fill_personal(protocol, info);
  } else if (rule != info.protocols.end()) {
    fill_by_rule(protocol, info, rule->second);
  } else if (protocol.name == config::kLeaveOneSubjectOut || has_folds(protocol)) {
    fill_folds(protocol, info);
  } else if (protocol.name == config::kExplicit || protocol.name == config::kCrossSubject ||
             protocol.name == config::kSubjectFolds) {
    require_lists(protocol, info);
  } else {
    fail_unknown(protocol, info);
  }
  if (!protocol.val || (has_folds(protocol) && config::is_empty(*protocol.val))) protocol.val = kNothing;
}

// The labels of a class name or group, listed under `key`.
std::vector<int> labels_of(const std::string& key, const std::string& name, const DatasetInfo& info) {
  const auto group = info.class_groups.find(name);
  if (group != info.class_groups.end()) return group->second;
  const auto known = std::find(info.classes.begin(), info.classes.end(), stored_form(name));
  if (known != info.classes.end()) return {static_cast<int>(known - info.classes.begin())};
  std::vector<std::string> groups;
  for (const auto& [group_name, labels] : info.class_groups) groups.push_back(group_name);
  fail(key, "unknown class '" + name + "' of " + info.name + "; groups: " + joined(groups) +
                "; classes: " + joined(info.classes));
}

// The classes that a list names, in the order of their labels.
std::vector<std::string> named_classes(const std::string& key, const std::vector<std::string>& list,
                                       const DatasetInfo& info) {
  std::set<int> labels;
  for (const std::string& name : list) {
    for (const int label : labels_of(key, name, info)) {
      if (!labels.insert(label).second) {
        fail(key, "class '" + info.classes[static_cast<std::size_t>(label)] + "' is listed twice");
      }
    }
  }
  std::vector<std::string> classes;
  for (const int label : labels) classes.push_back(info.classes[static_cast<std::size_t>(label)]);
  return classes;
}

void fill_classes(config::ProtocolConfig& protocol, const DatasetInfo& info) {
  if (protocol.unlabeled) {
    protocol.unlabeled->classes = named_classes("unlabeled.classes", protocol.unlabeled->classes, info);
  }
  if (protocol.classes.empty()) {
    protocol.classes = info.classes;
    std::erase(protocol.classes, kNoLabel);
    return;
  }
  // Where nobody trains by label, they are what teachers tell apart, and recordings need not show all of them.
  if (config::is_empty(*protocol.train)) return;
  protocol.classes = named_classes("classes", protocol.classes, info);
  if (protocol.classes.back() == kNoLabel) fail("classes", std::string(kNoLabel) + " is no class");
  if (protocol.classes.size() < 2)
    fail("classes", "at least two classes are needed, found " + joined(protocol.classes));
}

void check_known(const config::ProtocolConfig& protocol, const std::function<Names(const Axis&)>& known) {
  for (const NamedPart& named : used_parts(protocol)) {
    for (const Axis& axis : kAxes) {
      check_names(std::string(named.name) + "." + axis.key, axis.unit, named.part->*axis.list, known(axis));
    }
  }
}

// Whether unlabeled recordings may be of people who are tested.
bool is_personal(const config::ProtocolConfig& protocol) {
  return protocol.name == config::kPersonal || protocol.name == config::kLeaveOneSubjectOut ||
         protocol.name == config::kSubjectFolds;
}

void check_apart(const NamedPart& a, const NamedPart& b, const config::ProtocolConfig& protocol,
                 const DatasetInfo& info) {
  const std::string pair = std::string(a.name) + " and protocol." + b.name;
  std::string shared;  // what both parts hold, besides subjects
  bool other_clips = false;
  for (const Axis& axis : kAxes) {
    if ((info.*axis.all).empty()) continue;
    const Names both = common(a.part->*axis.list, b.part->*axis.list, info.*axis.all);
    if (axis.list == &config::SplitPart::subjects) {
      if (both.empty()) return;
      continue;
    }
    other_clips = other_clips || both.empty();
    shared += std::string(shared.empty() ? "" : ", ") + axis.key + " " + text(both);
  }
  const std::string subjects = text(common(a.part->subjects, b.part->subjects, info.subjects));
  if (std::string_view(b.name) == "test" && std::string_view(a.name) == kUnlabeled && !is_personal(protocol)) {
    fail(pair, "both hold the subjects " + subjects +
                   "; that is another use than recognizing new people: call it protocol.name: personal");
  }
  if (!other_clips) {
    fail(pair, "both hold the " + shared + " of the subjects " + subjects + "; a clip belongs to one part");
  }
  const bool of_unlabeled = std::string_view(a.name) == kUnlabeled || std::string_view(b.name) == kUnlabeled;
  if (!protocol.allow_shared_subjects && !of_unlabeled) {
    fail(pair, "both hold the subjects " + subjects +
                   "; set protocol.allow_shared_subjects: true if that is meant, and every table will say so");
  }
}

void check_all_apart(const config::ProtocolConfig& protocol, const DatasetInfo& info) {
  const std::vector<NamedPart> parts = used_parts(protocol);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t j = i + 1; j < parts.size(); ++j) check_apart(parts[i], parts[j], protocol, info);
  }
}

// What must be so in each fold.
void check_parts(const config::ProtocolConfig& protocol, const DatasetInfo& info) {
  const bool trains_by_label = !config::is_empty(*protocol.train);
  if (!trains_by_label && !has_unlabeled(protocol)) fail("train", "no subject and no trial is left to train on");
  if (trains_by_label && config::is_empty(*protocol.test) && config::is_empty(*protocol.val)) {
    fail("test", "no subject and no trial is left to test on, nor to validate on");
  }
  if (protocol.selection == config::Selection::val && config::is_empty(*protocol.val)) {
    fail("val", "protocol.selection: val needs validation clips, e.g. protocol.val.subjects=[7]");
  }
  check_all_apart(protocol, info);
}

// ---- folds ------------------------------------------------------------------------------------

// The split that tests `subjects` of a protocol with folds.
config::ProtocolConfig testing(const Names& subjects, const config::ProtocolConfig& protocol) {
  config::ProtocolConfig one = protocol;
  one.folds = 0;
  one.of = {};
  one.test->subjects = subjects;
  one.train->subjects = without(*one.train->subjects, subjects);
  if (one.val->subjects) one.val->subjects = without(*one.val->subjects, subjects);
  if (has_unlabeled(one)) {
    one.unlabeled->subjects = is_of_tested(one) ? subjects : without(*one.unlabeled->subjects, subjects);
  }
  return one;
}

// Of a resolved protocol.
std::vector<Fold> folds_of(const config::ProtocolConfig& protocol) {
  if (!has_folds(protocol)) return {{"", protocol}};
  const Names& subjects = *protocol.test->subjects;
  std::vector<Fold> folds;
  if (protocol.name == config::kLeaveOneSubjectOut) {
    for (const Name& subject : subjects) folds.push_back({subject.text(), testing({subject}, protocol)});
    return folds;
  }
  std::vector<Names> groups(static_cast<std::size_t>(protocol.folds));
  for (std::size_t i = 0; i < subjects.size(); ++i) groups[i % groups.size()].push_back(subjects[i]);
  for (const Names& group : groups) folds.push_back({std::to_string(folds.size() + 1), testing(group, protocol)});
  return folds;
}

void check_folds(const config::ProtocolConfig& protocol, const DatasetInfo& info) {
  for (const Fold& fold : folds_of(protocol)) {
    try {
      if (!config::is_empty(*protocol.val) && config::is_empty(*fold.protocol.val)) {
        fail("val.subjects",
             "nobody is left to validate, since nobody validates where he is tested; name more subjects, or leave "
             "these out of protocol.test.subjects");
      }
      check_parts(fold.protocol, info);
    } catch (const Error& error) {
      if (fold.name.empty()) throw;
      throw Error(error.kind(), "fold " + fold.name + ": " + error.what());
    }
  }
}

// ---- splitting --------------------------------------------------------------------------------

bool holds(const config::SplitPart& part, const Recording& clip) {
  return std::all_of(kAxes.begin(), kAxes.end(),
                     [&](const Axis& axis) { return admits(part.*axis.list, clip.*axis.name); });
}

Names present(const std::vector<Clip>& clips, Name Clip::*name) {
  std::set<Name> names;
  for (const Clip& clip : clips) names.insert(clip.*name);
  return {names.begin(), names.end()};
}

// Of recordings that nobody labeled, none may be in a part that needs labels. Of a continuous one, what has no label is
// left out of it.
void check_labeled(const Dataset& dataset, const std::vector<NamedPart>& parts) {
  const auto is_labeled = [&](const Clip& clip) {
    return dataset.info.classes[static_cast<std::size_t>(clip.label)] != kNoLabel;
  };
  std::set<std::string> partly_labeled;  // continuous recordings
  for (const Clip& clip : dataset.clips) {
    if (!clip.source.empty() && is_labeled(clip)) partly_labeled.insert(clip.source);
  }
  for (const Clip& clip : dataset.clips) {
    if (is_labeled(clip) || partly_labeled.contains(clip.source)) continue;
    for (const NamedPart& named : parts) {
      if (!holds(*named.part, clip)) continue;
      throw Error(ErrorKind::data, std::string("clip ") + clip.id + " of the " + named.name +
                                       " part has no label; give it one, or take it into protocol.unlabeled alone");
    }
  }
}

// Keeps the clips of `classes` and makes their labels index that list.
std::vector<Clip> relabeled(Dataset dataset, const std::vector<std::string>& classes) {
  std::vector<Clip> kept;
  for (Clip& clip : dataset.clips) {
    const std::string& name = dataset.info.classes[static_cast<std::size_t>(clip.label)];
    const auto found = std::find(classes.begin(), classes.end(), name);
    if (found == classes.end()) continue;
    clip.label = static_cast<int>(found - classes.begin());
    kept.push_back(std::move(clip));
  }
  return kept;
}

void check_classes_trained(const Split& split) {
  const std::vector<std::string> untrained = classes_without_clips(split.train, split.classes);
  if (untrained.empty()) return;
  throw Error(ErrorKind::data,
              "no training clip of " + joined(untrained) + "; list the classes to keep under protocol.classes");
}

// Two recordings with the same values are one, whatever their names say: it has one label and belongs to one part.
void check_contents(const std::vector<std::pair<const char*, const std::vector<Clip>*>>& parts,
                    const std::vector<std::string>& classes) {
  const auto named = [&](const Clip& clip) {
    return clip.id + " (" + classes[static_cast<std::size_t>(clip.label)] + ")";
  };
  std::map<std::string, std::pair<const char*, const Clip*>> seen;  // part and clip by content
  for (const auto& [name, clips] : parts) {
    for (const Clip& clip : *clips) {
      const auto [other, inserted] = seen.emplace(clip.hash, std::pair(name, &clip));
      if (inserted) continue;
      const Clip& first = *other->second.second;
      if (first.label != clip.label) {
        throw Error(ErrorKind::data,
                    "clips " + named(first) + " and " + named(clip) +
                        " are one recording under two labels; correct the label or remove one of them");
      }
      if (other->second.first == name) continue;
      throw Error(ErrorKind::data, "clip " + clip.id + " of the " + name + " part equals clip " +
                                       other->second.second->id + " of the " + other->second.first +
                                       " part; remove one of the recordings");
    }
  }
}

// Whether the unlabeled part takes a clip. That it is of the classes that are listed is all that is read of its label.
bool takes(const config::UnlabeledPart& part, const Clip& clip, const DatasetInfo& info) {
  const std::string& shown = info.classes[static_cast<std::size_t>(clip.label)];
  const bool listed =
      part.classes.empty() || std::find(part.classes.begin(), part.classes.end(), shown) != part.classes.end();
  return listed && holds(part, clip);
}

// In the order of their names: that of the data set comes from the labels.
std::vector<Recording> take_unlabeled(Dataset& dataset, const config::ProtocolConfig& protocol) {
  std::vector<Recording> taken;
  if (!has_unlabeled(protocol)) return taken;
  for (const Clip& clip : dataset.clips) {
    if (takes(*protocol.unlabeled, clip, dataset.info)) taken.push_back(clip);
  }
  std::erase_if(dataset.clips, [&](const Clip& clip) { return holds(*protocol.unlabeled, clip); });
  if (taken.empty()) throw Error(ErrorKind::data, "the unlabeled part holds no clip");
  std::sort(taken.begin(), taken.end(), [](const Recording& a, const Recording& b) { return a.id < b.id; });
  return taken;
}

// No recording is in another part as well.
void check_unlabeled(const Split& split) {
  std::map<std::string, const Recording*> seen;
  for (const Recording& recording : split.unlabeled) seen.emplace(recording.hash, &recording);
  for (const auto* part : {&split.train, &split.val, &split.test}) {
    for (const Clip& clip : *part) {
      const auto twin = seen.find(clip.hash);
      if (twin == seen.end()) continue;
      throw Error(ErrorKind::data, "clip " + twin->second->id + " of the unlabeled part equals clip " + clip.id +
                                       " of another part; remove one of the recordings");
    }
  }
}

void check_not_empty(const char* name, const config::SplitPart& part, const std::vector<Clip>& clips) {
  if (config::is_empty(part) || !clips.empty()) return;
  std::string lists;
  for (const Axis& axis : kAxes) lists += std::string(axis.key) + " " + text(part.*axis.list) + ", ";
  throw Error(ErrorKind::data, std::string("the ") + name + " part holds no clip: " + lists + "of the classes kept");
}

bool shares_subjects(const config::ProtocolConfig& protocol) {
  std::set<Name> seen;
  std::size_t parts_of_everyone = 0;
  const std::vector<NamedPart> parts = used_parts(protocol);
  std::size_t listed = 0;
  for (const NamedPart& named : parts) {
    if (std::string_view(named.name) == kUnlabeled) continue;
    if (!named.part->subjects) {
      ++parts_of_everyone;
      continue;
    }
    seen.insert(named.part->subjects->begin(), named.part->subjects->end());
    listed += named.part->subjects->size();
  }
  return seen.size() < listed || (parts_of_everyone > 0 && parts.size() > 1);
}

// Their order has no meaning, and one split has one description.
void sort_lists(config::ProtocolConfig& protocol) {
  const auto sort = [](auto& part) {
    if (!part) return;
    for (const Axis& axis : kAxes) {
      if (NameList& list = (*part).*axis.list) std::sort(list->begin(), list->end());
    }
  };
  for (auto* part : {&protocol.train, &protocol.val, &protocol.test}) sort(*part);
  sort(protocol.unlabeled);
}

// "train subjects 3 1 trials 2 1" with each list sorted.
std::string sorted_numbers(const std::string& part) {
  std::istringstream words(part);
  std::string sorted;
  std::set<std::pair<std::size_t, std::string>> numbers;  // shorter ones are smaller
  const auto add = [&](const std::string& word) { sorted += (sorted.empty() ? "" : " ") + word; };
  const auto end_list = [&] {
    for (const auto& [length, number] : numbers) add(number);
    numbers.clear();
  };
  for (std::string word; words >> word;) {
    if (word.find_first_not_of("0123456789") == std::string::npos) {
      numbers.emplace(word.size(), word);
    } else {
      end_list();
      add(word);
    }
  }
  end_list();
  return sorted;
}

std::string describe_part(const char* name, const config::SplitPart& part) {
  std::string line = std::string(", ") + name;
  for (const Axis& axis : kAxes) {
    if (part.*axis.list) line += std::string(" ") + axis.key + " " + text(part.*axis.list);
  }
  return line;
}

}  // namespace

config::ProtocolConfig resolve_protocol(const config::ProtocolConfig& protocol, const DatasetInfo& info) {
  config::ProtocolConfig resolved = protocol;
  check_known(resolved, [&](const Axis& axis) { return info.*axis.all; });
  fill_parts(resolved, info);
  fill_classes(resolved, info);
  sort_lists(resolved);
  check_folds(resolved, info);
  return resolved;
}

std::vector<Fold> resolve_folds(const config::ProtocolConfig& protocol, const DatasetInfo& info) {
  return folds_of(resolve_protocol(protocol, info));
}

Split make_split(Dataset dataset, const config::ProtocolConfig& protocol) {
  if (has_folds(protocol)) {
    fail("name", protocol.name + " has " + std::to_string(folds_of(protocol).size()) +
                     " folds, each a split of its own; expected one of them");
  }
  check_known(protocol, [&](const Axis& axis) { return present(dataset.clips, axis.name); });
  check_all_apart(protocol, dataset.info);
  const config::SplitPart train = protocol.train.value_or(kNothing);
  const config::SplitPart val = protocol.val.value_or(kNothing);
  const config::SplitPart test = protocol.test.value_or(kNothing);
  Split split;
  split.classes = protocol.classes;
  split.unlabeled = take_unlabeled(dataset, protocol);
  check_labeled(dataset, used_parts(protocol));
  for (Clip& clip : relabeled(std::move(dataset), split.classes)) {
    if (holds(train, clip)) {
      split.train.push_back(std::move(clip));
    } else if (clip.overlaps) {
      continue;  // what is scored counts once
    } else if (holds(val, clip)) {
      split.val.push_back(std::move(clip));
    } else if (holds(test, clip)) {
      split.test.push_back(std::move(clip));
    }
  }
  check_not_empty("train", train, split.train);
  check_not_empty("val", val, split.val);
  check_not_empty("test", test, split.test);
  if (!config::is_empty(train)) check_classes_trained(split);
  check_contents({{"train", &split.train}, {"val", &split.val}, {"test", &split.test}}, split.classes);
  check_unlabeled(split);
  return split;
}

std::vector<std::string> classes_without_clips(const std::vector<Clip>& clips,
                                               const std::vector<std::string>& classes) {
  std::set<int> present;
  for (const Clip& clip : clips) present.insert(clip.label);
  std::vector<std::string> absent;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    if (!present.contains(static_cast<int>(label))) absent.push_back(classes[label]);
  }
  return absent;
}

std::vector<Clip> reveal_unlabeled(Dataset dataset, const config::ProtocolConfig& protocol) {
  if (!has_unlabeled(protocol)) return {};
  std::erase_if(dataset.clips, [&](const Clip& clip) {
    return clip.overlaps || !takes(*protocol.unlabeled, clip, dataset.info);  // what is scored counts once
  });
  std::vector<Clip> clips = relabeled(std::move(dataset), protocol.classes);
  std::sort(clips.begin(), clips.end(), [](const Clip& a, const Clip& b) { return a.id < b.id; });
  return clips;
}

std::string sorted_description(const std::string& line) {
  std::size_t comma = line.find(", ");
  std::string sorted = line.substr(0, comma);
  while (comma != std::string::npos) {
    const std::size_t begin = comma + 2;
    comma = line.find(", ", begin);
    sorted += ", " + sorted_numbers(line.substr(begin, comma - begin));
  }
  return sorted;
}

std::string describe(const config::ProtocolConfig& protocol) {
  const std::vector<Fold> folds = folds_of(protocol);
  std::string line = protocol.name;
  if (has_folds(protocol)) line += ", " + std::to_string(folds.size()) + " folds";
  for (const NamedPart& named : used_parts(protocol)) {
    line += describe_part(named.name, *named.part);
    const bool some_classes = std::string_view(named.name) == kUnlabeled && !protocol.unlabeled->classes.empty();
    if (some_classes) line += " of " + std::to_string(protocol.unlabeled->classes.size()) + " classes";
  }
  const bool shared =
      std::any_of(folds.begin(), folds.end(), [](const Fold& fold) { return shares_subjects(fold.protocol); });
  if (shared) line += ", SUBJECTS SHARED";
  return line;
}

}  // namespace pskd::data
