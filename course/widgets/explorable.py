"""What every explorable is: a widget with its logic in the browser, words for those who can't see it, and a
still picture for where no kernel runs."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from course.widgets.squeeze import squeeze

try:
    import anywidget
except ImportError as error:
    raise ImportError('course.widgets needs anywidget: pip install "handson-neural-networks[notebooks]"') from error

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FOLDER = Path(__file__).parent
WIDTH, HEIGHT = 840, 520
"""The room in pixels that an explorable may take: what JupyterLab leaves at 1280×720."""

PLUS, MINUS = "#e69f00", "#0072b2"
"""Orange and blue of Okabe and Ito's palette, for above and below; a + and a − go with them."""


class Explorable(anywidget.AnyWidget):
    """A widget that says in words what it shows and leaves a picture where it can't run.

    A subclass gives `_esm` (see `script`), `_css` (see `style`), `describe` and `draw`, and declares what it shares
    with its script as `Checked(…).tag(sync=True)`.
    """

    def describe(self) -> str:
        """The explorable's state in one or two sentences."""
        raise NotImplementedError

    def draw(self, figure: "Figure") -> None:
        """Draw the explorable's state on an empty matplotlib figure of 840×520 pixels."""
        raise NotImplementedError

    def picture(self) -> bytes:
        """The still picture: a PNG of 840×520 pixels.

        Raises
        ------
        ImportError
            Without matplotlib.
        """
        try:
            from matplotlib.figure import Figure
            from PIL import Image  # matplotlib brings it
        except ImportError as error:
            raise ImportError(
                'an explorable\'s picture needs matplotlib: pip install "handson-neural-networks[notebooks]"'
            ) from error
        # not pyplot, which keeps every figure and belongs to one thread
        figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, layout="constrained")
        self.draw(figure)
        drawn, png = io.BytesIO(), io.BytesIO()
        figure.savefig(drawn, format="rgba")
        image = Image.frombytes("RGBA", (WIDTH, HEIGHT), drawn.getvalue()).convert("RGB")
        # 255 colours are enough, and a third of the size: the picture is kept in the notebook
        image.quantize(255).save(png, format="png", optimize=True)
        return png.getvalue()

    def page(self) -> str:
        """An HTML page with the explorable in it, live without a kernel: only what Python computes stands still."""
        state = {name: getattr(self, name) for name in sorted(self.keys) if not name.startswith("_")}
        parts = {"script": self._esm, "style": self._css, "state": state}
        data = json.dumps(parts, default=lambda value: None).replace("<", "\\u003c")
        return _PAGE.replace("{title}", type(self).__name__).replace("{data}", data)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        return {**data, "text/plain": self.describe(), "image/png": self.picture()}, metadata


class Checked(traitlets.TraitType):
    """A trait whose new values go through `check`, which returns them in their final form or raises.

    traitlets' own errors name classes, not what was expected of the argument.
    """

    def __init__(self, default: Any, check: Callable[[Any], Any]) -> None:
        super().__init__(default)
        self.check = check

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the value to keep."""
        return self.check(value)


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<style>html { color-scheme: light dark; } body { margin: 16px; }</style>
<main></main>
<script type="module">
const { script, style, state } = {data};
const listeners = {};
const model = {
  sent: [],
  get: (name) => state[name],
  set(name, value) {
    if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
    state[name] = value;
    for (const listener of listeners[`change:${name}`] ?? []) listener();
  },
  save_changes() {},
  on: (event, listener) => (listeners[event] ??= new Set()).add(listener),
  off: (event, listener) => listeners[event]?.delete(listener),
  send: (message) => model.sent.push(message),
};
const code = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
const el = document.querySelector("main");
document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
const explorable = await import(code);
Object.assign(window, { explorable, listeners, model, dispose: explorable.default.render({ model, el }) });
</script>
</html>
"""


def diverging() -> Any:
    """The colour map of matplotlib from blue (−) over white to orange (+)."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("diverging", [MINUS, "white", PLUS])


def script(name: str) -> str:
    """The ES module `name` of this folder in one piece, as a widget's `_esm` must be.

    The modules that it imports from this folder stand before it, without the imports, comments and all else that only
    people need (see `squeeze`): the browser gets a copy with each widget.
    """
    modules: list[str] = []

    def collect(name: str) -> None:
        if name in modules:
            return
        for imported in re.findall(r'^import .* from "\./(.*)";$', _read(name), flags=re.MULTILINE):
            collect(imported)
        modules.append(name)

    collect(name)
    code = "\n".join(_read(module) for module in modules)
    code = re.sub(r"^import .*\n", "", code, flags=re.MULTILINE)
    code = re.sub(r"^\s*/\*\*.*?\*/\n", "", code, flags=re.MULTILINE | re.DOTALL)
    code = re.sub(r"(^|\s)//\s.*", "", code, flags=re.MULTILINE)
    return squeeze(re.sub(r"^\s+", "", code, flags=re.MULTILINE))


def style(name: str) -> str:
    """What all explorables look like, and the one of this name beside it, as a widget's `_css` must be.

    The rules hold in this explorable alone, with the weight that they are written with. Several stand in a page, each
    with its own copy of the common rules, and the last copy must not win against what the others have of their own.
    """
    common = re.sub(r"\.explorable(?![\w-])", f".explorable:where(.{name})", _read("explorable.css"))
    return common + re.sub(rf"\.{name}(?![\w-])", f".{name}:where(.explorable)", _read(f"{name}.css"))


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
