"""Pictures that are small enough for a README."""

import io
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).parent / "pictures"
LARGEST = 100_000  # bytes
COLOURS = 200


def small(screenshot: bytes) -> bytes:
    """A screenshot in few colours."""
    image = Image.open(io.BytesIO(screenshot)).convert("RGB")
    png = io.BytesIO()
    few = image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    few.save(png, "png", optimize=True)
    return png.getvalue()


def save(name: str, png: bytes) -> None:
    """Write a picture."""
    assert len(png) < LARGEST, f"{name}.png has {len(png)} bytes, more than {LARGEST}"
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.png").write_bytes(png)
