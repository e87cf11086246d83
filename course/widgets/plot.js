// A plot of curves: its scales and its axes.

import { clamp, span, text } from "./shared.js";

const LEFT = 34;
const RIGHT = 8;
const ABOVE = 6;
const BELOW = 34;

/** A number with as many decimals as it needs, from `least` to two. */
export const brief = (value, least = 0) =>
  text(value, [0, 1].find((digits) => digits >= least && Number(value.toFixed(digits)) === value) ?? 2);

export const words = (x, y, words, more = "") => `<text x="${x}" y="${y}" ${more}>${words}</text>`;

/** The attributes of an inner <svg> in which curves end at the axes. */
export function inside(width, height) {
  const box = [LEFT, ABOVE, width - LEFT - RIGHT, height - ABOVE - BELOW];
  return `x="${LEFT}" y="${ABOVE}" width="${box[2]}" height="${box[3]}" viewBox="${box}"`;
}

/**
 * The scales `across` and `up` (which stays inside), the markup of the `axes`, and `path`, the curve of a
 * function between two x.
 *
 * `x` and `y` are [lowest, highest, distance of ticks], `name` stands below the axis.
 */
export function plot(width, height, x, y, name) {
  const [right, bottom] = [width - RIGHT, height - BELOW];
  const across = (v) => LEFT + ((v - x[0]) / (x[1] - x[0])) * (right - LEFT);
  const level = (v) => bottom - ((v - y[0]) / (y[1] - y[0])) * (bottom - ABOVE);
  const up = (v) => level(clamp(v, y[0], y[1]));
  const ticks = ([low, high, step]) => span(-9, 9, 18).map((i) => i * step).filter((v) => v >= low && v <= high);
  const axes =
    ticks(y).map((v) => `<path class="${v ? "faint" : ""}" d="M${LEFT} ${up(v)}H${right}"/>` +
      words(LEFT - 6, up(v) + 4, brief(v), 'class="end"')).join("") +
    ticks(x).map((v) => words(across(v), bottom + 15, brief(v), 'class="middle"')).join("") +
    words((LEFT + right) / 2, height - 3, name, 'class="middle name"');
  const path = (f, from, to) =>
    span(from, to, 150).map((v) => `${across(v).toFixed(1)} ${level(f(v)).toFixed(1)}`).join("L");
  return { across, up, axes, path, left: LEFT, bottom };
}
