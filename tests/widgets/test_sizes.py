"""Sizes at a glance: every number is that of course.shapes, the formula tells the cell under the pointer."""

import itertools

import pytest

from course.layers import Conv2D, Dense, Flatten, MaxPool2D
from course.shapes import effective_stride, output_size, padding_sizes, receptive_field
from course.widgets.sizes import KERNELS, PADDINGS, STRIDES, SizesAtAGlance
from tests.widgets.conftest import settle

browser_test = pytest.mark.browser

STACKS = [
    [],
    [("conv", 3, 1, 1)],
    [("conv", 3, 1, 1), ("conv", 3, 1, 2), ("conv", 3, 1, 4)],
    [("conv", 5, 1, 1), ("pool", 2, 2, 1), ("conv", 5, 1, 1), ("pool", 2, 2, 1)],
    [("conv", 7, 2, 1), ("pool", 3, 2, 1), ("conv", 1, 1, 1), ("conv", 3, 2, 2)],
    [("conv", 1, 3, 1), ("conv", 2, 4, 3)],
]


def expected(i, k, s, p):
    try:
        return output_size(i, k, s, p)
    except ValueError:
        return None


def at(page, row, column):
    return page.locator(f'td[data-row="{row}"][data-column="{column}"]')


def text(page, selector):
    settle(page)
    return page.locator(selector).inner_text()


@browser_test
def test_outputs_are_those_of_course(show):
    page = show(SizesAtAGlance())
    grid = list(itertools.product(range(1, 13), KERNELS, STRIDES, PADDINGS))
    got = page.evaluate("(grid) => grid.map(([i, k, s, p]) => explorable.output({ i, k, s, p }))", grid)
    assert [each["size"] for each in got] == [expected(*each) for each in grid]
    for (i, k, s, p), each in zip(grid, got, strict=True):
        if each["size"] is None:
            with pytest.raises(ValueError, match="larger than the input"):
                output_size(i, k, s, p)
            continue
        before, after = padding_sizes(i, k, s, p)
        assert (each["before"], each["after"]) == (before, after)
        # what is behind the last window; a stride beyond the kernel with "same" can leave pixels there too
        if p != "same":
            assert each["unseen"] == i + 2 * p - ((each["size"] - 1) * s + k)


@browser_test
@pytest.mark.parametrize("layers", STACKS, ids=len)
def test_receptive_field_is_that_of_course(show, layers):
    explorer = SizesAtAGlance(layers=layers)
    page = show(explorer)
    levels = page.evaluate("explorable.grow(model.get('layers'))")
    bare = [layer[1:] for layer in layers]
    assert levels == [
        {"field": receptive_field(bare[:n]), "step": effective_stride(bare[:n])} for n in range(len(bare) + 1)
    ]
    assert (explorer.field, explorer.step) == (levels[-1]["field"], levels[-1]["step"])
    assert text(page, ".sum").endswith(f" = {explorer.field}")


@browser_test
@pytest.mark.parametrize("layers", STACKS, ids=len)
def test_what_is_seen_is_what_a_change_reaches(show, layers):
    """Each number of each level, pushed forward through the layers, reaches the one above or doesn't."""
    seen = show(SizesAtAGlance(layers=layers)).evaluate("explorable.seen(model.get('layers'))")
    reach = {0}
    assert seen[-1] == [0]
    for level in range(len(layers), 0, -1):
        _, k, s, d = layers[level - 1]
        last = max(reach) * s + d * (k - 1)
        reach = {pixel for pixel in range(last + 1) if any(pixel - up * s in range(0, d * k, d) for up in reach)}
        assert seen[level - 1] == sorted(reach)
    assert max(reach) + 1 == receptive_field([layer[1:] for layer in layers])


@browser_test
@pytest.mark.parametrize(("down", "across"), list(itertools.permutations("iksp", 2)))
def test_the_table_shows_the_outputs(show, down, across):
    page = show(SizesAtAGlance(6, 5, 2, 1, down=down, across=across))
    now = {"i": 6, "k": 5, "s": 2, "p": 1}
    cells = page.locator("td").evaluate_all("all => all.map((td) => [td.dataset.row, td.dataset.column, td.innerText])")
    assert len(cells) >= 30
    for row, column, written in cells:
        point = now | {down: row, across: column}
        size = expected(*(each if each == "same" else int(each) for each in point.values()))
        assert written == ("✕" if size is None else str(size))
    assert page.locator("td.chosen").inner_text() == "2"


@browser_test
def test_formula_of_the_chosen_and_of_the_hovered_cell(show):
    page = show(SizesAtAGlance(8, 3, 2, 1))
    assert text(page, ".formula") == "o = ⌊(i + 2p − k) / s⌋ + 1 = ⌊(8 + 2·1 − 3) / 2⌋ + 1 = 4"
    assert text(page, ".filled") == "i = 8, k = 3, s = 2, p = 1: of 10 pixels with zeros the last is never seen."
    at(page, 9, 5).hover()
    assert text(page, ".formula").endswith("= ⌊(5 + 2·1 − 9) / 2⌋ + 1 = ✕")
    assert text(page, ".filled").endswith(
        "no output: a kernel of 9 pixels is larger than the input, which has 5 (7 with its padding)."
    )
    at(page, 4, 10).hover()
    assert text(page, ".formula").endswith("= ⌊(10 + 2·1 − 4) / 2⌋ + 1 = 5")
    assert text(page, ".filled").endswith(": every pixel is seen.")
    page.mouse.move(2, 2)
    assert text(page, ".formula").endswith("= 4")
    at(page, 4, 10).click()
    settle(page)
    assert page.evaluate("[model.get('size'), model.get('kernel'), model.get('padding')]") == [10, 4, 1]
    assert page.locator("td.chosen").inner_text() == "5"


@browser_test
def test_same_padding_and_strides_that_leave_out(show):
    page = show(SizesAtAGlance(7, 4, 2, "same"))
    assert text(page, ".formula") == "o = ⌈i / s⌉ = ⌈7 / 2⌉ = 4"
    assert text(page, ".filled").endswith("zeros: 1 before, 2 behind.")
    page.evaluate("model.set('kernel', 1); model.set('stride', 3); model.set('padding', 0)")
    assert text(page, ".filled").endswith("windows leave out 2 between them.")


@browser_test
def test_sliders_and_axes_by_keyboard(show):
    page = show(SizesAtAGlance(8, 3, 2, 0))
    for name in "iks":
        page.get_by_label(name, exact=True).first.press("ArrowRight")
    page.get_by_label("p", exact=True).press("End")
    settle(page)
    assert page.evaluate("['size', 'kernel', 'stride', 'padding'].map(model.get)") == [9, 4, 3, "same"]
    page.get_by_label("down").select_option("i")
    settle(page)
    assert page.evaluate("[model.get('down'), model.get('across')]") == ["i", "k"]
    page.get_by_label("across").select_option("p")
    settle(page)
    assert page.locator("tr:first-child th").all_inner_texts()[1:] == ["0", "1", "2", "3", "4", "same"]


@browser_test
def test_layers_are_added_and_taken_away(show):
    page = show(SizesAtAGlance(layers=[(3, 1)]))
    assert text(page, ".sum") == "r = 1 + Σ d (k − 1) · strides before = 1 + 2·1 = 3"
    page.get_by_label("kind of the layer to add").select_option("pool")
    page.get_by_role("button", name="Add layer").click()
    page.get_by_label("kind of the layer to add").select_option("conv")
    page.get_by_label("kernel of the layer to add").select_option("5")
    page.get_by_label("dilation of the layer to add").select_option("2")
    page.get_by_role("button", name="Add layer").click()
    assert text(page, ".sum").endswith("= 1 + 2·1 + 1·1 + 2·4·2 = 20")
    assert page.evaluate("model.get('layers')") == [["conv", 3, 1, 1], ["pool", 2, 2, 1], ["conv", 5, 1, 2]]
    page.get_by_role("button", name="remove layer 2").focus()
    page.keyboard.press("Enter")
    assert text(page, ".sum").endswith("= 1 + 2·1 + 2·4·1 = 11")
    assert page.evaluate("document.activeElement.dataset.at") == "1"
    for _ in range(5):
        page.get_by_role("button", name="Add layer").click()
        settle(page)
    assert page.get_by_role("button", name="Add layer").is_disabled()


@browser_test
def test_no_layers_and_very_many_pixels(show):
    page = show(SizesAtAGlance(layers=[]))
    assert text(page, ".list") == "no layers: add one"
    assert "After 0 layers a number sees 1 of" in page.locator(".says").text_content()
    page.evaluate("model.set('layers', Array(7).fill(['conv', 15, 8, 8]))")
    settle(page)
    assert page.locator("rect").count() < 400


def test_layers_of_the_course():
    explorer = SizesAtAGlance(
        layers=[Conv2D(8, 5, strides=2), MaxPool2D(2), Conv2D(8, 3, dilation_rate=2), Flatten(), Dense(10)]
    )
    assert explorer.layers[:3] == [["conv", 5, 2, 1], ["pool", 2, 2, 1], ["conv", 3, 1, 2]]
    assert explorer.field == 1 + 4 + 1 * 2 + 4 * 4
    assert explorer.step == 4


def test_words():
    assert SizesAtAGlance(32, 5, 2, 2, [(3, 1)]).describe() == (
        "SizesAtAGlance: input 32, kernel 5, stride 2, padding 2: output 16; after 1 layer a number sees 3 pixels"
    )
    explorer = SizesAtAGlance(3, 5, padding="valid")
    assert explorer.output is None
    assert explorer.padding == 0
    assert "output none, the kernel is larger than the padded input" in explorer.describe()
    assert explorer.picture().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"size": 0}, ValueError, r"SizesAtAGlance: size must be an integer of at least 1, got 0"),
        ({"size": 1000}, ValueError, r"SizesAtAGlance: size must be an integer of at most 512, got 1000"),
        ({"kernel": 2.5}, TypeError, r"SizesAtAGlance: kernel must be an integer of at least 1, got 2.5"),
        ({"stride": 0}, ValueError, r"SizesAtAGlance: stride must be an integer of at least 1, got 0"),
        ({"padding": "sane"}, ValueError, r"SizesAtAGlance: padding must be .*did you mean 'same'\?"),
        ({"padding": 9}, ValueError, r"SizesAtAGlance: padding must be 0, 1, .* or 'same', got 9"),
        ({"down": "i"}, ValueError, r"SizesAtAGlance: down and across must differ, got 'i' for both"),
        ({"down": "x"}, ValueError, r"SizesAtAGlance: down must be 'i', 'k', 's' or 'p', got 'x'"),
        ({"layers": [(3, 1)] * 8}, ValueError, r"SizesAtAGlance: layers must be a list of at most 7 layers"),
        ({"layers": 3}, ValueError, r"SizesAtAGlance: layers must be a list of at most 7 layers, got 3"),
        ({"layers": [("dense", 3, 1)]}, ValueError, r"SizesAtAGlance: a layer's kind must be 'conv' or 'pool'"),
        ({"layers": [(3,)]}, ValueError, r"layers: expected \(kernel, stride\) or"),
        ({"layers": [(3, 0)]}, ValueError, r"layers: stride must be an integer of at least 1, got 0"),
        ({"layers": [(99, 1)]}, ValueError, r"SizesAtAGlance: a layer's kernel must be an integer of at most 15"),
    ],
)
def test_bad_arguments_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        SizesAtAGlance(**arguments)
