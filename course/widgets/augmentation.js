// Images as they are, and as a network sees them in each epoch: mirrored, turned, moved, with noise.

import { clamp, element, times, slider, choice, onFrame, stage } from "./shared.js";
import { normal, uniform } from "./draws.js";
import { extent, paint, shade, unpack } from "./pixels.js";

const ROWS = 4; // epochs at once
const AN_EPOCH = 700; // milliseconds, while playing
const NOISE_SEEDS = 1000000;
const FLIPS = [["none", "not"], ["horizontal", "left and right"], ["vertical", "up and down"],
  ["horizontal_and_vertical", "both"]];
const FILLS = ["reflect", "nearest", "wrap", "constant"];

const MARKUP = `
  <div class="columns">
    <div><div class="settings"></div><pre></pre><div class="buttons"></div></div>
    <div class="rows"></div>
  </div>`;

/** Where a place along an axis takes its pixel from; −1 for nowhere. */
export function source(place, length, fill) {
  if (fill === "nearest") return clamp(place, 0, length - 1);
  if (fill === "wrap") return (place + length) % length;
  if (fill === "reflect") {
    const there = (place + 2 * length) % (2 * length);
    return Math.min(there, 2 * length - 1 - there);
  }
  return place >= 0 && place < length ? place : -1;
}

/** What is done to the i-th image in an epoch: mirrored up and down, left and right, quarters to the left, moved. */
export function drawn({ epoch, flip, turn, shift }, i, count, h, w) {
  const [up, left, quarter, down, right] = uniform(epoch, 5 * count).slice(5 * i);
  const moved = (u, length) => Math.round((2 * u - 1) * shift * length);
  return {
    up: flip.includes("vertical") && up < 0.5,
    left: flip.includes("horizontal") && left < 0.5,
    quarters: turn ? Math.floor(4 * quarter) : 0,
    down: moved(down, h),
    right: moved(right, w),
  };
}

/** Which pixel of an image, [row, column], comes to a place; null where none does. */
export function origin({ up, left, quarters, down, right }, fill, r, c, h, w) {
  [r, c] = [source(r - down, h, fill), source(c - right, w, fill)];
  if (r < 0 || c < 0) return null;
  for (let k = 0; k < quarters; k++) [r, c] = [c, w - 1 - r];
  return [up ? h - 1 - r : r, left ? w - 1 - c : c];
}

/** The numbers of all images in an epoch, in one list. */
export function views(images, scene) {
  const [count, h, w, channels] = images.shape;
  const { epoch, fill, noise } = scene;
  const size = h * w * channels;
  const random = noise ? normal(NOISE_SEEDS + epoch, count * size) : [];
  return times(count, (i) => {
    const what = drawn(scene, i, count, h, w);
    const pixels = images.part(i);
    return times(size, (k) => {
      const [r, c] = [Math.floor(k / channels / w), Math.floor(k / channels) % w];
      const from = origin(what, fill, r, c, h, w);
      const value = from ? pixels[(from[0] * w + from[1]) * channels + (k % channels)] : 0;
      return value + (noise ? noise * random[i * size + k] : 0);
    });
  }).flat();
}

function render({ model, el }) {
  const { root, find, change, watch, say, end } = stage({ model, el }, "augmentation", "Augmentation", MARKUP);
  const scene = (epoch) => ({ epoch, ...Object.fromEntries(
    ["flip", "turn", "shift", "fill", "noise"].map((name) => [name, model.get(name)])) });
  const images = unpack(model.get("images"));
  const [count, h, w, channels] = images.shape;
  const labels = model.get("labels");
  const ranges = times(count, (i) => extent(images.part(i)));
  let setting = ""; // for which the epochs are counted
  let first = 0; // the epoch in which counting began
  let timer = 0;
  let kept = new Map(); // the epochs that are shown: settings and number, numbers

  const button = (title, act) => Object.assign(document.createElement("button"), { textContent: title, onclick: act });
  const flip = choice("mirror", FLIPS, (value) => change({ flip: value }));
  const turn = element('<label class="check"><input type="checkbox"> turn by quarters</label>');
  turn.firstChild.disabled = h !== w;
  turn.firstChild.onchange = ({ target }) => change({ turn: target.checked });
  const shift = slider("move by up to", { min: 0, max: 0.5, step: 0.05, digits: 2 }, (value) => change({ shift: value }));
  const fill = choice("fill with", FILLS.map((name) => [name, name]), (value) => change({ fill: value }));
  const noise = slider("noise", { min: 0, max: 2, step: 0.1 }, (value) => change({ noise: value }));
  find(".settings").append(flip.root, turn, shift.root, fill.root, noise.root);
  const next = () => change({ epoch: model.get("epoch") + 1 });
  const play = button("", () => {
    timer = timer ? clearInterval(timer) : setInterval(next, AN_EPOCH);
    redraw();
  });
  find(".buttons").append(button("Next epoch", next), play);

  const titles = labels.map((label) => Object.assign(document.createElement("span"), { textContent: label }));
  const head = element('<div class="strip"><i></i><div class="labels"></div></div>');
  head.lastChild.append(...titles);
  const rows = times(ROWS + 1, (i) => element(`<div class="strip ${i ? "" : "original"}"><i></i><canvas></canvas></div>`));
  find(".rows").append(...(labels.length ? [head] : []), ...rows);

  const gap = Math.max(1, Math.round(w / 16));
  function show(row, name, numbers) {
    row.firstChild.textContent = name;
    row.hidden = !numbers;
    if (!numbers) return;
    const size = h * w * channels;
    paint(row.lastChild, h, count * (w + gap) - gap, (r, x) => {
      const [i, c] = [Math.floor(x / (w + gap)), x % (w + gap)];
      if (c >= w) return 0;
      const at = i * size + (r * w + c) * channels;
      return shade(numbers.slice(at, at + channels), ...ranges[i]);
    });
  }

  /** How often a network has seen each image in another way, since the setting is as it is. */
  function seen(now) {
    return times(count, (i) => new Set(times(now.epoch - first + 1, (k) => {
      const what = drawn({ ...now, epoch: first + k }, i, count, h, w);
      // where three corners come from tells mirror images and turns apart
      const corners = [[0, 0], [0, w - 1], [h - 1, 0]].map(([r, c]) =>
        origin({ ...what, down: 0, right: 0 }, "wrap", r, c, h, w));
      return [...corners, what.down, what.right].join();
    })).size);
  }

  function draw() {
    const now = scene(model.get("epoch"));
    const { epoch, ...settings } = now;
    if (setting !== JSON.stringify(settings) || epoch < first) first = Math.max(0, epoch - ROWS + 1);
    setting = JSON.stringify(settings);
    show(rows[0], "as it is", [...images.numbers]);
    const shown = new Map();
    times(ROWS, (i) => {
      const key = `${setting} ${epoch - i}`;
      if (epoch >= i) shown.set(key, kept.get(key) ?? views(images, scene(epoch - i)));
      show(rows[i + 1], `epoch ${epoch - i}`, shown.get(key));
    });
    kept = shown;

    flip.show(now.flip);
    turn.firstChild.checked = now.turn;
    shift.show(now.shift);
    fill.show(now.fill);
    fill.input.disabled = !now.shift;
    noise.show(now.noise);
    play.textContent = timer ? "Pause" : "Play";
    const lines = [now.flip !== "none" && `RandomFlip("${now.flip}")`, now.turn && "RandomRotation90()",
      now.shift && `RandomTranslation(${now.shift}, ${now.shift}, "${now.fill}")`,
      now.noise && `GaussianNoise(${now.noise})`].filter(Boolean);
    find("pre").textContent = lines.join("\n") || "# nothing changes";
    const turns = now.turn ? (now.flip === "none" ? 4 : 8) : { none: 1, horizontal: 2, vertical: 2 }[now.flip] ?? 4;
    const ways = turns * (2 * Math.round(now.shift * h) + 1) * (2 * Math.round(now.shift * w) + 1);
    const counts = seen(now);
    const epochs = epoch - first + 1;
    const words = `${ways} way${ways > 1 ? "s" : ""} to see each image${now.noise ? ", and noise that is new each time" : ""}. ` +
      `In ${epochs} epoch${epochs > 1 ? "s" : ""} it was seen in ${[...new Set(counts)].sort((a, b) => a - b).join(", ")
        .replace(/, (\d+)$/, " or $1")} of them.`;
    say(words, timer ? "" : words);
  }
  const redraw = onFrame(draw);

  watch("flip turn shift fill noise epoch", redraw);
  draw();
  return () => {
    clearInterval(timer);
    redraw.cancel();
    end();
  };
}

export default { render };
