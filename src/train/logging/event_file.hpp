// Event files, as TensorBoard reads them: the curves of metrics.jsonl once more.
//
// A file is a sequence of records [length, uint64][masked CRC-32C of the length, uint32][data][masked CRC-32C of the
// data, uint32], all with the lowest byte first (TensorFlow, tensorflow/core/lib/io/record_writer.h), and each record's
// data is a protocol buffer Event (tensorflow/core/util/event.proto). Of it these fields are written: wall_time, step,
// file_version, and summary.value.{tag, simple_value}.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/run_layout.hpp"

namespace pskd::train {

/// The scalars of a line of metrics.jsonl, at step `epoch`: train/loss, train/accuracy, train/lr, and what the line
/// groups itself (val/accuracy, shares/<teacher>). `start`: the wall time at which the stage had trained for 0 seconds.
std::string epoch_record(const nlohmann::ordered_json& line, double start);

/// Writes a stage's event file from its metrics.jsonl, replacing an old one. Its times are those of a training without
/// pauses that has just come to the last line. Returns their start. Throws Error(io), Error(data) for a line that is no
/// epoch.
double write_event_file(const StageLayout& stage);

/// Writes the event files of a finished run that are not there yet.
void write_event_files(const RunLayout& run);

}  // namespace pskd::train
