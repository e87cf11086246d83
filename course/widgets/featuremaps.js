// The maps that a layer makes of an image, one of them large with its numbers, and what a number sees of the image.

import { clamp, times, slider, choice, onFrame, stage } from "./shared.js";
import { extent, paint, shade, unpack } from "./pixels.js";
import { brief, cellUnder, outline, sheet } from "./sheet.js";
import { waiting } from "./waiting.js";

const READABLE = 12; // up to so many cells a side, each has its number in it
const LENS = 5; // cells a side around the pointer
const MOST = 64; // maps beside each other
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

const picture = (name, caption, attributes) => `<figure class="${name}"><figcaption>${caption}</figcaption>
  <div><canvas></canvas><svg ${attributes}></svg></div></figure>`;
const MARKUP = `
  <div class="columns">
    <div><div class="which"></div>${picture("image", "the image", 'aria-hidden="true"')}
      <figure class="lens"><figcaption>numbers around the cell</figcaption><svg aria-hidden="true"></svg></figure></div>
    <div><div class="which"></div>${picture("all", "all maps · click", 'aria-hidden="true"')}
      <label class="common"><input type="checkbox"> one scale for all maps</label></div>
    <div><div class="which"></div>${picture("map", "the map · point at a cell, or use the arrow keys",
      'tabindex="0" role="application" aria-label="the map: arrow keys move from cell to cell"')}</div>
  </div>`;

const most = (numbers) => numbers.reduce((high, v) => Math.max(high, Math.abs(v)), 0) || 1;

/** Orange above zero, blue below, as strong as the value is large; a byte each: alpha, blue, green, red. */
const signed = (v, limit) =>
  (v > 0 ? 0x009fe6 : 0xb27200) + 0x1000000 * Math.round(255 * Math.min(1, Math.abs(v) / limit));

function render({ model, el }) {
  const { root, find, put, change, watch, say, end } = stage({ model, el }, "featuremaps", "Feature maps", MARKUP);
  const read = (name) => model.get(name);
  const whole = (label, name, max) =>
    slider(label, { min: 0, max, step: 1, digits: 0 }, (value) => change({ [name]: value }));
  let shown = {}; // the result that is unpacked
  let cell = [0, 0];
  let grid = { columns: 1, first: 0, h: 1, w: 1 };

  const stops = read("stops");
  const image = whole("image", "image", read("count") - 1);
  const layer = choice("layer", stops.map(({ name, shape }, i) => [i, `${name} · ${shape.join("×")}`]), (value) =>
    change({ layer: +value, map: Math.min(read("map"), stops[value].shape[2] - 1) }));
  const map = whole("map", "map", 1);
  [image, layer, map].forEach((control, i) => root.querySelectorAll(".which")[i].append(control.root));
  const common = find(".common input");
  common.onchange = () => redraw();

  /** The cell with the largest number, of either sign. */
  function strongest() {
    const [, , w] = shown.maps.shape;
    const values = shown.maps.part(read("map")).map(Math.abs);
    const at = values.indexOf(values.reduce((high, v) => Math.max(high, v)));
    return [Math.floor(at / w), at % w];
  }

  function take() {
    const result = read("result");
    if (shown.result === result) return;
    const before = shown.result?.of.layer;
    shown = { result, pixels: unpack(result.pixels), maps: unpack(result.maps) };
    if (before !== result.of.layer) cell = strongest();
    drawImage();
  }

  function draw() {
    take();
    const { result, maps } = shown;
    const { of, rows, columns, output } = result;
    const [count, h, w] = maps.shape;
    const now = Math.min(read("map"), count - 1);
    const values = maps.part(now);
    const waits = look(of.image !== read("image") || of.layer !== read("layer"));
    cell = cell.map((v, i) => clamp(v, 0, [h, w][i] - 1));
    const [r, c] = cell;

    drawAll(now);
    drawMap(values, h, w);
    const [seenRows, seenColumns] = [rows[r], columns[c]];
    const seen = seenRows && seenColumns;
    put(".image rect", seen ? {
      x: seenColumns[0], y: seenRows[0], visibility: "visible",
      width: seenColumns[1] - seenColumns[0] + 1, height: seenRows[1] - seenRows[0] + 1,
    } : { visibility: "hidden" });

    image.show(read("image"));
    layer.show(read("layer"));
    map.input.max = count - 1;
    map.show(now);
    find(".image figcaption").textContent = output || "the image";
    const range = ([from, to]) => (from === to ? `${from}` : `${from}–${to}`);
    const [height, width] = shown.pixels.shape;
    const sight = !seen ? "It sees nothing but the zeros of the padding." :
      `It sees rows ${range(seenRows)} and columns ${range(seenColumns)} of the image: ` +
      `${seenRows[1] - seenRows[0] + 1}×${seenColumns[1] - seenColumns[0] + 1} of ${height}×${width} pixels.`;
    const told = `${stops[of.layer].name}, map ${now} of ${count}, row ${r}, column ${c}: ` +
      `${brief(values[r * w + c])}. ${sight}`;
    if (waits > 1) say(`The kernel doesn't answer: it is busy or gone. This is still ${told}`);
    else if (waits) say("Computing …", "");
    else say(told);
  }
  const redraw = onFrame(draw);
  const look = waiting(root, redraw);

  /** Grey from its lowest number to its highest, or in colours where there are three channels. */
  function drawImage() {
    const { shape, numbers } = shown.pixels;
    const [h, w, channels] = shape;
    const range = extent(numbers);
    paint(find(".image canvas"), h, w, (r, c) =>
      shade(numbers.subarray((r * w + c) * channels, (r * w + c + 1) * channels), ...range));
    put(".image svg", { viewBox: `0 0 ${w} ${h}` });
    find(".image svg").innerHTML = '<rect class="field"/>';
  }

  function drawAll(now) {
    const { maps } = shown;
    const [count, h, w] = maps.shape;
    const first = Math.floor(now / MOST) * MOST;
    const some = Math.min(MOST, count - first);
    const columns = Math.ceil(Math.sqrt((some * h) / w));
    const gap = Math.max(1, Math.round(w / 12));
    const [down, across] = [h + gap, w + gap];
    const limits = times(some, (i) => most(common.checked ? maps.numbers : maps.part(first + i)));
    const lines = Math.ceil(some / columns);
    paint(find(".all canvas"), lines * down - gap, columns * across - gap, (y, x) => {
      const i = Math.floor(y / down) * columns + Math.floor(x / across);
      const [r, c] = [y % down, x % across];
      if (i >= some) return 0;
      return r < h && c < w ? signed(maps.part(first + i)[r * w + c], limits[i]) : 0x30808080;
    });
    grid = { columns, first, down, across, count };
    const at = now - first;
    put(".all svg", { viewBox: `0 0 ${columns * across - gap} ${lines * down - gap}` });
    find(".all svg").innerHTML = `<rect class="chosen" x="${(at % columns) * across}"
      y="${Math.floor(at / columns) * down}" width="${w}" height="${h}"/>`;
    find(".all figcaption").textContent = count > MOST
      ? `maps ${first} to ${first + some - 1} of ${count} · click` : "all maps · click";
  }

  function drawMap(values, h, w) {
    const limit = most(common.checked ? shown.maps.numbers : values);
    const row = (r, from, count) => [...values.subarray(r * w + from, r * w + from + count)];
    const block = (r, c, height, width) => times(height, (i) => row(r + i, c, width));
    const svg = find(".map svg");
    const readable = Math.max(h, w) <= READABLE;
    find(".map canvas").hidden = readable;
    root.style.setProperty("--ratio", w / h);
    if (readable) sheet(svg, block(0, 0, h, w), outline("cursor", ...cell));
    else {
      paint(find(".map canvas"), h, w, (r, c) => signed(values[r * w + c], limit));
      put(".map svg", { viewBox: `0 0 ${w * 40} ${h * 40}` });
      svg.innerHTML = outline("cursor", ...cell);
    }
    const [height, width] = [Math.min(LENS, h), Math.min(LENS, w)];
    const corner = [clamp(cell[0] - (height >> 1), 0, h - height), clamp(cell[1] - (width >> 1), 0, w - width)];
    sheet(find(".lens svg"), block(...corner, height, width), outline("cursor", ...cell.map((v, i) => v - corner[i])));
  }

  const go = (to) => {
    const [, h, w] = shown.maps.shape;
    cell = to.map((v, i) => clamp(v, 0, [h, w][i] - 1));
    redraw();
  };
  Object.assign(find(".map svg"), {
    onpointermove: (event) => go(cellUnder(find(".map svg"), event)),
    onkeydown(event) {
      const move = MOVES[event.key];
      if (!move) return;
      event.preventDefault();
      go(cell.map((v, i) => v + move[i]));
    },
  });
  find(".all svg").onclick = (event) => {
    const { columns, first, down, across, count } = grid;
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(find(".all svg").getScreenCTM().inverse());
    const chosen = first + Math.floor(place.y / down) * columns + Math.floor(place.x / across);
    if (chosen < count) change({ map: chosen });
  };

  watch("image layer map result", redraw);
  draw();
  return () => {
    look.end();
    redraw.cancel();
    end();
  };
}

export default { render };
