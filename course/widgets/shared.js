// What every explorable shares: markup, inputs with labels, numbers as text, one drawing a frame.

/** The element that a piece of markup describes. */
export function element(markup) {
  const template = document.createElement("template");
  template.innerHTML = markup.trim();
  return template.content.firstElementChild;
}

/** Sets several attributes. */
export function set(target, attributes) {
  for (const name in attributes) target.setAttribute(name, attributes[name]);
}

/** A number with a real minus sign and never "−0.00". */
export function text(value, digits = 2) {
  const rounded = value.toFixed(digits);
  return Number(rounded) === 0 ? (0).toFixed(digits) : rounded.replace("-", "−");
}

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** `count` + 1 numbers from `low` to `high`. */
export const span = (low, high, count) =>
  Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count);

/** A slider with its label and its value; `show` moves it without calling `changed`. */
export function slider(label, { min, max, step = 0.1, digits = 1 }, changed) {
  const root = element(`<div class="control">
    <label><span>${label}</span><input type="range" min="${min}" max="${max}" step="${step}"></label>
    <output></output></div>`);
  const [input, output] = root.querySelectorAll("input, output");
  input.addEventListener("input", () => changed(input.valueAsNumber));
  const show = (value) => {
    input.value = value;
    output.textContent = text(value, digits);
  };
  return { root, input, show };
}

/** A labelled list of choices, [[value, text], …]. */
export function choice(label, options, changed) {
  const items = options.map(([value, name]) => `<option value="${value}">${name}</option>`);
  const root = element(`<div class="control">
    <label><span>${label}</span><select>${items.join("")}</select></label></div>`);
  const input = root.querySelector("select");
  input.addEventListener("change", () => changed(input.value));
  return { root, input, show: (value) => (input.value = value) };
}

/** Calls `draw` once on the next frame, however often it is asked. */
export function onFrame(draw) {
  let request = 0;
  const ask = () => {
    request ||= requestAnimationFrame(() => {
      request = 0;
      draw();
    });
  };
  ask.cancel = () => cancelAnimationFrame(request);
  return ask;
}

/**
 * The explorable's frame in `el`, filled with `markup`.
 *
 * `find` looks inside it, `put` sets attributes there, `change` writes traits, `watch` calls back when one
 * changes, `say` shows a sentence and has it, or another or none, read aloud when it comes to rest, `end` cleans up.
 */
export function stage({ model, el }, name, label, markup) {
  const root = element(`<div class="explorable ${name}" role="group" aria-label="${label}">${markup}
    <p class="says" aria-hidden="true"></p><p class="spoken" aria-live="polite"></p></div>`);
  el.append(root);
  // JupyterLab would take letters and arrow keys for itself; its shortcuts look for this first where the focus is
  const ours = { "data-lm-suppress-shortcuts": true };
  set(root, ours);
  root.addEventListener("focusin", (event) => set(event.target, ours));
  const find = (selector) => root.querySelector(selector);
  const ends = [];
  let timer;
  return {
    root,
    find,
    put: (selector, attributes) => set(find(selector), attributes),
    change(values) {
      for (const key in values) model.set(key, values[key]);
      model.save_changes();
    },
    watch(names, changed) {
      for (const name of names.split(" ")) {
        model.on(`change:${name}`, changed);
        ends.push(() => model.off(`change:${name}`, changed));
      }
    },
    say(sentence, spoken = sentence) {
      find(".says").textContent = sentence;
      clearTimeout(timer);
      if (spoken) timer = setTimeout(() => (find(".spoken").textContent = spoken), 400);
    },
    end() {
      clearTimeout(timer);
      ends.forEach((stop) => stop());
      root.remove();
    },
  };
}
