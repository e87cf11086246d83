"""What the convolution stepper offers to begin with and to choose from."""

MOST_CHANNELS, MOST_ZEROS = 3, 4


def _digits(text: str) -> list[list[int]]:
    return [[int(digit) for digit in row] for row in text.split()]


IMAGES = {
    # the fourth training example of course.data.digits, in ninths of its ink
    "digit": _digits("00487100 04738200 01177000 00186100 00017710 00001640 00423850 00477500"),
    # the middle of a spiral of course.data.galaxies (test set, number 40), binned two by two, arcsinh of its light
    "galaxy": _digits(
        "000012344433 000245544333 002554321112 014643432101 036557776300 036579877510 "
        "037679967610 026778756510 012565456310 111123454100 322345542000 344444310000"
    ),
    "edge": _digits("00009999 " * 8),
    "dot": _digits("0000000 0000000 0000000 0009000 0000000 0000000 0000000"),
    "blank": _digits("00000000 " * 8),
}

KERNELS: dict[str, list[list[float]]] = {
    "edges upright": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "edges level": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "all edges": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "blur": [[0.0625, 0.125, 0.0625], [0.125, 0.25, 0.125], [0.0625, 0.125, 0.0625]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
}

LISTS = {
    "image": {"your own": None} | IMAGES,
    "kernel": {"your own": None} | KERNELS,
    "padding": [[value, value] for value in ("valid", "same", *range(1, MOST_ZEROS + 1))],
    "transposed": [[False, "convolution"], [True, "transposed"]],
    "counts": [[f"{i}{j}", f"{i} → {j}"] for i in range(1, MOST_CHANNELS + 1) for j in range(1, MOST_CHANNELS + 1)],
}
"""Presets, and [value, text] of each other choice, for the browser."""
