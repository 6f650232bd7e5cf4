// Single clips: what the camera saw as stick figures, what the watch felt as a trace below them, on the same time axis.

const SVG = "http://www.w3.org/2000/svg";

function svgElement(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** Smallest box around all joints of all frames, in mm. */
function bounds(frames) {
  const joints = frames.flat().filter((joint) => joint !== null);
  const xs = joints.map((joint) => joint[0]), ys = joints.map((joint) => joint[1]);
  return {left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys)};
}

function addPose(svg, joints, {bones, wrist, head}, toPage, scale) {
  for (const [from, to] of bones) {
    if (joints[from] === null || joints[to] === null) continue;
    const [x1, y1] = toPage(joints[from]), [x2, y2] = toPage(joints[to]);
    svg.append(svgElement("line", {x1, y1, x2, y2, class: "bone", "stroke-width": 26 * scale}));
  }
  const disc = (joint, radius, name) => {
    if (!joint) return;
    const [cx, cy] = toPage(joint);
    svg.append(svgElement("circle", {cx, cy, r: radius * scale, class: name, "stroke-width": 26 * scale}));
  };
  disc(joints[head], 90, "head");
  disc(joints[wrist], 55, "wrist");
}

/** The frames side by side, all to one scale; y points up in the recordings and down on the page. */
function stickFigures(frames, skeleton, label) {
  if (frames.flat().every((joint) => joint === null)) {
    return element("p", "The camera found no joint in these frames.", {class: "about"});
  }
  const box = bounds(frames);
  const margin = 110, cell = box.right - box.left + 2 * margin, height = box.top - box.bottom + 2 * margin;
  const scale = 1 / Math.max(cell, height / 1.6);
  const round = (value) => Number(value.toFixed(4));
  const width = frames.length * cell * scale;
  const svg = svgElement("svg", {viewBox: `0 0 ${round(width)} ${round(height * scale)}`, class: "figures", role: "img",
    "aria-label": label});
  frames.forEach((joints, index) => {
    const toPage = ([x, y]) => [round((index * cell + x - box.left + margin) * scale), round((box.top - y + margin) * scale)];
    addPose(svg, joints, skeleton, toPage, scale);
  });
  return svg;
}

function answerLine(who, what) {
  const line = element("li");
  line.append(element("span", who, {class: "who"}), element("span", what, {class: "what"}));
  return line;
}

function answerList(run, example) {
  const list = element("ul", "", {class: "answers"});
  list.append(answerLine("truth", run.classes[example.truth]));
  for (const answer of example.answers) {
    const right = answer.predicted === example.truth;
    list.append(answerLine(answer.stage,
      `${right ? "✓" : "✗"} ${run.classes[answer.predicted]}, ${percent(answer.probability)} sure`));
  }
  return list;
}

function traceChart(channels, trace) {
  const samples = trace[0].length;
  return {
    type: "line",
    data: {
      datasets: trace.map((values, index) => ({
        label: channels[index], data: values.map((y, sample) => ({x: 100 * sample / Math.max(1, samples - 1), y})), borderColor: seriesColor(index), backgroundColor: seriesColor(index),
        borderDash: DASHES[index % DASHES.length], borderWidth: 1.6, pointRadius: 0,
      })),
    },
    options: {
      interaction: {mode: "index", intersect: false},
      scales: {x: axis("% of the clip", {type: "linear", min: 0, max: 100, ticks: {stepSize: 25, maxRotation: 0}, grid: {display: false}}),
        y: axis("", {ticks: {maxTicksLimit: 5}})},
      plugins: {legend: lineLegend, tooltip: {callbacks: {title: ([item]) => percent(item.raw.x / 100) + " of the clip"}}},
    },
  };
}

function addExample(grid, run, example) {
  const {skeleton, channels} = run.examples;
  const card = element("div", "", {class: "card"});
  card.append(element("h4", run.classes[example.truth]),
    element("p", `${example.clip}, subject ${example.subject}`, {class: "source"}));
  card.append(answerList(run, example));
  card.append(stickFigures(example.frames, skeleton,
    `Skeleton of clip ${example.clip} at ${example.frames.length} moments`));
  grid.append(card);
  addChart(card, 190, `Sensor of clip ${example.clip}: ${channels.join(", ")} over the clip`, "sensor",
    () => traceChart(channels, example.trace));
}

function drawExamples(section, run) {
  const student = run.stages[run.student].name;
  section.querySelector(".about").textContent = run.examples.clips.length === 0
    ? `There is no clip that ${student} gets wrong and one of its teachers right.`
    : `Clips that ${student} gets wrong and at least one of its teachers right, those first of which ${student} was surest, one of `
      + "each class while there are. The figures are evenly spaced over the clip, as the camera saw them; the disc marks the wrist with "
      + "the sensor.";
  for (const example of run.examples.clips) addExample(section.querySelector(".grid"), run, example);
}
