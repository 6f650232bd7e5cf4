// Which clips train, validate and test, in how many folds.
#pragma once

#include <string>
#include <vector>

#include "pskd/config/experiment.hpp"
#include "pskd/data/clip.hpp"

namespace pskd::data {

/// The protocol with train, val, test and classes spelled out: named protocols filled in for this data set (subjects
/// that validate are taken out of a named protocol's training subjects), class groups replaced by class names, in the
/// order of their labels.
///
///   cross-subject           the data set's training subjects against the others
///   subject-specific, cross-session, cross-scene, cross-view: trials, scenes or cameras that train against the others,
///                           where the data set has them; these need allow_shared_subjects
///   leave-one-subject-out   one fold for each subject of test.subjects (absent: of the data set), against the others
///   subject-folds           the subjects of test.subjects (absent: all that `of` says) are sorted and dealt in turn
///                           into `folds` groups, which are tested one after the other against the others
///   personal                the data set's training subjects, unlabeled recordings of the others, and theirs that are
///                           left to test on
///   explicit                train and test must be given
///
/// Of a protocol of several folds, test.subjects are those that are tested by some fold, train.subjects those that may
/// train. A fold leaves the subjects that it tests out of train and val. See resolve_folds.
///
/// Throws Error(config) naming the key, and the fold where there are several: a protocol that the data set does not
/// have, an unknown class, a subject or trial that the data set does not have, more folds than subjects, two parts with
/// a subject (unless allow_shared_subjects) or a recording in common, an empty train or test part, a fold without its
/// validation subjects, selection by val without one. Where there are unlabeled recordings, the train and test parts
/// may be empty; then classes are what they are said to be, whether or not the data set shows them.
config::ProtocolConfig resolve_protocol(const config::ProtocolConfig& protocol, const DatasetInfo& info);

/// One split of a protocol.
struct Fold {
  std::string name;                 ///< names its folder: the subject that is left out, or "1", "2", ...; empty where
                                    ///< the protocol has one split
  config::ProtocolConfig protocol;  ///< of this split alone, resolved
};

/// The folds of a protocol, resolved or not, in the order of the subjects they test; one where it has one split. Each
/// subject of test.subjects is tested by one fold. Throws as resolve_protocol does.
std::vector<Fold> resolve_folds(const config::ProtocolConfig& protocol, const DatasetInfo& info);

struct Split {
  std::vector<std::string> classes;  ///< names of the kept classes; clips' labels index this list
  std::vector<Clip> train, val, test;
  std::vector<Recording> unlabeled;  ///< by name; nobody who gets a split can see what they show
};

/// Splits the clips by the protocol of a fold and relabels them when classes are left out. Clips of no part are left
/// out. To split one data set by several folds, pass it as it is: its clips are copied, unless it is moved in.
/// Throws Error(config) when a part names a subject or trial of which there is no clip, Error(data) when a part that is
/// asked for is empty, when a class has no training clip, when a clip of a part that needs labels has none, or when two
/// parts hold clips of the same content.
Split make_split(Dataset dataset, const config::ProtocolConfig& protocol);

/// Those of `classes` of which there is no clip; labels index that list.
std::vector<std::string> classes_without_clips(const std::vector<Clip>& clips, const std::vector<std::string>& classes);

/// The unlabeled recordings of a split with what they show, by name, for scores afterwards. Whoever trains must not ask
/// for them. Recordings of classes that are not kept are left out.
std::vector<Clip> reveal_unlabeled(Dataset dataset, const config::ProtocolConfig& protocol);

/// One line for tables: "cross-subject, train subjects 1 3 5 7, test subjects 2 4 6 8" and, when so, "SUBJECTS SHARED".
/// Of a protocol with several folds: "subject-folds, 4 folds, train subjects 1 3 5 7, test subjects 1 3 5 7".
std::string describe(const config::ProtocolConfig& protocol);

/// Such a line with the numbers of each list sorted: versions up to 0.5 wrote them in the order of the config.
std::string sorted_description(const std::string& line);

}  // namespace pskd::data
