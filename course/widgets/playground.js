// A network that trains: every weight a line, every neuron a map of the plane, and the decision boundary.
//
// Training happens in Python, which sends epoch, losses and parameters; the maps are computed here, so that a
// weight moved by hand shows at once. A neuron or a weight is named by its key: its bias or itself in `parameters`.

import { set, text, clamp, span, slider, choice, onFrame, stage } from "./shared.js";
import { functions, names } from "./functions.js";

const GRID = 50; // a map has 50×50 values
const REACH = 3; // the plane is shown from −3 to 3
const [WIDE, HIGH] = [386, 344]; // the drawing of the network
const [LONG, LOW] = [242, 76]; // the curve of the losses

const same = (...values) => values.map((value) => [value, value]);
const SETTINGS = {
  data: ["data", same("moons", "rings", "spirals", "xor", "blobs")],
  activation: ["activation", names],
  optimizer: ["optimizer", [["sgd", "SGD"], ["adam", "Adam"]]],
  learning_rate: ["learning rate", same(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3)],
  regularization: ["regularization", [["none", "none"], ["l1", "L1"], ["l2", "L2"]]],
  regularization_rate: ["its rate", same(0, 0.001, 0.003, 0.01, 0.03, 0.1)],
  seed: ["seed", same(0, 1, 2, 3, 4, 5, 6, 7)],
};

const MARKUP = `
  <div class="bar"><button data-do="play"></button><button data-do="step">Step</button>
    <button data-do="reset">Reset</button>
    <span class="losses"><i>epoch <b></b></i><i class="train">train loss <b></b></i>
      <i class="test">test loss <b></b></i></span></div>
  <div class="columns">
    <div class="settings"></div>
    <div class="network"><div class="depth"></div><svg viewBox="0 0 ${WIDE} ${HIGH}" aria-hidden="true"></svg>
      <div class="nodes"></div></div>
    <div class="result"><p class="legend"><b></b><i class="minus">■ − class 0</i><i class="plus">● + class 1</i></p>
      <div class="map"><canvas width="${GRID}" height="${GRID}"></canvas>
        <svg viewBox="0 0 ${GRID} ${GRID}" aria-hidden="true"><path class="boundary"/><g></g></svg></div>
      <svg class="history" viewBox="0 0 ${LONG} ${LOW}" aria-hidden="true">
        <path d="M0 .5H${LONG}M0 ${LOW - 0.5}H${LONG}"/><path class="test"/><path class="train"/>
        <text x="4" y="15">loss</text></svg></div>
  </div>
  <div class="editor"><label class="state">state <input type="text" readonly></label></div>`;

/** All neurons' outputs at the points with the coordinates `xs`, layer by layer, the coordinates themselves first. */
export function forward(parameters, activation, xs) {
  const layers = [xs];
  for (let i = 0; i < parameters.length; i += 2) {
    const f = functions[i + 2 < parameters.length ? activation : "sigmoid"].value;
    const below = layers.at(-1);
    layers.push(parameters[i + 1].map((bias, unit) => {
      const z = new Float64Array(xs[0].length).fill(bias);
      below.forEach((values, row) => {
        const w = parameters[i][row][unit];
        for (let k = 0; k < z.length; k++) z[k] += w * values[k];
      });
      return z.map((v) => f(v));
    }));
  }
  return layers;
}

/** The line on which a map is zero, as an SVG path: where it crosses the sides of each square of four values. */
export function contour(map) {
  const point = (i) => [i % GRID, Math.floor(i / GRID)];
  let path = "";
  for (let i = 0; i < GRID * (GRID - 1); i++) {
    if (i % GRID === GRID - 1) continue;
    const corners = [i, i + 1, i + GRID + 1, i + GRID, i];
    const crossings = [];
    for (let k = 0; k < 4; k++) {
      const [from, to] = [corners[k], corners[k + 1]];
      if (map[from] > 0 === map[to] > 0) continue;
      const share = map[from] / (map[from] - map[to]);
      crossings.push(point(from).map((v, axis) => (v + share * (point(to)[axis] - v) + 0.5).toFixed(2)));
    }
    while (crossings.length) path += `M${crossings.pop()}L${crossings.pop()}`;
  }
  return path;
}

/** Orange above zero, blue below, as strong as the value is large. */
function paint(canvas, map) {
  const pixels = new Uint32Array(GRID * GRID); // a byte each: alpha, blue, green, red
  map.forEach((v, i) => {
    pixels[i] = (v > 0 ? 0x009fe6 : 0xb27200) + 0x1000000 * Math.round(200 * Math.min(1, Math.abs(v)));
  });
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), GRID), 0, 0);
}

// the plane's points, row by row from the top
const centres = span(-REACH, REACH, 2 * GRID).filter((_, i) => i % 2);
const PLANE = [centres.flatMap(() => centres), centres.toReversed().flatMap((y) => centres.map(() => y))];

function render({ model, el }) {
  const { root, find, put, change, watch, say, end } = stage({ model, el }, "playground", "Playground", MARKUP);
  const read = (name) => model.get(name);
  let frame; // the epoch, losses and parameters that are shown
  let history = []; // of epochs and losses
  let sizes = []; // of the layers that are drawn
  let chosen = ""; // key of the weight or bias to edit
  let hovered = ""; // key of the neuron under the pointer

  const controls = Object.entries(SETTINGS).map(([name, [label, options]]) =>
    [name, choice(label, options, (value) => change({ [name]: typeof options[0][0] === "number" ? +value : value }))]);
  const noise = slider("noise", { min: 0, max: 0.5, step: 0.05, digits: 2 }, (value) => change({ noise: value }));
  controls.splice(1, 0, ["noise", noise]);
  find(".settings").append(...controls.map(([, control]) => control.root));

  const choose = (key) => {
    chosen = key;
    redraw();
  };
  const parts = (key) => key.split(",").map(Number);
  const list = choice("weight", [], choose);
  const weight = slider("value", { min: -5, max: 5, step: 0.05, digits: 2 }, (value) => {
    const [array, ...index] = parts(chosen);
    const row = index.length > 1 ? frame.parameters[array][index[0]] : frame.parameters[array];
    row[index.at(-1)] = value;
    model.send({ do: "weight", array, index, value });
    redraw();
  });
  find(".editor").prepend(list.root, weight.root);

  const title = (layer, unit) =>
    layer === 0 ? `x${"₁₂"[unit]}` : layer === sizes.length - 1 ? "output" : `neuron ${layer}.${unit + 1}`;

  /** The drawing, the buttons and the list for layers of these sizes. */
  function build() {
    const focus = document.activeElement?.ariaLabel;
    const hidden = sizes.slice(1, -1);
    const step = Math.min(62, (HIGH - 34) / Math.max(...sizes));
    const at = (layer, unit) => [
      40 + (layer * (WIDE - 64)) / (sizes.length - 1),
      HIGH / 2 + 13 + (unit - (sizes[layer] - 1) / 2) * step,
    ];
    const button = (sign, label, at, by, allowed) =>
      `<button aria-label="${label}" data-at="${at}" data-by="${by}" ${allowed ? "" : "disabled"}>${sign}</button>`;
    const left = (x) => `left:${(100 * x) / WIDE}%`;

    find(".depth").innerHTML =
      button("−", "one layer less", -1, -1, hidden.length) +
      ` ${hidden.length} hidden layer${hidden.length === 1 ? "" : "s"} ` +
      button("+", "one layer more", -1, 1, hidden.length < 4);
    let [nodes, lines, targets] = ["", "", ""];
    const options = [["", "click a line or a neuron"]];
    sizes.forEach((size, layer) => {
      if (layer && layer < sizes.length - 1) {
        nodes += `<div class="units" style="${left(at(layer, 0)[0])}">` +
          button("−", `one neuron less in layer ${layer}`, layer - 1, -1, size > 1) + size +
          button("+", `one neuron more in layer ${layer}`, layer - 1, 1, size < 8) + "</div>";
      }
      for (let unit = 0; unit < size; unit++) {
        const [x, y] = at(layer, unit);
        const key = `${2 * layer - 1},${unit}`;
        nodes += `<canvas class="node" data-key="${key}" width="${GRID}" height="${GRID}"
          style="${left(x)};top:${(100 * y) / HIGH}%"></canvas>`;
        if (!layer) lines += `<text x="2" y="${y + 4}">${title(0, unit)}</text>`;
        else options.push([key, `bias of ${title(layer, unit)}`]);
        for (let from = 0; layer && from < sizes[layer - 1]; from++) {
          const [startX, startY] = at(layer - 1, from);
          const middle = (startX + x) / 2;
          const line = `${2 * layer - 2},${from},${unit}`;
          const path = `data-key="${line}" d="M${startX} ${startY}C${middle} ${startY} ${middle} ${y} ${x} ${y}"/>`;
          lines += `<path ${path}`;
          targets += `<path class="target" ${path}`;
          options.push([line, `${title(layer - 1, from)} → ${title(layer, unit)}`]);
        }
      }
    });
    find(".nodes").innerHTML = nodes;
    find(".network svg").innerHTML = lines + targets;
    list.input.replaceChildren(...options.map(([key, name]) => new Option(name, key)));
    chosen = hovered = "";
    if (focus) find(`[aria-label="${focus}"]`)?.focus();
  }

  function draw() {
    const { parameters, epoch, losses } = frame;
    const now = [2, ...parameters.filter((_, i) => i % 2).map((bias) => bias.length)];
    if (`${sizes}` !== `${now}`) {
      sizes = now;
      build();
    }
    const activation = read("activation");
    const layers = forward(parameters, activation, PLANE);
    const last = sizes.length - 1;
    // about zero: an output between 0 and 1 is shown about its middle
    const map = (layer, unit) => layers[layer][unit].map(
      !layer ? (v) => v / REACH : layer === last || activation === "sigmoid" ? (v) => 2 * v - 1 : (v) => v);
    const neuron = (key) => [(parts(key)[0] + 1) / 2, parts(key)[1]];
    for (const node of root.querySelectorAll(".node")) paint(node, map(...neuron(node.dataset.key)));
    const key = hovered || (parts(chosen).length === 2 && chosen);
    const [layer, unit] = key ? neuron(key) : [last, 0];
    const large = map(layer, unit);
    paint(find(".map canvas"), large);
    put(".map .boundary", { d: contour(large) });
    find(".legend b").textContent = title(layer, unit);

    for (const line of root.querySelectorAll(".network path:not(.target)")) {
      const [array, from, to] = parts(line.dataset.key);
      const w = parameters[array][from][to];
      set(line, {
        class: `${w < 0 ? "minus" : "plus"} ${line.dataset.key === chosen ? "chosen" : ""}`,
        "stroke-width": clamp(Math.abs(w) * 2.2, 0.4, 8),
      });
    }
    weight.input.disabled = !chosen;
    weight.show(chosen ? parts(chosen).reduce((values, i) => values[i], parameters) : 0);
    list.show(chosen);

    const points = read("test");
    const guesses = forward(parameters, activation, [0, 1].map((axis) => points.map((p) => p[axis])))[last][0];
    const right = points.filter((p, i) => guesses[i] > 0.5 === p[2] > 0).length / points.length;
    const [train, test] = losses.map((loss) => (loss === null ? "∞" : text(loss, 3)));
    root.querySelectorAll(".losses b").forEach((b, i) => (b.textContent = [epoch, train, test][i]));
    const high = (loss) => LOW - Math.min(1, (loss ?? 1) / 0.8) * (LOW - 2);
    ["train", "test"].forEach((kind, k) => {
      const path = history.map((each) => `${(LONG * each.epoch) / Math.max(epoch, 1)} ${high(each.losses[k])}`);
      put(`.history .${kind}`, { d: `M${path.join("L")}` });
    });

    const playing = read("playing");
    find("[data-do]").textContent = playing ? "Pause" : "Play";
    find(".state input").value = read("state");
    const sentence = losses.includes(null)
      ? "The numbers overflowed: reset, and try a smaller learning rate."
      : `${text(100 * right, 0)} % of the test points are on their side of the line.`;
    say(sentence, !playing && `Epoch ${epoch}, train loss ${train}, test loss ${test}. ${sentence}`);
  }
  const redraw = onFrame(draw);

  function drawPoints() {
    const at = (v) => (((v / REACH + 1) * GRID) / 2).toFixed(2);
    find(".map g").innerHTML = read("train").map(([x, y, label]) => {
      const place = `transform="translate(${at(x)} ${at(-y)})"`;
      return label
        ? `<circle class="plus" r=".75" ${place}/>`
        : `<path class="minus" d="M-.65-.65h1.3v1.3h-1.3Z" ${place}/>`;
    }).join("");
  }

  function show(next) {
    if (next.epoch < (history.at(-1)?.epoch ?? 0) || !next.epoch) history = [];
    if (history.at(-1)?.epoch !== next.epoch) history.push(next);
    if (history.length > 400) history = history.filter((_, i) => i % 2);
    frame = next;
    redraw();
  }

  function refresh() {
    for (const [name, { input, show: put }] of controls) {
      const value = read(name);
      // a value that Python gave and the list lacks
      const known = [...(input.options ?? [{ value: `${value}` }])].some((option) => option.value === `${value}`);
      if (!known) input.add(new Option(value));
      put(value);
    }
    show({ epoch: read("epoch"), losses: read("losses"), parameters: structuredClone(read("parameters")) });
  }

  root.onclick = ({ target: { dataset } }) => {
    if (dataset.do) model.send({ do: dataset.do === "play" && read("playing") ? "pause" : dataset.do });
    if (dataset.by) {
      // from what was asked for last, which may not be drawn yet
      const hidden = [...read("hidden")];
      const size = hidden[dataset.at];
      if (size) hidden[dataset.at] = clamp(size + +dataset.by, 1, 8);
      else if (dataset.by > 0) hidden.push(hidden.at(-1) ?? 4);
      else hidden.pop();
      change({ hidden: hidden.slice(0, 4) });
    }
    if (dataset.key && !dataset.key.startsWith("-")) choose(dataset.key === chosen ? "" : dataset.key);
  };
  root.onpointerover = root.onpointerleave = ({ target }) => {
    hovered = target.matches(".node") ? target.dataset.key : "";
    redraw();
  };
  find(".state input").onfocus = (event) => event.target.select();

  model.on("msg:custom", show);
  watch(["epoch losses parameters playing state noise", ...Object.keys(SETTINGS)].join(" "), refresh);
  watch("train test", drawPoints);
  drawPoints();
  refresh();
  draw();
  return () => {
    if (read("playing")) model.send({ do: "pause" });
    model.off("msg:custom", show);
    redraw.cancel();
    end();
  };
}

export default { render };
