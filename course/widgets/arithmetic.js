// The arithmetic of convolution, as in course.shapes and course.convolution.naive.
//
// A kernel links a small image and a large one: the number (r, c) of the small one belongs to the window of the large
// one that begins at (r·stride, c·stride), counted with the zeros around it. Convolution leads from large to small,
// transposed convolution from small to large.

import { times } from "./shared.js";
import { brief } from "./sheet.js";

/** A value in the shape of nested lists. */
export const like = (lists, v) => (lists.map ? lists.map((each) => like(each, v)) : v);

/**
 * One axis: the zeros `before` and `after` the pixels, or what is cut off there; `span`, the pixels under the kernel; the
 * sizes `small` and `large`, zeros included; the output's size `out`, in `letters` and with the numbers `live`.
 */
export function axis(size, taps, { stride, padding, dilation, transposed }) {
  const span = dilation * (taps - 1) + 1;
  const same = padding === "same";
  const k = dilation > 1 ? "(d·(k − 1) + 1)" : "k";
  let before = +padding || 0;
  let after = before;
  let [out, letters] = [];
  if (transposed) {
    const reach = (size - 1) * stride + span;
    [out, letters] = same
      ? [size * stride, "i·s"]
      : [Math.max(reach, size * stride) - 2 * before, `(i − 1)·s + max(${k}, s) − 2·p`];
    if (same) before = Math.max(span - stride, 0) >> 1;
    after = Math.max(reach - before - out, 0);
  } else {
    if (same) {
      after = Math.max((Math.ceil(size / stride) - 1) * stride + span - size, 0);
      before = after >> 1;
      after -= before;
    }
    out = Math.floor((before + size + after - span) / stride) + 1;
    letters = `⌊(i + ${before === after ? "2·p" : "p + p′"} − ${k}) / s⌋ + 1`;
  }
  const numbers = { i: size, p: before, "p′": after, k: taps, s: stride, d: dilation };
  const live = letters.replace(/p′|\b[ipksd]\b/g, (letter) => numbers[letter]);
  const [small, bare] = transposed ? [size, out] : [out, size];
  return { before, after, span, out, small, large: before + bare + after, letters, live: `${live} = ${out}` };
}

/**
 * The state with both axes, the `pixels` with their zeros, `place(r, c, i, j)`, where the tap i, j meets the large image,
 * and `seen(r, c, i, j)`, what it is multiplied with, channel by channel; `cell(n)`, row and column of the step n of `count`.
 */
export function plan(state) {
  const { image, kernel, stride, dilation, transposed } = state;
  const down = axis(image.length, kernel.length, state);
  const across = axis(image[0].length, kernel[0].length, state);
  const zeros = like(image[0][0], 0);
  const pixels = transposed ? image : times(down.large, (r) =>
    times(across.large, (c) => image[r - down.before]?.[c - across.before] ?? zeros));
  const place = (r, c, i, j) => [r * stride + i * dilation, c * stride + j * dilation];
  const seen = (...tap) => (transposed ? tap : place(...tap)).slice(0, 2).reduce((lists, i) => lists[i], pixels);
  const fits = down.out > 0 && across.out > 0;
  const count = fits ? down.small * across.small : 1;
  const cell = (n) => [(n / across.small) | 0, n % across.small];
  return { ...state, down, across, pixels, place, seen, fits, count, cell };
}

/** The output [row][column][filter]; where transposed with the edge that is cut off, and as it is after step `last`. */
export function convolve({ kernel, transposed, down, across, place, seen, count, cell }, last = Infinity) {
  const side = transposed ? "large" : "small";
  const y = times(down[side], () => times(across[side], () => like(kernel[0][0][0], 0)));
  for (let n = 0; n < count && n <= last; n++) {
    const [r, c] = cell(n);
    kernel.forEach((row, i) => row.forEach((tap, j) => {
      const [R, C] = transposed ? place(r, c, i, j) : [r, c];
      seen(r, c, i, j).forEach((x, channel) => tap[channel].forEach((w, filter) => (y[R][C][filter] += w * x)));
    }));
  }
  return y;
}

/** A step's products, their sum in words, the same in NumPy, and in short what comes of it. */
export function step({ kernel, stride, dilation, down, across, transposed, seen, y, r, c }, channel, filter) {
  const channels = kernel[0][0].length;
  const pairs = (ch, make) => kernel.map((row, i) => row.map((tap, j) => make(seen(r, c, i, j)[ch], tap[ch][filter])));
  const product = (x, w) => x * w;
  const values = pairs(channel, product);
  const terms = pairs(channel, (x, w) => `${brief(x)}·${w < 0 ? `(${brief(w)})` : brief(w)}`).flat().join(" + ");
  const several = kernel[0][0].flat().length > 1;
  const at = (rows) => `[${rows}${several ? `, ${filter}` : ""}]`;
  const weights = several ? `kernel[..., ${filter}]` : "kernel";
  const slice = (from, size, by = 1) => `${from}:${from + size}${by > 1 ? `:${by}` : ""}`;
  const window = `${slice(r * stride, down.span, dilation)}, ${slice(c * stride, across.span, dilation)}`;
  const padded = [down, across].some(({ before, after }) => before + after);
  if (transposed) {
    const cut = `\ny = full[${slice(down.before, down.out)}, ${slice(across.before, across.out)}]`;
    const code = `${padded ? "full" : "y"}${at(window)} += ${weights} ${several ? "@" : "*"} x[${r}, ${c}]`;
    const words = `x[${r}, ${c}] times the kernel is added to the window`;
    return { values, words, code: code + (padded ? cut : ""), short: words };
  }
  const [here, total] = [`y${at(`${r}, ${c}`)} = `, brief(y[r][c][filter])];
  const shares = times(channels, (ch) => ch !== channel
    ? brief(pairs(ch, product).flat().reduce((a, b) => a + b)) : channels > 1 ? `(${terms})` : terms);
  const zeros = [down, across].map(({ before, after }) => `(${before}, ${after})`);
  const code = (padded ? `padded = np.pad(x, (${zeros.join(", ")}${several ? ", (0, 0)" : ""}))\n` : "") +
    `seen = ${padded ? "padded" : "x"}[${window}]\n${here}(seen * ${weights}).sum()`;
  return { values, words: `${here}${shares.join(" + ")} = ${total}`, code, short: here + total };
}
