// The network, in onnxruntime-web. All of it comes from scripts beside the page, since a page from file:// may load nothing else.

function bytesOf(base64) {
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; ++at) bytes[at] = text.charCodeAt(at);  // Uint8Array.from takes a second
  return bytes;
}

function unpacked(base64) {
  const stream = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

/** The highest probability once the logits are divided by the temperature: see "None of these" in pskd's docs/deploy.md. */
function confidenceOf(logits, temperature) {
  const highest = Math.max(...logits);
  return 1 / logits.reduce((sum, logit) => sum + Math.exp((logit - highest) / temperature), 0);
}

function decisionOf(outputs, model) {
  const probabilities = Array.from(outputs.probabilities.data), logits = Array.from(outputs.logits.data);
  const {temperature, threshold} = model.none ?? {temperature: 1, threshold: 0};
  const label = logits.indexOf(Math.max(...logits)), confidence = confidenceOf(logits, temperature);
  const isNone = !(confidence >= threshold);  // so is NaN, where the network overflowed
  return {label, probabilities, confidence, isNone, answer: isNone ? "none of these" : model.classes[label]};
}

/**
 * A function that decides about a window of samples: {label, probabilities, confidence, isNone, answer, ms (that it took)}.
 * One thread: more of them need headers that a plain web server does not send.
 */
async function loadRecognizer(model, runtime) {
  const script = URL.createObjectURL(new Blob([await unpacked(runtime.module)], {type: "text/javascript"}));
  const ort = await import(script);
  URL.revokeObjectURL(script);
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = await unpacked(runtime.wasm);
  const session = await ort.InferenceSession.create(bytesOf(model.onnx), {executionProviders: ["wasm"]});
  const shape = [1, model.channels.length, model.frames];
  const run = async (sensor, ms) => {
    const begin = performance.now();
    const decision = decisionOf(await session.run({sensor}), model);
    return {...decision, ms: ms + performance.now() - begin};
  };
  let last = Promise.resolve();
  const decide = async (samples, window) => {
    const begin = performance.now();
    const sensor = new ort.Tensor("float32", resampled(samples, window, model.frames), shape);  // now: samples go on
    const ms = performance.now() - begin;
    const decision = last.then(() => run(sensor, ms));  // the network takes one window after the other
    last = decision.catch(() => {});
    return decision;
  };
  const nothing = {first: 0, channels: model.channels.length, values: new Float32Array(2 * model.channels.length)};
  await decide(nothing, {first: 0, count: 2});  // the first window takes longer than the others
  return decide;
}
