// What every explorable shares: markup, inputs with labels, numbers as text, one drawing a frame.

/** The element that a piece of markup describes. */
export const element = (markup) => document.createRange().createContextualFragment(markup).firstElementChild;

/** Sets several attributes. */
export function set(target, attributes) {
  for (const name in attributes) target.setAttribute(name, attributes[name]);
}

/** A number with a real minus sign and never "−0.00". */
export function text(value, digits = 2) {
  const rounded = value.toFixed(digits);
  return rounded.replace("-", +rounded ? "−" : "");
}

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** A list of `count` things. */
export const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));

/** `count` + 1 numbers from `low` to `high`. */
export const span = (low, high, count) => times(count + 1, (i) => low + ((high - low) * i) / count);

/** An input with its label, and room for its value as text. */
function control(label, markup) {
  const root = element(`<div class="control"><label><span>${label}</span>${markup}</label><output></output></div>`);
  return [root, ...root.querySelectorAll("input, select, output")];
}

/** A slider with its label and its value; `show` moves it without calling `changed`. */
export function slider(label, { min, max, step = 0.1, digits = 1 }, changed) {
  const [root, input, output] = control(label, `<input type="range" min="${min}" max="${max}" step="${step}">`);
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
  const [root, input] = control(label, `<select>${items.join("")}</select>`);
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
 * `find` looks inside it for one element, `all` for all of a kind, `put` sets attributes there, `change` writes traits,
 * `watch` calls back when one changes, `listen` at any event of the model, `say` shows a sentence and has it, or another
 * or none, read aloud when it comes to rest, `end` cleans up. When the kernel ends, a message says so.
 */
export function stage({ model, el }, name, label, markup) {
  const root = element(`<div class="explorable ${name}" role="group" aria-label="${label}">
    <p class="lost" role="alert">The kernel has ended or restarted: run the cell again.</p>${markup}
    <p class="says" aria-hidden="true"></p><p class="spoken" aria-live="polite"></p></div>`);
  el.append(root);
  // JupyterLab would take letters and arrow keys for itself; its shortcuts look for this first where the focus is
  const ours = { "data-lm-suppress-shortcuts": true };
  set(root, ours);
  root.addEventListener("focusin", (event) => set(event.target, ours));
  const find = (selector) => root.querySelector(selector);
  const ends = [];
  let timer;
  const listen = (event, heard) => {
    model.on(event, heard);
    ends.push(() => model.off(event, heard));
  };
  // Jupyter sets this class, by which the style shows what is lost, when a kernel restarts, but not when it dies or ends
  const kernel = model.widget_manager?.kernel;
  const signals = kernel ? [kernel.statusChanged, kernel.disposed] : [];
  const lose = (_, status = "dead") =>
    /restart|dead/.test(status) && el.classList.add("jupyter-widgets-disconnected");
  signals.forEach((signal) => signal.connect(lose));
  return {
    root,
    find,
    all: (selector) => root.querySelectorAll(selector),
    listen,
    put: (selector, attributes) => set(find(selector), attributes),
    change(values) {
      for (const key in values) model.set(key, values[key]);
      model.save_changes();
    },
    watch(names, changed) {
      for (const name of names.split(" ")) listen(`change:${name}`, changed);
    },
    say(sentence, spoken = sentence) {
      find(".says").textContent = sentence;
      clearTimeout(timer);
      if (spoken) timer = setTimeout(() => (find(".spoken").textContent = spoken), 400);
    },
    end() {
      clearTimeout(timer);
      signals.forEach((signal) => signal.disconnect(lose));
      ends.forEach((stop) => stop());
      root.remove();
    },
  };
}
