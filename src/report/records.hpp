// What the table and the report both ask of a list of run records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "eval/statistics.hpp"
#include "pskd/eval/run_record.hpp"

namespace pskd::report {

std::vector<const eval::RunRecord*> pointers_to(const std::vector<eval::RunRecord>& records);

/// Throws Error(data) when there is no record, when a fold and seed is there twice, or when the records do not share
/// config hash, files that the config names, protocol (of one fold), selection rule, stages, classes and recordings:
/// means over such records would be means over different things.
void check_same_experiment(const std::vector<eval::RunRecord>& records);

/// The first two, by number, that are of different recordings. Records that do not say, from before these were noted,
/// are left out.
std::optional<std::pair<std::size_t, std::size_t>> differing_recordings(
    const std::vector<const eval::RunRecord*>& records);

/// The key of a file that had another content for the two: the description of the recordings or, where the configs are
/// the same, any file that they name. None where a record is from before these were noted (0.5.0).
std::optional<std::string> differing_input(const eval::RunRecord& first, const eval::RunRecord& other);

/// Throws Error(data) unless the two share protocol, selection rule, recordings and files.
void check_comparable(const eval::RunRecord& first, const eval::RunRecord& other);

/// "made by pskd 0.6.0 and 0.7.0"; empty where one version with checksums made all of the records, of which there is at
/// least one.
std::string note_on_versions(const std::vector<const eval::RunRecord*>& records);

/// Whether every record holds the hash of its recordings.
bool all_say_recordings(const std::vector<const eval::RunRecord*>& records);

/// The test part's scores or, in a protocol without one, the val part's. check_same_experiment has seen to it that one
/// exists.
const eval::Scores& shown_scores(const eval::StageResult& stage);

/// The protocol's line or, where there are folds, its name and theirs: "leave-one-subject-out, 8 folds: 1 2 3 ...".
std::string protocol_of(const std::vector<const eval::RunRecord*>& records);

/// "test" or "val", whichever shown_scores are of.
const char* shown_part(const eval::StageResult& stage);

/// "macro F1 over 26 of 27 classes: no test clip of wave"; empty where every class has clips in each of `stages`, which
/// are one stage of several runs. `what` is a mean over classes.
std::string note_on_classes(const std::vector<const eval::StageResult*>& stages, const std::string& what);

/// "6 of 30 (25 are as accurate)"; empty in a record that does not say.
std::string best_epoch_text(const eval::StageResult& stage);

/// "fold 3 seed 1, fold 4 seed 1": what is in `every` and not in `runs`.
std::string missing_runs(const std::set<eval::RunKey>& runs, const std::set<eval::RunKey>& every);

/// Each of the folds with each of the seeds.
std::set<eval::RunKey> every_run(const std::set<eval::RunKey>& runs);

/// Clips of the stage in all records together, [K][K]: rows are the truth, columns what was predicted. Records of one
/// experiment.
std::vector<std::vector<std::int64_t>> summed_confusion(const std::vector<eval::RunRecord>& records, std::size_t stage);

/// One for each seed: the scores of the stage on the clips of all its folds together, which are those of its record
/// where there are no folds. A seed with fewer folds than another one is left out. Records of one experiment.
std::vector<eval::Scores> pooled_scores(const std::vector<eval::RunRecord>& records, std::size_t stage);

/// Mean F1 of the class over pooled_scores; none where it has no clips.
std::optional<double> mean_f1(const std::vector<eval::Scores>& scores, std::size_t label);

/// The stage the reports look at closely: the one named "student", else the last.
std::size_t student_stage(const std::vector<eval::StageResult>& stages);

}  // namespace pskd::report
