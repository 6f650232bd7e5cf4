// Puts the pictures into the page. Of several runs one is shown at a time; the address says which.

function seedText(run) {
  return run.seeds.length > 1 ? `Of seed ${run.seeds[0]}, the smallest of ${run.seeds.join(", ")}. ` : "";
}

function meanText(run) {
  return run.seeds.length > 1 ? `Mean over ${run.seeds.length} seeds. ` : "";
}

function drawCurves(section, run) {
  section.querySelector(".about").textContent = seedText(run)
    + "Loss and training accuracy are means over an epoch, on randomly distorted views, while the stage learns.";
  for (const stage of run.stages) if (stage.curves) addStageCurves(section.querySelector(".grid"), stage);
}

function drawTeachers(section, run) {
  for (const stage of run.stages) {
    if (stage.curves?.teachers) addStageTeachers(section.querySelector(".grid"), stage);
  }
}

/** The student, its teachers and whoever else there is, the student in front of them. */
function seriesOf(run, values) {
  const series = run.stages.map((stage, index) => ({label: stage.name, values: values(stage), strong: index === run.student}));
  return series.filter((one) => one.values !== null);
}

function drawClasses(section, run) {
  const student = run.stages[run.student];
  const taught = run.teachers.length > 0 ? ` against its teachers (${run.teachers.join(", ")})` : "";
  section.querySelector(".about").textContent =
    `${meanText(run)}${student.name}, the filled mark,${taught} and the other stages; its worst classes first.`;
  const order = student.f1.map((_, label) => label).filter((label) => student.f1[label] !== null).sort((a, b) => student.f1[a] - student.f1[b] || a - b);
  const weakest = order.slice(0, 3).map((label) => `${run.classes[label]} ${percent(student.f1[label])}`).join(", ");
  addDotPlot(section.querySelector(".plot"), `F1 of each class for each stage; lowest of ${student.name}: ${weakest}`,
    order.map((label) => run.classes[label]), seriesOf(run, (stage) => order.map((label) => stage.f1[label])));
}

function drawSubjects(section, run) {
  section.querySelector(".about").textContent = `${meanText(run)}The filled mark is ${run.stages[run.student].name}.`;
  const student = run.stages[run.student];
  const told = run.subjects.map((subject, index) => `subject ${subject} ${percent(student.subjects[index])}`).join(", ");
  addDotPlot(section.querySelector(".plot"), `Accuracy of each subject for each stage; ${student.name}: ${told}`,
    run.subjects.map((subject) => `subject ${subject}`), seriesOf(run, (stage) => stage.subjects));
}

function drawCoverage(section, run) {
  section.querySelector(".about").textContent = `${meanText(run)}Accuracy where only the clips are answered of which a stage is surest.`;
  const shown = run.stages.filter((stage) => stage.coverage !== null);
  const told = shown.map((stage) => `${stage.name} ${percent(stage.coverage[0], 1)} to ${percent(stage.coverage.at(-1), 1)}`).join(", ");
  const ticks = {maxTicksLimit: 6, callback: (value) => percent(value, 1)};
  addChart(section.querySelector(".plot"), 250, `Accuracy on all clips, and on the surest ${run.coverages.at(-1)} %: ${told}`, "",
    () => lineChart(run.coverages, "clips answered, %", axis("", {max: 1, ticks}),
      shown.map((stage) => ({label: stage.name, values: stage.coverage, color: stageColor(stage.name)}))));
}

/** Each section, when there is something to draw, and how. */
const SECTIONS = [
  ["curves", (run) => run.stages.some((stage) => stage.curves), drawCurves],
  ["teachers", (run) => run.stages.some((stage) => stage.curves?.teachers), drawTeachers],
  ["confusion", () => true, drawConfusion],
  ["classes", () => true, drawClasses],
  ["subjects", (run) => run.stages[run.student].subjects !== null && run.subjects.length > 0, drawSubjects],
  ["coverage", (run) => run.stages.some((stage) => stage.coverage !== null), drawCoverage],
  ["map", (run) => run.map !== null, drawMap],
  ["clips", (run) => run.examples !== null, drawExamples],
];

let redrawLegend = () => {};

/** Links to the sections of a run, at its beginning. */
function addContents(article) {
  article.querySelector("nav")?.remove();
  const contents = element("nav", "", {"aria-label": "Sections of this run"});
  if (document.getElementById("comparison")) contents.append(element("a", "All runs", {href: "#comparison"}));
  article.querySelectorAll("section").forEach((section) => {
    section.id = `${article.id}-${section.className}`;
    contents.append(element("a", section.querySelector("h3").textContent, {href: "#" + section.id}));
  });
  article.querySelector(".facts").after(contents);
}

function drawPictures(article, run) {
  const pictures = document.getElementById("pictures").content.cloneNode(true);
  const place = article.querySelector(".pictures");
  place.replaceChildren(pictures);
  for (const [name, possible, draw] of SECTIONS) {
    const section = place.querySelector("." + name);
    if (!possible(run)) {
      section.remove();
      continue;
    }
    const again = draw(section, run);
    if (name === "map") redrawLegend = again;
  }
  addContents(article);
}

function showRun(runs, index) {
  removeCharts();
  redrawLegend = () => {};
  document.querySelectorAll("article.run").forEach((article, at) => {
    article.hidden = at !== index;
    article.querySelector(".pictures").replaceChildren();
    if (at === index) drawPictures(article, runs[index]);
  });
  document.body.dataset.run = String(index);
}

function runInAddress(runs) {
  const index = Number(/^#run-(\d+)/.exec(location.hash)?.[1] ?? 0);
  return index < runs.length ? index : 0;
}

function recolor() {
  redrawAll();
  redrawLegend();
}

function start() {
  const {runs} = JSON.parse(document.getElementById("data").textContent);
  noteStages(runs);
  setChartDefaults();
  const follow = () => {
    const index = runInAddress(runs);
    if (document.body.dataset.run !== String(index)) showRun(runs, index);
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  };
  follow();
  window.addEventListener("hashchange", () => { if (location.hash.startsWith("#run-")) follow(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolor);
  window.addEventListener("beforeprint", () => { document.documentElement.classList.add("printing"); recolor(); });
  window.addEventListener("afterprint", () => { document.documentElement.classList.remove("printing"); recolor(); });
}

start();
