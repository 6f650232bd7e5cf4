"use strict";
// A recording from a CSV file, as `pskd predict` reads plain ones: separators, decimal commas, a header, time stamps and units are
// found in the file. Time stamps that predict puts right, and dates, are refused here.

const GRAVITY = 9.80665;  // m/s2
const LONGEST_GAP = 0.5;  // s without a sample

function medianOf(values) {
  return Float64Array.from(values).sort()[Math.floor(values.length / 2)];
}

function separatorOf(line) {
  return ["\t", ";", ","].find((one) => line.includes(one)) ?? (line.trim().includes(" ") ? " " : ",");
}

function fieldsOf(line, separator) {
  const parts = separator === " " ? line.trim().split(/ +/) : line.split(separator);
  const fields = parts.map((part) => part.trim().replace(/^"(.*)"$/, "$1"));
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
  const word = text.toLowerCase().replace(/[ ^()[\]]/g, "").replace("²", "2").replace(/[µμ]/, "u");
  const spellings = {
    g: ["g", "gs", "g-force", "gforce"], mg: ["mg", "milli-g"], "m/s2": ["m/s2", "ms-2", "m*s-2", "m/s/s", "m.s-2"],
    "deg/s": ["deg/s", "dps", "°/s"], "rad/s": ["rad/s", "rads-1"],
    s: ["s", "sec", "seconds"], ms: ["ms", "msec", "milliseconds"], us: ["us"], ns: ["ns"],
  };
  return Object.keys(spellings).find((unit) => spellings[unit].includes(word)) ?? "";
}

/** How a file is written: {lines, first (line of the first values), width, separator, decimalComma, header, units}. */
function lookAtTable(text) {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
  while (lines.length > 0 && lines.at(-1).trim() === "") lines.pop();
  if (lines.length < 2) throw new Error("expected a table of numbers, found less than two lines");
  const separator = separatorOf(lines.at(-1));
  const last = fieldsOf(lines.at(-1), separator);
  const decimalComma = separator !== "," && last.some((field) => isNaN(numberOf(field)) && !isNaN(numberOf(field, true)));
  const holdsValues = (line) => {
    const fields = fieldsOf(line, separator);
    return fields.length === last.length && 2 * fields.filter((one) => !isNaN(numberOf(one, decimalComma))).length > fields.length;
  };
  const first = lines.findIndex(holdsValues);
  if (first < 0 || first + 1 >= lines.length) throw new Error("expected at least two lines of numbers");
  const table = {lines, first, width: last.length, separator, decimalComma, header: null, units: null};
  for (let at = first - 1; at >= 0 && !table.header; --at) {
    const fields = fieldsOf(lines[at].replace(/^[#\s]+/, ""), separator);
    if (fields.length !== table.width) continue;
    const areUnits = !table.units && at > 0 && fields.some((field) => unitOf(field) !== "");
    table[areUnits ? "units" : "header"] = fields;
  }
  if (!table.header) [table.header, table.units] = [table.units, null];  // names that look like units
  return table;
}

/** The numbers of a table: an array of its lines. */
function valuesOf(table) {
  const rows = [];
  for (let at = table.first; at < table.lines.length; ++at) {
    if (table.lines[at].startsWith("#")) continue;
    const fields = fieldsOf(table.lines[at], table.separator);
    if (fields.length !== table.width) {
      throw new Error(`line ${at + 1}: expected ${table.width} columns, found ${fields.length}`);
    }
    const row = fields.map((field) => numberOf(field, table.decimalComma));
    row.line = at + 1;
    rows.push(row);
  }
  return rows;
}

function countsLines(rows) {
  return rows.every((row, at) => at === 0 || row[0] === rows[at - 1][0] + 1);
}

/** Where the time stamps are; -1: nowhere. */
function timeColumn(table, rows) {
  if (table.header) {
    const named = /^((.*(time|stamp|epoch|elapsed).*)|t|ts|s|ms|us|ns|secs?|seconds)$/;
    return table.header.findIndex((name, at) => named.test(name.toLowerCase()) && rows.at(-1)[at] > rows[0][at]);
  }
  const rises = rows.every((row, at) => at === 0 || row[0] >= rows[at - 1][0]) && rows[0][0] < rows.at(-1)[0];
  return rises && rows.length >= 8 && !countsLines(rows) ? 0 : -1;
}

/** Where the channels are. `ax` may be called `x` where no other channel would be. */
function channelColumns(table, rows, time, channels) {
  if (!table.header) {
    const counter = time < 0 && table.width > channels.length && countsLines(rows) ? 0 : -1;
    const columns = [...Array(table.width).keys()].filter((at) => at !== time && at !== counter);
    if (columns.length === channels.length) return columns;
    throw new Error(`expected columns for ${channels.join(", ")}, perhaps after time stamps, found ${columns.length}; `
      + "with their names in a first line they may lie in any order");
  }
  const names = table.header.map((name) => name.toLowerCase());
  const axes = new Set(channels.map((channel) => channel.at(-1)));
  const columns = channels.map((channel) => {
    const exact = table.header.indexOf(channel);
    return exact >= 0 || axes.size < channels.length ? exact : names.indexOf(channel.at(-1));
  });
  if (!columns.includes(-1)) return columns;
  throw new Error(`expected columns called ${channels.join(", ")}, found ${table.header.join(", ")}`);
}

/** Seconds of one unit of stamps that are `interval` apart: moments since 1970 tell it by their size, others by the usual rates. */
function secondsOfStamp(first, interval) {
  const units = [1, 1e-3, 1e-6, 1e-9];
  return units.find((second) => first * second > 1e9 && first * second < 4e9)
    ?? units.find((second) => 1 / (interval * second) >= 4 && 1 / (interval * second) <= 2000) ?? 1;
}

function timesOf(table, rows, column) {
  const said = unitOf(table.units?.[column] ?? table.header?.[column].match(/[([]([^)\]]*)[)\]]$/)?.[1] ?? "");
  const interval = (rows.at(-1)[column] - rows[0][column]) / (rows.length - 1);
  const second = {s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9}[said] ?? secondsOfStamp(rows[0][column], interval);
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

/** What a value of a channel is divided by to be in g or deg/s. */
function divisorOf(channel, unit) {
  if (/a[xyz]$/.test(channel)) return {"m/s2": GRAVITY, mg: 1000}[unit] ?? 1;
  return /g[xyz]$/.test(channel) && unit === "rad/s" ? Math.PI / 180 : 1;
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

/** The samples of a file at equal intervals, from second 0 on, in g and deg/s. Throws an Error that says what is wrong, and where. */
function readRecording(text, model) {
  const table = lookAtTable(text), rows = valuesOf(table);
  const time = timeColumn(table, rows), columns = channelColumns(table, rows, time, model.channels);
  const divisors = columns.map((column, c) => divisorOf(model.channels[c], unitOf(table.units?.[column] ?? "")));
  const channels = columns.length, values = new Float32Array(rows.length * channels);
  rows.forEach((row, at) => columns.forEach((column, c) => {
    if (isNaN(row[column])) throw new Error(`line ${row.line}: expected a number for ${model.channels[c]}`);
    values[at * channels + c] = row[column] / divisors[c];
  }));
  const samples = {rate: model.rate, origin: 0, first: 0, end: rows.length, channels, values};
  if (time < 0) {
    const stated = table.lines.slice(0, table.first).join("\n").match(/([0-9]+(\.[0-9]+)?) ?hz/i);
    return stated ? {...samples, rate: Number(stated[1])} : samples;
  }
  const times = timesOf(table, rows, time);
  return {...samples, rate: (rows.length - 1) / (times.at(-1) - times[0]), values: atEqualIntervals(times, values, channels)};
}

/** What a recording says against itself, as a sentence; empty where nothing does. */
function doubtAbout(samples, model) {
  const axes = ["ax", "ay", "az"].map((axis) => model.channels.findIndex((channel) => channel.endsWith(axis)));
  if (axes.includes(-1)) return "";
  const lengths = [];
  for (let at = 0; at < samples.values.length; at += samples.channels) {
    lengths.push(Math.hypot(...axes.map((axis) => samples.values[at + axis])));
  }
  const median = medianOf(lengths);
  if (median >= 0.5 && median <= 2.5) return "";
  return `The acceleration is ${median.toPrecision(3)} g in the median, far from 1 g: gravity is missing, or it is in another unit. `
    + "A line below the header may say it: m/s2.";
}
