// Maps of the plane: what each neuron gives at each point, where it is zero, and its picture.

import { span } from "./shared.js";
import { functions } from "./functions.js";

export const GRID = 50; // a map has 50×50 values
export const REACH = 3; // the plane is shown from −3 to 3

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

/** Paints a map: orange above zero, blue below, as strong as the value is large. */
export function paint(canvas, map) {
  const pixels = new Uint32Array(GRID * GRID); // a byte each: alpha, blue, green, red
  map.forEach((v, i) => {
    pixels[i] = (v > 0 ? 0x009fe6 : 0xb27200) + 0x1000000 * Math.round(200 * Math.min(1, Math.abs(v)));
  });
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), GRID), 0, 0);
}

const centres = span(-REACH, REACH, 2 * GRID).filter((_, i) => i % 2);
/** The plane's points, row by row from the top. */
export const PLANE = [centres.flatMap(() => centres), centres.flatMap((y) => centres.map(() => -y))];
