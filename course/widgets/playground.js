// A network that trains: every weight a line, every neuron a map of the plane, and the decision boundary.
//
// Training happens in Python, which sends epoch, losses and parameters; the maps are computed here, so that a
// weight moved by hand shows at once. A neuron or a weight is named by its key: its bias or itself in `parameters`.

import { set, text, clamp, slider, choice, onFrame, stage } from "./shared.js";
import { names } from "./functions.js";
import { GRID, REACH, PLANE, contour, forward, paint } from "./maps.js";

const [WIDE, HIGH] = [386, 344]; // the drawing of the network
const [LONG, LOW] = [242, 76]; // the curve of the losses
const MOST_POINTS = 300;
const [APART, RUBBER] = [0.12, 0.3]; // the distance of points in a stroke, the reach of the eraser
const snap = (v) => clamp(Math.round(40 * v) / 40, -REACH, REACH); // as Python keeps coordinates
const MOVES = { ArrowUp: [0, 0.2], ArrowDown: [0, -0.2], ArrowLeft: [-0.2, 0], ArrowRight: [0.2, 0] };

const MARKUP = `
  <div class="bar"><button data-do="play"></button><button data-do="step">Step</button>
    <button data-do="reset">Reset</button>
    <span class="losses"><i>epoch <b></b></i><i class="train">train loss <b></b></i>
      <i class="test">test loss <b></b></i></span></div>
  <div class="columns">
    <div class="settings"></div>
    <div class="network"><div class="depth"></div><svg viewBox="0 0 ${WIDE} ${HIGH}" aria-hidden="true"></svg>
      <div class="nodes"></div></div>
    <div class="result"><p class="legend"><b></b>
        <button class="minus" data-pen="0" aria-label="draw class 0">■ −</button>
        <button class="plus" data-pen="1" aria-label="draw class 1">● +</button>
        <button data-pen="-1">erase</button><button data-do="clear">clear</button></p>
      <div class="map" tabindex="0" role="application" aria-label="plane: arrows move, space draws">
        <canvas width="${GRID}" height="${GRID}"></canvas>
        <svg viewBox="-3 -3 6 6" aria-hidden="true"><path class="boundary" transform="translate(-3 -3) scale(.12)"/>
          <g transform="scale(1 -1)"><path class="minus edge"/><path class="minus"/><path class="plus edge"/><path class="plus"/>
          <path class="cursor"/></g>
        </svg></div>
      <svg class="history" viewBox="0 0 ${LONG} ${LOW}" aria-hidden="true">
        <path class="test"/><path class="train"/>
        <text class="end" x="238" y="15">loss</text></svg></div>
  </div>
  <div class="editor"><label class="state">state <input type="text"></label>
    <button>Load</button></div>`;

function render({ model, el }) {
  const { root, find, all, put, change, listen, watch, say, end } = stage({ model, el }, "playground", "Playground", MARKUP);
  const read = (name) => model.get(name);
  const field = find(".state input");
  let frame; // the epoch, losses and parameters that are shown
  let history = []; // of epochs and losses
  let sizes = []; // of the layers that are drawn
  let chosen = ""; // key of the weight or bias to edit
  let hovered = ""; // key of the neuron or the weight under the pointer
  let middles = {}; // where each weight's line has its middle
  let pen = 1; // the class that is drawn, −1 for the eraser
  let cursor = [0, 0]; // on the plane, moved by keys
  let told = ""; // about the point under the cursor, or what is wrong with a state

  const controls = read("choices").map(([name, label, options]) =>
    [name, choice(label, options ?? names, (value) => change({ [name]: isFinite(value) ? +value : value }))]);
  find(".settings").append(...controls.map(([, control]) => control.root));

  const choose = (key) => {
    chosen = key;
    redraw();
  };
  const parts = (key) => key.split(",").map(Number);
  const valued = (key, end) => parts(key).slice(0, end).reduce((values, i) => values[i], frame.parameters);
  const list = choice("weight", [], choose);
  const weight = slider("value", { min: -5, max: 5, step: 0.05, digits: 2 }, (value) => {
    const [array, ...index] = parts(chosen);
    valued(chosen, -1)[index.at(-1)] = value;
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
    const button = (by, at, allowed) => {
      const [what, where] = at < 0 ? ["layer", ""] : ["neuron", ` in layer ${at + 1}`];
      const [more, sign] = by < 0 ? ["less", "−"] : ["more", "+"];
      return `<button aria-label="one ${what} ${more}${where}" data-at="${at}" data-by="${by}"
        ${allowed ? "" : "disabled"}>${sign}</button>`;
    };
    const left = (x) => `left:${(100 * x) / WIDE}%`;

    find(".depth").innerHTML =
      `${button(-1, -1, hidden.length)} hidden layers: ${hidden.length} ${button(1, -1, hidden.length < 4)}`;
    let [nodes, lines, targets] = ["", "", ""];
    middles = {};
    const options = [["", "click a line or a neuron"]];
    sizes.forEach((size, layer) => {
      if (layer && layer < sizes.length - 1) {
        nodes += `<div class="units" style="${left(at(layer, 0)[0])}">` +
          button(-1, layer - 1, size > 1) + size + button(1, layer - 1, size < 8) + "</div>";
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
          middles[line] = { x: middle, y: (startY + y) / 2 + 4 };
          lines += `<path ${path}`;
          targets += `<path class="target" ${path}`;
          options.push([line, `${title(layer - 1, from)} → ${title(layer, unit)}`]);
        }
      }
    });
    find(".nodes").innerHTML = nodes;
    find(".network svg").innerHTML = `${lines}${targets}<text class="tag"></text>`;
    list.input.replaceChildren(...options.map(([key, name]) => new Option(name, key)));
    chosen = hovered = "";
    find(`[aria-label="${focus}"]`)?.focus();
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
    for (const node of all(".node")) paint(node, map(...neuron(node.dataset.key)));
    const pointed = (length) => [hovered, chosen].find((key) => parts(key).length === length);
    const [layer, unit] = pointed(2) ? neuron(pointed(2)) : [last, 0];
    const large = map(layer, unit);
    paint(find(".map canvas"), large);
    put(".map .boundary", { d: contour(large) });
    find(".legend b").textContent = title(layer, unit);

    for (const line of all(".network path:not(.target)")) {
      const w = valued(line.dataset.key);
      set(line, {
        class: `${w < 0 ? "minus" : "plus"} ${line.dataset.key === chosen ? "chosen" : ""}`,
        "stroke-width": clamp(Math.abs(w) * 2.2, 0.4, 8),
      });
    }
    const edge = pointed(3);
    put(".tag", middles[edge] ?? {});
    find(".tag").textContent = edge ? text(valued(edge)) : "";
    weight.input.disabled = !chosen;
    weight.show(chosen ? valued(chosen) : 0);
    list.show(chosen);

    const points = read("test");
    const outputs = (points) => forward(parameters, activation, [0, 1].map((axis) => points.map((p) => p[axis])))[last][0];
    const guesses = outputs(points);
    const right = points.filter((p, i) => guesses[i] > 0.5 === p[2] > 0).length / points.length;
    const [train, test] = losses.map((loss) => (loss === null ? "∞" : text(loss, 3)));
    all(".losses b").forEach((b, i) => (b.textContent = [epoch, train, test][i]));
    const high = (loss) => LOW - Math.min(1, (loss ?? 1) / 0.8) * (LOW - 2);
    ["train", "test"].forEach((kind, k) => {
      const path = history.map((each) => `${(LONG * each.epoch) / Math.max(epoch, 1)} ${high(each.losses[k])}`);
      put(`.history .${kind}`, { d: `M${path.join("L")}` });
    });

    const playing = read("playing");
    find("[data-do]").textContent = playing ? "Pause" : "Play";
    if (!field.matches(":focus")) field.value = read("state");
    const sentence = told === cursor
      ? `At (${cursor.map((v) => text(v, 1)).join(", ")}) the output is ${text(outputs([cursor])[0])}.`
      : told || (!points.length ? "Draw points of both classes, − and +, on the plane."
        : losses.includes(null) ? "The numbers overflowed: reset, and try a smaller learning rate."
          : `${text(100 * right, 0)} % of the test points are on their side of the line.`);
    const before = told ? "" : `Epoch ${epoch}, train loss ${train}, test loss ${test}. `;
    say(sentence, !playing && before + sentence);
  }
  const redraw = onFrame(draw);

  const shown = () => read(read("data") === "own" ? "points" : "train");

  function drawPoints() {
    ["minus", "plus"].forEach((kind, label) => {
      const d = shown().map(([x, y, of]) => (of === label ? `M${x} ${y}h0` : "")).join("");
      all(`g .${kind}`).forEach((path) => set(path, { d }));
    });
    put(".cursor", { d: `M${cursor}m-.3 0h.6m-.3-.3v.6` });
    all("[data-pen]").forEach((button) => set(button, { "aria-pressed": +button.dataset.pen === pen }));
  }

  /** Draws a point, or rubs out those around; what is on the plane becomes the data. */
  function mark([x, y]) {
    const near = (p) => Math.hypot(p[0] - x, p[1] - y) < (pen < 0 ? RUBBER : p[2] === pen && APART);
    const points = shown().filter((p) => pen >= 0 || !near(p));
    if (pen >= 0 && !points.some(near)) points.push([x, y, pen]);
    change({ data: "own", points: points.slice(-MOST_POINTS) });
  }

  function show(next) {
    told = next.error ?? told;
    if (next.error) return redraw();
    history = [...history.filter((each) => each.epoch < next.epoch), next];
    if (history.length > 400) history = history.filter((_, i) => i % 2);
    frame = next;
    redraw();
  }

  function refresh() {
    for (const [name, { input, show: put }] of controls) {
      const value = read(name);
      put(value);
      if (input.value === `${value}`) continue;
      input.add(new Option(value)); // Python gave a value that the list lacks
      put(value);
    }
    show({ epoch: read("epoch"), losses: read("losses"), parameters: structuredClone(read("parameters")) });
  }

  root.onclick = ({ target: { dataset } }) => {
    told = "";
    if (dataset.pen) pen = +dataset.pen;
    drawPoints();
    if (dataset.do === "clear") change({ data: "own", points: [] });
    else if (dataset.do) model.send({ do: dataset.do === "play" && read("playing") ? "pause" : dataset.do });
    if (dataset.by) {
      // from what was asked for last, which may not be drawn yet
      const hidden = [...read("hidden")];
      const size = hidden[dataset.at];
      if (size) hidden[dataset.at] = clamp(size + +dataset.by, 1, 8);
      else if (dataset.by > 0) hidden.push(hidden.at(-1) ?? 4);
      else hidden.pop();
      change({ hidden: hidden.slice(0, 4) });
    }
    if (dataset.key?.[0] >= 0) choose(dataset.key === chosen ? "" : dataset.key);
  };
  root.onpointerover = root.onpointerleave = ({ target }) => {
    hovered = target.dataset.key ?? "";
    redraw();
  };
  const plane = find(".map");
  plane.onpointerdown = plane.onpointermove = (event) => {
    if (event.buttons !== 1) return;
    const { left, top, width } = plane.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top].map((v) => snap(((2 * v) / width - 1) * REACH));
    mark([x, -y]);
  };
  plane.onkeydown = (event) => {
    const move = MOVES[event.key];
    if (move) cursor = cursor.map((v, axis) => snap(v + move[axis]));
    else if (event.key === " ") mark(cursor);
    else return;
    event.preventDefault();
    told = cursor;
    drawPoints();
    redraw();
  };
  plane.onblur = () => (told = "");

  field.onfocus = () => field.select();
  const load = () => {
    told = "";
    model.send({ do: "load", text: field.value });
    field.blur();
  };
  // not a form's doing: JupyterLab prevents what Enter does by itself
  field.onkeydown = (event) => event.key === "Enter" && load();
  find(".editor button").onclick = load;

  listen("msg:custom", show);
  watch(["epoch losses parameters playing state", ...controls.map(([name]) => name)].join(" "), refresh);
  watch("train test points data", drawPoints);
  drawPoints();
  refresh();
  draw();
  return () => {
    if (read("playing")) model.send({ do: "pause" });
    redraw.cancel();
    end();
  };
}

export default { render };
