"""The zoo: nine architectures in one picture, each as a sketch of what flows where."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from course.plots.figures import figure_of, subplots
from course.plots.sketches import (
    CODE,
    INPUT,
    LEARNED,
    OUTPUT,
    arrow,
    box,
    column,
    feature_maps,
    funnel,
    join,
    picture,
    word,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Sketch = Callable[["Axes"], None]


def network_zoo() -> Figure:
    """Nine architectures from the perceptron to diffusion, with what each is for and the lesson that builds it.

    Returns
    -------
    Figure
    """
    figure, axes = subplots(3, 3, size=(8.4, 8.6))
    figure.suptitle("The zoo: nine architectures made of the same neurons", fontsize=12)
    for ax, (name, lesson, purpose, sketch) in zip(np.ravel(axes), ZOO, strict=True):
        ax.set(xlim=(0, 10), ylim=(0, 7), xticks=[], yticks=[], aspect="equal")
        for side in ax.spines.values():
            side.set_color("#C8C8C8")
        ax.set_title(f"{name} · {lesson}", fontsize=10.5)
        ax.set_xlabel(purpose, fontsize=9, labelpad=5)
        sketch(ax)
    names = "; ".join(f"{name}: {purpose}".replace("\n", " ") for name, _, purpose, _ in ZOO)
    return figure_of(axes[0, 0], f"Sketches of nine architectures. {names}.")


def _perceptron(ax: Axes) -> None:
    before = column(ax, 2.2, 3, INPUT)
    after = column(ax, 7.2, 1, OUTPUT)
    join(ax, before, after)
    word(ax, 2.2, 0.7, "input")
    word(ax, 7.2, 0.7, "class")


def _mlp(ax: Axes) -> None:
    layers = [column(ax, 1.5, 3, INPUT), column(ax, 3.9, 4, LEARNED)]
    layers += [column(ax, 6.2, 4, LEARNED), column(ax, 8.5, 1, OUTPUT)]
    for before, after in pairwise(layers):
        join(ax, before, after)
    word(ax, 1.5, 0.7, "input")
    word(ax, 5.05, 0.7, "hidden")
    word(ax, 8.5, 0.7, "output")


def _cnn(ax: Axes) -> None:
    picture(ax, 1.35, 3.8, 2.1, "galaxy")
    feature_maps(ax, 3.55, 3.8, 1.7, 3)
    feature_maps(ax, 5.7, 3.8, 1.1, 5)
    before = column(ax, 7.75, 4, LEARNED, radius=0.26, step=0.8)
    join(ax, before, column(ax, 9.2, 2, OUTPUT, radius=0.26, step=0.8), radius=0.26)
    word(ax, 1.35, 0.7, "image")
    word(ax, 4.7, 0.7, "feature maps")
    word(ax, 8.6, 0.7, "classes")


def _autoencoder(ax: Axes) -> None:
    picture(ax, 1.2, 3.8, 1.7, "galaxy")
    funnel(ax, 2.4, 4.3, 3.8, 1.7, 0.6)
    box(ax, 5.0, 3.8, 0.5, 1.3, CODE)
    funnel(ax, 5.7, 7.6, 3.8, 0.6, 1.7)
    picture(ax, 8.8, 3.8, 1.7, "galaxy")
    word(ax, 3.4, 2.4, "encoder")
    word(ax, 6.6, 2.4, "decoder")
    word(ax, 5.0, 4.9, "code z")
    word(ax, 1.2, 2.4, "image")
    word(ax, 8.8, 2.4, "its copy")


def _vae(ax: Axes) -> None:
    picture(ax, 1.2, 3.8, 1.7, "galaxy")
    funnel(ax, 2.4, 3.9, 3.8, 1.7, 0.8)
    box(ax, 4.1, 4.75, 0.75, 0.8, CODE, "μ")
    box(ax, 4.1, 2.85, 0.75, 0.8, CODE, "σ")
    box(ax, 5.5, 3.8, 0.75, 0.8, CODE, "z")
    arrow(ax, (4.5, 4.55), (5.1, 4.05))
    arrow(ax, (4.5, 3.05), (5.1, 3.55))
    arrow(ax, (5.5, 1.9), (5.5, 3.35))
    word(ax, 5.5, 1.5, "chance ε")
    funnel(ax, 6.2, 7.7, 3.8, 0.8, 1.7)
    picture(ax, 8.8, 3.8, 1.7, "galaxy", seed=1)
    word(ax, 1.2, 2.4, "image")
    word(ax, 8.8, 2.4, "similar")


def _u_net(ax: Axes) -> None:
    levels = ((1.3, 8.7, 5.6, 1.9), (2.7, 7.3, 3.7, 1.3), (4.1, 5.9, 2.1, 0.8))
    for i, (left, right, height, size) in enumerate(levels):
        box(ax, left, height, 0.55, size, LEARNED)
        box(ax, right, height, 0.55, size, OUTPUT if i == 0 else LEARNED)
        arrow(ax, (left + 0.45, height), (right - 0.45, height), dashed=True)
        if i < 2:
            below = levels[i + 1]
            arrow(ax, (left + 0.1, height - size / 2 - 0.05), (below[0] - 0.35, below[2]))
            arrow(ax, (below[1] + 0.35, below[2]), (right - 0.1, height - size / 2 - 0.05))
    box(ax, 5, 0.85, 0.9, 0.5, CODE)
    arrow(ax, (4.1, 1.65), (4.5, 0.95))
    arrow(ax, (5.5, 0.95), (5.9, 1.65))
    word(ax, 5, 6.0, "skip connections")
    word(ax, 1.35, 2.0, "image")
    word(ax, 8.65, 2.0, "mask")


def _gan(ax: Axes) -> None:
    word(ax, 0.8, 5.2, "noise")
    arrow(ax, (1.55, 5.2), (2.1, 5.2))
    funnel(ax, 2.15, 3.85, 5.2, 0.6, 1.7)
    word(ax, 3.05, 5.2, "G")
    picture(ax, 5.05, 5.2, 1.7, "galaxy", seed=2)
    picture(ax, 5.05, 2.1, 1.7, "galaxy")
    word(ax, 5.05, 3.85, "made")
    word(ax, 5.05, 0.7, "real")
    arrow(ax, (6.0, 4.9), (6.75, 4.25))
    arrow(ax, (6.0, 2.5), (6.75, 3.25))
    funnel(ax, 6.85, 8.3, 3.75, 1.9, 0.6)
    word(ax, 7.5, 3.75, "D")
    arrow(ax, (8.35, 3.75), (8.8, 3.75))
    word(ax, 9.2, 4.2, "real")
    word(ax, 9.2, 3.3, "or not")


def _flow(ax: Axes) -> None:
    steps = np.linspace(0, 1, 4)
    for i, bend in enumerate(steps):
        picture(ax, 1.3 + 2.45 * i, 3.9, 1.6, "cloud", amount=float(bend))
        if i < 3:
            arrow(ax, (2.2 + 2.45 * i, 4.15), (2.85 + 2.45 * i, 4.15))
            arrow(ax, (2.85 + 2.45 * i, 3.65), (2.2 + 2.45 * i, 3.65))
    word(ax, 1.3, 2.6, "z: simple")
    word(ax, 8.65, 2.6, "x: data")
    word(ax, 5, 5.6, "steps that can be undone")


def _diffusion(ax: Axes) -> None:
    for i, noise in enumerate(np.linspace(0, 1, 4)):
        picture(ax, 1.3 + 2.45 * i, 3.9, 1.6, "galaxy", amount=float(noise))
        if i < 3:
            arrow(ax, (2.2 + 2.45 * i, 4.15), (2.85 + 2.45 * i, 4.15), dashed=True)
            arrow(ax, (2.85 + 2.45 * i, 3.65), (2.2 + 2.45 * i, 3.65))
    word(ax, 5, 5.6, "add noise: nothing to learn")
    word(ax, 5, 2.2, "take it away again: learned")


ZOO: tuple[tuple[str, str, str, Sketch], ...] = (
    ("Perceptron", "lesson 1", "two classes,\na straight line between them", _perceptron),
    ("MLP", "lesson 2", "multilayer perceptron:\na curve of any shape", _mlp),
    ("CNN", "lessons 5, 6", "convolutional network: one small\nfilter for every place in the image", _cnn),
    ("Autoencoder", "lesson 9", "image in, the same image out,\nthrough a few numbers", _autoencoder),
    ("VAE", "lesson 10", "variational autoencoder: draw z\nto draw new images", _vae),
    ("U-Net", "lesson 9", "image in, image out,\nfine detail kept by shortcuts", _u_net),
    ("GAN", "lesson 11", "generative adversarial networks:\na forger G, a detective D", _gan),
    ("Normalizing flow", "lesson 12", "draws samples, and knows\nthe probability of each", _flow),
    ("Diffusion model", "lesson 13", "new images out of pure noise,\nstep by step", _diffusion),
)
"""Name, lesson, purpose and sketch."""
