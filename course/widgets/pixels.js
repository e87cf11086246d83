// Arrays that come from the kernel, and pixels on a canvas.

/** An array that came as text: its shape, and `part(i)`, the numbers of the i-th along the first axis. */
export function unpack({ shape, data }) {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  const numbers = new Float32Array(bytes.buffer);
  const size = numbers.length / shape[0];
  return { shape, numbers, part: (i) => numbers.subarray(i * size, (i + 1) * size) };
}

/** Fills a canvas of w×h pixels with what `colour(row, column)` gives: a byte each of alpha, blue, green, red. */
export function paint(canvas, h, w, colour) {
  const pixels = new Uint32Array(h * w).map((_, i) => colour(Math.floor(i / w), i % w));
  Object.assign(canvas, { width: w, height: h });
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), w), 0, 0);
}

/** The colour of a pixel of one or three channels, from dark at `low` to light at `high`. */
export function shade(channels, low, high) {
  const byte = (v) => Math.round(255 * Math.min(1, Math.max(0, (v - low) / (high - low || 1))));
  const [r, g, b] = channels.length === 3 ? channels : [channels[0], channels[0], channels[0]];
  return 0xff000000 + 0x10000 * byte(b) + 0x100 * byte(g) + byte(r);
}

/** The lowest and the highest of some numbers. */
export const extent = (numbers) =>
  numbers.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
