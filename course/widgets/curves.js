// Loss curves of one run after the other, while the last one trains.
//
// Python sends the runs as they are; scales, smoothing and readings are made here. Stop and learning rate go back as
// messages, which Python reads between two batches.

import { element, set, clamp, slider, onFrame, stage } from "./shared.js";

const [WIDE, HIGH, LOW] = [816, 236, 62]; // width of both drawings, height of the losses' and the rates'
const [LEFT, RIGHT] = [58, 790]; // where the axes begin and end
const COLORS = 6;

const words = (x, y, words, more = "") => `<text x="${x}" y="${y}" ${more}>${words}</text>`;

const MARKUP = `
  <div class="bar"><button data-do="stop">Stop</button></div>
  <svg class="losses" viewBox="0 0 ${WIDE} ${HIGH}" aria-hidden="true">
    <g class="axes"></g><g class="lines"></g><path class="drop reading"/></svg>
  <svg class="rates" viewBox="0 0 ${WIDE} ${LOW}" aria-hidden="true">
    <g class="axes"></g><g class="lines"></g><path class="drop reading"/></svg>
  <input class="epoch" type="range" min="1" max="1" step="1" aria-label="read at epoch">
  <div class="table"><table><thead><tr><th>run</th><th>epoch</th><th><i class="train"></i>training loss</th>
    <th><i class="validation"></i>validation loss</th><th>◎ lowest</th></tr></thead><tbody></tbody></table></div>`;

/** A number with four figures that count. */
export function brief(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  const plain = size === 0 || (size >= 1e-4 && size < 1e5);
  return (plain ? `${Number(value.toPrecision(4))}` : value.toExponential(1)).replaceAll("-", "−");
}

/** The exponential moving average of values, as if those before the first had been like the rest. */
export function smooth(values, weight) {
  let [sum, total] = [0, 0];
  return values.map((value) => {
    sum = weight * sum + (1 - weight) * value;
    total = weight * total + (1 - weight);
    return sum / total;
  });
}

/** Round numbers from `low` to `high`, about `count` of them; on a logarithmic scale powers of ten, or 1, 2 and 5. */
export function ticks(low, high, count, log = false) {
  if (!log) {
    const rough = (high - low) / count;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
    const first = Math.ceil(low / step - 1e-9);
    return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) =>
      Number(((first + i) * step).toPrecision(6)));
  }
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const fine = 3 * (to - from) < 1.4 * count;
  const first = fine ? Math.floor(from) : Math.ceil(from);
  const every = fine ? 1 : Math.ceil((Math.floor(to) - first + 1) / count);
  const all = [];
  for (let power = first; power <= to; power += every) {
    for (const factor of fine ? [1, 2, 5] : [1]) all.push(Number(`${factor}e${power}`));
  }
  return all.filter((v) => v >= low * 0.999 && v <= high * 1.001);
}

/** From values to pixels, and the lines and numbers of the axis. */
function vertical(values, top, bottom, count, log) {
  const known = values.filter((v) => v !== null && (!log || v > 0));
  let [low, high] = known.length ? [Math.min(...known), Math.max(...known)] : [0.1, 1];
  if (log) [low, high] = low === high ? [low / 2, high * 2] : [low * 0.9, high * 1.1];
  else [low, high] = [Math.min(0, low), high > Math.min(0, low) ? high * 1.05 : low + 1];
  const f = log ? Math.log10 : (v) => v;
  const up = (v) => bottom - ((f(v) - f(low)) / (f(high) - f(low))) * (bottom - top);
  const axis = ticks(low, high, count, log).filter(() => known.length).map((v) => `<path class="faint" d="M${LEFT} ${up(v)}H${RIGHT}"/>` +
    words(LEFT - 6, up(v) + 4, brief(v), 'class="end"')).join("");
  return { up, axis };
}

function render({ model, el }) {
  const { root, find, change, watch, say, end } = stage({ model, el }, "curves", "Loss curves", MARKUP);
  const read = (name) => model.get(name);
  const table = find("tbody");
  const reader = find(".epoch");
  let picked = 0; // the epoch to read at, 0 for the last
  let far = 1; // the last epoch on the axis
  let turned = -1e9; // when the rate was last turned: Python's answer needs a moment

  const rate = slider("learning rate", { min: -6, max: 1, step: 0.05 }, (value) => {
    turned = performance.now();
    showRate(value);
    model.send({ do: "rate", value: Number((10 ** value).toPrecision(2)) });
  });
  const showRate = (value) => {
    rate.input.value = value;
    const words = brief(Number((10 ** value).toPrecision(2)));
    rate.root.querySelector("output").textContent = words;
    rate.input.ariaValueText = words;
  };
  const smoothing = slider("smoothing", { min: 0, max: 0.95, step: 0.05, digits: 2 }, (value) =>
    change({ smoothing: value }));
  const log = element('<label class="log"><input type="checkbox"> log scale</label>');
  log.onchange = () => change({ log_scale: log.firstChild.checked });
  find(".bar").append(rate.root, smoothing.root, log);

  function shown() {
    const live = read("live");
    return live.name ? [...read("runs"), live] : read("runs");
  }

  /** One row a run, kept while it stays, so that the keyboard's focus isn't lost. */
  function rows(runs) {
    while (table.rows.length > runs.length) table.deleteRow(-1);
    runs.forEach((run, i) => {
      if (table.rows[i]?.title === run.name) return;
      const row = element(`<table><tbody><tr class="run${i % COLORS}"><td><label><input type="checkbox"><b>${i + 1}</b>
        <span></span></label></td><td></td><td></td><td></td><td></td></tr></tbody></table>`).rows[0];
      row.title = row.querySelector("span").textContent = run.name;
      row.querySelector("input").onchange = () => {
        const hidden = read("hidden");
        change({ hidden: hidden.includes(i) ? hidden.filter((j) => j !== i) : [...hidden, i] });
      };
      if (table.rows[i]) table.rows[i].replaceWith(row);
      else table.append(row);
    });
    if (rows.count !== runs.length) table.lastElementChild?.scrollIntoView?.({ block: "nearest" });
    rows.count = runs.length;
  }

  /** The number of the finished epoch to read a run at, as it counts in its list. */
  function at(run) {
    if (!picked) return run.epochs.length - 1;
    const after = run.epochs.findIndex((epoch) => epoch > picked);
    return after < 0 ? run.epochs.length - 1 : Math.max(after - 1, 0);
  }

  function draw() {
    const runs = shown();
    const live = read("live");
    const running = Boolean(live.name);
    const [hidden, logScale, weight] = ["hidden", "log_scale", "smoothing"].map(read);
    const visible = runs.map((run, i) => [run, i]).filter(([, i]) => !hidden.includes(i));

    far = Math.max(1, ...visible.map(([run]) => run.reached));
    if (running) far = Math.max(far, Math.min(live.last, Math.ceil(1.2 * live.reached)));
    const across = (epoch) => LEFT + (epoch / far) * (RIGHT - LEFT);
    const values = visible.flatMap(([run]) => [...run.loss, ...run.val_loss, run.tip]);
    const losses = vertical(values, 8, HIGH - 22, 5, logScale);
    const known = (v) => v !== null && (!logScale || v > 0);
    const line = (points) => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;

    const marks = ticks(0, far, 8).filter(Number.isInteger);
    find(".losses .axes").innerHTML = losses.axis +
      marks.map((epoch) => words(across(epoch), HIGH - 6, epoch, 'class="middle"')).join("") +
      words(LEFT - 14, HIGH - 6, "epoch", 'class="end"') + words(LEFT + 6, 18, "loss", 'class="name"');
    const last = visible.at(-1)?.[1];
    const numbers = []; // where the runs' numbers stand
    const number = (x, y, i) => {
      while (numbers.some(([left, top]) => Math.abs(left - x) < 10 && Math.abs(top - y) < 11)) y -= 11;
      numbers.push([x, y]);
      return words(x + 7, y + 4, i + 1, 'class="number"');
    };
    find(".losses .lines").innerHTML = visible.map(([run, i]) => {
      let drawing = "";
      for (const [key, kind] of [["loss", "train"], ["val_loss", "validation"]]) {
        const points = run.epochs.map((epoch, k) => [epoch, run[key][k]]).filter(([, v]) => known(v));
        if (!points.length) continue;
        const heights = smooth(points.map(([, v]) => v), weight);
        const places = (ys) => points.map(([x], k) => [across(x), losses.up(ys[k])]);
        if (weight) drawing += `<path class="${kind} measured" d="${line(places(points.map(([, v]) => v)))}"/>`;
        // a line to itself, so that a single point shows as a dot
        const smoothed = places(heights);
        const [x, y] = smoothed.at(-1);
        const tip = kind === "train" && known(run.tip) ? [[across(run.reached), losses.up(run.tip)]] : [];
        drawing += `<path class="${kind}" d="${line(smoothed)}L${x} ${y}"/>` +
          (tip.length ? `<path class="${kind} tip" d="${line([[x, y], ...tip])}"/>` : "") +
          number(...(tip[0] ?? [x, y]), i);
      }
      if (known(run.tip)) {
        drawing += `<circle class="now" cx="${across(run.reached)}" cy="${losses.up(run.tip)}" r="3.5"/>`;
      }
      if (run.best && known(run.best[1])) {
        const [x, y] = [across(run.best[0]), losses.up(run.best[1])];
        drawing += `<circle class="ring" cx="${x}" cy="${y}" r="6.5"/>`;
        if (i === last) {
          drawing += `<path class="drop" d="M${x} ${y + 7}V${HIGH - 22}"/>` + words(clamp(x, LEFT + 112, RIGHT - 112), Math.max(y - 12, 18),
            `sweet spot: ${brief(run.best[1])} at epoch ${run.best[0]}`, 'class="middle sweet"');
        }
      }
      return `<g class="run${i % COLORS}">${drawing}</g>`;
    }).join("");

    const rates = vertical(visible.flatMap(([run]) => run.rates.map(([, v]) => v)), 24, LOW - 6, 2, true);
    find(".rates .axes").innerHTML = rates.axis + words(LEFT + 6, 15, "learning rate", 'class="name"');
    find(".rates .lines").innerHTML = visible.map(([run, i]) => {
      const used = run.rates.filter(([, v]) => v > 0);
      const steps = used.map(([x, v], k) => `${k ? "L" : "M"}${across(x)} ${rates.up(v)}H${across(used[k + 1]?.[0] ?? run.reached)}`);
      return `<path class="rate run${i % COLORS}" d="${steps.join("")}"/>`;
    }).join("");

    const finished = Math.max(1, ...visible.map(([run]) => run.epoch));
    set(reader, { max: finished });
    reader.value = picked || finished;
    // from the first finished epoch on the slider is as long as that part of the axis
    reader.style.marginLeft = `${(100 * (across(1) - 8)) / WIDE}%`;
    reader.style.width = `${(100 * (across(finished) - across(1) + 16)) / WIDE}%`;
    reader.disabled = finished < 2;
    reader.ariaValueText = picked ? `epoch ${picked}` : "last epoch";
    for (const [drawing, height] of [["losses", HIGH - 22], ["rates", LOW]]) {
      set(find(`.${drawing} .reading`), { d: picked ? `M${across(picked)} 0V${height}` : "M0 0" });
    }

    find(".table").hidden = !runs.length;
    rows(runs);
    runs.forEach((run, i) => {
      const row = table.rows[i];
      const k = at(run);
      row.classList.toggle("away", hidden.includes(i));
      row.querySelector("input").checked = !hidden.includes(i);
      const cells = [run.epochs[k] ?? 0, brief(run.loss[k] ?? (picked ? null : run.tip)), brief(run.val_loss[k])];
      cells.push(run.best ? `${brief(run.best[1])} at epoch ${run.best[0]}` : "–");
      cells.forEach((words, column) => (row.cells[column + 1].textContent = words));
    });

    find("[data-do]").disabled = !running;
    rate.input.disabled = !running || live.scheduled;
    const current = running ? live.rate : runs.at(-1)?.rate;
    if (performance.now() - turned > 700) {
      showRate(current > 0 ? Math.log10(current) : -3);
      rate.root.querySelector("output").textContent = brief(current);
    }
    smoothing.show(weight);
    log.firstChild.checked = logScale;
    const sentence = tell(runs, running);
    say(sentence, !running && sentence);
  }
  const redraw = onFrame(draw);

  function tell(runs, running) {
    const run = runs.at(-1);
    if (!run) return "No training yet: give it to model.fit(…, callbacks=[…]), and its curves appear here.";
    const name = `Run ${runs.length}`;
    if (!run.finite) return `${name}: the loss is no longer a finite number. Try a smaller learning rate.`;
    if (running) {
      return `${name} is at epoch ${Math.min(Math.floor(run.reached) + 1, run.last)} of ${run.last}.` +
        (run.scheduled ? " Its learning rate follows a schedule." : "");
    }
    const how = `${name} ${run.ended === "ended" ? "ended" : `was ${run.ended}`} at epoch ${run.epoch} of ${run.last}.`;
    if (!run.best) return `${how} Without validation data there is no sweet spot: try validation_split=0.2.`;
    const [epoch, lowest] = run.best;
    const rise = Math.round(100 * ((run.val_loss.findLast((v) => v !== null) ?? lowest) / lowest - 1));
    if (epoch === run.epoch) return `${how} Its validation loss was still falling: more epochs may help.`;
    return `${how} Its validation loss was lowest at epoch ${epoch}` +
      (rise > 0 ? `, and is ${rise} % higher now: since then it overfits.` : ".");
  }

  const point = (event) => {
    const box = find(".losses").getBoundingClientRect();
    const epoch = (((event.clientX - box.left) / box.width) * WIDE - LEFT) / (RIGHT - LEFT) * far;
    picked = clamp(Math.round(epoch), 1, Number(reader.max));
    redraw();
  };
  for (const drawing of root.querySelectorAll("svg")) {
    drawing.onpointermove = point;
    drawing.onpointerleave = () => {
      picked = 0;
      redraw();
    };
  }
  reader.oninput = () => {
    picked = reader.valueAsNumber < reader.max ? reader.valueAsNumber : 0;
    redraw();
  };
  find("[data-do]").onclick = () => model.send({ do: "stop" });

  watch("runs live log_scale smoothing hidden", redraw);
  draw();
  return () => {
    redraw.cancel();
    end();
  };
}

export default { render };
