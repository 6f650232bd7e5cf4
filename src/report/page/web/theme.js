"use strict";
// What a series looks like. Colors come from the stylesheet, so that they follow light, dark and print.

const POINT_STYLES = ["circle", "triangle", "rectRot", "rect", "star", "crossRot"];
const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]];
const SERIES = 7;

function seriesColor(index) {
  return color("series-" + (index % SERIES));
}

/** A stage looks the same in every chart and every run: by its place among all names on the page. */
const stageOrder = new Map();

function noteStages(runs) {
  for (const run of runs) {
    for (const stage of run.stages) if (!stageOrder.has(stage.name)) stageOrder.set(stage.name, stageOrder.size);
  }
}

function stageColor(name) {
  return stageOrder.has(name) ? seriesColor(stageOrder.get(name)) : color("series-label");
}

function stageShape(name) {
  return POINT_STYLES[(stageOrder.get(name) ?? 0) % POINT_STYLES.length];
}

/** Stripes, dots or a plain fill in `shade`, by number: areas that differ without their colors. */
function areaPattern(number, shade) {
  const size = 10;
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const pen = tile.getContext("2d");
  pen.globalAlpha = 0.45;
  pen.fillStyle = pen.strokeStyle = shade;
  pen.fillRect(0, 0, size, size);
  pen.globalAlpha = 1;
  pen.lineWidth = 1.6;
  const stroke = (...points) => {
    pen.beginPath();
    for (const [x0, y0, x1, y1] of points) { pen.moveTo(x0, y0); pen.lineTo(x1, y1); }
    pen.stroke();
  };
  const kind = number % 5;
  if (kind === 1) stroke([-2, 12, 12, -2], [-2, 2, 2, -2], [8, 12, 12, 8]);
  if (kind === 2) stroke([-2, -2, 12, 12], [-2, 8, 2, 12], [8, -2, 12, 2]);
  if (kind === 3) { pen.beginPath(); pen.arc(5, 5, 1.8, 0, 7); pen.fill(); }
  if (kind === 4) stroke([0, 5, 10, 5]);
  return pen.createPattern(tile, "repeat");
}

function percent(share, digits = 0) {
  return (100 * share).toFixed(digits) + " %";
}
