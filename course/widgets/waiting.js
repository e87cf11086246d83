// Waiting for what the kernel computes, and noticing when it doesn't.

const WAITS = [300, 2700]; // milliseconds, until one is told to wait, and then that the kernel doesn't answer

/**
 * `look(owed)` keeps account of whether the kernel owes an answer: 0 where it doesn't, or not for long; 1 where one
 * should be told to wait, and 2 where the kernel must be busy or gone. `redraw` is called when this changes.
 */
export function waiting(root, redraw) {
  let [waits, timer] = [0, 0];
  const look = (owed) => {
    if (!owed) {
      look.end();
      waits = 0;
    } else if (WAITS[waits]) {
      timer ||= setTimeout(() => {
        timer = 0;
        waits += 1;
        redraw();
      }, WAITS[waits]);
    }
    root.classList.toggle("old", waits > 0);
    return waits;
  };
  look.end = () => {
    clearTimeout(timer);
    timer = 0;
  };
  return look;
}
