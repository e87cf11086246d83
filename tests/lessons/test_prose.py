"""Every lesson's text: spelling, links, references, tone, cells with a purpose, figures that can be read."""

import pytest

from autograder.exercises import exercises
from tests.coursecopy import ROOT
from tests.lessons import rules
from tests.lessons.cells import Cell, cells_of, each_lesson
from tests.lessons.figures import faults, faults_in, run
from tests.lessons.spelling import misspelt

PAGES = [
    path
    for folder, pattern in ((ROOT, "*.md"), (ROOT / "docs", "**/*.md"), (ROOT / "course", "**/*.md"))
    for path in folder.glob(pattern)
]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@each_lesson
def test_words_are_spelt_right(lesson):
    wrong = [(word, cell.place) for cell in cells_of(lesson) for word in misspelt(cell.prose, lesson)]
    assert not wrong, f"correct them, or add them to tests/lessons/words/{lesson}.txt: {wrong}"


@each_lesson
def test_hints_are_spelt_right(lesson):
    wrong = []
    for exercise in exercises(lesson).values():
        said = [c.name for c in exercise.criteria] + [f"{m.name}. {m.hint}" for m in exercise.mistakes]
        wrong += [(word, exercise.name) for word in misspelt(" ".join(said).replace(exercise.name, ""), lesson)]
    assert not wrong, f"correct them, or add them to tests/lessons/words/{lesson}.txt: {wrong}"


@each_lesson
def test_the_tone_is_quiet(lesson):
    assert not [(fault, cell.place) for cell in cells_of(lesson) for fault in rules.loud(cell.prose)]


@each_lesson
def test_links_resolve_and_pictures_have_words(lesson):
    folder = ROOT / "lessons" / lesson
    assert not [f for c in cells_of(lesson) if c.kind == "markdown" for f in rules.broken_links(c.source, folder)]


@each_page
def test_links_of_a_page_resolve(page):
    text = page.read_text(encoding="utf-8")
    assert not [*rules.broken_links(text, page.parent), *rules.malformed_references(text)]


@each_lesson
def test_references_are_well_formed(lesson):
    assert not [f for c in cells_of(lesson) if c.kind == "markdown" for f in rules.malformed_references(c.source)]


@each_lesson
def test_every_cell_has_a_purpose(lesson):
    assert not [*rules.purposeless(cells_of(lesson)), *rules.bare_headings(cells_of(lesson))]


@each_lesson
def test_no_part_is_missing(lesson):
    assert not list(rules.missing_parts(cells_of(lesson)))


@each_lesson
@pytest.mark.slow
def test_figures_have_titles_axes_with_units_and_descriptions(lesson):
    assert not faults_in(run(lesson))


def markdown(*sources: str) -> list[Cell]:
    return [Cell(source[:60], "markdown", source) for source in sources]


def code(source: str) -> Cell:
    return Cell(source[:60], "code", source)


def test_a_misspelt_word_is_found_in_prose_and_not_in_code():
    cell = markdown("The galxy's `speling` is $\\sgma$, says [Hubble](https://exmple.org/teh) in **colour**.")[0]
    assert misspelt(cell.prose, "none") == ["galxy"]
    assert misspelt(code('title = "A galxy in teh sky"  # recieved\nspeling = "teh"').prose, "none") == [
        "recieved",
        "galxy",
        "teh",
    ]


@pytest.mark.parametrize("prose", ["Well done!", "Train it 🚀", "It works ✅"])
def test_noise_is_found(prose):
    assert len(list(rules.loud(prose))) == 1


@pytest.mark.parametrize(
    "text", ["[here](nowhere.md)", "![](README.md)", "[](README.md)", '<img src="README.md">', '<img alt="" src="x">']
)
def test_a_bad_link_is_found(text):
    assert len(list(rules.broken_links(text, ROOT))) == 1


def test_a_good_link_is_not():
    text = '[a page](README.md#top), ![a plot](README.md), [arXiv](https://arxiv.org/), <img alt="a plot" src="x.png">'
    assert not list(rules.broken_links(text, ROOT))


@pytest.mark.parametrize(
    "text",
    [
        "arXiv:1513.00001",
        "arXiv:1412.69801",
        "arXiv:2006.1123",
        "arXiv:0612.1234",
        "[arXiv:1512.03385](https://arxiv.org/abs/1512.03386)",
        "[He et al.](https://arxiv.org/abs/15.03385)",
        "doi:10.1038",
        "doi:11.1038/323533a0",
        "[doi:10.1038/323533a0](https://doi.org/10.1038/323533a1)",
    ],
)
def test_a_reference_that_cannot_be_right_is_found(text):
    assert list(rules.malformed_references(f"K. He et al. ({text})."))


@pytest.mark.parametrize(
    "text",
    [
        "arXiv:1512.03385",
        "arXiv:1412.6980",
        "arXiv:astro-ph/0311058",
        "[arXiv:1512.03385](https://arxiv.org/abs/1512.03385)",
        "[doi:10.1016/S0893-6080(05)80131-5](https://doi.org/10.1016/S0893-6080%2805%2980131-5)",
    ],
)
def test_a_good_reference_is_not(text):
    assert not list(rules.malformed_references(f"K. He et al. ({text})."))


@pytest.mark.parametrize("source", ["", "x = 3", "'only text'", "import math", "plot(x);"])
def test_a_cell_without_purpose_is_found(source):
    assert list(rules.purposeless([*markdown("text"), code(source), code("print(y)")]))


@pytest.mark.parametrize("source", ["y = 3", "x", "print(x)", "import y", "def y(): pass"])
def test_a_cell_with_a_purpose_is_not(source):
    assert not list(rules.purposeless([code(source), code("print(y)")]))


def test_a_heading_without_text_is_found():
    assert len(list(rules.bare_headings(markdown("# One", "## Two\ntext", "## Three")))) == 2
    assert not list(rules.bare_headings([*markdown("# One"), code("# no heading"), *markdown("## Two\ntext")]))


def drawn(xlabel: str, ylabel: str, title: str = "A title", alt: str = "A line that rises to the right."):
    from course.plots import subplots

    figure, ax = subplots(alt=alt)
    ax.plot([0, 1], [0, 1])
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    return list(faults(figure))


def test_what_a_figure_lacks_is_found():
    assert not drawn("epoch", "flux (mJy)")
    assert not drawn("time (no unit)", "$x_1$")
    assert len(drawn("", "flux (mJy)")) == 1
    assert len(drawn("time", "flux (mJy)")) == 1
    assert len(drawn("epoch", "loss", title="")) == 1
    assert len(drawn("epoch", "loss", alt="")) == 1
