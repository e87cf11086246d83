"""What a pass through a small network computes, in order: the formula of each number, words, and NumPy code.

A number is named by its key, "kind layer place": "w 0 1 0" is the first layer's weight from input 1 to neuron 0.
Kinds: w weight, b bias, z sum, a output (layer −1: the inputs), y target, L loss, s slope; a leading d: ∂L/∂.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

WORDS = {
    "z": "The neuron weighs what comes in, adds it up, and adds its bias.",
    "a": "The activation bends the sum: this is the neuron's output.",
    "L": "The loss: how far the prediction is from its target, squared; the mean over all outputs.",
    "dp": "Backward begins: how fast the loss changes with the prediction.",
    "dz": "Back through the activation: times its slope at z, ",
    "dw": "A weight's gradient: what came back to its neuron, times what went forward through the weight.",
    "db": "A bias's gradient is that of the sum to which it is added.",
    "da": "Passed on to the layer below: each path back times its weight, added up. There it begins anew.",
    "begin": "Press Next for the first number. The numbers in grey fields can be changed.",
    "end": "All gradients are known: take the step.",
    "flat": "It is flat here: little gets through.",
    "step": "w ← w − rate·∂L/∂w, and b alike",
    "fell": "All weights and biases moved against their gradients. The loss fell:",
    "rose": "All weights and biases moved. The loss rose, for the step was too long:",
    "stayed": "Without gradients nothing moves. The loss stayed:",
    "limit": "A weight would grow beyond 100: choose a smaller rate.",
}
SLOPES = {
    "sigmoid": "σ′ = σ·(1 − σ).",
    "tanh": "tanh′ = 1 − tanh².",
    "relu": "1 where z > 0, else 0.",
}
_LOWER = "₁₂₃"
_SLOPE_CODE = {"sigmoid": "{a} * (1 - {a})", "tanh": "(1 - {a}**2)", "relu": "({z} > 0)"}


def plan(sizes: Sequence[int]) -> list[list[str]]:
    """[key, kind of step, formula, its form with the slope as a number] for each number of a pass.

    In a formula the keys of the numbers that it uses stand in braces, and {f} is the activation's symbol.

    Parameters
    ----------
    sizes : units layer by layer, inputs first.
    """
    return [[key, kind, formula, more] for key, kind, formula, *rest in _steps(sizes) for more in [*rest, ""][:1]]


def _steps(sizes: Sequence[int]) -> Iterator[tuple[str, ...]]:
    last = len(sizes) - 2
    layers = [(layer, range(inputs), range(units)) for layer, (inputs, units) in enumerate(pairwise(sizes))]
    outputs = range(sizes[-1])
    for layer, inputs, units in layers:
        for j in units:
            terms = [f"{{w {layer} {i} {j}}}·{{a {layer - 1} {i}}}" for i in inputs]
            yield f"z {layer} {j}", "z", " + ".join([*terms, f"{{b {layer} {j}}}"])
            yield f"a {layer} {j}", "a", f"{{f}}({{z {layer} {j}}})"
    squares = " + ".join(f"({{a {last} {j}}} − {{y 0 {j}}})²" for j in outputs)
    yield "L", "L", squares if len(outputs) == 1 else f"({squares})/{len(outputs)}"

    share = "" if len(outputs) == 1 else f"/{len(outputs)}"
    for j in outputs:
        yield f"da {last} {j}", "dp", f"2·({{a {last} {j}}} − {{y 0 {j}}}){share}"
    for layer, inputs, units in reversed(layers):
        for j in units:
            above = f"{{da {layer} {j}}}"
            yield f"dz {layer} {j}", "dz", f"{above}·{{f}}′({{z {layer} {j}}})", f"{above}·{{s {layer} {j}}}"
        for j in units:
            for i in inputs:
                yield f"dw {layer} {i} {j}", "dw", f"{{dz {layer} {j}}}·{{a {layer - 1} {i}}}"
        for j in units:
            yield f"db {layer} {j}", "db", f"{{dz {layer} {j}}}"
        for i in inputs if layer else ():
            paths = [f"{{dz {layer} {j}}}·{{w {layer} {i} {j}}}" for j in units]
            yield f"da {layer - 1} {i}", "da", " + ".join(paths)


def listing(sizes: Sequence[int], activation: str) -> dict[str, list[list[str]]]:
    """The pass and the step in NumPy, as lines [key without place, code]: "forward", "backward" and "step".

    They need x, y, the weights (W, or W1 and W2), the biases (b …), rate, np, and the activation by its name.
    """
    last = len(sizes) - 2
    layers = [(layer, str(layer + 1) if last else "") for layer in range(last + 1)]
    outputs = {-1: "x", 0: "h", last: "p"}
    forward, backward, step = [], [[f"da {last}", f"dp = 2 * (p - y){f' / {sizes[-1]}' if sizes[-1] > 1 else ''}"]], []
    for layer, n in layers:
        below, out = outputs[layer - 1], outputs[layer]
        forward += [[f"z {layer}", f"z{n} = {below} @ W{n} + b{n}"], [f"a {layer}", f"{out} = {activation}(z{n})"]]
        step += [["step", f"W{n} -= rate * dW{n}"], ["step", f"b{n} -= rate * db{n}"]]
    for layer, n in reversed(layers):
        below, out = outputs[layer - 1], outputs[layer]
        slope = _SLOPE_CODE[activation].format(a=out, z=f"z{n}")
        backward += [
            [f"dz {layer}", f"dz{n} = d{out} * {slope}"],
            [f"dw {layer}", f"dW{n} = np.outer({below}, dz{n})"],
            [f"db {layer}", f"db{n} = dz{n}"],
        ]
        if layer:
            backward.append([f"da {layer - 1}", f"d{below} = W{n} @ dz{n}"])
    return {"forward": [*forward, ["L", "loss = np.mean((p - y)**2)"]], "backward": backward, "step": step}


def symbols(sizes: Sequence[int]) -> dict[str, str]:
    """Every number's symbol by its key: w¹₂₁, h₁, ∂L/∂z²₁."""
    last = len(sizes) - 2
    found = {"L": "L"}
    found |= {f"a -1 {i}": f"x{_LOWER[i]}" for i in range(sizes[0])}
    found |= {f"y 0 {j}": f"y{_LOWER[j]}" for j in range(sizes[-1])}
    for layer, (inputs, units) in enumerate(pairwise(sizes)):
        upper = "¹²"[layer] if last else ""
        for j in range(units):
            found[f"a {layer} {j}"] = f"{'p' if layer == last else 'h'}{_LOWER[j]}"
            found |= {f"{kind} {layer} {j}": f"{kind}{upper}{_LOWER[j]}" for kind in "zb"}
            found |= {f"w {layer} {i} {j}": f"w{upper}{_LOWER[i]}{_LOWER[j]}" for i in range(inputs)}
    return found | {f"d{key}": f"∂L/∂{symbol}" for key, symbol in found.items() if key[0] in "awbz"}


def program(sizes: Sequence[int]) -> dict[str, Any]:
    """All of it, for the browser."""
    return {
        "sizes": list(sizes),
        "steps": plan(sizes),
        "symbols": symbols(sizes),
        "words": WORDS,
        "slopes": SLOPES,
        "code": {activation: listing(sizes, activation) for activation in SLOPES},
    }
