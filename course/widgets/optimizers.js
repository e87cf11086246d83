// Optimizers side by side: their paths on the contours of a loss of two weights, and the loss against the steps.

import { element, text, clamp, span, slider, choice, onFrame, stage } from "./shared.js";
import { drag } from "./drag.js";
import { surfaces, rules, walk, tell, steepest } from "./descent.js";

const REACH = [4, 3]; // the plane is shown from −4 to 4 and from −3 to 3
const UNIT = 54; // pixels
const [WIDE, HIGH] = REACH.map((reach) => 2 * reach * UNIT);
const [COLUMNS, LINES] = [2 * WIDE, 2 * HIGH]; // of the canvas
const [LONG, LOW] = [366, 190]; // the curve of the losses
const [LEFT, RIGHT, BOTTOM] = [34, 356, 158]; // its axes
const SCENE = "surface optimizers learning_rate start noise steps draws";
const A_STEP = 60; // milliseconds, while playing

const label = (x, y, words, kind = "middle") => `<text x="${x}" y="${y}" class="${kind}">${words}</text>`;

const MARKUP = `
  <div class="bar"><button data-do="play"></button><button data-do="step">Step</button>
    <button data-do="reset">Reset</button></div>
  <div class="columns">
    <div class="plane"><canvas width="${COLUMNS}" height="${LINES}"></canvas>
      <svg viewBox="0 0 ${WIDE} ${HIGH}" aria-hidden="true"><g class="paths"></g><circle class="dot" r="7"/>
        ${label(WIDE - 6, HIGH - 8, "w₁ →", "end")}${label(6, 16, "w₂ ↑", "")}</svg></div>
    <div><figure><figcaption>loss against steps</figcaption>
        <svg class="losses" viewBox="0 0 ${LONG} ${LOW}" aria-hidden="true"><g class="axes"></g>
          <g class="paths"></g><path class="drop"/></svg></figure>
      <div class="rows"></div>
      <label class="common"><input type="checkbox"> one rate for all</label></div>
  </div>
  <div class="controls"></div>
  <p class="formula"></p><p class="filled"></p>`;

/** A loss with two digits. */
const small = (value) => (value < 1e-3 ? value.toExponential(1) : value.toPrecision(2)).replace("-", "−");

function render({ model, el }) {
  const { root, find, put, change, watch, say, end } = stage({ model, el }, "optimizers", "Optimizer paths", MARKUP);
  const read = (name) => model.get(name);
  const names = Object.keys(rules);
  let now = read("step");
  let timer = 0;
  let told = read("optimizers")[0]; // whose step is told in numbers
  let drawn = ""; // the surface that is drawn

  const scrub = slider("step", { min: 0, max: read("steps"), step: 1, digits: 0 }, go);
  find(".bar").append(scrub.root);
  const surface = choice("surface", Object.keys(surfaces).map((name) => [name, name]), (name) =>
    change({ surface: name, start: surfaces[name].start }));
  const starts = ["start w₁", "w₂"].map((title, i) =>
    slider(title, { min: -REACH[i], max: REACH[i], step: 0.05, digits: 2 }, (value) =>
      change({ start: read("start").with(i, value) })));
  const noise = slider("noise", { min: 0, max: 5, step: 0.25, digits: 2 }, (value) => change({ noise: value }));
  const which = choice("in numbers", names.map((name) => [name, rules[name].title]), (value) => {
    told = value;
    redraw();
  });
  find(".controls").append(...[surface, ...starts, noise, which].map((control) => control.root));

  const common = find(".common input");
  common.checked = new Set(Object.values(read("learning_rate"))).size === 1;
  const rows = names.map((name) => {
    const { title, mark } = rules[name];
    const row = element(`<div class="optimizer ${name}"><label><input type="checkbox">
      <svg viewBox="0 0 40 14"><path class="line" d="M0 7H40"/>
        <path class="mark" transform="translate(20 7) scale(2)" d="M0 0${mark}"/></svg>${title}</label>
      <input type="range" min="-3" max="0.5" step="0.02" aria-label="learning rate of ${title}">
      <output></output><output></output></div>`);
    const [shown, rate, ...outputs] = row.querySelectorAll("input, output");
    shown.onchange = () => {
      const left = rows.filter((each) => each.shown.checked).map((each) => each.name);
      if (left.length) change({ optimizers: left });
      redraw();
    };
    rate.oninput = () => {
      const value = Number((10 ** rate.value).toPrecision(2));
      const changed = (common.checked ? names : [name]).map((each) => [each, value]);
      change({ learning_rate: { ...read("learning_rate"), ...Object.fromEntries(changed) } });
    };
    find(".rows").append(row);
    return { name, shown, rate, outputs };
  });

  function draw() {
    const scene = Object.fromEntries(SCENE.split(" ").map((key) => [key, read(key)]));
    const { start, steps, optimizers, learning_rate: rates } = scene;
    const paths = Object.fromEntries(optimizers.map((name) => [name, walk(scene, name)]));
    now = Math.min(now, steps);
    if (!paths[told]) told = optimizers[0];
    drawSurface(scene.surface);

    const at = ([x, y]) => [WIDE / 2 + x * UNIT, HIGH / 2 - y * UNIT].map((v) => v.toFixed(1));
    const across = (t) => (LEFT + (t / steps) * (RIGHT - LEFT)).toFixed(1);
    const up = (power) => (BOTTOM - clamp((power + 6) / 9, 0, 1) * (BOTTOM - 6)).toFixed(1); // 10⁻⁶ to 10³
    let [lines, curves] = ["", ""];
    for (const name of optimizers) {
      const { mark } = rules[name];
      const line = (points, kind = "") => `<path class="line ${kind}" d="M${points.join("L")}"/>`;
      const ends = (points) => `${line(points)}<path class="mark head" d="M0 0${mark}"
        transform="translate(${points.at(-1)}) scale(2.4)"/></g>`;
      const path = paths[name].slice(0, now + 1);
      // places far outside would fill the plane with lines
      const places = path.filter(({ w }) => Math.hypot(...w) < 9).map(({ w }) => at(w));
      lines += `<g class="${name}"><path class="mark" d="${places.map((each) => `M${each}${mark}`).join("")}"/>` +
        ends(places);
      const curve = paths[name].map(({ loss }, t) => `${across(t)} ${up(Math.log10(loss))}`);
      curves += `<g class="${name}">` + line(curve, "rest") + ends(curve.slice(0, now + 1));
    }
    find(".plane .paths").innerHTML = lines;
    find(".losses .paths").innerHTML = curves;
    find(".losses .axes").innerHTML = ["⁻⁶", "⁻³", "⁰", "³"].map((power, i) =>
      `<path d="M${LEFT} ${up(3 * i - 6)}H${RIGHT}"/>` +
      label(LEFT - 6, +up(3 * i - 6) + 4, `10${power}`, "end")).join("") +
      span(0, steps, 5).map((t) => label(across(t), BOTTOM + 14, Math.round(t))).join("") +
      label(LONG / 2, LOW - 3, "step");
    put(".losses .drop", { d: `M${across(now)} 6V${BOTTOM}` });
    const [cx, cy] = at(start);
    put(".dot", { cx, cy });

    for (const { name, shown, rate, outputs } of rows) {
      const path = paths[name];
      shown.checked = path;
      rate.value = Math.log10(rates[name]);
      rate.ariaValueText = rates[name];
      outputs[0].textContent = `η = ${rates[name]}`;
      outputs[1].textContent = path ? (path[now] ? `loss ${small(path[now].loss)}` : "diverged") : "";
    }
    scrub.input.max = steps;
    scrub.show(now);
    surface.show(scene.surface);
    starts.forEach((control, i) => control.show(start[i]));
    noise.show(scene.noise);
    which.show(told);
    find("[data-do]").textContent = timer ? "Pause" : "Play";
    find(".formula").textContent = `${rules[told].title}: ${rules[told].formula}`;
    find(".filled").textContent = tell(told, rates[told], paths[told][now] ?? paths[told].at(-1));
    const sentence = describe(scene.surface, optimizers, start, rates, paths);
    say(sentence, !timer && sentence);
  }
  const redraw = onFrame(draw);

  /** Who is lowest, who diverged, and where the steps of SGD become too long. */
  function describe(name, optimizers, start, rates, paths) {
    const [best] = optimizers.filter((each) => paths[each][now])
      .toSorted((a, b) => paths[a][now].loss - paths[b][now].loss);
    const curvature = steepest(name, start);
    return (best ? `After ${now} steps ${rules[best].title} is lowest: loss ${small(paths[best][now].loss)}. ` : "") +
      optimizers.map((each) => paths[each][now] ? "" : `${rules[each].title} diverged at step ` +
        `${paths[each].length - 1}: η = ${rates[each]} overshoots. `).join("") +
      `Steepest curvature at the start: λ = ${text(curvature)}; ` +
      `SGD overshoots there above η = 2 / λ = ${text(2 / curvature)}.`;
  }

  /** Grey, the higher the stronger, with a line where the loss passes a level. */
  function drawSurface(name) {
    if (drawn === name) return;
    drawn = name;
    const { value } = surfaces[name];
    const pixels = new Uint32Array(COLUMNS * LINES); // a byte each: alpha, blue, green, red
    const band = (i, j) => Math.floor(4 * Math.log10(0.02 + value(
      (i / COLUMNS - 0.5) * 2 * REACH[0], (0.5 - j / LINES) * 2 * REACH[1])));
    pixels.forEach((_, k) => {
      const [i, j] = [k % COLUMNS, (k / COLUMNS) | 0];
      const here = band(i, j);
      const flat = here === band(i + 1.5, j) && here === band(i, j + 1.5);
      pixels[k] = 0x808080 + 0x1000000 * (flat ? clamp(8 * here + 40, 0, 110) : 170);
    });
    find("canvas").getContext("2d").putImageData(
      new ImageData(new Uint8ClampedArray(pixels.buffer), COLUMNS), 0, 0);
  }

  /** Stop at a step. */
  function go(step) {
    clearInterval(timer);
    timer = 0;
    now = clamp(step, 0, read("steps"));
    change({ step: now });
    redraw();
  }
  function play() {
    if (timer) return go(now);
    if (now >= read("steps")) now = 0;
    timer = setInterval(() => {
      now += 1;
      if (now >= read("steps")) go(now);
      redraw();
    }, A_STEP);
    redraw();
  }
  const actions = { play, step: () => go(now + 1), reset: () => go(0) };
  find(".bar").onclick = ({ target }) => actions[target.dataset.do]?.();

  drag(find(".plane"), (event) => {
    const { left, bottom, width, height } = find(".plane").getBoundingClientRect();
    const shares = [(event.clientX - left) / width, (bottom - event.clientY) / height];
    change({ start: shares.map((v, i) => Math.round((clamp(v, 0, 1) - 0.5) * REACH[i] * 40) / 20) });
  });

  watch(SCENE, redraw);
  watch("step", () => go(read("step")));
  draw();
  return () => {
    clearInterval(timer);
    redraw.cancel();
    end();
  };
}

export default { render };
