// A sheet of numbers: cells shaded by value, each with its number in it.

import { set } from "./shared.js";

const CELL = 40; // a cell's side in the drawing

/** A number with up to two decimals and a real minus sign. */
export const brief = (value) => `${+value.toFixed(2)}`.replace("-", "−");

/** The outline of a block of cells. */
export const outline = (kind, r, c, rows = 1, columns = 1) =>
  `<rect class="${kind}" x="${c * CELL}" y="${r * CELL}" width="${columns * CELL}" height="${rows * CELL}"/>`;

/** Draws rows of numbers in an <svg>; `kind(r, c)` gives a cell's class, `over` is markup that lies on top. */
export function sheet(svg, rows, over, kind) {
  const most = Math.max(...rows.flat().map(Math.abs)) || 1;
  set(svg, { viewBox: `0 0 ${rows[0].length * CELL} ${rows.length * CELL}` });
  svg.innerHTML = rows.map((row, r) => row.map((value, c) => {
    const label = brief(value);
    const share = Math.abs(value) / most;
    return `<g class="${kind?.(r, c)} ${value < 0 ? "minus" : "plus"} ${share > 0.6 ? "strong" : ""}"
      style="--share:${share};font-size:${Math.min(17, 58 / label.length)}px" transform="translate(${c * CELL} ${r * CELL})">
      ${outline("", 0, 0)}<text x="20" y="20">${label}</text></g>`;
  }).join("")).join("") + over;
}

/** The row and the column under a pointer. */
export function cellUnder(svg, event) {
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return [y, x].map((v) => Math.floor(v / CELL));
}
