// The size of signal and gradient by depth, as the kernel computes it for what is chosen here.

import { span, slider, choice, onFrame, stage } from "./shared.js";
import { drag } from "./drag.js";
import { logPlot, short } from "./logplot.js";
import { waiting } from "./waiting.js";

const [WIDE, HIGH] = [398, 268]; // a plot
const SETTINGS = "depth initialization activation normalization skip seed";
const PLOTS = { signal: "signal →", gradient: "← gradient" };
const KEPT = { linear: 1, relu: 0.5, leaky_relu: 0.52 }; // of the mean square, by symmetric signals

const same = (...values) => values.map((value) => [value, value]);
const figure = ([name, caption]) => `
  <figure class="${name}"><figcaption><b>${caption}</b> <i></i></figcaption>
    <svg viewBox="0 0 ${WIDE} ${HIGH}" aria-hidden="true"><g class="axes"></g><path class="one"/><path class="drop"/>
      <path class="kept"/><path class="curve"/><circle r="4.5"/></svg></figure>`;
const MARKUP = `
  <div class="bar"></div><div class="plots">${Object.entries(PLOTS).map(figure).join("")}</div>
  <p class="formula"></p><p class="filled"></p><div class="controls"></div>`;

/** By what each step multiplies, in the geometric mean. */
export const factor = (values) => (values.at(-1) / values[0]) ** (1 / (values.length - 1));

/** The powers of ten between which all of the values are seen, and some more. */
export function range(values) {
  const powers = values.filter((v) => v > 0).map(Math.log10);
  return [Math.max(-60, Math.min(-4, Math.floor(Math.min(...powers)))), Math.max(2, Math.ceil(Math.max(...powers)))];
}

function render({ model, el }) {
  const { root, find, change, watch, say, end } = stage({ model, el }, "gradientflow", "Gradient flow", MARKUP);
  const read = (name) => model.get(name);
  let layer = 1; // whose numbers are told
  let kept = null; // a result to compare with
  let plots = {};

  const controls = {
    initialization: choice("weights", same("normal 0.01", "normal 0.3", "glorot_normal", "he_normal", "orthogonal"),
      (initialization) => change({ initialization })),
    activation: choice("activation", same("linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu"),
      (activation) => change({ activation })),
    normalization: choice("normalization", same("none", "batch", "layer"), (normalization) =>
      change({ normalization })),
    skip: choice("skip connections", [[false, "none"], [true, "around each layer"]], (skip) =>
      change({ skip: skip === "true" })),
  };
  const depth = slider("layers", { min: 2, max: 60, step: 1, digits: 0 }, (value) => change({ depth: value }));
  const which = slider("read layer", { min: 0, max: 60, step: 1, digits: 0 }, pick);
  const button = (title, act) => Object.assign(document.createElement("button"), { textContent: title, onclick: act });
  const keep = button("", () => {
    kept = kept ? null : read("result");
    redraw();
  });
  find(".bar").append(...Object.values(controls).map((control) => control.root));
  find(".controls").append(depth.root, which.root, keep,
    button("Draw new weights", () => change({ seed: read("seed") + 1 })));

  function pick(value) {
    layer = value;
    redraw();
  }

  function draw() {
    const result = read("result");
    const { of, signal, gradient } = result;
    const wanted = SETTINGS.split(" ").filter((name) => of[name] !== read(name));
    layer = Math.min(layer, of.depth);
    for (const name in PLOTS) drawPlot(name, result);
    for (const name in controls) controls[name].show(read(name));
    depth.show(read("depth"));
    which.input.max = of.depth;
    which.show(layer);
    keep.textContent = kept ? "Forget the dashed" : "Keep to compare";

    const { inputs, spread } = result;
    const gain = Math.sqrt(inputs) * spread;
    const share = KEPT[of.activation];
    const known = share && of.normalization === "none" && !of.skip;
    find(".formula").textContent =
      `√(inputs · variance of the weights) = √(${inputs} · ${short(spread)}²) = ${short(gain)}` +
      (known ? `, with ${of.activation} ${share < 1 ? `· √${share} ` : ""}= ${short(gain * Math.sqrt(share))} a layer` : "");
    find(".filled").textContent = `layer ${layer} of ${of.depth}${layer ? "" : ", the input"}: ` +
      `signal ${short(signal[layer])}, gradient ${short(gradient[layer])}; ` +
      `a layer multiplies the signal by ${short(factor(signal))}, ` +
      `the gradient on its way back by ${short(factor(gradient.toReversed()))}`;

    const waits = look(wanted.length);
    const before = wanted.map((name) => `${name} ${of[name]}`).join(", ");
    if (waits > 1) say(`The kernel doesn't answer: it is busy or gone. This is still the picture of ${before}.`);
    else if (waits) say("Computing …", "");
    else say(verdict(result), wanted.length ? "" : undefined);
  }
  const redraw = onFrame(draw);
  const look = waiting(root, redraw);

  function drawPlot(name, { [name]: values, of }) {
    const others = kept?.[name] ?? [];
    const most = Math.max(of.depth, others.length - 1);
    const every = most > 30 ? 10 : most > 12 ? 5 : most > 6 ? 2 : 1;
    const ticks = span(0, Math.floor(most / every) * every, Math.floor(most / every));
    const plot = logPlot(WIDE, HIGH, [0, most], ticks, range([...values, ...others]), "layer");
    const svg = find(`.${name} svg`);
    const at = (selector, attributes) => {
      for (const key in attributes) svg.querySelector(selector).setAttribute(key, attributes[key]);
    };
    svg.querySelector(".axes").innerHTML = plot.axes;
    at(".one", { d: `M${plot.left} ${plot.up(1)}H${plot.right}` });
    at(".curve", { d: plot.line(values) });
    at(".kept", { d: others.length ? plot.line(others) : "" });
    at(".drop", { d: `M${plot.across(layer)} ${plot.top}V${plot.bottom}` });
    at("circle", { cx: plot.across(layer), cy: plot.up(values[layer]) });
    find(`.${name} i`).textContent = `${short(values[layer])} at layer ${layer}`;
    plots[name] = plot;
  }

  /** Whether the gradient arrives, and what it does to learning. */
  function verdict({ signal, gradient, of }) {
    const [start] = gradient;
    const size = `at the input it has ${short(start)} of its size behind the last layer`;
    const first = start < 1e-2 ? `The gradient vanishes: ${size}. The first layers hardly learn.`
      : start > 1e2 ? `The gradient explodes: ${size}. One step throws the first layers far off.`
      : `The gradient arrives: ${size}.`;
    const last = signal[of.depth];
    return first + (last < 1e-2 ? ` The signal dies out, at ${short(last)}.` :
      last > 1e2 ? ` The signal grows to ${short(last)}.` : " The signal keeps its size.");
  }

  for (const name in PLOTS) {
    const svg = find(`.${name} svg`);
    drag(svg, (event) => pick(Math.min(plots[name].at(svg, event), read("result").of.depth)));
  }
  watch(`${SETTINGS} result`, redraw);
  draw();
  return () => {
    look.end();
    redraw.cancel();
    end();
  };
}

export default { render };
