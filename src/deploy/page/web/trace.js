// The channels over time, on a canvas. Colors come from the stylesheet, so that they follow light and dark.

const DASHES = [[], [7, 4], [2, 3]];
const SERIES = 6;

/** The smallest of 1, 1.5, 2, 3, 4, 6, 8, ... that is no less. */
function roundLimit(value) {
  const power = 2 ** Math.max(0, Math.floor(Math.log2(value)));
  return [power, 1.5 * power].find((limit) => limit >= value) ?? 2 * power;
}

/** Makes the canvas as sharp as the screen, and gives its pen, in CSS pixels. */
function cleanPen(canvas) {
  const {clientWidth: width, clientHeight: height} = canvas, scale = window.devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.font = "12px " + getComputedStyle(document.body).fontFamily;
  return {pen, width, height};
}

function drawGrid(pen, box, view, toX, toY) {
  pen.fillStyle = color("muted");
  pen.strokeStyle = color("line");
  pen.lineWidth = 1;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const share of [-1, -0.5, 0, 0.5, 1]) {
    const y = Math.round(toY(share * view.limit)) + 0.5;
    pen.beginPath();
    pen.moveTo(box.left, y);
    pen.lineTo(box.right, y);
    pen.stroke();
    pen.fillText(`${share * view.limit}`.replace("-", "−"), box.left - 8, y);
  }
  pen.textAlign = "center";
  pen.textBaseline = "bottom";
  const every = Math.max(1, Math.ceil((view.to - view.from) / 8));  // s
  for (let second = Math.ceil(view.from / every) * every; second <= view.to; second += every) {
    const x = toX(second);
    if (x > box.left + 8 && x < box.right - 8) pen.fillText(`${second} s`, x, box.bottom + 22);
  }
}

function drawChannel(pen, samples, channel, view, toX, toY) {
  const first = Math.max(Math.floor((view.from - samples.origin) * samples.rate), samples.first);
  const last = Math.min(Math.floor((view.until - samples.origin) * samples.rate + 1e-6), samples.end - 1);
  pen.strokeStyle = color("series-" + channel % SERIES);
  pen.setLineDash(DASHES[channel % DASHES.length]);
  pen.beginPath();
  for (let at = first; at <= last; ++at) {
    pen.lineTo(toX(samples.origin + at / samples.rate), toY(samples.values[(at - samples.first) * samples.channels + channel]));
  }
  pen.stroke();
}

/**
 * Draws `samples` from second `view.from` to `view.to`, as far as `view.until`, between -view.limit and view.limit.
 * `view.window`: {start, end} in seconds of the window that the answer is about; null: there is none yet.
 */
function drawTrace(canvas, samples, view) {
  const {pen, width, height} = cleanPen(canvas);
  const box = {left: 36, right: width - 4, top: 10, bottom: height - 28};
  const toX = (time) => box.left + (time - view.from) / (view.to - view.from) * (box.right - box.left);
  const toY = (value) => (box.top + box.bottom) / 2 - value / view.limit * (box.bottom - box.top) / 2;
  pen.save();
  pen.beginPath();
  pen.rect(box.left, 0, box.right - box.left, height);
  pen.clip();
  if (view.window) {
    pen.fillStyle = color("window");
    pen.fillRect(toX(view.window.start), box.top, toX(view.window.end) - toX(view.window.start), box.bottom - box.top);
  }
  pen.restore();
  drawGrid(pen, box, view, toX, toY);
  pen.beginPath();
  pen.rect(box.left, 0, box.right - box.left, height);
  pen.clip();
  pen.lineWidth = 1.8;
  pen.lineJoin = "round";
  for (let channel = 0; channel < samples.channels; ++channel) drawChannel(pen, samples, channel, view, toX, toY);
}

/** A short line in the look of a channel, for the legend. */
function drawSample(canvas, channel) {
  const {pen, width, height} = cleanPen(canvas);
  pen.strokeStyle = color("series-" + channel % SERIES);
  pen.setLineDash(DASHES[channel % DASHES.length]);
  pen.lineWidth = 2;
  pen.moveTo(0, height / 2);
  pen.lineTo(width, height / 2);
  pen.stroke();
}
