// A kernel slides over a small image: the window, the products and their sum, step by step, in both directions.

import { clamp, slider, choice, onFrame, stage, times } from "./shared.js";
import { brief, cellUnder, outline, sheet } from "./sheet.js";
import { convolve, like, plan, step } from "./arithmetic.js";

const SETTINGS = "image kernel stride padding dilation transposed";
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

const figure = (name, attributes = `aria-hidden="true"`) =>
  `<figure class="${name}"><figcaption>${name}</figcaption><svg ${attributes}></svg></figure>`;
const grid = (name) =>
  figure(name, `tabindex="0" role="application" aria-label="${name}: arrows move, digits change"`);

const MARKUP = `<div class="bar"><button>Play</button><button>Back</button><button>Next</button></div>
  <div class="columns"><div class="settings"></div>${grid("image")}
  <div>${grid("kernel")}${figure("products")}</div>${figure("output")}</div>
  <div class="below"><p class="size"></p><pre></pre></div><p class="verdict"></p>`;

function render({ model, el }) {
  const { root, find, all, change, watch, say, end } = stage({ model, el }, "convolution", "Convolution stepper", MARKUP);
  const read = (name) => model.get(name);
  const lists = read("lists");
  const svg = (name) => find(`.${name} svg`);
  const write = (selector, words) => (find(selector).textContent = words);
  const cursors = { image: [0, 0], kernel: [0, 0] };
  const chosen = { channel: 0, filter: 0 };
  let hovered = null; // the step of the small image's cell under the mouse
  let probed; // where transposed, the output's cell under the mouse
  let playing = false;
  let timer;
  let stale = false; // whether the verdict is about something older
  let told; // about the number under a cursor, to be read aloud
  let now; // what is drawn

  const whole = (label, min, max, changed) => slider(label, { min, max, step: 1, digits: 0 }, changed);
  const setting = (name) => whole(name, 1, 4, (value) => change({ [name]: value }));
  const presets = (name) => {
    const ready = lists[name];
    const names = Object.keys(ready);
    const { root, show } = choice(name, names.map((key) => [key, key]), (key) =>
      ready[key] && change({ [name]: ready[key].map((row) => row.map((v) => like(read(name)[0][0], v))) }));
    return { root, show: (rows) => show(names.find((key) => `${ready[key]}` === `${rows}`) ?? names[0]) };
  };
  const size = (label, name, min, max) => whole(label, min, max, (count) => {
    const rows = read(name);
    const shift = (rows.length - count) >> 1;
    change({ [name]: times(count, (r) => times(count, (c) => rows[r + shift]?.[c + shift] ?? like(rows[0][0], 0))) });
  });
  /** So many channels and filters as asked for; a new one begins as the first, mirrored. */
  const reshape = (counts) => {
    const [channels, filters] = counts; // two digits
    const remake = (name, make) => read(name).map((row, r, rows) => row.map((v, c) => make(v, rows[c]?.[r] ?? v)));
    change({
      image: remake("image", (old, turned) => times(+channels, (i) => old[i] ?? turned[0])),
      kernel: remake("kernel", (old, turned) => times(+channels, (i) =>
        times(+filters, (j) => old[i]?.[j] ?? turned[0][0]))),
    });
  };
  const which = (name) => whole(name, 0, 2, (value) => {
    chosen[name] = value;
    redraw();
  });
  const controls = {
    image: presets("image"),
    pixels: size("pixels", "image", 3, 12),
    kernel: presets("kernel"),
    taps: size("taps", "kernel", 1, 5),
    stride: setting("stride"),
    padding: choice("padding", lists.padding, (value) => change({ padding: +value || value })),
    dilation: setting("dilation"),
    transposed: choice("mode", lists.transposed, (value) => change({ transposed: value === "true" })),
    counts: choice("channels", lists.counts, reshape),
    channel: which("channel"),
    filter: which("filter"),
  };
  find(".settings").append(...Object.values(controls).map(({ root }) => root));

  const go = (to) => change({ step: clamp(to, 0, now.count - 1) });
  const scrub = whole("step", 1, 2, (value) => go(value - 1));
  const speed = whole("speed", 1, 20, (value) => speed.show(value));
  speed.show(4);
  find(".bar").append(scrub.root, speed.root);
  const play = () => {
    playing &&= now.at < now.count - 1;
    if (playing) {
      go(now.at + 1);
      timer = setTimeout(play, 1000 / speed.input.value);
    }
    redraw();
  };
  all("button").forEach((button, i) => (button.onclick = () => {
    clearTimeout(timer);
    playing = !i && !playing;
    if (i) go(now.at + 2 * i - 3);
    else if (now.at > now.count - 2) go(0);
    draw();
    play();
  }));

  function draw() {
    now = plan(Object.fromEntries(SETTINGS.split(" ").map((name) => [name, read(name)])));
    const { image, kernel, down, across, fits, count } = now;
    const at = Math.min(read("step"), count - 1);
    Object.assign(now, { at, n: hovered ?? at });

    const last = { channel: image[0][0].length - 1, filter: kernel[0][0][0].length - 1 };
    for (const name in last) {
      chosen[name] = Math.min(chosen[name], last[name]);
      const { root, input } = controls[name];
      root.hidden = !last[name];
      input.max = last[name];
    }
    const counts = `${last.channel + 1}${last.filter + 1}`;
    const values = { ...now, ...chosen, counts, pixels: image.length, taps: kernel.length };
    for (const name in controls) controls[name].show(values[name]);
    scrub.input.max = count;
    scrub.show(at + 1);
    write(".bar output", `${at + 1} of ${count}`);
    write("button", playing ? "Pause" : "Play");
    const both = new Set([down.live, across.live]);
    write(".size", `output size o = ${down.letters}\no = ${[...both].join(", columns ")}`);
    const { words } = read("verdict");
    write(".verdict", words && stale ? "…" : words);
    root.classList.toggle("impossible", !fits);
    drawSheets(chosen);
  }
  const redraw = onFrame(draw);

  /** Where the first number lies in the drawing: behind the zeros. */
  const corner = (name) => name === "image" && !now.transposed ? [now.down.before, now.across.before] : [0, 0];

  function drawSheets({ channel, filter }) {
    const { kernel, down, across, fits, pixels, place, transposed: back } = now;
    const [r, c] = now.cell(now.n);
    const window = kernel.map((row, i) => row.map((_, j) => outline("tap", ...place(r, c, i, j))).join("")).join("") +
      outline("lit", ...place(r, c, 0, 0), down.span, across.span);
    const lit = (at) => outline("lit", ...at);
    const from = probed && times(now.count, now.cell).filter(([r, c]) =>
      kernel.some((row, i) => row.some((_, j) => `${place(r, c, i, j)}` === `${probed}`)));
    const marks = from ? [from.map(lit).join(""), lit(probed)] : [window, lit([r, c])];
    if (back && !from) marks.reverse();
    const beyond = ({ before, after, large }, v) => v < before || v >= large - after;
    const edge = (R, C) => (beyond(down, R) || beyond(across, C) ? "ring" : "");
    const later = (R, C) => (R * across.small + C > now.at ? "later" : "");
    sheet(svg("image"), pixels.map((row) => row.map((x) => x[channel])), (fits ? marks[0] : "") +
      outline("cursor", ...cursors.image.map((v, i) => v + corner("image")[i])), back ? null : edge);
    sheet(svg("kernel"), kernel.map((row) => row.map((tap) => tap[channel][filter])), outline("cursor", ...cursors.kernel));
    if (!fits) {
      const { span, large } = down.out < 1 ? down : across;
      say(back ? "The padding cuts off everything: use less."
        : `No window fits: it spans ${span} pixels, the image has ${large}. Try fewer taps, or padding.`);
      return;
    }
    now.y = convolve(now, back && !from ? now.n : Infinity);
    const wrong = (stale ? [] : read("verdict").differ).map(([R, C, f]) =>
      f === filter ? outline("differs", R, C) : "");
    sheet(svg("output"), now.y.map((row) => row.map((each) => each[filter])), wrong.join("") + marks[1], back ? edge : later);
    const { values, words, code, short } = step({ ...now, r, c }, channel, filter);
    sheet(svg("products"), values, "");
    write("pre", code);
    say(from ? `Pixels that reach this number: ${from.length}` : words, playing ? "" : told || `Step ${now.n + 1} of ${now.count}: ${short}`);
  }

  for (const name in cursors) {
    let [pen, typed] = [0, ""];
    /** Calls `make` with the number under the cursor; what it gives takes its place. */
    const edit = (make) => {
      const rows = structuredClone(read(name));
      const at = name === "kernel" ? [chosen.channel, chosen.filter] : [chosen.channel];
      const i = at.pop();
      const numbers = [...cursors[name], ...at].reduce((lists, i) => lists[i], rows);
      numbers[i] = make(numbers[i]);
      change({ [name]: rows });
      draw();
      return numbers[i];
    };
    const move = (at) => {
      typed = "";
      return read(name)[at[0]]?.[at[1]] && (cursors[name] = at);
    };
    // the first cell says what is drawn: a pixel turns dark or light, a tap goes one up
    const next = (v) => (name === "image" ? (v > 4 ? 0 : 9) : v < 2 ? Math.floor(v) + 1 : -2);
    svg(name).onpointerdown = svg(name).onpointermove = (event) => {
      if (event.buttons === 1 && move(cellUnder(svg(name), event).map((v, i) => v - corner(name)[i])))
        edit((v) => (pen = event.type === "pointerdown" ? next(v) : pen));
    };
    svg(name).onkeydown = (event) => {
      const { key } = event;
      if (MOVES[key]) move(cursors[name].map((v, i) => v + MOVES[key][i]));
      else if (/^[-\d.]$/.test(key)) typed = key === "-" ? key : typed + key;
      else return;
      event.preventDefault();
      const value = edit((v) => (typed && isFinite(typed) ? +typed : v));
      const [r, c] = cursors[name];
      told = `row ${r}, column ${c}: ${brief(value)}`;
      redraw();
    };
    svg(name).onblur = () => (told = "");
  }

  // hovering a cell of the small image shows its window, one of the large output where it comes from; a click stays
  for (const name of ["image", "output"]) {
    svg(name).onmousemove = svg(name).onmouseleave = (event) => {
      const [r, c] = cellUnder(svg(name), event);
      const over = now.fits && event.type === "mousemove";
      const small = now.transposed === (name === "image") && r < now.down.small && c < now.across.small;
      hovered = over && small ? r * now.across.small + c : null;
      probed = over && now.transposed && !small && now.y[r]?.[c] && [r, c];
      redraw();
    };
  }
  svg("output").onclick = () => hovered === null || go(hovered);

  watch(`${SETTINGS} step verdict`, redraw);
  watch(SETTINGS, () => (stale = true));
  watch("verdict", () => (stale = false));
  draw();
  return () => {
    clearTimeout(timer);
    redraw.cancel();
    end();
  };
}

export default { render };
