"""The activation functions side by side with their derivatives, and where they saturate (lesson 1)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from course import activations
from course.errors import check_choice, check_number
from course.widgets.explorable import Checked, Explorable, script, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CURVES = ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "selu", "softplus")
PARAMETERS = {"leaky_relu": 0.2, "prelu": 0.25, "elu": 1.0}
FLAT = 0.05
WHERE = "ActivationGallery"


class ActivationGallery(Explorable):
    """All activation functions with their derivatives; one is shown large, a second can be laid over it.

    Where the derivative is smaller than 0.05 in size, hardly any gradient passes: the region is shaded and said
    in words. Softmax is shown as the bars of three logits with its Jacobian.

    Parameters
    ----------
    activation : the function to show large: linear, sigmoid, tanh, relu, leaky_relu, prelu, elu, selu, softplus
        or softmax.
    compare : a second one to lay over it, or None.
    z : where the live numbers are read, −5 to 5.

    Attributes
    ----------
    activation, compare, z : as moved by the hand, to read and to set (`compare` is "" for none).
    parameters : the number a of leaky_relu, prelu and elu, by name.
    logits : the three logits of softmax.

    Raises
    ------
    ValueError
        For an unknown name, or a z outside −5 to 5.

    Examples
    --------
    >>> gallery = ActivationGallery("relu", compare="softplus")
    >>> gallery.describe()
    'ActivationGallery: relu(1) = 1.000, derivative 1.000'
    """

    _esm = script("activations.js")
    _css = style("activations")

    activation = Checked("sigmoid", lambda value: check_choice(WHERE, "activation", value, (*CURVES, "softmax"))).tag(
        sync=True
    )
    compare = Checked("", lambda value: check_choice(WHERE, "compare", value or "", ("", *CURVES))).tag(sync=True)
    z = Checked(1.0, lambda value: check_number(WHERE, "z", value, minimum=-5, maximum=5)).tag(sync=True)
    parameters = Checked(PARAMETERS, lambda value: _parameters(value)).tag(sync=True)
    logits = Checked([1.0, 2.0, -1.0], lambda value: _logits(value)).tag(sync=True)

    def __init__(self, activation: str = "sigmoid", compare: str | None = None, z: float = 1.0) -> None:
        super().__init__(activation=activation, compare=compare, z=z)

    def describe(self) -> str:
        """The function shown, its value and its derivative."""
        if self.activation == "softmax":
            logits, p = (", ".join(f"{v:.3g}" for v in values) for values in (self.logits, self._softmax()))
            return f"{WHERE}: softmax({logits}) = ({p})"
        f, z = self._function(self.activation), np.array([self.z])
        return f"{WHERE}: {self.activation}({self.z:g}) = {f(z)[0]:.3f}, derivative {f.derivative(z)[0]:.3f}"

    def draw(self, figure: "Figure") -> None:
        """Draw all curves small, or three probabilities where softmax is shown."""
        figure.suptitle(self.describe().removeprefix(f"{WHERE}: "))
        z = np.linspace(-5, 5, 401)
        for axes, name in zip(figure.subplots(2, 5).flat, (*CURVES, "softmax"), strict=True):
            axes.set_title(name, fontsize=10, fontweight="bold" if name == self.activation else "normal")
            if name == "softmax":
                axes.bar([-3, 0, 3], self._softmax(), width=2, color="0.4", tick_label=["p₁", "p₂", "p₃"])
                continue
            f = self._function(name)
            slope = f.derivative(z)
            axes.fill_between(z, 0, 1, where=abs(slope) < FLAT, transform=axes.get_xaxis_transform(), color="0.9")
            axes.plot(z, f(z), color="black", label="f(z)")
            axes.plot(z, slope, color="#d55e00", linestyle="--", label="f′(z)")
            axes.set_ylim((-1.3, 1.5) if name in ("sigmoid", "tanh") else (-2, 4))
            axes.grid(alpha=0.3)
            if name == CURVES[0]:
                axes.legend(fontsize=9, loc="upper left")
        figure.supxlabel(f"z (shaded: |derivative| < {FLAT})", fontsize=10)

    def _function(self, name: str) -> activations.Activation:
        a = self.parameters.get(name)
        match name:
            case "leaky_relu":
                return activations.LeakyReLU(a)
            case "prelu":
                return activations.PReLU(a)
            case "elu":
                return activations.ELU(a)
        return activations.get(name)

    def _softmax(self) -> np.ndarray:
        return activations.softmax(np.array([self.logits]))[0]


def _parameters(value: Any) -> dict[str, float]:
    if not isinstance(value, dict) or not value.keys() <= PARAMETERS.keys():
        raise ValueError(f"{WHERE}: parameters must be a dict with keys from {list(PARAMETERS)}, got {value!r}")
    return PARAMETERS | {
        name: check_number(WHERE, f"parameters[{name!r}]", a, minimum=0, maximum=2) for name, a in value.items()
    }


def _logits(value: Sequence[float]) -> list[float]:
    if len(value) != 3:
        raise ValueError(f"{WHERE}: logits must be three numbers, got {value!r}")
    return [check_number(WHERE, "logits", z) for z in value]
