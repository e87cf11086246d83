// Curves fitted by least squares, all model sizes at once, number by number as in Python.

import { normal, uniform } from "./draws.js";

export const MOST = 24; // parameters
export const HALF = 2; // x lies between −2 and 2
export const VALIDATION = 200; // points

export const curve = (x) => 0.75 * Math.sin(3 * x) + x / 8;

/** The points of a scene: `x` and `y` to fit, and `xs` and `ys` to validate with. */
export function sample({ points, noise, seed }) {
  const [places, throws] = [uniform(2 * seed, 2 * VALIDATION), normal(2 * seed + 1, 2 * VALIDATION)];
  // training points at steps of the golden section are spread evenly, however many there are
  const all = places.map((u, i) => (2 * (i < VALIDATION ? u : (0.618034 * i + 0.04 * u) % 1) - 1) * HALF);
  const values = all.map((x, i) => curve(x) + noise * throws[i]);
  return {
    xs: all.slice(0, VALIDATION),
    ys: values.slice(0, VALIDATION),
    x: all.slice(VALIDATION, VALIDATION + points),
    y: values.slice(VALIDATION, VALIDATION + points),
  };
}

/** What the weights are multiplied with: for a number k, a function of x. */
export const features = {
  network(k) {
    if (!k) return () => 1;
    const centre = (((k - 1) * 0.618034) % 1) * 2 * HALF - HALF;
    const slope = k % 2 ? 2.5 : -2.5;
    return (x) => Math.tanh(slope * (x - centre));
  },
  polynomial: (k) => (x) => {
    let [before, value] = [0, 1];
    for (let n = 0; n < k; n++) [before, value] = [value, ((2 * n + 1) * (x / HALF) * value - n * before) / (n + 1)];
    return Math.sqrt(2 * k + 1) * value;
  },
};

/**
 * The models of 1, 2, … weights that have the smallest Σ (y − f)² + decay·Σ w²: their mean squared errors `train`
 * and `validation`, their values at `grid` as `curves`, and the points.
 *
 * The features are made orthogonal one after the other, on the points and a row for each weight's decay; each model
 * is the one before it and one more of these directions, so that all of them cost as much as the largest.
 */
export function fitAll(scene, grid) {
  const { x, y, xs, ys } = sample(scene);
  const [n, m] = [x.length, xs.length];
  const everywhere = [...x, ...xs, ...grid];
  const root = Math.sqrt(scene.decay);
  const directions = []; // on the points, then one row for each weight; then on all other x
  const residual = Float64Array.from({ length: n + MOST }, (_, i) => y[i] ?? 0);
  const values = new Float64Array(everywhere.length); // of the model
  const found = { train: [], validation: [], curves: [] };
  for (let k = 0; k < MOST; k++) {
    const f = features[scene.model](k);
    const seen = Float64Array.from(everywhere, f);
    const rows = Float64Array.from({ length: n + MOST }, (_, i) => (i < n ? seen[i] : i === n + k ? root : 0));
    // twice, for the first time leaves rounding errors where features are nearly alike
    for (const other of [...directions, ...directions]) {
      const share = dot(rows, other.rows);
      add(rows, other.rows, -share);
      add(seen, other.seen, -share);
    }
    const size = Math.sqrt(dot(rows, rows));
    rows.forEach((v, i) => (rows[i] = v / size));
    seen.forEach((v, i) => (seen[i] = v / size));
    directions.push({ rows, seen });
    const step = dot(rows, residual);
    add(residual, rows, -step);
    add(values, seen, step);
    const error = (truth, from) => truth.reduce((sum, v, i) => sum + (v - values[from + i]) ** 2, 0) / truth.length;
    found.train.push(error(y, 0));
    found.validation.push(error(ys, n));
    found.curves.push(values.slice(n + m));
  }
  return { ...found, x, y, xs, ys };
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function add(a, b, times) {
  for (let i = 0; i < a.length; i++) a[i] += times * b[i];
}
