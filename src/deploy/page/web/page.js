// Puts the parts together: a recording that is played, or a phone, becomes answers on the page.

const part = (id) => document.getElementById(id);
/** Whether the scripts beside the page are there. */
const IS_WHOLE = typeof MODEL !== "undefined" && typeof ONNXRUNTIME !== "undefined";
const WINDOW = IS_WHOLE ? windowSeconds(MODEL) : 0;  // s
const LARGEST_FILE = 100e6;  // bytes

/** Decides about windows, once the network is loaded. */
let decide = null;
/** What is shown: {samples, limit, window, position, answered, ...}; of a recording also {windows, decisions, length, playing}. */
let shown = null;
/** Ends what the phone sends; null while it sends nothing. */
let stopPhone = null;

function percent(share) {
  return `${(100 * share).toFixed(0)}\u00a0%`;
}

function seconds(time) {
  return `${time.toFixed(1)}\u00a0s`;
}

function say(text, wrong = false) {
  part("status").textContent = text;
  part("status").classList.toggle("wrong", wrong);
}

// ---- the answer ------------------------------------------------------------------------------------------

function showBars(probabilities, best) {
  [...part("bars").children].forEach((row, label) => {
    const share = probabilities?.[label];
    row.classList.toggle("best", label === best);
    row.querySelector(".bar").style.width = `${100 * (share ?? 0)}%`;
    row.querySelector(".share").textContent = share === undefined ? "" : percent(share);
  });
}

function showNoAnswer(reason) {
  part("answer").textContent = "–";
  part("answer").className = "";
  part("facts").textContent = reason;
  showBars(null, -1);
}

function showDecision(decision, window) {
  const {label, probabilities, confidence, isNone, answer, ms} = decision;
  if (part("answer").textContent !== answer) part("answer").textContent = answer;  // said aloud where it is another one
  part("answer").className = isNone ? "none" : "";
  const sure = isNone ? `Most probable: ${MODEL.classes[label]}, ` : "";
  part("facts").textContent = `${sure}${percent(confidence)} sure, from ${seconds(window.start)} to ${seconds(window.end)}\n`
    + `${ms.toFixed(1)} ms for this window`;
  showBars(probabilities, isNone ? -1 : label);
}

/** Seconds of the first and the last sample of a window. */
function spanOf(samples, {first, count}) {
  const time = (at) => samples.origin + at / samples.rate;
  return {start: time(first), end: time(first + count - 1)};
}

/** Shows what `decision` will say of a window, unless another one is shown by then. One that failed is not kept. */
async function answer(source, number, decision, window) {
  source.answered = number;
  const isAwaited = () => shown === source && source.answered === number;
  try {
    const made = await decision;
    if (!isAwaited()) return;
    source.window = window;
    showDecision(made, window);
  } catch (error) {
    delete source.decisions?.[number];
    if (!isAwaited()) return;
    source.window = null;
    showNoAnswer("");
    say(`The network failed from ${seconds(window.start)} to ${seconds(window.end)}: ${error.message ?? error}`, true);
  }
  draw();
}

// ---- the trace -------------------------------------------------------------------------------------------

function viewOf(source) {
  const span = Math.min(2 * WINDOW, source.length ?? Infinity), to = Math.max(source.position, span);
  return {from: to - span, to, until: source.position, limit: source.limit, window: source.window};
}

function draw() {
  const nothing = {rate: 1, origin: 0, first: 0, end: 0, channels: MODEL.channels.length, values: []};
  const empty = {from: 0, to: 2 * WINDOW, until: 0, limit: 2, window: null};
  drawTrace(part("canvas"), shown?.samples ?? nothing, shown ? viewOf(shown) : empty);
  [...part("legend").querySelectorAll("canvas")].forEach(drawSample);
}

/** Goes on from picture to picture while something moves. */
function animate(source) {
  if (source.animated) return;
  source.animated = true;
  let before = performance.now();
  const next = (now) => {
    if (shown === source && source.playing) moveTo(source, source.position + Math.max(0, now - before) / 1000);
    before = now;
    if (shown === source) draw();
    source.animated = shown === source && (source.playing || stopPhone !== null);
    if (source.animated) requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}

// ---- a recording -----------------------------------------------------------------------------------------

/** The number of the last window that has ended; -1 before there is one. */
function lastWindow({windows, samples, position}) {
  const step = windows.length > 1 ? windows[1].first : 1;
  const sample = position * samples.rate + 1e-6;  // that is played
  return Math.min(Math.floor((sample - (windows[0].count - 1)) / step), windows.length - 1);
}

/** Where the recording is played, and what is said of the window that ended before. */
function moveTo(source, position) {
  source.position = Math.min(position, source.length);
  if (source.position === source.length) setPlaying(source, false);
  part("position").value = source.position;
  part("time").textContent = `${source.position.toFixed(1)} of ${seconds(source.length)}`;
  const number = Math.max(lastWindow(source), -1);
  if (number === source.answered) return;
  if (number < 0) {
    Object.assign(source, {answered: -1, window: null});
    showNoAnswer(`The first answer comes after ${seconds(spanOf(source.samples, source.windows[0]).end)}`);
    return;
  }
  const window = source.windows[number];
  source.decisions[number] ??= decide(source.samples, window);
  answer(source, number, source.decisions[number], spanOf(source.samples, window));
}

function setPlaying(source, playing) {
  source.playing = playing;
  part("play").textContent = playing ? "Pause" : "Play";
}

function play(source) {
  if (source.position === source.length) moveTo(source, 0);
  setPlaying(source, true);
  animate(source);
}

function showRecording(name, text) {
  const samples = readRecording(text, MODEL);
  stopPhone?.();
  const length = (samples.end - 1) / samples.rate, limit = samples.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  shown = {samples, limit: roundLimit(limit), length, window: null, windows: windowsIn(samples, WINDOW), decisions: []};
  const doubt = doubtAbout(samples, MODEL);
  part("doubt").textContent = doubt;
  part("doubt").hidden = doubt === "";
  part("position").max = length;
  part("player").hidden = false;
  const rate = `${samples.isRateOfModel ? ", no time stamps, taken" : ""} at ${Number(samples.rate.toPrecision(4))} Hz`;
  say(`${name}: ${samples.end} samples${rate}, ${seconds(length)}`);
  moveTo(shown, 0);
  play(shown);
}

async function openFile(file) {
  try {
    if (file.size > LARGEST_FILE) throw new Error("larger than 100 MB; pskd predict reads it");
    showRecording(file.name, await file.text());
  } catch (error) {
    say(`${file.name}: ${error.message}`, true);
  }
}

// ---- a phone ---------------------------------------------------------------------------------------------

function endRecording() {
  if (shown) shown.playing = false;
  part("player").hidden = true;
  part("doubt").hidden = true;
}

function openStream() {
  const source = {limit: 2, window: null, position: 0};
  const stream = new SampleStream(MODEL, (window) => {
    answer(source, window.first, decide(source.samples, window), spanOf(source.samples, window));
  });
  source.samples = stream.samples;
  let begin = null;
  source.add = (time, values) => {
    if (begin === null) say("The phone's sensor. Lying with the screen up, z is near 1 g.");
    begin ??= time;
    source.position = time - begin;
    source.limit = roundLimit(Math.max(source.limit, ...values.map(Math.abs)));
    stream.add(time - begin, values);
  };
  source.isSilent = () => begin === null;
  return source;
}

async function startPhone() {
  const source = openStream();
  part("phone").disabled = true;  // while the phone asks for permission
  try {
    const stop = await listenToMotion(source.add);
    endRecording();
    shown = source;
    part("phone").textContent = "Stop";
    stopPhone = () => {
      stop();
      stopPhone = null;
      part("phone").textContent = "Use this phone";
    };
  } catch (error) {
    return say(error.message, true);
  } finally {
    part("phone").disabled = false;
  }
  say("Waiting for the sensor …");
  showNoAnswer(`The first answer comes after ${seconds(WINDOW)}`);
  animate(source);
  setTimeout(() => {
    if (shown === source && stopPhone && source.isSilent()) {
      stopPhone();
      say("No sample came in three seconds: this device seems to have no motion sensor.", true);
    }
  }, 3000);
}

// ---- the page --------------------------------------------------------------------------------------------

function describeModel() {
  document.title = `${MODEL.stage}, pskd`;
  const score = MODEL.test ? ` Right on ${(100 * MODEL.test.accuracy).toFixed(1)} % of its run's ${MODEL.test.clips} test clips.` : "";
  part("about").textContent = `${MODEL.stage} · ${MODEL.classes.length} classes · ${MODEL.channels.join(", ")} at ${MODEL.rate} Hz · `
    + `windows of ${seconds(WINDOW)}.${score}`;
  part("terms").textContent = MODEL.terms ? `Terms of the recordings that it was trained on: ${MODEL.terms}` : "";
  part("hint").textContent = `A CSV file with the columns ${MODEL.channels.join(", ")}, and times where there are some. It may be dropped on this page.`;
  part("phone").hidden = !seesAccelerometer(MODEL);
  for (const name of MODEL.classes) {
    const row = element("li"), track = element("span", "", {class: "track", "aria-hidden": "true"});
    track.append(element("span", "", {class: "bar"}));
    row.append(element("span", name, {class: "name"}), track, element("span", "", {class: "share"}));
    part("bars").append(row);
  }
  MODEL.channels.forEach((channel) => {
    const entry = element("li");
    entry.append(element("canvas", "", {"aria-hidden": "true"}), element("span", /a[xyz]$/.test(channel) ? `${channel} (g)` : channel));
    part("legend").append(entry);
  });
  part("canvas").setAttribute("aria-label", `Trace of ${MODEL.channels.join(", ")}; the part that the answer is about is shaded`);
}

function listen() {
  part("file").addEventListener("change", ({target}) => {
    if (target.files.length > 0) openFile(target.files[0]);
    target.value = "";  // so that the same file can be chosen again
  });
  part("phone").addEventListener("click", () => (stopPhone ? stopPhone() : startPhone()));
  part("play").addEventListener("click", () => (shown.playing ? setPlaying(shown, false) : play(shown)));
  part("position").addEventListener("input", ({target}) => {
    setPlaying(shown, false);
    moveTo(shown, Number(target.value));
    draw();
  });
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", () => document.body.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    if (decide && event.dataTransfer.files.length > 0) openFile(event.dataTransfer.files[0]);
  });
  new ResizeObserver(draw).observe(part("canvas"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

async function start() {
  if (!IS_WHOLE) return say("model.js or onnxruntime.js is missing beside this page, or is damaged. All of its folder is needed.", true);
  say("Loading the network …");
  describeModel();
  showNoAnswer("");
  listen();
  part("choose").classList.add("waits");
  try {
    decide = await loadRecognizer(MODEL, ONNXRUNTIME);
  } catch (error) {
    return say(`The network could not be loaded. The browser may be too old. ${error.message}`, true);
  }
  part("choose").classList.remove("waits");
  part("file").disabled = false;
  part("phone").disabled = false;
  say("Ready.");
}

start();
