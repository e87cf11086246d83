// The activation functions and their derivatives side by side, and where they saturate.

import { element, set, text, clamp, span, slider, choice, onFrame, stage } from "./shared.js";
import { drag } from "./drag.js";
import { derivatives, softmax, softmaxDerivatives } from "./derivatives.js";
import { functions, names } from "./functions.js";
import { inside, plot, words } from "./plot.js";

const WIDTH = 400;
const HEIGHT = 236;
const REACH = 5; // z goes from −5 to 5
const FLAT = 0.05; // a derivative smaller than this lets hardly any gradient through
const BOUNDED = ["sigmoid", "tanh"];
const FORMULAS = {
  linear: "z",
  sigmoid: "1 / (1 + e⁻ᶻ)",
  tanh: "(eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ)",
  relu: "max(0, z)",
  leaky_relu: "z if z > 0, else a·z",
  prelu: "z if z > 0, else a·z with a learned",
  elu: "z if z > 0, else a·(eᶻ − 1)",
  selu: "1.05·z if z > 0, else 1.76·(eᶻ − 1)",
  softplus: "ln(1 + eᶻ)",
  softmax: "eᶻⁱ / (eᶻ¹ + eᶻ² + eᶻ³)",
};
const TITLES = { ...Object.fromEntries(names), softmax: "softmax" };

const figure = (kind) => `<figure><figcaption></figcaption>
  <svg class="${kind}" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">
    <g class="axes"></g>
    <svg ${inside(WIDTH, HEIGHT)}><g class="flat"></g><path class="curve other"/><path class="curve"/></svg>
    <path class="drop"/><circle class="dot other" r="5"/><circle class="dot" r="6"/><g class="bars"></g>
  </svg></figure>`;

const MARKUP = `<fieldset class="tiles"><legend>activation function</legend></fieldset>
  <p class="formula"></p><div class="plots">${figure("value")}${figure("slope")}</div><div class="controls"></div>`;

/** The intervals of z in which the derivative is flatter than FLAT, to a thousandth. */
export function saturated(derivative) {
  const flat = (z) => Math.abs(derivative(z)) < FLAT;
  const edge = (from, to) => {
    for (let i = 0; i < 20; i++) {
      const middle = (from + to) / 2;
      if (flat(middle) === flat(from)) from = middle;
      else to = middle;
    }
    return (from + to) / 2;
  };
  const intervals = [];
  let start = flat(-REACH) ? -REACH : null;
  for (const z of span(-REACH, REACH, 500).slice(1)) {
    if (flat(z) === (start !== null)) continue;
    if (start === null) start = edge(z - 0.02, z);
    else {
      intervals.push([start, edge(z - 0.02, z)]);
      start = null;
    }
  }
  return start === null ? intervals : [...intervals, [start, REACH]];
}

/** "below −2.94 and above 2.94" */
export function inWords(intervals) {
  const one = ([from, to]) => {
    if (from === -REACH) return to === REACH ? "everywhere" : `below ${text(to)}`;
    return to === REACH ? `above ${text(from)}` : `from ${text(from)} to ${text(to)}`;
  };
  return intervals.map(one).join(" and ");
}

/** A small picture of a function: its curve, and dashed its derivative. */
function thumbnail(name) {
  const [wide, high, zero] = [120, 35, 22];
  const path = (f) => span(-4, 4, 80).map((z) => `${((z + 4) / 8) * wide} ${zero - 10 * f(z)}`).join("L");
  const bars = softmax([0.4, 1.2, -0.4]).map((p, i) => `M${38 + 22 * i} ${zero}v${-p * 32}`).join("");
  const curves = name === "softmax"
    ? `<path class="bar" d="${bars}"/>`
    : `<path class="dashed" d="M${path(derivatives[name])}"/><path d="M${path(functions[name].value)}"/>`;
  return element(`<label class="tile"><input type="radio" value="${name}">
    <svg viewBox="0 0 ${wide} ${high}" aria-hidden="true"><path class="zero" d="M0 ${zero}H${wide}"/>${curves}</svg>
    <span>${TITLES[name]}</span></label>`);
}

function render({ model, el }) {
  const { root, find, put, change, watch, say, end } = stage({ model, el }, "activations", "Activation functions", MARKUP);
  const read = (name) => model.get(name);
  const group = `gallery${Math.random()}`;

  for (const name in TITLES) {
    const tile = thumbnail(name);
    const input = tile.querySelector("input");
    set(input, { name: group });
    input.addEventListener("change", () => change({ activation: name }));
    find(".tiles").append(tile);
  }
  const z = slider("z", { min: -REACH, max: REACH, step: 0.01, digits: 2 }, (value) => change({ z: value }));
  const a = slider("a", { min: 0, max: 2, step: 0.01, digits: 2 }, (value) =>
    change({ parameters: { ...read("parameters"), [read("activation")]: value } }));
  const compare = choice("compare with", [["", "nothing"], ...names], (value) => change({ compare: value }));
  const logits = ["z₁", "z₂", "z₃"].map((label, i) =>
    slider(label, { min: -REACH, max: REACH }, (value) => change({ logits: read("logits").with(i, value) })));
  find(".controls").append(...[z, a, compare, ...logits].map((control) => control.root));

  function draw() {
    const name = read("activation");
    const many = name === "softmax";
    for (const input of root.querySelectorAll(".tile input")) input.checked = input.value === name;
    for (const control of [z, compare]) control.root.hidden = many;
    for (const control of logits) control.root.hidden = !many;
    a.root.hidden = !(name in read("parameters"));
    root.classList.toggle("many", many);
    find(".formula").textContent = `${TITLES[name]}: f(${many ? "z)ᵢ" : "z)"} = ${FORMULAS[name]}`;
    if (many) drawSoftmax();
    else drawCurves(name);
  }
  const redraw = onFrame(draw);

  const caption = (box, kind, words) => {
    find(`.${box}`).previousElementSibling.innerHTML = `${kind} ${words}`;
  };

  function drawCurves(name) {
    const other = read("compare");
    const at = read("z");
    const parameters = read("parameters");
    const of = (key, kind) => (v) => (kind === "value" ? functions[key].value : derivatives[key])(v, parameters[key]);
    const flat = saturated(of(name, "derivative"));
    const small = BOUNDED.includes(name) && (!other || BOUNDED.includes(other));
    const steep = [name, other].includes("selu");
    const scale = {
      value: small ? [-1.2, 1.2, 0.5] : [-2.2, 4.2, 1],
      derivative: [-0.15, steep ? 1.9 : 1.25, 0.25],
    };
    [["value", "value", "f(z)"], ["slope", "derivative", "f′(z)"]].forEach(([box, kind, title]) => {
      const f = of(name, kind);
      const { across, up, axes, path, left, bottom } = plot(WIDTH, HEIGHT, [-REACH, REACH, 1], scale[kind], "z");
      const g = other && of(other, kind);
      find(`.${box} .axes`).innerHTML = axes;
      find(`.${box} .flat`).innerHTML = flat.map((ends) => {
        const [from, to] = ends.map(across);
        return `<path d="M${from} 0H${to}V${HEIGHT}H${from}Z"/>`;
      }).join("");
      put(`.${box} .curve:not(.other)`, { d: `M${path(f, -REACH, REACH)}` });
      put(`.${box} .curve.other`, { d: g ? `M${path(g, -REACH, REACH)}` : "" });
      const [cx, cy] = [across(at), up(f(at))];
      put(`.${box} .dot:not(.other)`, { cx, cy });
      put(`.${box} .dot.other`, { cx, cy: g ? up(g(at)) : -99 });
      put(`.${box} .drop`, { d: `M${cx} ${bottom}V${cy}H${left}` });
      const also = g ? `<i>${TITLES[other]} ${text(g(at), 3)}</i>` : "";
      caption(box, kind, `<b>${title.replace("z", text(at))} = ${text(f(at), 3)}</b>${also}`);
      find(`.${box} .bars`).innerHTML = "";
    });
    z.show(at);
    compare.show(other);
    if (name in parameters) a.show(parameters[name]);
    const where = flat.length
      ? `Saturated ${inWords(flat)} (|f′| < ${FLAT}): hardly any gradient passes there.`
      : `Nowhere saturated: |f′| is at least ${FLAT} everywhere.`;
    say(`f(${text(at)}) = ${text(of(name, "value")(at), 3)}, f′ = ${text(of(name, "derivative")(at), 3)}. ${where}`);
  }

  function drawSoftmax() {
    const values = read("logits");
    const p = softmax(values);
    const lower = (i) => "₁₂₃"[i];
    find(".value .bars").innerHTML = `<path d="M40 200H380"/>` + p.map((pi, i) => {
      const [x, high] = [60 + i * 110, pi * 170];
      return `<rect x="${x}" y="${200 - high}" width="70" height="${high}"/>` +
        words(x + 35, 192 - high, text(pi, 3), 'class="middle name"') +
        words(x + 35, 218, `p${lower(i)}`, 'class="middle"');
    }).join("");
    const cell = (d, x, y) =>
      `<rect class="${d < 0 ? "minus" : "plus"}" fill-opacity="${4 * Math.abs(d)}" x="${x}" y="${y}"
        width="77" height="58"/>` +
      words(x + 38, y + 34, (d > 0 ? "+" : "") + text(d, 3), 'class="middle name"');
    find(".slope .bars").innerHTML = softmaxDerivatives(p).map((row, i) =>
      words(98, 55 + i * 62, `p${lower(i)}`, 'class="end"') +
      words(148 + i * 81, 222, `z${lower(i)}`, 'class="middle"') +
      row.map((d, j) => cell(d, 110 + j * 81, 20 + i * 62)).join("")).join("");
    caption("value", "value", "<b>three probabilities that sum to 1</b>");
    caption("slope", "derivative", "<b>∂pᵢ/∂zⱼ = pᵢ(1 − pᵢ) if i = j, else −pᵢpⱼ</b>");
    logits.forEach((control, i) => control.show(values[i]));
    const remark = Math.max(...p) > 0.95
      ? "One logit is far above the others: softmax saturates, all derivatives are small."
      : "Only differences of logits count: adding 1 to all three changes nothing.";
    say(`Probabilities ${p.map((v) => text(v, 3)).join(", ")}. ${remark}`);
  }

  for (const box of ["value", "slope"]) {
    const svg = find(`.${box}`);
    drag(svg, (event) => {
      const { left, width } = svg.getBoundingClientRect();
      const x = ((event.clientX - left) / width) * WIDTH;
      const to = ((x - 34) / (WIDTH - 42)) * 2 * REACH - REACH;
      if (read("activation") !== "softmax") change({ z: clamp(Math.round(to * 100) / 100, -REACH, REACH) });
    });
  }

  watch("activation compare z parameters logits", redraw);
  draw();
  return () => {
    redraw.cancel();
    end();
  };
}

export default { render };
