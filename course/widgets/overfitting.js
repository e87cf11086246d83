// A noisy curve and models of growing size: the fit, and the errors on training and validation points.

import { clamp, span, slider, choice, onFrame, stage } from "./shared.js";
import { drag } from "./drag.js";
import { plot, inside, words } from "./plot.js";
import { logPlot, short } from "./logplot.js";
import { MOST, HALF, curve, fitAll } from "./fits.js";

const [WIDE, HIGH] = [420, 312]; // the fit
const [LONG, TALL] = [378, 312]; // the errors
const SCENE = "model size points noise decay seed";
const PARTS = 150; // of the curves
const GRID = span(-HALF, HALF, PARTS);
const ROUND = "a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0-7.2 0";
const WORDS = { network: "one hidden layer of tanh", polynomial: "polynomial" };

const MARKUP = `
  <div class="plots">
    <figure><figcaption><b>the fit</b> <i class="truth">true curve</i> <i class="model">model</i>
        <i class="point">training</i> <i class="other">validation</i></figcaption>
      <svg viewBox="0 0 ${WIDE} ${HIGH}" aria-hidden="true"><g class="axes"></g>
        <svg ${inside(WIDE, HIGH)}><path class="others"/><path class="truth"/><path class="curve"/></svg>
        <path class="datum"/></svg></figure>
    <figure><figcaption><b>mean square error</b> <i class="train">training</i>
        <i class="validation">validation</i> <i class="floor">the noise</i></figcaption>
      <svg class="errors" viewBox="0 0 ${LONG} ${TALL}" aria-hidden="true"><g class="axes"></g>
        <path class="full"/><path class="floor"/><path class="validation"/><path class="train"/><path class="drop"/>
        <circle class="sweet" r="7"/><g class="now"></g><g class="words"></g></svg></figure>
  </div>
  <p class="formula"></p><p class="filled"></p><div class="controls"></div>`;

function render({ model, el }) {
  const { find, put, change, watch, say, end } = stage({ model, el }, "overfitting", "Overfitting", MARKUP);
  const scene = () => Object.fromEntries(SCENE.split(" ").map((name) => [name, model.get(name)]));
  let errors; // the plot of the errors
  let fits; // of all sizes
  let fitted = ""; // to what

  const whole = { step: 1, digits: 0 };
  const kind = choice("model", Object.entries(WORDS), (value) => change({ model: value }));
  const size = slider("model size", { min: 1, max: MOST, ...whole }, (value) => change({ size: value }));
  const points = slider("data size", { min: 5, max: 200, ...whole }, (value) => change({ points: value }));
  const noise = slider("noise", { min: 0, max: Math.max(0.5, model.get("noise")), step: 0.01, digits: 2 }, (value) =>
    change({ noise: value }));
  const decay = slider("weight decay λ", { min: -9, max: 1, step: 0.5 }, (power) =>
    change({ decay: Number((10 ** power).toPrecision(3)) }));
  const again = Object.assign(document.createElement("button"), { textContent: "Draw new points" });
  again.onclick = () => change({ seed: model.get("seed") + 1 });
  find(".controls").append(...[size, points, noise, kind, decay].map((control) => control.root), again);

  function draw() {
    const now = scene();
    const setting = JSON.stringify({ ...now, size: 0 });
    if (setting !== fitted) fits = fitAll(now, GRID);
    fitted = setting;
    const { train, validation, curves } = fits;
    const best = validation.indexOf(Math.min(...validation)) + 1;
    drawFit(curves[now.size - 1]);
    drawErrors(now, best);

    const [error, unseen, least] = [train[now.size - 1], validation[now.size - 1], validation[best - 1]].map(short);
    const penalty = now.decay > 1e-9 ? ` + ${short(now.decay)} Σ w²` : "";
    find(".formula").textContent = now.model === "polynomial"
      ? `f(x) = w₀ + w₁P₁ + … of degree ${now.size - 1}, so that Σ (y − f(x))²${penalty} is smallest`
      : `f(x) = b + Σ wⱼ tanh(zⱼ) over ${now.size - 1} hidden neuron${now.size === 2 ? "" : "s"}, ` +
        `so that Σ (y − f(x))²${penalty} is smallest`;
    find(".filled").textContent = `${now.size} weight${now.size > 1 ? "s" : ""} for ${now.points} points: ` +
      `training error ${error}, validation error ${unseen}; the noise alone is σ² = ${short(now.noise ** 2)}`;
    kind.show(now.model);
    size.show(now.size);
    points.show(now.points);
    noise.show(now.noise);
    decay.show(Math.log10(now.decay));
    decay.input.ariaValueText = decay.root.querySelector("output").textContent =
      now.decay > 1e-9 ? short(now.decay) : "none";
    const excess = validation[now.size - 1] / validation[best - 1];
    const verdict = excess < 1.25 ? "About right: the validation error is near its lowest" :
      train[now.size - 1] > validation[best - 1] ? "Underfits: the model is too stiff, on training points too" :
      now.size < now.points ? "Overfits: the model follows the noise of its training points" :
      "Overfits: it goes through every training point, noise and all";
    say(`${verdict}. Sweet spot: ${best} weight${best > 1 ? "s" : ""}, validation error ${least}.`);
  }
  const redraw = onFrame(draw);

  function drawFit(values) {
    const { across, up, axes, path } = plot(WIDE, HIGH, [-2, 2, 1], [-2, 2, 1], "x");
    const at = (x, y) => `${across(x).toFixed(1)} ${up(y).toFixed(1)}`;
    // at the places that the path asks for; far outside a curve needs no place of its own
    const value = (x) => clamp(values[Math.round(((x + HALF) / 2 / HALF) * PARTS)], -99, 99);
    const { x, y, xs, ys } = fits;
    find(".axes").innerHTML = axes;
    put("svg .truth", { d: `M${path(curve, -HALF, HALF)}` });
    put(".curve", { d: `M${path(value, -HALF, HALF)}` });
    put(".others", { d: xs.map((each, i) => `M${at(each, ys[i])}m-2.5 0h5m-2.5-2.5v5`).join("") });
    put(".datum", { d: x.map((each, i) => `M${at(each, y[i])}m-3.6 0${ROUND}`).join("") });
  }

  function drawErrors({ size: count, points: n, noise: sigma }, best) {
    const { train, validation } = fits;
    const ticks = span(0, MOST, MOST / 4).map((v) => v || 1);
    errors = logPlot(LONG, TALL, [1, MOST], ticks, [-4, 2], "model size (weights)");
    const { across, up, axes, line, top, bottom, left, right } = errors;
    find(".errors .axes").innerHTML = axes;
    put(".errors .train", { d: line(train) });
    put(".errors .validation", { d: line(validation) });
    put(".errors .floor", { d: sigma ? `M${left} ${up(sigma ** 2)}H${right}` : "" });
    put(".full", { d: n <= MOST ? `M${across(n)} ${top}V${bottom}` : "" });
    put(".drop", { d: `M${across(count)} ${top}V${bottom}` });
    put(".sweet", { cx: across(best), cy: up(validation[best - 1]) });
    find(".words").innerHTML =
      words(clamp(across(best), 75, LONG - 42), up(validation[best - 1]) - 14, "sweet spot", 'class="spot middle"') +
      (n <= MOST ? words(across(n) - 4, top + 12, `${n} points`, 'class="end"') : "");
    find(".now").innerHTML = [["train", train], ["validation", validation]].map(([name, values]) =>
      `<circle class="${name}" cx="${across(count)}" cy="${up(values[count - 1])}" r="4.5"/>`).join("");
  }

  drag(find(".errors"), (event) => change({ size: errors.at(find(".errors"), event) }));
  watch(SCENE, redraw);
  draw();
  return () => {
    redraw.cancel();
    end();
  };
}

export default { render };
