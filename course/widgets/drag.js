// Dragging, with a mouse, a pen or a finger.

/** Follows a pointer that goes down on `target`: `moved(event)` until it is let go, then `ended()`. */
export function drag(target, moved, ended = () => {}) {
  target.addEventListener("pointerdown", (down) => {
    if (down.button) return;
    down.stopPropagation();
    target.setPointerCapture(down.pointerId);
    target.addEventListener("pointermove", moved);
    const end = () => {
      target.removeEventListener("pointermove", moved);
      ended();
    };
    target.addEventListener("lostpointercapture", end, { once: true });
    moved(down);
  });
}
