// Random numbers, the same as in draws.py.

import { times } from "./shared.js";

/** `count` numbers evenly drawn between 0 and 1. */
export const uniform = (seed, count) => times(count, (i) => {
  let x = (i + 1 + Math.imul(seed, 0x9e3779b9)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (((x ^ (x >>> 16)) >>> 0) + 0.5) / 2 ** 32;
});

/** `count` numbers from the standard normal distribution. */
export function normal(seed, count) {
  const drawn = uniform(seed, 2 * count);
  return times(count, (i) =>
    Math.sqrt(-2 * Math.log(drawn[2 * i])) * Math.cos(2 * Math.PI * drawn[2 * i + 1]));
}
