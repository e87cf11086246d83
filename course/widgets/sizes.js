// Sizes at a glance: output sizes as a table with the formula under the pointer, and the receptive field by layers.

import { element, span, slider, choice, onFrame, stage } from "./shared.js";

const PADDINGS = [0, 1, 2, 3, 4, "same"];
const TITLES = { i: "input size i", k: "kernel k", s: "stride s", p: "padding p" };
const TRAITS = { i: "size", k: "kernel", s: "stride", p: "padding" };
const MOST_LAYERS = 7;
const [WIDE, HIGH] = [404, 272]; // the drawing of the layers
const [LEFT, MOST_CELLS] = [112, 90]; // where its cells begin; more than so many are one bar

const MARKUP = `
  <div class="columns">
    <div><div class="axes"></div><table></table>
      <p class="formula"></p><p class="filled"></p><div class="controls"></div></div>
    <div><p class="title">What one number of the last layer sees</p>
      <svg viewBox="0 0 ${WIDE} ${HIGH}" aria-hidden="true"></svg>
      <div class="list"></div><div class="adding"></div><p class="sum"></p></div>
  </div>`;

/** The output's size of a sliding window, and the zeros it needs; or the words why there is none. */
export function output({ i, k, s, p }) {
  if (p === "same") {
    const size = Math.ceil(i / s);
    const zeros = Math.max((size - 1) * s + k - i, 0);
    return { size, before: Math.floor(zeros / 2), after: Math.ceil(zeros / 2), unseen: 0 };
  }
  const padded = i + 2 * p;
  if (k > padded) {
    const zeros = p ? ` (${padded} with its padding)` : "";
    return { size: null, why: `a kernel of ${k} pixels is larger than the input, which has ${i}${zeros}` };
  }
  return { size: Math.floor((padded - k) / s) + 1, before: p, after: p, unseen: (padded - k) % s };
}

/** What a number sees after each layer: `field` pixels, `step` from neighbour to neighbour, the image first. */
export function grow(layers) {
  const levels = [{ field: 1, step: 1 }];
  for (const [, k, s, d] of layers) {
    const { field, step } = levels.at(-1);
    levels.push({ field: field + d * (k - 1) * step, step: step * s });
  }
  return levels;
}

/** For each level, the image first, which of its numbers the one number of the last layer needs. */
export function seen(layers) {
  const levels = [[0]];
  for (const [, k, s, d] of layers.toReversed()) {
    const needed = levels[0].flatMap((at) => span(0, d * (k - 1), k - 1 || 1).slice(0, k).map((tap) => at * s + tap));
    levels.unshift([...new Set(needed)].sort((a, b) => a - b));
  }
  return levels;
}

function render({ model, el }) {
  const { root, find, change, watch, say, end } = stage({ model, el }, "sizes", "Sizes at a glance", MARKUP);
  const read = (name) => model.get(name);
  let hovered = null; // {i, k, s, p} under the pointer

  const turn = (name, other) => (value) =>
    change({ [name]: value, ...(read(other) === value && { [other]: read(name) }) });
  const options = Object.entries(TITLES);
  const down = choice("down", options, turn("down", "across"));
  const across = choice("across", options, turn("across", "down"));
  find(".axes").append(down.root, across.root);
  const knob = (label, min, max, changed) => slider(label, { min, max, step: 1, digits: 0 }, changed);
  const knobs = {
    i: knob("i", 1, Math.max(64, read("size")), (size) => change({ size })),
    k: knob("k", 1, 9, (kernel) => change({ kernel })),
    s: knob("s", 1, 5, (stride) => change({ stride })),
    p: knob("p", 0, 5, (at) => change({ padding: PADDINGS[at] })),
  };
  find(".controls").append(...Object.values(knobs).map((control) => control.root));

  const next = { kind: "conv", k: 3, s: 1, d: 1 };
  const kind = choice("add", [["conv", "conv"], ["pool", "pool"]], (value) => {
    Object.assign(next, { kind: value }, value === "pool" ? { k: 2, s: 2, d: 1 } : { k: 3, s: 1 });
    redraw();
  });
  kind.input.ariaLabel = "kind of the layer to add";
  const offered = { k: [7, "kernel"], s: [4, "stride"], d: [4, "dilation"] };
  const numbers = Object.entries(offered).map(([name, [most, title]]) => {
    const control = choice(name, span(1, most, most - 1).map((v) => [v, v]), (value) => (next[name] = +value));
    control.input.ariaLabel = `${title} of the layer to add`;
    return [name, control];
  });
  const add = element("<button>Add layer</button>");
  add.onclick = () => change({ layers: [...read("layers"), [next.kind, next.k, next.s, next.d]] });
  find(".adding").append(kind.root, ...numbers.map(([, control]) => control.root), add);

  const chosen = () => Object.fromEntries(Object.entries(TRAITS).map(([name, trait]) => [name, read(trait)]));
  const range = (name) => {
    const first = Math.max(1, read("size") - 4);
    return { i: span(first, first + 8, 8), k: span(1, 9, 8), s: span(1, 5, 4), p: PADDINGS }[name];
  };

  function drawTable() {
    const [row, column] = [read("down"), read("across")];
    const now = chosen();
    const cell = (r, c) => {
      const at = { ...now, [row]: r, [column]: c };
      const { size } = output(at);
      const kinds = [size ?? "none", r === now[row] && c === now[column] && "chosen",
        (r === now[row] || c === now[column]) && "beside"];
      return `<td class="${kinds.filter(Boolean).join(" ")}" data-row="${r}" data-column="${c}"
        aria-label="${size ?? "no output"}">${size ?? "✕"}</td>`;
    };
    find("table").innerHTML = `<caption>output size o</caption>
      <tr><th>${row} ↓ ${column} →</th>${range(column).map((c) => `<th scope="col">${c}</th>`).join("")}</tr>` +
      range(row).map((r) =>
        `<tr><th scope="row">${r}</th>${range(column).map((c) => cell(r, c)).join("")}</tr>`).join("");
    down.show(row);
    across.show(column);
    for (const name in knobs) {
      knobs[name].show(name === "p" ? PADDINGS.indexOf(now.p) : now[name]);
    }
    knobs.p.input.ariaValueText = knobs.p.root.querySelector("output").textContent = now.p;
  }

  /** The formula with the numbers of the cell under the pointer, or of the chosen one. */
  function drawFormula() {
    const at = hovered ?? chosen();
    const { i, k, s, p } = at;
    const { size, before, after, unseen, why } = output(at);
    const same = p === "same";
    const filled = same ? `⌈${i} / ${s}⌉ = ${size}` : `⌊(${i} + 2·${p} − ${k}) / ${s}⌋ + 1 = ${size ?? "✕"}`;
    const more = why ? `no output: ${why}` :
      same ? `zeros: ${before} before, ${after} behind` :
      unseen ? `of ${i + 2 * p} pixels${p ? " with zeros" : ""} the last ` +
        `${unseen > 1 ? `${unseen} are` : "is"} never seen` :
      s > k && size > 1 ? `windows leave out ${s - k} between them` : "every pixel is seen";
    find(".formula").textContent = `o = ${same ? "⌈i / s⌉" : "⌊(i + 2p − k) / s⌋ + 1"} = ${filled}`;
    find(".filled").textContent = `i = ${i}, k = ${k}, s = ${s}, p = ${p}: ${more}.`;
    return `Input ${i}, kernel ${k}, stride ${s}, padding ${p}: ${why ? more : `output ${size}, ${more}`}.`;
  }

  function drawLayers() {
    const layers = read("layers");
    const levels = grow(layers);
    const needed = seen(layers);
    const { field, step } = levels.at(-1);
    const unit = Math.min(26, (WIDE - LEFT - 2) / field);
    const gap = Math.min(50, (HIGH - 34) / Math.max(levels.length - 1, 1));
    const y = (level) => HIGH - 24 - level * gap;
    const x = (level, at) => LEFT + ((WIDE - LEFT) - unit * field) / 2 +
      (at * levels[level].step + levels[level].field / 2) * unit;
    const side = Math.min(16, unit * 0.86);
    let [lines, cells, names] = ["", "", ""];
    levels.forEach(({ field: pixels }, level) => {
      const all = needed[level];
      const last = all.at(-1);
      if (level) {
        const [, k, s, d] = layers[level - 1];
        if (needed[level - 1].length <= MOST_CELLS) {
          for (const at of all) {
            for (let tap = 0; tap < k; tap++) {
              lines += `M${x(level, at)} ${y(level)}L${x(level - 1, at * s + tap * d)} ${y(level - 1)}`;
            }
          }
        } else {
          lines += `M${x(level, 0)} ${y(level)}L${x(level - 1, 0)} ${y(level - 1)}` +
            `M${x(level, last)} ${y(level)}L${x(level - 1, needed[level - 1].at(-1))} ${y(level - 1)}`;
        }
      }
      const box = (from, to, kind) => `<rect class="${kind}" x="${x(level, from) - side / 2}" y="${y(level) - 7}"
        width="${x(level, to) - x(level, from) + side}" height="14" rx="${Math.min(2, side / 4)}"/>`;
      cells += last < MOST_CELLS
        ? Array.from({ length: last + 1 }, (_, at) => box(at, at, all.includes(at) ? "needed" : "")).join("")
        : box(0, last, "needed");
      const [name, k, s, d] = layers[level - 1] ?? ["input"];
      names += `<text x="0" y="${y(level) + 4}"><tspan class="name">${name}${k ? ` ${k}` : ""}</tspan>` +
        `${s > 1 ? ` s${s}` : ""}${d > 1 ? ` d${d}` : ""}${level ? ` sees ${pixels}` : ""}</text>`;
    });
    find("svg").innerHTML = `<path d="${lines}"/>${cells}${names}
      <text x="${(LEFT + WIDE) / 2}" y="${HIGH - 5}" class="middle">${field} pixels of the image</text>`;
    const focus = document.activeElement?.dataset?.at;
    find(".list").innerHTML = layers.map(([name, k, s, d], at) =>
      `<button data-at="${at}" aria-label="remove layer ${at + 1}: ${name}, kernel ${k}, stride ${s}, dilation ${d}">` +
      `${name} ${k}${s > 1 ? ` s${s}` : ""}${d > 1 ? ` d${d}` : ""} ✕</button>`).join("") || "no layers: add one";
    if (focus) (find(`[data-at="${Math.min(focus, layers.length - 1)}"]`) ?? add).focus();
    kind.show(next.kind);
    for (const [name, control] of numbers) control.show(next[name]);
    add.disabled = layers.length >= MOST_LAYERS;
    const terms = layers.map(([, k, , d], at) => ` + ${d > 1 ? `${d}·` : ""}${k - 1}·${levels[at].step}`);
    find(".sum").textContent = `r = 1 + Σ d (k − 1) · strides before = 1${terms.join("")} = ${field}`;
    const neighbours = step > 1 ? `, neighbours lie ${step} apart` : "";
    const after = `After ${layers.length} layer${layers.length === 1 ? "" : "s"}`;
    return `${after} a number sees ${field} of the image's pixels along each axis${neighbours}.`;
  }

  function draw() {
    drawTable();
    say(`${drawFormula()} ${drawLayers()}`);
  }
  const redraw = onFrame(draw);

  const cellAt = ({ target }) => {
    const { row, column } = target.dataset ?? {};
    if (row === undefined) return null;
    const value = (text) => (text === "same" ? text : +text);
    return { ...chosen(), [read("down")]: value(row), [read("across")]: value(column) };
  };
  const table = find("table");
  table.onpointerover = table.onpointerleave = (event) => {
    hovered = event.type === "pointerover" ? cellAt(event) : null;
    drawFormula();
  };
  table.onclick = (event) => {
    const at = cellAt(event);
    hovered = null;
    if (at) change(Object.fromEntries(Object.entries(TRAITS).map(([name, trait]) => [trait, at[name]])));
  };
  find(".list").onclick = ({ target: { dataset } }) => {
    if (dataset.at) change({ layers: read("layers").filter((_, at) => at !== +dataset.at) });
  };

  watch("size kernel stride padding layers down across", redraw);
  draw();
  return () => {
    redraw.cancel();
    end();
  };
}

export default { render };
