// Dropout in a small network: the neurons that are off, the numbers that the others pass on, the average over draws.

import { clamp, element, times, slider, choice, onFrame, stage, text } from "./shared.js";
import { uniform } from "./draws.js";

const [WIDE, HIGH] = [470, 304]; // the network
const [LONG, LOW, BASE] = [318, 202, 174]; // the outputs: size, and where their bars stand
const BINS = 30;
const MOST = 5000; // draws that are kept
const SOME = 100; // draws at once
const A_DRAW = 250; // milliseconds, while playing
const SCENE = "weights biases x rate training rescale";

const MARKUP = `
  <div class="bar"></div>
  <div class="columns">
    <div class="network"><svg viewBox="0 0 ${WIDE} ${HIGH}" aria-hidden="true"></svg><div class="nodes"></div></div>
    <div><p class="legend"><b>outputs</b> <i class="drawn">draws so far</i> <i class="possible">all networks</i></p>
      <svg class="outputs" viewBox="0 0 ${LONG} ${LOW}" aria-hidden="true"></svg><div class="sums"></div>
      <div class="inputs"></div></div>
  </div>
  <p class="formula"></p><p class="filled"></p><pre></pre>`;

/** What all layers pass on, and their `sums` before: `on` says of each hidden neuron whether it is; without it all are. */
export function run({ weights, biases, x, rate, rescale }, on) {
  let neuron = 0;
  const scale = on && rescale ? 1 / (1 - rate) : 1;
  const found = { passed: [x], sums: [x] };
  weights.forEach((kernel, layer) => {
    const z = biases[layer].map((bias, j) =>
      kernel.reduce((sum, row, i) => sum + row[j] * found.passed[layer][i], bias));
    found.sums.push(z);
    found.passed.push(layer === weights.length - 1 ? z : z.map((v) =>
      (!on || on[neuron++] ? Math.max(0, v) * scale : 0)));
  });
  return { ...found, output: found.passed.at(-1)[0] };
}

/** Each network that switching can make: how likely it is, and its output. */
export function all(scene) {
  const count = scene.biases.slice(0, -1).flat().length;
  return times(2 ** count, (bits) => {
    const on = times(count, (i) => (bits >> i) & 1);
    const kept = on.reduce((sum, one) => sum + one, 0);
    return [scene.rate ** (count - kept) * (1 - scene.rate) ** kept, run(scene, on).output];
  });
}

function render({ model, el }) {
  const { root, find, change, watch, say, end } = stage({ model, el }, "dropout", "Dropout", MARKUP);
  const scene = () => Object.fromEntries(SCENE.split(" ").map((name) => [name, model.get(name)]));
  const sizes = [model.get("x").length, ...model.get("biases").map((bias) => bias.length)];
  const hidden = sizes.slice(1, -1);
  const count = hidden[0] + hidden[1];
  let outputs = []; // of the draws so far
  let possible = []; // of all networks
  let drawn = ""; // for which scene
  let told = 0; // the hidden neuron whose numbers are told
  let flipped = new Set(); // those that were switched by hand
  let timer = 0;

  const button = (title, act) => Object.assign(document.createElement("button"), { textContent: title, onclick: act });
  const mode = choice("mode", [[true, "training"], [false, "evaluation"]], (value) =>
    change({ training: value === "true" }));
  const rate = slider("rate p", { min: 0, max: 0.9, step: 0.05, digits: 2 }, (value) => change({ rate: value }));
  const scale = element('<label class="check"><input type="checkbox"> rescale by 1 / (1 − p)</label>');
  scale.firstChild.onchange = ({ target }) => change({ rescale: target.checked });
  const play = button("", () => {
    timer = timer ? clearInterval(timer) : setInterval(() => next(1), A_DRAW);
    redraw();
  });
  const buttons = [button("New draw", () => next(1)), button(`${SOME} draws`, () => next(SOME)), play];
  find(".bar").append(mode.root, rate.root, scale, ...buttons);
  const inputs = times(sizes[0], (i) =>
    slider(`x${"₁₂₃"[i]}`, { min: -2, max: 2, step: 0.1 }, (value) => change({ x: model.get("x").with(i, value) })));
  find(".inputs").append(...inputs.map((control) => control.root));

  const name = (neuron) => {
    const layer = +(neuron >= hidden[0]);
    return `h${"₁₂"[layer]}${"₁₂₃₄₅₆"[neuron - layer * hidden[0]]}`;
  };
  const place = (layer, unit) => [
    44 + (layer * (WIDE - 96)) / (sizes.length - 1),
    HIGH / 2 + (unit - (sizes[layer] - 1) / 2) * Math.min(62, HIGH / Math.max(...sizes)),
  ];
  const nodes = times(count, (neuron) => {
    const layer = neuron < hidden[0] ? 1 : 2;
    const [x, y] = place(layer, neuron - (layer - 1) * hidden[0]);
    const node = button("", () => {
      flipped[flipped.has(neuron) ? "delete" : "add"](neuron);
      told = neuron;
      redraw();
    });
    node.style = `left:${(100 * x) / WIDE}%;top:${(100 * y) / HIGH}%`;
    node.onpointerenter = node.onfocus = () => {
      told = neuron;
      redraw();
    };
    return node;
  });
  find(".nodes").append(...nodes);

  const mask = (number) => uniform(number, count).map((u) => u >= model.get("rate"));
  function next(some) {
    flipped = new Set();
    const first = model.get("draw_number") + 1;
    const now = scene();
    for (let number = first; number < first + some; number++) outputs.push(run(now, mask(number)).output);
    outputs = outputs.slice(-MOST);
    change({ draw_number: first + some - 1 });
  }

  function draw() {
    const now = scene();
    const setting = JSON.stringify({ ...now, training: 0 });
    if (setting !== drawn) {
      outputs = [run(now, mask(model.get("draw_number"))).output];
      possible = all(now);
    }
    drawn = setting;
    const on = mask(model.get("draw_number")).map((one, neuron) => one !== flipped.has(neuron));
    const state = run(now, now.training ? on : null);
    if (!now.training && timer) timer = clearInterval(timer);

    drawNetwork(now, state, now.training ? on : on.fill(true));
    const evaluation = run(now).output;
    const expected = possible.reduce((sum, [chance, output]) => sum + chance * output, 0);
    const mean = outputs.reduce((sum, v) => sum + v, 0) / outputs.length;
    drawOutputs(state.output, evaluation, expected);
    const rows = [["", `mean of ${outputs.length} draw${outputs.length > 1 ? "s" : ""}`, mean],
      ["average", `mean over all ${possible.length} networks`, expected], ["evaluation", "evaluation", evaluation]];
    find(".sums").innerHTML = rows.map(([kind, words, value]) =>
      `<i class="${kind}"></i><span>${words}</span><b>${text(value, 3)}</b>`).join("");
    tell(now, state, on);

    mode.show(now.training);
    rate.show(now.rate);
    scale.firstChild.checked = now.rescale;
    inputs.forEach((control, i) => control.show(now.x[i]));
    for (const each of buttons) each.disabled = !now.training;
    play.textContent = timer ? "Pause" : "Play";
    find("pre").textContent = !now.training ? "h = relu(x @ W + b)   # evaluation: every neuron, as it is"
      : `h = relu(x @ W + b)\nh = h * on` + (now.rescale ? ` / (1 - ${text(now.rate)})` : "") +
        "   # on: 1 or 0 for each neuron" + (now.rescale ? "" : ", not rescaled");
    const off = on.filter((one) => !one).length;
    const gap = Math.abs(expected - evaluation) > 0.5 * Math.abs(evaluation)
      ? "far from evaluation" : "near evaluation";
    const words = now.training
      ? `${off} of ${count} neurons are off: output ${text(state.output, 3)}. ` +
        `Over all networks the average is ${text(expected, 3)}, ${gap}: ${text(evaluation, 3)}.`
      : `Evaluation: all ${count} neurons are on, output ${text(evaluation, 3)}; no draw, the same answer each time.`;
    say(words, timer ? "" : words);
  }
  const redraw = onFrame(draw);

  function drawNetwork({ weights }, { passed }, on) {
    const start = [0, 0, hidden[0]];
    const lit = (layer, unit) => layer === 0 || layer === sizes.length - 1 || on[start[layer] + unit];
    let lines = "";
    weights.forEach((kernel, layer) => kernel.forEach((row, i) => row.forEach((w, j) => {
      const [[x, y], [toX, toY]] = [place(layer, i), place(layer + 1, j)];
      lines += `<path class="${w < 0 ? "minus" : "plus"} ${lit(layer, i) && lit(layer + 1, j) ? "" : "off"}"
        stroke-width="${clamp(2.4 * Math.abs(w), 0.5, 7)}" d="M${x} ${y}L${toX} ${toY}"/>`;
    })));
    const ends = [...passed[0].map((v, i) => [0, i, v]), [sizes.length - 1, 0, passed.at(-1)[0]]];
    find(".network svg").innerHTML = lines + ends.map(([layer, i, v]) => {
      const [x, y] = place(layer, i);
      return `<circle cx="${x}" cy="${y}" r="21"/><text x="${x}" y="${y + 4}" class="middle">${text(v)}</text>` +
        (layer ? `<text x="${x}" y="${y - 28}" class="middle">output</text>`
          : `<text x="2" y="${y + 4}">x${"₁₂₃"[i]}</text>`);
    }).join("");
    nodes.forEach((node, neuron) => {
      const layer = neuron < hidden[0] ? 1 : 2;
      const value = text(passed[layer][neuron - start[layer]]);
      node.className = `${on[neuron] ? "" : "off"} ${neuron === told ? "told" : ""}`;
      node.textContent = on[neuron] ? value : "✕";
      node.ariaLabel = `${name(neuron)}, ${on[neuron] ? `passes on ${value}` : "off"}: switch it`;
      node.disabled = !model.get("training");
    });
  }

  function drawOutputs(output, evaluation, expected) {
    const values = [...possible.map(([, v]) => v), evaluation, output];
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const room = (high - low) * 0.04 || 0.5;
    const [from, to] = [low - room, high + room];
    const bins = (pairs) => pairs.reduce((sums, [share, v]) => {
      sums[clamp(Math.floor(((v - from) / (to - from)) * BINS), 0, BINS - 1)] += share;
      return sums;
    }, Array(BINS).fill(0));
    const [expectedBins, drawnBins] = [bins(possible), bins(outputs.map((v) => [1 / outputs.length, v]))];
    const tallest = Math.max(...expectedBins, outputs.length < 20 ? 0 : Math.max(...drawnBins));
    const across = (v) => 4 + ((v - from) / (to - from)) * (LONG - 8);
    const up = (share) => BASE - Math.min(1, share / tallest) * (BASE - 22);
    const width = (LONG - 8) / BINS;
    const bars = drawnBins.map((share, i) => share &&
      `<rect x="${4 + i * width + 0.5}" y="${up(share)}" width="${width - 1}" height="${BASE - up(share)}"/>`);
    const steps = expectedBins.map((share, i) => `${4 + i * width} ${up(share)}H${4 + (i + 1) * width}`);
    const tick = (v) =>
      `<text x="${clamp(across(v), 16, LONG - 16)}" y="${BASE + 15}" class="middle">${text(v, 1)}</text>`;
    find(".outputs").innerHTML = `${bars.filter(Boolean).join("")}
      <path class="possible" d="M4 ${BASE}L${steps.join("L")}V${BASE}"/>
      <path class="base" d="M4 ${BASE}H${LONG - 4}"/><path class="average" d="M${across(expected)} 14V${BASE}"/>
      <path class="evaluation" d="M${across(evaluation)} 14V${BASE}"/>
      <path class="now" d="M${across(output)} ${BASE}l-6 10h12Z"/>${tick(from)}${tick(to)}
      <text x="${LONG / 2}" y="${LOW - 4}" class="middle name">output</text>`;
  }

  /** What the chosen neuron passes on, and what that is on average. */
  function tell({ rate: p, rescale, training }, { sums, passed }, on) {
    const layer = told < hidden[0] ? 1 : 2;
    const unit = told - (layer - 1) * hidden[0];
    const [z, value] = [sums[layer][unit], passed[layer][unit]];
    const h = Math.max(0, z);
    const start = `${name(told)} = relu(${text(z)}) = ${text(h)}`;
    const large = rescale ? h / (1 - p) : h;
    const kept = rescale ? `on: ${text(h)} / (1 − ${text(p)}) = ${text(value)}` : `on, not rescaled: ${text(value)}`;
    const fate = !training ? "passed on as it is" : on[told] ? kept : "off: passes on 0";
    find(".formula").textContent = `${start}, ${fate}`;
    find(".filled").textContent = `on average over the draws of ${name(told)} itself: ` +
      `${text(1 - p)} · ${text(large)} + ${text(p)} · 0 = ${text((1 - p) * large)}, at evaluation ${text(h)}`;
  }

  watch(`${SCENE} draw_number`, redraw);
  draw();
  return () => {
    clearInterval(timer);
    redraw.cancel();
    end();
  };
}

export default { render };
