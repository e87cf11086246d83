// A small network, number by number: forward to the loss, backward to every gradient, and the step downhill.
//
// A number is named by its key, "kind layer place": "w 0 1 0" is the first layer's weight from input 1 to neuron 0.
// Kinds: w weight, b bias, z sum, a output (layer −1: the inputs), y target, L loss, s slope; a leading d: ∂L/∂.
// The order of the numbers, their formulas, words and code come from backprop_steps.py.

import { set, clamp, slider, choice, onFrame, stage } from "./shared.js";

const [WIDE, HIGH] = [814, 252]; // the drawing of the network
const [INPUT, NEURON, TARGET] = [74, 178, 96]; // widths of its boxes
const LIMIT = 100; // the largest weight
const FLAT = 0.05; // a slope smaller than this lets hardly any gradient through
const CLOSE = 0.05; // a guess that near, relative to the number, is right
const TRAITS = { w: "weights", b: "biases", a: "x", y: "y" };

const sigmoid = (z) => 1 / (1 + Math.exp(-z));
// symbol, function, slope
const functions = {
  sigmoid: ["σ", sigmoid, (z) => sigmoid(z) * sigmoid(-z)],
  relu: ["ReLU", (z) => Math.max(0, z), (z) => +(z > 0)],
  tanh: ["tanh", Math.tanh, (z) => 1 - Math.tanh(z) ** 2],
};

const MARKUP = `
  <div class="bar"><button>◀ Previous</button><button>Next ▶</button><button></button></div>
  <div class="network"><svg width="${WIDE}" height="${HIGH}" aria-hidden="true"></svg></div>
  <div class="below"><div>
    <p class="kind"></p><p class="formula"></p><p class="filled"></p>
    <form><label>your guess <input type="number" step="any"></label><button>Check</button></form>
    <div class="descent"><button class="take">Take the step</button><button class="again">Start again</button></div>
    <div class="losses"><svg viewBox="0 0 120 30" aria-hidden="true"><path/></svg><output></output></div>
  </div><pre></pre><pre></pre></div>`;

/** A number in about `digits` digits, with a real minus sign. */
function short(value, digits = 3) {
  const size = Math.abs(value);
  const written = size >= 0.1 ? value.toFixed(size < 10 ? 3 : 1)
    : size < 0.001 ? value.toExponential(digits - 1) : value.toPrecision(digits);
  return size ? written.replaceAll("-", "−") : "0";
}

/** A number in a formula; one that was chosen, not computed, without zeros at its end. */
const written = (key, value) =>
  /^(w|b|y|a -1)/.test(key) ? `${+value.toFixed(3) || 0}`.replace("-", "−") : short(value);

/** The formula with `text(key)` for each key; a negative number within it gets parentheses. */
const fill = (formula, text) => formula.replace(/{(.*?)}/g, (_, key, place) => {
  const written = text(key);
  return written[0] === "−" && place && formula[place - 1] !== "(" ? `(${written})` : written;
});

/** The keys of the numbers that a formula uses. */
const uses = (formula) => [...formula.matchAll(/{(\w+ .*?)}/g)].map((match) => match[1]);

/** All numbers by their keys, each computed from those that its step's formula uses. */
export function compute({ weights, biases, x, y, activation }, steps) {
  const [, f, slope] = functions[activation];
  const numbers = {};
  const put = (kind, values) => values.forEach((v, i) => (numbers[`${kind} ${i}`] = v));
  put("a -1", x);
  put("y 0", y);
  weights.forEach((rows, l) => rows.forEach((row, i) => put(`w ${l} ${i}`, row)));
  biases.forEach((b, l) => put(`b ${l}`, b));
  for (const [key, kind, formula] of steps) {
    const v = uses(formula).map((used) => numbers[used]);
    const pairs = (term) => v.reduce((sum, each, i) => (i % 2 ? sum : sum + term(each, v[i + 1])), 0);
    numbers[key] =
      kind === "a" ? f(v[0])
      : kind === "L" ? pairs((p, y) => (p - y) ** 2) / y.length
      : kind === "dp" ? (2 * (v[0] - v[1])) / y.length
      : kind === "dz" ? v[0] * slope(v[1])
      : pairs((a, b = 1) => a * b);
    if (kind === "z") numbers[key.replace("z", "s")] = slope(numbers[key]);
  }
  return numbers;
}

function render({ model, el }) {
  const { root, find, put, change, watch, say, end } = stage({ model, el }, "backprop", "Backpropagation", MARKUP);
  const read = (name) => model.get(name);
  const state = () => // a copy
    structuredClone(Object.fromEntries([...Object.values(TRAITS), "activation"].map((name) => [name, read(name)])));
  const { sizes, steps, symbols, words, slopes, code } = read("program");
  const count = steps.length;
  const depth = sizes.length - 1;
  const now = () => compute(state(), steps);
  const all = (selector) => root.querySelectorAll(selector);
  const tell = (selector, words) => (find(selector).textContent = words);
  const [back, on, play] = all(".bar button");
  let timer = 0; // while it plays
  let revealed = 0; // the position whose number was looked at, when one predicts
  let verdict = "";
  let score = [0, 0];
  let losses = {}; // of the steps taken from one start
  let taken = {}; // the number and the words of the step that was just taken

  const goTo = (position) => change({ position: clamp(position, 0, count) });
  const scrub = slider("step", { min: 0, max: count, step: 1, digits: 0 }, goTo);
  const kinds = Object.keys(code).map((name) => [name, name]);
  const activation = choice("activation", kinds, (value) => change({ activation: value }));
  const predict = choice("numbers", [["", "shown"], [1, "predict first"]], (value) => change({ predict: !!value }));
  const rate = slider("rate", { min: 0.1, max: 5 }, (value) => change({ rate: value }));
  find(".bar").append(scrub.root, predict.root, activation.root);
  find(".descent").append(rate.root);

  // the network: boxes over lines
  const row = Math.min(112, HIGH / Math.max(...sizes));
  const gap = (WIDE - INPUT - depth * NEURON - TARGET - 30) / depth;
  const top = (layer, unit) => HIGH / 2 + (unit - (sizes[layer] - 1) / 2) * row;
  const right = (layer) => INPUT + layer * (gap + NEURON);
  let [lines, boxes] = ["", ""];
  const box = (kind, left, y, inner) =>
    (boxes += `<div class="${kind}" style="left:${left}px;top:${y}px">${inner}</div>`);
  const line = (key, ...points) => (lines += `<path data-key="${key}" d="M${points.join("L")}"/>`);
  const input = (key, label) =>
    `<input type="number" step="0.05" data-key="${key}" aria-label="${label} ${symbols[key]}">`;
  const cell = (key, label) => `<span>${label}</span><i data-key="${key}"></i>`;
  sizes.forEach((size, layer) => {
    const l = layer - 1;
    for (let j = 0; j < size; j++) {
      const y = top(layer, j);
      const a = `a ${l} ${j}`;
      const letter = symbols[a];
      if (!layer) {
        box("input", 0, y, `<b>${letter}</b>${input(a, "input")}`);
        continue;
      }
      for (let i = 0; i < sizes[l]; i++) {
        const w = `w ${l} ${i} ${j}`;
        const from = top(l, i);
        // at even distances, so that no box covers another
        const at = [right(l) + gap / 2, from + (y - from) / (size + 1)];
        line(w, [right(l), from], at, [right(l) + gap, y]);
        box("edge", ...at, `${input(w, "weight")}<i data-key="d${w}"></i>`);
      }
      if (layer === depth) line(a, [right(layer), y], [WIDE - TARGET, HIGH / 2]);
      box("neuron", right(l) + gap, y, `<b>${letter}</b><span>b</span>${input(`b ${l} ${j}`, "bias")}` +
        cell(`db ${l} ${j}`, "∂b") + cell(`z ${l} ${j}`, "z") + cell(a, letter[0]) +
        cell(`dz ${l} ${j}`, "∂z") + cell(`d${a}`, `∂${letter[0]}`));
    }
  });
  box("target", WIDE - TARGET, HIGH / 2,
    read("y").map((_, i) => `<b>${symbols[`y 0 ${i}`]}</b>${input(`y 0 ${i}`, "target")}`).join("") +
    cell("L", "<b>L</b>"));
  find(".network svg").innerHTML = lines;
  find(".network").insertAdjacentHTML("beforeend", boxes);

  function draw() {
    const given = state();
    const numbers = now();
    const [sign] = functions[given.activation];
    const position = read("position");
    const [key, kind, formula, more] = steps[position - 1] ?? [];
    const used = uses(formula ?? "");
    const hidden = read("predict") && position && revealed !== position;
    const known = new Set(steps.slice(0, position - !!hidden).map(([key]) => key));
    const numeric = (form) => fill(form, (used) => (used === "f" ? sign : written(used, numbers[used])));
    const of = JSON.stringify(given);
    if (losses.of !== of) losses = { of, values: [numbers.L] };

    for (const each of all("[data-key]")) {
      const own = each.dataset.key;
      const number = numbers[own];
      const path = each.tagName === "path";
      const shown = known.has(own);
      const side = (path || (own[0] === "d" && shown)) && number && (number < 0 ? "minus" : "plus");
      const role = own === key ? "result" : used.includes(own) || (path && key === `d${own}`) ? "used" : "";
      set(each, { class: `${side || ""} ${role}` });
      if (path) set(each, { "stroke-width": clamp(Math.abs(number) * 2, 0.6, 6) });
      else if (each.tagName === "I") {
        each.textContent = shown ? (side === "plus" ? "+" : "") + short(number, 2) : own === key ? "?" : "·";
      } else if (each !== document.activeElement || Math.abs(each.valueAsNumber - number) > 5e-4) {
        each.value = +number.toFixed(3); // a number that is being typed stays as it is
      }
    }

    const progress = `Step ${position} of ${count}`;
    const result = hidden ? "?" : key && short(numbers[key]);
    const equation = key && `${symbols[key]} = ${fill(formula, (used) => symbols[used] ?? sign)}`;
    const forms = key ? [formula, more].filter(Boolean).map(numeric).concat(result) : [];
    tell(".kind", taken.words ? "" : `${progress}${key ? (key[0] === "d" ? ", backward" : ", forward") : ""}`);
    tell(".formula", taken.words ? words.step : equation);
    tell(".filled", taken.filled ?? [...new Set(forms)].map((form) => `= ${form}`).join(" "));
    tell("form button", hidden ? "Check" : "Next");
    find("form").hidden = !read("predict") || !key || taken.words;

    const place = key?.split(" ").slice(2);
    const lit = taken.words ? "step" : key?.split(" ").slice(0, 2).join(" ");
    const { forward, backward, step } = code[given.activation];
    const where = place?.length && !taken.words ? ` # [${place.join(", ")}]` : "";
    const print = (title, lines) => `<b># ${title}</b>\n` +
      lines.map(([own, line]) => (own === lit ? `<mark>${line}${where}</mark>\n` : `${line}\n`)).join("");
    all("pre")[0].innerHTML = print("forward", forward) + print("the step", step);
    all("pre")[1].innerHTML = print("backward", backward);

    const { values } = losses;
    const points = values.map((v, i) =>
      [2 + (116 * i) / Math.max(1, values.length - 1), 28 - (26 * v) / Math.max(...values, 1e-9)].join(" "));
    put(".losses path", { d: `M${points.join("L")}` });
    tell(".losses output", values.length > 1 ? `loss ${values.slice(-2).map((v) => short(v)).join(" → ")}` : "");

    scrub.show(position);
    activation.show(given.activation);
    predict.show(read("predict") ? 1 : "");
    rate.show(read("rate"));
    back.disabled = !position;
    on.disabled = position === count;
    play.textContent = timer ? "Pause" : "Play";
    const says = [verdict, words[kind ?? "begin"]];
    if (kind === "dz") says.push(slopes[given.activation]);
    if (kind === "dz" && numbers[key.replace("dz", "s")] < FLAT) says.push(words.flat);
    if (position === count && !hidden) says.push(words.end);
    const sentence = taken.words ?? says.join(" ").trim();
    say(sentence, !timer && (key && !taken.words ? `${progress}. ${equation} = ${result}. ${sentence}` : sentence));
  }
  const redraw = onFrame(draw);

  const pause = () => {
    clearInterval(timer);
    timer = 0;
    redraw();
  };
  play.onclick = () => {
    if (timer) return pause();
    if (read("position") === count) goTo(0);
    timer = setInterval(() => (read("position") < count ? goTo(read("position") + 1) : pause()), 900);
    redraw();
  };
  [back, on].forEach((button, i) => {
    button.onclick = () => {
      pause();
      goTo(read("position") + [-1, 1][i]);
    };
  });

  // a number that was computed leads to its step, one that was chosen can be changed
  find(".network").onclick = ({ target }) => {
    const index = steps.findIndex(([key]) => key === target.dataset.key);
    if (index >= 0 && !read("predict")) goTo(index + 1);
  };
  const edit = (values, key, number) => {
    const [kind, ...path] = key.split(" ");
    const last = path.pop();
    if (!"wb".includes(kind)) path.pop();
    path.reduce((array, i) => array[i], values[TRAITS[kind]])[last] = number;
  };
  find(".network").oninput = ({ target: { valueAsNumber, dataset } }) => {
    if (Number.isNaN(valueAsNumber)) return;
    const next = state();
    edit(next, dataset.key, clamp(valueAsNumber, -LIMIT, LIMIT));
    change(next);
  };
  root.addEventListener("focusout", redraw);

  find("form").onsubmit = (event) => {
    event.preventDefault();
    const position = read("position");
    if (revealed === position) return goTo(position + 1);
    revealed = position;
    const value = now()[steps[position - 1][0]];
    const off = find("form input").valueAsNumber - value;
    const right = Math.abs(off) <= (CLOSE * Math.abs(value) || 5e-4);
    if (off === off) score = [score[0] + right, score[1] + 1];
    const sign = (off + value) * value < 0 ? ", its sign is wrong" : "";
    const kind = right ? "✓ Right" : `✗ Off by ${short(Math.abs(off))}${sign}`;
    verdict = off === off ? `${kind} (${score.join(" of ")}).` : ""; // without a guess it is only shown
    redraw();
  };

  find(".take").onclick = () => {
    const next = state();
    const numbers = now();
    const moved = (key) => numbers[key] - read("rate") * numbers[`d${key}`];
    const keys = Object.keys(numbers).filter((key) => /^[wb]/.test(key));
    if (!keys.every((key) => Math.abs(moved(key)) <= LIMIT)) return say(words.limit);
    for (const key of keys) edit(next, key, moved(key));
    pause();
    const loss = compute(next, steps).L;
    const verb = loss < numbers.L ? "fell" : loss > numbers.L ? "rose" : "stayed";
    const w = `w ${depth - 1} 0 0`;
    const terms = fill(`{${w}} − ${+read("rate").toFixed(3)}·{d${w}}`, (key) => written(key, numbers[key]));
    const position = steps.findIndex(([key]) => key === "L") + 1;
    losses = { of: JSON.stringify(next), values: [...losses.values, loss] };
    change({ ...next, position });
    revealed = position;
    taken = {
      filled: `${symbols[w]} ← ${terms} = ${short(moved(w))}`,
      words: `${words[verb]} ${short(numbers.L)} → ${short(loss)}.`,
    };
  };
  find(".again").onclick = () => {
    pause();
    change({ ...read("start"), position: 0 });
  };

  watch("weights biases x y activation position predict rate", () => {
    revealed = 0;
    verdict = "";
    taken = {};
    find("form").reset();
    redraw();
  });
  draw();
  return () => {
    clearInterval(timer);
    redraw.cancel();
    end();
  };
}

export default { render };
