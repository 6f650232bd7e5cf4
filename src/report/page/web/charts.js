// Chart.js as this page uses it: no animation, a text alternative for every chart, redrawn when the colors change.

/** Charts that are on the page now, each with what makes its data and options from the colors of the moment. */
const drawnCharts = [];

function setChartDefaults() {
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  Chart.defaults.devicePixelRatio = Math.max(2, window.devicePixelRatio);
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 12;
  applyChartColors();
}

function applyChartColors() {
  Chart.defaults.color = color("muted");
  Chart.defaults.borderColor = color("line");
}

/** A figure in `parent`, `height` pixels high, drawn by what `configure` returns. `label` says what is seen. */
function addChart(parent, height, label, caption, configure) {
  const figure = element("figure");
  const box = element("div", "", {class: "chart"});
  box.style.height = height + "px";
  const canvas = element("canvas", label, {role: "img", "aria-label": label});
  box.append(canvas);
  if (caption) figure.append(element("figcaption", caption));
  figure.append(box);
  parent.append(figure);
  const entry = {configure, chart: new Chart(canvas, configure())};
  drawnCharts.push(entry);
  return entry;
}

/** Draws `entry` again from the present colors and choices. */
function redraw(entry) {
  const {data, options} = entry.configure();
  entry.chart.data = data;
  entry.chart.options = options;
  entry.chart.update("none");
}

function redrawAll() {
  applyChartColors();
  for (const entry of drawnCharts) redraw(entry);
}

function removeCharts() {
  for (const entry of drawnCharts.splice(0)) entry.chart.destroy();
}

function axis(title, more = {}) {
  return {title: {display: title !== "", text: title}, border: {display: false}, ...more};
}

/** A line of the series' own color and dashes. */
const lineLegend = {position: "bottom", labels: {boxWidth: 28, boxHeight: 0, padding: 14}};

const legendBelow = {position: "bottom", labels: {usePointStyle: true, boxWidth: 9, boxHeight: 9, padding: 14}};

function lineChart(places, xTitle, yAxis, series) {
  return {
    type: "line",
    data: {
      labels: places,
      datasets: series.map((one, index) => ({
        label: one.label, data: one.values, borderColor: one.color, backgroundColor: one.color, borderWidth: 1.8,
        borderDash: DASHES[index % DASHES.length], pointRadius: places.length > 1 ? 0 : 3, spanGaps: true,
      })),
    },
    options: {
      interaction: {mode: "index", intersect: false},
      scales: {x: axis(xTitle, {ticks: {maxTicksLimit: 7, maxRotation: 0}, grid: {display: false}}), y: yAxis},
      plugins: {legend: {...lineLegend, display: series.length > 1}},
    },
  };
}

function lastOf(values) {
  return values.filter((value) => value !== null).at(-1);
}

function addStageCurves(grid, stage) {
  const {epochs, loss, train, val} = stage.curves;
  const card = element("div", "", {class: "card"});
  card.append(element("h4", stage.name));
  const pair = element("div", "", {class: "pair"});
  card.append(pair);
  grid.append(card);
  const shade = () => stageColor(stage.name);
  addChart(pair, 170, `Training loss of ${stage.name} over ${epochs.length} epochs, from ${loss[0]} to ${lastOf(loss)}`,
    "training loss", () => lineChart(epochs, "epoch", axis("", {beginAtZero: true, ticks: {maxTicksLimit: 5}}),
      [{label: "loss", values: loss, color: shade()}]));
  const accuracies = () => [{label: "training views", values: train, color: shade()},
    ...(val ? [{label: "validation", values: val, color: color("text")}] : [])];
  const ticks = {maxTicksLimit: 6, callback: (value) => percent(value)};
  addChart(pair, 170, `Accuracy of ${stage.name}: training ${percent(lastOf(train), 1)}`
    + (val ? `, validation ${percent(lastOf(val), 1)}` : "") + " after the last epoch",
    val ? "accuracy" : "accuracy on training views", () => lineChart(epochs, "epoch", axis("", {min: 0, max: 1, ticks}), accuracies()));
}

function addStageTeachers(grid, stage) {
  const {epochs, teachers} = stage.curves;
  const card = element("div", "", {class: "card"});
  card.append(element("h4", stage.name));
  grid.append(card);
  const last = teachers.names.map((name, index) => `${name} ${percent(teachers.shares[index].at(-1))}`).join(", ");
  addChart(card, 250, `Who taught ${stage.name}, share of training clips. After the last epoch: ${last}`,
    `last epoch: ${last}`, () => ({
      type: "line",
      data: {
        labels: epochs,
        datasets: teachers.names.map((name, index) => ({
          label: name, data: teachers.shares[index], fill: "stack", pointRadius: 0, pointStyle: "rect", borderWidth: 1,
          borderColor: stageColor(name), backgroundColor: areaPattern(index, stageColor(name)),
        })),
      },
      options: {
        interaction: {mode: "index", intersect: false},
        scales: {
          x: axis("epoch", {ticks: {maxTicksLimit: 7, maxRotation: 0}, grid: {display: false}}),
          y: axis("", {stacked: true, min: 0, max: 1, ticks: {maxTicksLimit: 5, callback: (value) => percent(value)}}),
        },
        plugins: {
          legend: {...legendBelow, labels: {...legendBelow.labels, boxWidth: 16, boxHeight: 12}},
          tooltip: {callbacks: {label: (item) => `${item.dataset.label}: ${percent(item.raw, 1)}`}},
        },
      },
    }));
}

/**
 * A dot plot (Cleveland): a row for each of `names`, a mark for each series on it. Marks of one row stand a little above one
 * another, so that equal values are all seen. `series`: [{label, values, strong}], values from 0 to 1.
 */
function addDotPlot(parent, label, names, series) {
  const rowHeight = Math.max(24, 5 * series.length + 8);
  const place = (row, index) => row + (series.length > 1 ? (index / (series.length - 1) - 0.5) * 0.6 : 0);
  const lowest = Math.min(...series.flatMap((one) => one.values));
  addChart(parent, names.length * rowHeight + 96, label, "", () => ({
    type: "scatter",
    data: {
      datasets: series.map((one, index) => ({
        label: one.label,
        data: one.values.map((value, row) => ({x: value, y: place(row, index)})),
        clip: false, pointStyle: stageShape(one.label), radius: one.strong ? 6 : 4, borderWidth: one.strong ? 2 : 1.5,
        borderColor: stageColor(one.label), backgroundColor: one.strong ? stageColor(one.label) : color("panel"),
      })),
    },
    options: {
      scales: {
        x: axis("", {min: Math.max(0, Math.floor(lowest * 10 - 0.2) / 10), max: 1, position: "top",
          ticks: {maxTicksLimit: 6, maxRotation: 0, callback: (value) => percent(value)}}),
        y: {min: -0.5, max: names.length - 0.5, reverse: true, border: {display: false},
          grid: {color: (context) => (Number.isInteger(context.tick.value) ? "transparent" : color("line"))},
          afterBuildTicks: (scale) => {
            scale.ticks = names.flatMap((_, row) => [{value: row}, {value: row + 0.5}]).slice(0, -1);
          },
          ticks: {autoSkip: false, callback: (value) => (Number.isInteger(value) ? names[value] : "")}},
      },
      plugins: {
        legend: legendBelow,
        tooltip: {callbacks: {label: (item) =>
          `${names[Math.round(item.raw.y)]}, ${item.dataset.label}: ${percent(item.raw.x, 1)}`}},
      },
    },
  }));
}
