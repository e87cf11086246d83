// A plot with a logarithmic axis upwards.

import { clamp } from "./shared.js";

const EDGE = { left: 38, right: 8, above: 6, below: 34 };

const writing = (x, y, words, kind) => `<text x="${x}" y="${y}" class="${kind}">${words}</text>`;

/** A number with two digits, as a power of ten where it is far from 1. */
export function short(value) {
  if (!value) return "0";
  const power = Math.floor(Math.log10(Math.abs(value)) + 1e-9);
  if (power > -4 && power < 4) return `${Number(value.toPrecision(2))}`.replace("-", "−");
  return `${(value / 10 ** power).toFixed(1).replace("-", "−")}·${ten(power)}`;
}

/** 10 with its exponent. */
export const ten = (power) => `10${`${power}`.replace(/./g, (sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign] ?? "⁻")}`;

/**
 * The scales `across`, of x between `from` and `to`, and `up`, of values between two powers of ten, inside which it
 * stays; the markup of the `axes`; `line`, the path through values at x = from, from + 1, …; and `at`, the x under a
 * pointer.
 */
export function logPlot(width, height, [from, to], ticks, [low, high], name) {
  const [left, right, top, bottom] = [EDGE.left, width - EDGE.right, EDGE.above, height - EDGE.below];
  const across = (x) => left + ((x - from) / (to - from || 1)) * (right - left);
  const level = (power) => bottom - ((clamp(power, low, high) - low) / (high - low)) * (bottom - top);
  const up = (value) => level(Math.log10(Math.max(value, 1e-300)));
  const every = Math.ceil((high - low) / 7);
  let axes = "";
  for (let power = low; power <= high; power += every) {
    axes += `<path class="${power ? "faint" : ""}" d="M${left} ${level(power)}H${right}"/>` +
      writing(left - 5, level(power) + 4, ten(power), "end");
  }
  axes += ticks.map((x) => writing(across(x), bottom + 15, x, "middle")).join("") +
    writing((left + right) / 2, height - 3, name, "middle name");
  const line = (values) =>
    `M${values.map((value, i) => `${across(from + i).toFixed(1)} ${up(value).toFixed(1)}`).join("L")}`;
  const at = (svg, event) => {
    const box = svg.getBoundingClientRect();
    const share = (((event.clientX - box.left) / box.width) * width - left) / (right - left);
    return clamp(Math.round(from + share * (to - from)), from, to);
  };
  return { across, up, axes, line, at, left, right, top, bottom };
}
