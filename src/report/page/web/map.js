// The embeddings of the clips in two dimensions. With many classes neither color nor shape alone tells them apart; the pair
// does, and a class can be picked out.

function classColor(label) {
  return seriesColor(label);
}

function classShape(label) {
  return POINT_STYLES[Math.floor(label / SERIES) % POINT_STYLES.length];
}

function mapData(run, stage, picked) {
  const {labels} = run.map;
  return run.classes.map((name, label) => {
    const members = labels.map((_, clip) => clip).filter((clip) => labels[clip] === label);
    const faded = picked !== null && picked !== label;
    const wrong = (clip) => stage.predicted !== null && stage.predicted[clip] !== label;
    const shade = faded ? color("line") : classColor(label);
    return {
      label: name,
      data: members.map((clip) => ({x: stage.x[clip], y: stage.y[clip], clip})),
      pointStyle: classShape(label), radius: (picked === label ? 1.3 : 1) * (window.innerWidth < 600 ? 3.5 : 4.5), order: faded ? 1 : 0,
      borderWidth: members.map((clip) => (wrong(clip) && !faded ? 2 : 1)),
      borderColor: members.map((clip) => (wrong(clip) && !faded ? color("text") : shade)),
      backgroundColor: shade,
    };
  });
}

function mapChart(run, stage, picked) {
  const title = (number) => `component ${number + 1}: ${percent(stage.explained[number], 1)} of the variance`;
  const grid = () => ({grid: {color: color("line")}, ticks: {display: false}});
  const told = (item) => {
    const {clip} = item.raw;
    const answer = stage.predicted === null ? "" : `, taken for ${run.classes[stage.predicted[clip]]}`;
    return `${run.map.clips[clip]}, subject ${run.map.subjects[clip]}: ${item.dataset.label}${answer}`;
  };
  return {
    type: "scatter",
    data: {datasets: mapData(run, stage, picked)},
    options: {
      scales: {x: axis(title(0), grid()), y: axis(title(1), grid())},
      plugins: {legend: {display: false}, tooltip: {callbacks: {label: told}}},
    },
  };
}

/** A class's mark for the legend, by the same Chart.js as on the map. */
function drawMark(canvas, label) {
  const pen = canvas.getContext("2d");
  canvas.width = canvas.height = 32;
  pen.scale(2, 2);
  pen.fillStyle = pen.strokeStyle = classColor(label);
  pen.lineWidth = 1.5;
  Chart.helpers.drawPoint(pen, {pointStyle: classShape(label), radius: 5, borderWidth: 1.5}, 8, 8);
}

function addMapLegend(legend, run, pick) {
  legend.setAttribute("role", "group");
  legend.setAttribute("aria-label", "Pick out a class");
  const buttons = run.classes.map((name, label) => {
    const button = element("button", "", {type: "button", "aria-pressed": "false"});
    const mark = element("canvas", "", {"aria-hidden": "true"});
    drawMark(mark, label);
    button.append(mark, document.createTextNode(name));
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") === "false";
      buttons.forEach((one) => one.setAttribute("aria-pressed", String(on && one === button)));
      pick(on ? label : null);
    });
    return button;
  });
  legend.append(...buttons);
  return () => buttons.forEach((button, label) => drawMark(button.firstChild, label));
}

function drawMap(section, run) {
  const {stages} = run.map;
  section.querySelector(".about").textContent =
    `Every point is one of the ${run.map.clips.length} clips, placed by principal component analysis of the stage's semantic `
    + "layer: a linear view, which shows only as much of the variance as the axes say. Color and shape together name the "
    + "class; a rim marks a clip that the stage got wrong. Pick a class below to see it alone.";
  let shown = Math.max(0, stages.findIndex((one) => one.stage === run.stages[run.student].name));
  let picked = null;
  const label = `Map of the embeddings of ${run.map.clips.length} clips in ${run.classes.length} classes`;
  const entry = addChart(section.querySelector(".plot"), Math.min(620, Math.max(360, window.innerWidth * 0.8)), label, "",
    () => mapChart(run, stages[shown], picked));
  addChoice(section.querySelector(".choice"), "Stage", stages.map((one) => one.stage), shown, (index) => {
    shown = index;
    redraw(entry);
  });
  return addMapLegend(section.querySelector(".legend"), run, (label) => {
    picked = label;
    redraw(entry);
  });
}
