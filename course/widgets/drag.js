// Dragging, with a mouse, a pen or a finger.

/** Follows a pointer that goes down on `target`: `moved(event)` until it is let go, then `ended()`. */
export function drag(target, moved, ended) {
  target.addEventListener("pointerdown", (down) => {
    if (down.button) return;
    down.stopPropagation();
    target.setPointerCapture(down.pointerId);
    moved(down);
  });
  target.addEventListener("pointermove", (move) => {
    if (target.hasPointerCapture(move.pointerId)) moved(move);
  });
  target.addEventListener("lostpointercapture", ended);
}
