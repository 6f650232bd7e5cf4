// The windows that the network decides about, as `pskd predict` and `pskd stream` cut them.
//
// Samples at equal intervals are {rate (Hz), origin (time of sample 0, s), first, end (numbers of those that are kept), channels,
// values (of the kept ones, one sample after the other)}.

/** Seconds of a window: those of a training clip. */
function windowSeconds(model) {
  return model.median_samples / model.rate;
}

function windowSize(rate, seconds) {
  return {count: Math.max(Math.round(seconds * rate), 2), step: Math.max(Math.round(seconds / 2 * rate), 1)};
}

/** The windows of a recording, half a window apart: {first, count}. A shorter recording is one window. */
function windowsIn(samples, seconds) {
  const {count, step} = windowSize(samples.rate, seconds), windows = [];
  if (count >= samples.end) return [{first: 0, count: samples.end}];
  for (let first = 0; first + count <= samples.end; first += step) windows.push({first, count});
  return windows;
}

/** A window as the network takes it, [channels, frames]: at moments at equal intervals from its first sample to its last. */
function resampled(samples, {first, count}, frames) {
  const {channels, values} = samples, result = new Float32Array(channels * frames);
  for (let frame = 0; frame < frames; ++frame) {
    const position = frames > 1 ? frame / (frames - 1) * (count - 1) : 0;
    const before = Math.min(Math.floor(position), count - 2), share = position - before;
    const at = (first - samples.first + before) * channels;
    for (let c = 0; c < channels; ++c) {
      result[c * frames + frame] = values[at + c] * (1 - share) + values[at + channels + c] * share;
    }
  }
  return result;
}

/** Samples that arrive one after the other, brought to the model's rate by linear interpolation. */
class SampleStream {
  /** `decide` is called with {first, count} when a window is there. */
  constructor(model, decide) {
    this.samples = {rate: model.rate, origin: 0, first: 0, end: 0, channels: model.channels.length, values: []};
    this.size = windowSize(model.rate, windowSeconds(model));
    this.decide = decide;
    this.begun = false;
  }

  /** `time` in seconds. A sample that is not finite, or not after the one before, is dropped; behind a gap windows begin anew. */
  add(time, values) {
    if (![time, ...values].every(Number.isFinite) || (this.begun && time <= this.time)) return;
    if (this.begun && time - this.time > Math.max(LONGEST_GAP, 1.5 / this.samples.rate)) this.begun = false;
    if (this.begun) this.appendUntil(time, values);
    else this.beginAnew(time, values);
    this.time = time;
    this.latest = values;
  }

  beginAnew(time, values) {
    this.begun = true;
    Object.assign(this.samples, {origin: time, first: 0, end: 0, values: []});
    this.next = 0;
    this.append(values);
  }

  /** Appends the samples that lie between the one before and the one that came. */
  appendUntil(time, values) {
    const {rate, origin} = this.samples, tolerance = 1e-4 / rate;  // a time so near to a sample's moment is that moment
    for (;;) {
      const due = origin + this.samples.end / rate;
      if (due > time + tolerance) return;
      const share = due > time - tolerance ? 1 : Math.max((due - this.time) / (time - this.time), 0);
      this.append(values.map((value, c) => this.latest[c] * (1 - share) + value * share));
    }
  }

  append(values) {
    const {samples, size} = this;
    samples.values.push(...values);
    ++samples.end;
    if (samples.end === this.next + size.count) {
      this.decide({first: this.next, count: size.count});
      this.next += size.step;
    }
    const unused = samples.end - samples.first - 3 * size.count;  // two windows are drawn
    if (unused < size.count) return;
    samples.values.splice(0, unused * samples.channels);
    samples.first += unused;
  }
}
