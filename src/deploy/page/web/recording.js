"use strict";
// A recording from a CSV file, as `pskd predict` reads plain ones: separators, decimal commas, a header, time stamps and units are
// found in the file. Time stamps that predict puts right, and dates, are refused here.

const GRAVITY = 9.80665;  // m/s2
const LONGEST_GAP = 0.5;  // s without a sample

function medianOf(values) {
  return Float64Array.from(values).sort()[Math.floor(values.length / 2)];
}

function separatorOf(line) {
  const outside = line.replace(/"[^"]*"/g, "");  // of quotes
  return ["\t", ";", ","].find((one) => outside.includes(one)) ?? (outside.trim().includes(" ") ? " " : ",");
}

/** Parts of a line between separators; those that were in one pair of quotes are one again. */
function withoutQuotes(parts, separator) {
  const fields = [];
  let isOpen = false;  // a quote
  for (const part of parts) {
    if (isOpen) fields[fields.length - 1] += separator + part;
    else fields.push(part);
    if (part.split('"').length % 2 === 0) isOpen = !isOpen;
  }
  return fields.map((field) => field.trim().replace(/^"(.*)"$/, "$1").replaceAll('""', '"'));
}

function fieldsOf(line, separator) {
  const parts = separator === " " ? line.trim().split(/[ \t]+/) : line.split(separator);
  return line.includes('"') ? withoutQuotes(parts, separator) : parts.map((part) => part.trim());
}

/** The same fields, less the empty ones at their end. */
function withoutEmptyEnd(fields) {
  while (fields.length > 1 && fields.at(-1) === "") fields.pop();
  return fields;
}

/** NaN for what is no number. */
function numberOf(field, decimalComma) {
  const text = decimalComma ? field.replace(",", ".") : field;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
}

/** What a text says of a unit: "m/s2" of "m/s^2" and "[m/s²]"; empty where it is none that is known. */
function unitOf(text) {
  const word = text.normalize("NFKC").toLowerCase().replace(/[\s^()[\]]/g, "");  // ² is 2 then, and both signs of micro are one
  const spellings = {
    g: ["g", "gs", "g-force", "gforce"], mg: ["mg", "milli-g"], "m/s2": ["m/s2", "ms-2", "m*s-2", "m/s/s", "m.s-2"],
    "deg/s": ["deg/s", "dps", "°/s", "degrees/s", "degs-1"], "rad/s": ["rad/s", "rads-1", "rad.s-1"],
    uT: ["ut", "μt", "microtesla"], s: ["s", "sec", "seconds"], ms: ["ms", "msec", "milliseconds"], us: ["us", "μs"], ns: ["ns"],
    m: ["m"], cm: ["cm"], mm: ["mm"],
  };
  return Object.keys(spellings).find((unit) => spellings[unit].includes(word)) ?? "";
}

/**
 * Finds the lines of names and of units above line `table.first`, and moves it right behind them: the first lines of values may be
 * shorter than the last one. There may be more names than the last line fills, but a line with # that has more fields than the
 * `parts` of the last line, filled or not, is prose.
 */
function readHeader(table, parts) {
  const {lines, separator, decimalComma, width} = table;
  for (let at = table.first - 1; at >= 0 && !table.header; --at) {
    const fields = fieldsOf(lines[at].replace(/^#[#\s]*/, ""), separator);
    const fits = lines[at].startsWith("#") ? [width, parts].includes(fields.length) : fields.length >= width;
    if (!fits || fields.some((field) => !isNaN(numberOf(field, decimalComma)))) continue;
    const areUnits = !table.units && at > 0 && fields.some((field) => unitOf(field) !== "");
    table[areUnits ? "units" : "header"] = Object.assign(withoutEmptyEnd(fields), {line: at + 1});
  }
  if (!table.header) [table.header, table.units] = [table.units, null];  // names that look like units
  if (!table.header) return;
  table.width = table.header.length;
  table.first = (table.units ?? table.header).line;
}

/** How a file is written: {lines, first (line of the first values), width, separator, decimalComma, header, units}. */
function lookAtTable(text) {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
  while (lines.length > 0 && /^[\s,;]*$/.test(lines.at(-1))) lines.pop();
  if (lines.length < 2) throw new Error("expected a table of numbers, found less than two lines");
  const separator = separatorOf(lines.at(-1));
  const last = fieldsOf(lines.at(-1), separator), parts = last.length, width = withoutEmptyEnd(last).length;
  const decimalComma = separator !== "," && last.some((field) => isNaN(numberOf(field)) && !isNaN(numberOf(field, true)));
  const holdsValues = (line) => {
    const fields = withoutEmptyEnd(fieldsOf(line, separator));
    return fields.length === width && 2 * fields.filter((one) => !isNaN(numberOf(one, decimalComma))).length > fields.length;
  };
  const first = lines.findIndex(holdsValues);
  const table = {lines, first, width, separator, decimalComma, header: null, units: null};
  if (first >= 0) readHeader(table, parts);
  if (first < 0 || table.first + 1 >= lines.length) throw new Error("expected at least two lines of numbers");
  while (lines[table.first].trim() === "") ++table.first;
  if (table.header) return table;
  const above = lines.findLastIndex((line, at) => at < first && !/^(#|"?sep=|\s*$)/.test(line));
  if (above < 0) return table;
  throw new Error(`line ${above + 1}: expected the names of ${width} columns, as many as the last line has, `
    + `found ${fieldsOf(lines[above], separator).length} fields`);
}

/** The numbers of a table: an array of its lines. NaN is what is no number, and what a short line leaves out. */
function valuesOf(table) {
  const rows = [];
  for (let at = table.first; at < table.lines.length; ++at) {
    if (table.lines[at].startsWith("#")) continue;
    const fields = withoutEmptyEnd(fieldsOf(table.lines[at], table.separator));
    if (fields.length > table.width || (!table.header && fields.length < table.width)) {
      throw new Error(`line ${at + 1}: expected ${table.width} columns, found ${fields.length}`);
    }
    const row = fields.map((field) => numberOf(field, table.decimalComma));
    while (row.length < table.width) row.push(NaN);
    row.line = at + 1;
    rows.push(row);
  }
  return rows;
}

function countsLines(rows) {
  return rows.every((row, at) => at === 0 || row[0] === rows[at - 1][0] + 1);
}

/** Refuses a column that is called like a time, and of which none can be made; one that says the same in each line says nothing. */
function requireNoStamps(table, rows, column) {
  const said = (row) => fieldsOf(table.lines[row.line - 1], table.separator)[column] ?? "";
  if (rows.every((row) => said(row) === said(rows[0]))) return;
  const row = rows.find((one) => !Number.isFinite(one[column])) ?? rows.at(-1);
  const wanted = Number.isFinite(row[column]) ? "a time after that of the first line" : "a time that is a number";
  throw new Error(`line ${row.line}: expected ${wanted} in ${table.header[column]}, found "${said(row)}"; `
    + "pskd predict may read it");
}

/** Where the time stamps are; -1: nowhere. */
function timeColumn(table, rows) {
  if (table.header) {
    const named = /^((.*(time|stamp|epoch|elapsed|date).*)|t|ts|s|ms|us|ns|secs?|seconds)$/;
    const columns = [...table.header.keys()].filter((at) => named.test(table.header[at].toLowerCase()));
    const usable = columns.find((at) => rows.every((row) => Number.isFinite(row[at])) && rows.at(-1)[at] > rows[0][at]);
    if (usable === undefined) columns.forEach((at) => requireNoStamps(table, rows, at));
    return usable ?? -1;
  }
  const rises = rows.every((row, at) => at === 0 || row[0] >= rows[at - 1][0]) && rows[0][0] < rows.at(-1)[0];
  return rises && rows.length >= 8 && !countsLines(rows) ? 0 : -1;
}

/** Where the channels are. `ax` may be called `x` where all are called so, and no other channel would be. */
function channelColumns(table, rows, time, channels) {
  if (!table.header) {
    const lost = table.lines.findIndex((line, at) => at < table.first && channels.every((channel) => line.includes(channel)));
    if (lost >= 0) throw new Error(`line ${lost + 1}: expected the names of ${table.width} columns, as many as the last line has`);
    const counter = time < 0 && table.width > channels.length && countsLines(rows) ? 0 : -1;
    const columns = [...Array(table.width).keys()].filter((at) => at !== time && at !== counter);
    if (columns.length === channels.length) return columns;
    throw new Error(`expected columns for ${channels.join(", ")}, perhaps after time stamps, found ${columns.length}; `
      + "with their names in a first line they may lie in any order");
  }
  const columns = channels.map((channel) => table.header.indexOf(channel));
  if (!columns.includes(-1)) return columns;
  const names = table.header.map((name) => name.toLowerCase()), axes = channels.map((channel) => channel.at(-1));
  const called = axes.map((axis) => names.indexOf(axis));
  const isMixed = columns.some((column) => column >= 0) || new Set(axes).size < axes.length;
  if (!isMixed && !called.includes(-1)) return called;
  throw new Error(`expected columns called ${channels.join(", ")}, found ${table.header.join(", ")}`);
}

/** Seconds of one unit of stamps that are `interval` apart: moments since 1970 tell it by their size, others by the usual rates. */
function secondsOfStamp(first, interval) {
  const units = [1, 1e-3, 1e-6, 1e-9];
  return units.find((second) => first * second > 1e9 && first * second < 4e9)
    ?? units.find((second) => 1 / (interval * second) >= 4 && 1 / (interval * second) <= 2000) ?? 1;
}

function requireUnit(table, name, units, found) {
  if (found in units) return;
  const {line} = table.units ?? table.header;
  throw new Error(`line ${line}: expected ${name} in ${Object.keys(units).join(", ")}, found ${found}`);
}

function timesOf(table, rows, column) {
  const said = unitOf(table.units?.[column] ?? table.header?.[column].match(/[([]([^)\]]*)[)\]]$/)?.[1] ?? "");
  const interval = (rows.at(-1)[column] - rows[0][column]) / (rows.length - 1);
  const units = {s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9};
  if (said !== "") requireUnit(table, table.header[column], units, said);
  const second = units[said] ?? secondsOfStamp(rows[0][column], interval);
  const times = rows.map((row) => row[column] * second);
  const intervals = times.slice(1).map((time, at) => time - times[at]);
  const longest = Math.max(LONGEST_GAP, 5 * medianOf(intervals));
  intervals.forEach((one, at) => {
    const {line} = rows[at + 1];
    if (!(one > 0)) throw new Error(`line ${line}: expected a time after the one before; pskd predict may put this right`);
    if (one > longest) throw new Error(`line ${line}: a gap of ${one.toFixed(2)} s without a sample`);
  });
  return times;
}

/** What the values of a channel are divided by to be in the model's unit, g or deg/s, by what the line of units says. */
function divisorOf(table, channel, wanted, column) {
  const unit = unitOf(table.units?.[column] ?? "");
  if (unit === "" || !["g", "deg/s"].includes(wanted)) return 1;
  const divisors = wanted === "g" ? {g: 1, mg: 1000, "m/s2": GRAVITY} : {"deg/s": 1, "rad/s": Math.PI / 180};
  requireUnit(table, channel, divisors, unit);
  return divisors[unit];
}

/** As many samples at equal intervals over the same time. `values`: one sample after the other. */
function atEqualIntervals(times, values, channels) {
  const even = new Float32Array(values.length), step = (times.at(-1) - times[0]) / (times.length - 1);
  let before = 0;
  for (let at = 0; at < times.length; ++at) {
    const time = times[0] + step * at;
    while (before + 2 < times.length && times[before + 1] <= time) ++before;
    const share = Math.min(Math.max((time - times[before]) / (times[before + 1] - times[before]), 0), 1);
    for (let c = 0; c < channels; ++c) {
      even[at * channels + c] = values[before * channels + c] * (1 - share) + values[(before + 1) * channels + c] * share;
    }
  }
  return even;
}

/** "32 Hz" in a line above the values; 0: nowhere. */
function statedRate(table) {
  const stated = table.lines.slice(0, table.first).join("\n").match(/([0-9]+(\.[0-9]+)?) ?hz/i);
  return Number(stated?.[1] ?? 0);
}

/**
 * The samples of a file at equal intervals, from second 0 on, in g and deg/s. `isRateOfModel`: the file says nothing of time. Throws
 * an Error that says what is wrong, and where.
 */
function readRecording(text, model) {
  const table = lookAtTable(text), rows = valuesOf(table);
  const time = timeColumn(table, rows), columns = channelColumns(table, rows, time, model.channels);
  const divisors = columns.map((column, c) => divisorOf(table, model.channels[c], model.units[c], column));
  const channels = columns.length, values = new Float32Array(rows.length * channels);
  rows.forEach((row, at) => columns.forEach((column, c) => {
    const value = Math.fround(row[column] / divisors[c]);
    if (!Number.isFinite(value)) throw new Error(`line ${row.line}: expected a number for ${model.channels[c]}`);
    values[at * channels + c] = value;
  }));
  const samples = {rate: model.rate, origin: 0, first: 0, end: rows.length, channels, values, isRateOfModel: false};
  if (time < 0) {
    const rate = statedRate(table);
    return rate > 0 && Number.isFinite(rate) ? {...samples, rate} : {...samples, isRateOfModel: true};
  }
  const times = timesOf(table, rows, time);
  return {...samples, rate: (rows.length - 1) / (times.at(-1) - times[0]), values: atEqualIntervals(times, values, channels)};
}

/** What a recording says against itself, as a sentence; empty where nothing does. */
function doubtAbout(samples, model) {
  const first = model.channels.findIndex((channel, at) => [..."xyz"].every((axis, c) =>
    model.units[at + c] === "g" && model.channels[at + c] === channel.slice(0, -1) + axis));
  if (first < 0) return "";
  const lengths = [];
  for (let at = 0; at < samples.values.length; at += samples.channels) {
    lengths.push(Math.hypot(...samples.values.subarray(at + first, at + first + 3)));
  }
  const median = medianOf(lengths);
  if (median >= 0.5 && median <= 2.5) return "";
  return `The acceleration is ${median.toPrecision(3)} g in the median, far from 1 g: gravity is missing, or it is in another unit. `
    + "A line below the header may say it: m/s2.";
}
