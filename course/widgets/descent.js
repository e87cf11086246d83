// Losses of two weights, and the rules of the optimizers that go down them: as in Python, number by number.

import { text } from "./shared.js";

const FAR = 1e3; // a weight beyond this has diverged
const [BETA, BETA_2, EPSILON] = [0.9, 0.999, 1e-7];

const H = 1e-4; // for differences

export const surfaces = {
  bowl: { value: (x, y) => (x * x + y * y) / 2, gradient: (x, y) => [x, y], start: [-3, 2] },
  valley: { value: (x, y) => 0.15 * x * x + 9 * y * y, gradient: (x, y) => [0.3 * x, 18 * y], start: [-3.5, 1] },
  saddle: {
    value: (x, y) => (x * x - y * y) / 2 + y ** 4 / 20 + 1.25,
    gradient: (x, y) => [x, -y + y ** 3 / 5],
    start: [-3, 0.01],
  },
  rosenbrock: {
    value: (x, y) => 0.05 * (x - 2) ** 2 + 2 * (y + 1 - (x * x) / 4) ** 2,
    gradient(x, y) {
      const above = y + 1 - (x * x) / 4;
      return [0.1 * (x - 2) - 2 * x * above, 4 * above];
    },
    start: [-3, 2.5],
  },
  "two minima": {
    value: (x, y) => ((x + 2) ** 2 * ((x - 2) ** 2 + 0.5)) / 16 + (y * y) / 2,
    gradient: (x, y) => [((x + 2) * ((x - 2) ** 2 + 0.5) + (x + 2) ** 2 * (x - 2)) / 8, y],
    start: [3.5, 2],
  },
};

const pair = (values) => `(${values.map((v) => text(v, 3)).join(", ")})`;

/**
 * The rules: `move` writes into weight i's memory m[i], v[i] and gives the weight's change, `told` is the step in
 * numbers; `mark` is drawn about a point.
 */
export const rules = {
  sgd: {
    title: "SGD",
    formula: "w ← w − η·g",
    mark: "m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
    move: (i, g, rate) => -rate * g,
    told: (rate) => ["", `− ${rate}·g`],
  },
  momentum: {
    title: "momentum",
    formula: "m ← 0.9·m − η·g, w ← w + m",
    mark: "m-2-2h4v4h-4Z",
    move: (i, g, rate, m) => (m[i] = BETA * m[i] - rate * g),
    told: (rate, { m }) => [`m = ${pair(m)}, `, "+ m"],
  },
  rmsprop: {
    title: "RMSProp",
    formula: "v ← 0.9·v + 0.1·g², w ← w − η·g / √v",
    mark: "m0-3l2.8 5h-5.6Z",
    move(i, g, rate, m, v) {
      v[i] += (g * g - v[i]) * (1 - BETA);
      return (-rate * g) / Math.sqrt(v[i] + EPSILON);
    },
    told: (rate, { v }) => [`√v = ${pair(v.map(Math.sqrt))}, `, `− ${rate}·g / √v`],
  },
  adam: {
    title: "Adam",
    formula: "w ← w − η·m̂ / √v̂, with the running means m̂ of g (0.9) and v̂ of g² (0.999)",
    mark: "m0-3l3 3l-3 3l-3-3Z",
    move(i, g, rate, m, v, t) {
      m[i] += (g - m[i]) * (1 - BETA);
      v[i] += (g * g - v[i]) * (1 - BETA_2);
      return (((-rate * Math.sqrt(1 - BETA_2 ** t)) / (1 - BETA ** t)) * m[i]) / (Math.sqrt(v[i]) + EPSILON);
    },
    told(rate, { m, v, t }) {
      const mean = (values, beta) => values.map((each) => each / (1 - beta ** t));
      const root = mean(v, BETA_2).map(Math.sqrt);
      return [`m̂ = ${pair(mean(m, BETA))}, √v̂ = ${pair(root)}, `, `− ${rate}·m̂ / √v̂`];
    },
  },
};

/** An optimizer's path: the weights w, the loss there, and what led to them. It ends where it diverges. */
export function walk({ surface, learning_rate, start, noise, steps, draws }, name) {
  const { value, gradient } = surfaces[surface];
  const [m, v] = [[0, 0], [0, 0]];
  const path = [{ w: start, loss: value(...start), g: gradient(...start), t: 0 }];
  for (let t = 1; t <= steps && path.at(-1).w.every((each) => Math.abs(each) <= FAR); t++) {
    const before = path.at(-1).w;
    const g = gradient(...before).map((slope, i) => slope + noise * draws[t - 1][i]);
    const w = before.map((each, i) => each + rules[name].move(i, g[i], learning_rate[name], m, v, t));
    path.push({ w, loss: value(...w), before, g, m: [...m], v: [...v], t });
  }
  return path;
}

/** A step in numbers. */
export function tell(name, rate, step) {
  if (!step.t) return `start: w = ${pair(step.w)}, slope g = ${pair(step.g)}`;
  const [first, change] = rules[name].told(rate, step);
  return `step ${step.t}: g = ${pair(step.g)}, ${first}w ← ${pair(step.before)} ${change} = ${pair(step.w)}`;
}

/** The largest curvature of a surface at a place: the larger eigenvalue of its matrix of second derivatives. */
export function steepest(surface, [x, y]) {
  const slope = (dx, dy) => surfaces[surface].gradient(x + dx, y + dy);
  const [[a, b], [c, d], [, e], [, f]] = [slope(H, 0), slope(-H, 0), slope(0, H), slope(0, -H)];
  return (a - c + e - f + Math.hypot(a - c - e + f, 2 * (b - d))) / H / 4;
}
