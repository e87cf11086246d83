"""How heavy and how quick the explorables are, in a real browser and a real JupyterLab.

    python benchmarks/widgets.py [--rounds 60] [--seconds 5]

Bytes: of each explorable's script and style, which every copy in a notebook brings along, and of its still picture.
Browser: from the input event of a slider to the end of the drawing in the next frame; aim: under 16 ms.
Kernel: from the input event to the answer of the student's function, run in the kernel; aim: under 60 ms.
Frames: drawings a second of the playground while `course` trains in a thread of the kernel; aim: 20.
What the live curves cost a training is in live_curves.py.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SLIDERS = {
    "NeuronExplorer": "w₁",
    "ActivationGallery": "z",
    "ConvolutionExplorer": "stride",
    "OptimizerPaths": "step",
    "OverfittingExplorer": "model size",
    "Playground": "value",
}
"""An explorable, and the slider that is moved."""

MOVE = """async ([name, rounds]) => {
  const input = [...document.querySelectorAll(".explorable input[type=range]")]
    .find((each) => (each.ariaLabel ?? each.labels[0].textContent).trim() === name);
  const times = [];
  for (let i = 0; i < rounds; i++) {
    // at any moment between two frames
    await new Promise((done) => setTimeout(done, 20 + 17 * Math.random()));
    input.value = i % 2 ? input.min : (Number(input.min) + Number(input.max)) / 2;
    const begin = performance.now();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    times.push(await new Promise((done) => requestAnimationFrame(() => done(performance.now() - begin))));
  }
  return times;
}"""

ASK = """async (rounds) => {
  const [input, verdict] = [document.querySelector("input[max='4']"), document.querySelector(".verdict")];
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const begin = performance.now();
    const answered = new Promise((done) => {
      const watch = new MutationObserver(() => {
        if (!verdict.textContent.startsWith("✓")) return;
        watch.disconnect();
        done(performance.now() - begin);
      });
      watch.observe(verdict, { childList: true });
    });
    input.value = input.value === "1" ? 2 : 1;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    times.push(await answered);
    await new Promise((done) => setTimeout(done, 100 + 50 * Math.random()));
  }
  return times;
}"""

WATCH = """(seconds) => new Promise((done) => {
  const epoch = document.querySelector(".losses b");
  const [first, begin] = [Number(epoch.textContent), performance.now()];
  let [frames, last] = [0, epoch.textContent];
  const look = () => {
    frames += last !== epoch.textContent;
    last = epoch.textContent;
    const passed = (performance.now() - begin) / 1000;
    if (passed < seconds) requestAnimationFrame(look);
    else done([frames / passed, (Number(last) - first) / passed]);
  };
  look();
})"""

STEPPER = """
from numpy.lib.stride_tricks import sliding_window_view
from course.widgets import ConvolutionExplorer, Playground

def conv(image, kernel, stride):
    return (sliding_window_view(image, kernel.shape)[::stride, ::stride] * kernel).sum(axis=(2, 3))

ConvolutionExplorer("galaxy", conv=conv)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))  # the tests know how to start a browser and a notebook
    from tests.browser import chromium

    weigh()
    with chromium() as browser:
        move_sliders(browser, options.rounds)
        in_a_notebook(browser, options.rounds, options.seconds)


def weigh() -> None:
    """Print the bytes of each explorable."""
    from course import widgets
    from course.widgets.curves import Curves

    print(f"{'explorable':<22} {'script':>8} {'style':>8} {'picture':>8}")
    for name in widgets.__all__:
        kind: Any = Curves if name == "LiveCurves" else getattr(widgets, name)
        sizes = [len(part.encode()) for part in (kind._esm, kind._css)]
        if name not in ("FeatureMaps", "AugmentationPreview"):  # of what only their user has
            sizes.append(len(kind().picture()))
        print(f"{name:<22}", *(f"{size:>8,}" for size in sizes))


def move_sliders(browser: Any, rounds: int) -> None:
    """Print how long the browser takes from a slider to the drawing."""
    from course import widgets

    print(f"\n{'slider to drawing, ms':<34} {'median':>7} {'p90':>7}  (aim: under 16)")
    for name, slider in SLIDERS.items():
        widget = getattr(widgets, name)(**({"hidden": (8, 8, 8, 8)} if name == "Playground" else {}))
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_content(widget.page())
        page.wait_for_function("typeof dispose === 'function'")
        if name == "Playground":
            page.get_by_role("combobox", name="weight", exact=True).select_option(index=1)
        say(f"{name}, {slider}", page.evaluate(MOVE, [slider, rounds]))
        page.close()


def in_a_notebook(browser: Any, rounds: int, seconds: float) -> None:
    """Print what takes the kernel's part, in JupyterLab."""
    from tests.browser import jupyter
    from tests.widgets.notebooks import Notebook, configure

    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as home:
        configure(Path(home))
        with jupyter(Path(folder), Path(home)) as address:
            notebook = Notebook(browser.new_page(viewport={"width": 1280, "height": 720}))
            notebook.open(address, Path(folder), "lab", (STEPPER,))
            print(f"\n{'through the kernel, ms':<34} {'median':>7} {'p90':>7}  (aim: under 60)")
            notebook.page.evaluate(ASK, 3)
            say("ConvolutionExplorer, stride", notebook.page.evaluate(ASK, rounds))
            print(f"\n{'playground while training':<34} {'frames/s':>8} {'epochs/s':>8}  (aim: 20 frames)")
            for hidden in ((4, 4), (8, 8, 8, 8)):
                notebook.open(address, Path(folder), "lab", (f"{STEPPER}\nPlayground(hidden={hidden})",))
                notebook.page.get_by_role("button", name="Play").click()
                notebook.page.wait_for_function("Number(document.querySelector('.losses b').textContent) > 30")
                frames, epochs = notebook.page.evaluate(WATCH, seconds)
                print(f"{f'hidden {hidden}':<34} {frames:>8.1f} {epochs:>8.1f}")


def say(name: str, times: list[float]) -> None:
    """Print the median and the ninth decile of some milliseconds."""
    print(f"{name:<34} {statistics.median(times):>7.1f} {statistics.quantiles(times, n=10)[-1]:>7.1f}")


if __name__ == "__main__":
    main()
