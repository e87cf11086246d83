// One neuron of two inputs: its line in the plane, its output along the direction of its weights.

import { set, text, clamp, span, slider, choice, onFrame, stage } from "./shared.js";
import { drag } from "./drag.js";
import { functions, names } from "./functions.js";
import { brief, inside, plot, words } from "./plot.js";

const SIDE = 316; // the plane's side in pixels
const HALF = SIDE / 2;
const WIDTH = 440; // the curve's width
const FAR = HALF * Math.SQRT2; // from the plane's centre to its corner
const ARROW = 0.5; // the arrow's length for weights of size 1, in units of the plane
const RANGES = { sigmoid: [-0.12, 1.12, 0.5], tanh: [-1.2, 1.2, 0.5], linear: [-4.2, 4.2, 2] };
const OTHER_RANGE = [-2.2, 4.2, 2];

const MARKUP = `
  <div class="formulas"><p class="formula"></p><p class="filled"></p></div>
  <div class="plots">
    <figure><figcaption>the plane of inputs</figcaption>
      <svg class="plane" viewBox="0 0 ${SIDE} ${SIDE}" aria-hidden="true">
        <linearGradient gradientUnits="userSpaceOnUse" x1="${-FAR}" x2="${FAR}">${"<stop/>".repeat(49)}</linearGradient>
        <rect class="ground" width="${SIDE}" height="${SIDE}"/><g class="axes"></g><g class="data"></g>
        <path class="drop"/><circle class="dot" r="6"/>
        <g class="turned"><path class="boundary" d="M0 -999V999"/><path class="handle" d="M0 -999V999"/>
          <path class="arrow"/><circle class="grip" r="13"/>
          <text class="sign plus">+</text><text class="sign minus">−</text></g>
      </svg></figure>
    <figure><figcaption>the output along the direction of w</figcaption>
      <svg class="section" viewBox="0 0 ${WIDTH} ${SIDE}" aria-hidden="true">
        <g class="axes"></g>
        <svg ${inside(WIDTH, SIDE)}><path class="area minus"/><path class="area plus"/><path class="curve"/></svg>
        <g class="data"></g><path class="drop"/><circle class="dot" r="6"/><text class="reading"></text>
      </svg></figure>
  </div>
  <div class="controls"></div>`;

/** What the neuron computes at the point x: z = w·x + b and f(z). */
export function output({ weights: w, bias: b, activation }, x) {
  const z = w[0] * x[0] + w[1] * x[1] + b;
  return { z, f: functions[activation].value(z) };
}

const short = (value) => brief(value, 1);

/** "1.0·x₁ − 1.0·x₂ + 0.0" */
function sum([w1, w2], [x1, x2], b) {
  const next = (value) => ` ${value < 0 ? "−" : "+"} ${short(Math.abs(value))}`;
  return `${short(w1)}·${x1}${next(w2)}·${x2}${next(b)}`;
}

/** A data point: a circle with a + or a square with a −, so that colour is never alone. */
function marker(label, size, [x, y]) {
  const kind = ["minus", "plus"][label] ?? "";
  const side = 2 * size;
  const shape = label === 0 ? `<path d="M${-size} ${-size}h${side}v${side}h${-side}Z"/>` : `<circle r="${size}"/>`;
  const bar = size * 0.55;
  const sign = kind && `M${-bar} 0H${bar}${label ? `M0 ${-bar}V${bar}` : ""}`;
  return `<g class="datum ${kind}" transform="translate(${x} ${y})">${shape}<path d="${sign}"/></g>`;
}

function render({ model, el }) {
  const { root, find, put, change, watch, say, end } = stage({ model, el }, "neuron", "One neuron", MARKUP);
  const read = (name) => model.get(name);
  const plane = find(".plane");
  const reach = read("reach"); // the plane shows −reach … reach
  let hovered = null;
  let foot = null; // the arrow's start, on the line
  let pivot = null; // the same while the arrow's tip is dragged

  const round = (value, size) => clamp(Math.round(value * 10) / 10, -size, size);
  const sliders = (name, labels, size) => labels.map((label, i) =>
    slider(label, { min: -size, max: size }, (value) => change({ [name]: read(name).with(i, value) })));
  const weights = sliders("weights", ["w₁", "w₂"], 3);
  const inputs = sliders("point", ["x₁", "x₂"], reach);
  const bias = slider("b", { min: -5, max: 5 }, (value) => change({ bias: value }));
  const activation = choice("activation", names, (value) => change({ activation: value }));
  find(".controls").append(...[...weights, bias, ...inputs, activation].map((control) => control.root));

  const id = `lines${Math.random()}`; // every explorable on the page needs its own
  put("linearGradient", { id });
  put(".ground", { fill: `url(#${id})` });

  function draw() {
    const now = { weights: read("weights"), bias: read("bias"), activation: read("activation") };
    const { weights: w, bias: b } = now;
    const x = hovered ?? read("point");
    const { z, f } = output(now, x);
    const size = Math.hypot(...w);
    const n = size ? w.map((v) => v / size) : [1, 0];
    drawPlane(now, size, n, x, z);
    drawSection(now, size, n, x, z, f);

    weights.forEach((control, i) => control.show(w[i]));
    inputs.forEach((control, i) => control.show(x[i]));
    bias.show(b);
    activation.show(now.activation);

    const { title, symbol = title } = functions[now.activation];
    const applied = (inner) => (symbol ? `${symbol}(${inner})` : inner);
    const numbers = x.map((v) => (v < 0 ? `(${short(v)})` : short(v)));
    const steps = [sum(w, numbers, b), text(z)].map(applied);
    if (symbol) steps.push(text(f, 3));
    const point = x.map(short).join(", ");
    find(".formula").textContent = `f(x) = ${applied(sum(w, ["x₁", "x₂"], b))}`;
    find(".filled").textContent = `f(${point}) = ${steps.join(" = ")}`;

    const where = !size ? "every input gives the same" : z ? `on the ${z > 0 ? "+" : "−"} side` : "on the line";
    const labels = read("labels");
    const right = labels.filter((label, i) => output(now, read("points")[i]).z > 0 === label > 0);
    const score = ` ${right.length} of ${labels.length} data points lie on their side of the line.`;
    say(`Point (${point}): ${where}, z = ${text(z)}, output ${text(f, 3)}.${labels.length ? score : ""}`);
  }
  const redraw = onFrame(draw);

  function drawPlane({ bias: b, weights: w, activation: name }, size, n, x, z) {
    const f = functions[name].value;
    const unit = HALF / reach;
    const at = (p) => [HALF + p[0] * unit, HALF - p[1] * unit];
    const angle = (Math.atan2(-n[1], n[0]) * 180) / Math.PI;

    // shading: how far the output is from its value on the line
    const middle = f(0);
    const strongest = Math.max(Math.abs(f(4) - middle), Math.abs(f(-4) - middle));
    put("linearGradient", { gradientTransform: `translate(${HALF} ${HALF}) rotate(${angle})` });
    const stops = root.querySelectorAll("stop");
    span(-1, 1, stops.length - 1).forEach((share, i) => {
      const above = (f((size * share * FAR) / unit + b) - middle) / strongest;
      const color = `var(--${above > 0 ? "plus" : "minus"}-fill)`;
      const opacity = 0.75 * Math.min(1, Math.abs(above));
      set(stops[i], { offset: (share + 1) / 2, style: `stop-color:${color};stop-opacity:${opacity}` });
    });

    foot = pivot ?? n.map((v) => (size ? (-b * v) / size : 0));
    const length = ARROW * size * unit;
    put(".turned", { transform: `translate(${at(foot)}) rotate(${angle})`, visibility: size ? "visible" : "hidden" });
    put(".arrow", { d: `M0 0H${length - 7}M${length} 0l-10 -5v10Z` });
    put(".grip", { cx: length });
    put(".sign.plus", { transform: `translate(20 ${HALF / 2}) rotate(${-angle})` });
    put(".sign.minus", { transform: `translate(-20 ${HALF / 2}) rotate(${-angle})` });

    const [cx, cy] = at(x);
    put(".plane .drop", { d: `M${cx} ${cy}L${at(x.map((v, i) => v - (size ? (n[i] * z) / size : 0)))}` });
    put(".plane .dot", { cx, cy });
    const ticks = [-2, -1, 1, 2].map((t) => (t * reach) / 3);
    find(".plane .axes").innerHTML =
      `<path d="M0 ${HALF}H${SIDE}M${HALF} 0V${SIDE}"/>` +
      ticks.map((t) =>
        words(HALF + t * unit, HALF + 14, brief(t), 'class="middle"') +
        words(HALF - 6, HALF - t * unit + 4, brief(t), 'class="end"')).join("") +
      words(SIDE - 6, HALF - 7, "x₁", 'class="name end"') + words(HALF + 8, 15, "x₂", 'class="name"');
    find(".plane .data").innerHTML = read("points").map((p, i) => marker(read("labels")[i], 5, at(p))).join("");
  }

  function drawSection(now, size, n, x, z, y) {
    const f = functions[now.activation].value;
    const far = reach * Math.SQRT2;
    const { across, up, axes, path, left, bottom } = plot(WIDTH, SIDE, [-far, far, (reach * 2) / 3],
      RANGES[now.activation] ?? OTHER_RANGE, "distance from the origin along w");
    const along = (p) => across(p[0] * n[0] + p[1] * n[1]);
    const curve = (from, to) => path((s) => f(size * s + now.bias), from, to);
    const zero = clamp(size ? -now.bias / size : -now.bias * 1e9, -far, far);
    const middle = up(f(0));
    put(".curve", { d: `M${curve(-far, far)}` });
    put(".area.minus", { d: `M${left} ${middle}L${curve(-far, zero)}V${middle}Z` });
    put(".area.plus", { d: `M${across(zero)} ${middle}L${curve(zero, far)}V${middle}Z` });
    find(".section .axes").innerHTML = axes + (size ? `<path class="boundary" d="M${across(zero)} 6V${bottom}"/>` : "");
    find(".section .data").innerHTML = read("points").map((p, i) =>
      marker(read("labels")[i], 3.5, [along(p), up(output(now, p).f)])).join("");

    const [cx, cy] = [along(x), up(y)];
    put(".section .drop", { d: `M${cx} ${bottom}V${cy}H${left}` });
    put(".section .dot", { cx, cy });
    const [side, shift] = cx > WIDTH / 2 ? ["end", -11] : ["start", 11]; // where there is room
    put(".reading", { x: cx + shift, y: cy + (cy < 40 ? 20 : -10), "text-anchor": side });
    find(".reading").textContent = `z = ${text(z)}, f = ${text(y, 3)}`;
  }

  // hovering looks at a point, pressing chooses it; the line and the arrow's tip can be dragged
  const under = (event) => {
    const box = plane.getBoundingClientRect();
    const shares = [(event.clientX - box.left) / box.width, (box.bottom - event.clientY) / box.height];
    return shares.map((share) => round((2 * share - 1) * reach, reach));
  };
  const hover = (point) => {
    hovered = point;
    redraw();
  };
  plane.addEventListener("pointermove", (event) => hover(event.buttons ? null : under(event)));
  plane.addEventListener("pointerleave", () => hover(null));
  const through = (w, x) => round(-w[0] * x[0] - w[1] * x[1], 5); // the bias with which the line goes through x
  drag(plane, (event) => change({ point: under(event) }));
  drag(find(".handle"), (event) => change({ bias: through(read("weights"), under(event)) }));
  const turn = (event) => {
    pivot ??= foot;
    const next = under(event).map((v, i) => round((v - pivot[i]) / ARROW, 3));
    change({ weights: next, bias: through(next, pivot) });
  };
  drag(find(".grip"), turn, () => {
    pivot = null;
    redraw();
  });

  watch("weights bias activation point points labels", redraw);
  draw();
  return () => {
    redraw.cancel();
    end();
  };
}

export default { render };
