"""The feedback page: it says what was graded, and whatever a student wrote does nothing in it."""

import base64
import json
import re
from datetime import datetime
from html.parser import HTMLParser

import nbformat
import numpy as np
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.feedback.formgrader import Inert
from autograder.feedback.inert import inert_html, plain, terminal
from autograder.feedback.markdown import markdown
from autograder.feedback.outputs import MAX_OUTPUTS, MAX_TEXT, Allowance, outputs_html
from autograder.feedback.page import MAX_CELLS, MAX_SOURCE, About, feedback_page
from autograder.report import as_text
from tests.autograder import hostile
from tests.autograder.classroom import answered, mistaken, output
from tests.browser import chromium

LESSON = "01_neurons"
ABOUT = About(LESSON, "ben", "Ben O'Neil", 17.5, 29.0, 2.0, datetime(2026, 11, 21, 12, 30), 90_000.0)
FORBIDDEN = {"script", "iframe", "object", "embed", "form", "input", "link", "base", "svg", "marquee", "video", "style"}


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


def graded_notebook(**mistakes: str) -> nbformat.NotebookNode:
    cells = []
    for name, result in answered(LESSON, mistaken(LESSON, **mistakes)).items():
        marks = {"grade_id": name, "solution": True, "grade": False, "locked": False}
        cells.append(new_markdown_cell(f"## About {name}\nwith $x^2$"))
        cells.append(new_code_cell(f"def {name}(x):\n    return x", metadata={"nbgrader": marks}))
        check = {"grade_id": f"check-{name}", "solution": False, "grade": True, "points": result.max_points}
        cell = new_code_cell(f"check({name})", metadata={"nbgrader": {**check, "score": result.points}})
        cell.outputs = [nbformat.from_dict(output(result))]
        cells.append(cell)
    return new_notebook(cells=cells)


def test_the_page_says_what_the_terminal_says():
    results = answered(LESSON, mistaken(LESSON, neuron="forgot the bias"))
    page = Page(feedback_page(graded_notebook(neuron="forgot the bias"), ABOUT))
    shown = " ".join(page.text.split())
    for line in as_text(results["neuron"]).splitlines()[1:]:
        said = re.sub(r"^ +(ok|NOT) ", "", line).replace("Hint: ", "")
        for part in re.split(r" {2,}|(?<=\d)/(?=\d)| = ", said.strip()):
            assert " ".join(part.split()) in shown


def test_what_went_wrong_comes_first():
    html = feedback_page(graded_notebook(softmax="overflows"), ABOUT)
    table = html[html.index("<tbody>") : html.index("</tbody>")]
    names = re.findall(r"<code>(\w+)</code>", table)
    assert names[0] == "softmax"
    assert sorted(names) == sorted(answered(LESSON, {}))
    assert table.count("overflows") == 1


def test_name_date_lateness_and_points_stand_on_top():
    text = " ".join(Page(feedback_page(graded_notebook(), ABOUT)).text.split())
    assert "Ben O'Neil (ben) submitted 2026-11-21 12:30 UTC, 1 day late" in text
    assert "15.5 of 29 points 17.5 less 2 for being late" in text


def test_points_by_hand_and_comments_are_shown():
    notebook = graded_notebook(neuron="forgot the bias")
    notebook.cells[1].metadata["nbgrader"]["comment"] = "Look at **b**."
    notebook.cells[2].metadata["nbgrader"]["score"] = 1.5
    html = feedback_page(notebook, ABOUT)
    assert "<strong>b</strong>" in html
    assert "set by hand; the grader gave 0" in html


def test_every_link_in_the_page_leads_somewhere():
    page = Page(feedback_page(graded_notebook(relu="the absolute value"), ABOUT))
    anchors = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert len(links) > 15
    assert all(link.startswith("#") and link[1:] in anchors for link in links)


def test_hostile_cells_leave_only_harmless_tags_and_attributes():
    html = feedback_page(hostile.notebook(), About(hostile.NAME, hostile.NAME, hostile.NAME))
    page = Page(html[html.index("<body") :])
    ours = {"class", "id", "href", "rel", "src", "alt", "title", "colspan", "open", "scope", "role", "aria-label"}
    assert {tag for tag, _ in page.tags} & FORBIDDEN == set()
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name in {"style", "srcset", "ping"}]
        assert re.match(r"#|https?://|mailto:|$", attributes.get("href", ""))
        assert re.match(r"data:image/|$", attributes.get("src", ""))
        assert tag.startswith("m") or set(attributes) <= {*ours, "aria-labelledby"}, (tag, attributes)
    assert "100 of 100 points" in page.text  # the text stays, without our looks
    assert not any("right" in attributes.get("class", "").split() for _, attributes in page.tags)
    assert [attributes.get("id") for _, attributes in page.tags].count("top") == 1


@pytest.mark.browser
@pytest.mark.parametrize("policy", [True, False], ids=["as it is", "without its policy"])
def test_a_hostile_page_asks_for_nothing_and_runs_nothing(tmp_path, policy):
    html = feedback_page(hostile.notebook(), About(hostile.NAME, hostile.NAME, hostile.NAME))
    if not policy:  # either of the two defences is enough
        html = re.sub(r"<meta http-equiv[^>]*>", "", html, count=1)
    path = tmp_path / "page.html"
    path.write_text(html, encoding="utf-8")
    asked, dialogs, said = [], [], []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page.on("console", lambda message: said.append(message.text))
        page.goto(path.as_uri())
        for link in page.query_selector_all("a:not([href^='http'])"):
            link.evaluate("link => link.click()")
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        page.wait_for_timeout(300)
        top = page.evaluate("document.elementFromPoint(640, 20).closest('#top, main, body').tagName")
        wide = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [url for url in asked if not url.startswith(("file:", "data:image/"))] == []
    assert len({url.partition("#")[0] for url in asked if url.startswith("file:")}) == 1
    assert (dialogs, said) == ([], [])
    assert top in {"HEADER", "BODY", "MAIN"}
    assert wide


def test_the_policy_alone_stops_what_would_slip_through():
    html = feedback_page(graded_notebook(), ABOUT)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    rules = dict(rule.split(" ", 1) for rule in policy.replace("&#39;", "'").split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data:"
    assert "unsafe" not in policy
    assert html.index("Content-Security-Policy") < html.index("<style>")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b\x1b[2Jc", "ab[2Jc"),
        ("10%\r20%\r30%\ndone\r\n", "30%\ndone\n"),
        ("if admin:\u202e # no", "if admin:⟨U+202E⟩ # no"),
        ("\ud800half", "half"),
    ],
)
def test_text_shows_all_that_is_in_it(text, shown):
    assert plain(text) == shown


def test_terminal_colours_stay_and_the_rest_is_escaped():
    assert terminal("\x1b[31mred\x1b[0m <b>\x07") == '<span class="ansi-red-fg">red</span> &lt;b&gt;'


def test_honest_html_stays():
    table = '<table><thead><tr><th>x</th></tr></thead><tbody><tr><td colspan="2">1</td></tr></tbody></table>'
    assert inert_html(table) == table
    picture = '<img src="data:image/png;base64,AAAA" alt="a star">'
    assert inert_html(picture) == picture
    assert 'href="https://arxiv.org/abs/1603.07285"' in inert_html('<a href="https://arxiv.org/abs/1603.07285">x</a>')


def test_formulas_are_mathml_and_broken_ones_their_source():
    html = markdown("$w \\cdot x$ and $$\\frac{1}{n}$$ and $\\frac{$")
    assert html.count("<math") == 2
    assert "<mfrac><mrow><mn>1</mn></mrow><mrow><mi>n</mi></mrow></mfrac>" in html
    assert "<code>\\frac{</code>" in html


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000,
        "> " * 10_000,
        "$" + "{" * 1_900 + "$",
        "*a " * 6_000,
        "<b>" * 6_000,
        "$\\frac" * 3_000,
        "|a" * 9_000,
    ],
    ids=["brackets", "quotes", "braces", "stars", "tags", "fractions", "cells"],
)
def test_markdown_written_to_break_parsers_is_shown_all_the_same(text):
    assert markdown(text)


def test_long_outputs_are_cut_and_say_so():
    stream = new_output("stream", name="stdout", text="x" * 5_000_000)
    (block,) = outputs_html([stream], Allowance())
    assert block.count("x") < MAX_TEXT + 100
    assert f"… {5_000_000 - MAX_TEXT:,} more characters are not shown" in block
    blocks = outputs_html([new_output("stream", text="x")] * 1000, Allowance())
    assert f"… {1000 - MAX_OUTPUTS} more outputs of this cell are not shown" in blocks[-1]
    huge = {"image/png": base64.b64encode(b"\x89PNG\r\n" + b"0" * 9_000_000).decode()}
    assert "a picture of 9.0 MB is not shown" in outputs_html([new_output("display_data", huge)], Allowance())[0]


def test_a_page_opens_however_much_there_is_in_it():
    cells = [new_code_cell("y" * 100_000) for _ in range(MAX_CELLS + 5)]
    for cell in cells:
        shown = new_output("display_data", {"text/html": "<b>" * 30_000})
        cell.outputs = [new_output("stream", text="z" * 100_000), shown]
    html = feedback_page(new_notebook(cells=cells), ABOUT)
    assert "… 5 more cells are not shown" in html
    assert f"… {100_000 - MAX_SOURCE:,} more characters are not shown" in html
    assert len(html) < 40_000_000


def test_a_picture_is_shown_with_what_stands_for_it():
    data = {"image/png": base64.b64encode(b"\x89PNG\r\n\x1a\n...").decode() + "\n", "text/plain": "<Figure 1>"}
    (block,) = outputs_html([new_output("display_data", data)], Allowance())
    assert block.startswith('<img src="data:image/png;base64,iVBOR')
    assert 'alt="&lt;Figure 1&gt;"' in block


def test_what_only_acts_falls_back_on_its_text():
    data = {"text/html": "<script>alert(1)</script>", "application/javascript": "alert(1)", "text/plain": "a widget"}
    (block,) = outputs_html([new_output("display_data", data)], Allowance())
    assert block == '<pre class="result">a widget</pre>'


@pytest.mark.parametrize("damage", [None, 7, "x", [], {}, {"exercise": "a", "points": "9", "criteria": []}])
def test_a_damaged_result_is_no_report_and_no_harm(damage):
    cell = new_code_cell("check(a)", metadata={"nbgrader": {"grade_id": "check-a", "grade": True, "points": 2}})
    cell.outputs = [nbformat.from_dict({"output_type": "display_data", "metadata": {}, "data": {hostile.WIDGET: {}}})]
    cell.outputs[0].data["application/vnd.autograder.result+json"] = damage
    assert "0 / 2" in feedback_page(new_notebook(cells=[cell]), ABOUT)


def test_only_a_check_cell_can_carry_a_report():
    forged = output(answered(LESSON, {})["neuron"])
    marks = {"grade_id": "neuron", "solution": True, "grade": False}
    cell = new_code_cell("x", metadata={"nbgrader": marks})
    cell.outputs = [nbformat.from_dict(forged)]
    html = feedback_page(new_notebook(cells=[cell]), ABOUT)
    assert "leaves its input alone" not in html
    assert 'class="box check' not in html


def test_the_formgrader_shows_the_same_just_as_inert():
    shown = hostile.notebook()
    for _ in range(2):  # what it makes is as inert when it is read once more
        shown, _resources = Inert().preprocess(shown, {})
    html, _ = HTMLExporter(template_name="classic").from_notebook_node(shown)
    body = Page(html[html.index("<body") :])
    for tag, attributes in body.tags:
        assert tag not in FORBIDDEN - {"script"}
        assert not [name for name in attributes if name.startswith("on")]
        assert "javascript:" not in attributes.get("href", "")
        assert hostile.WITNESS not in attributes.get("src", "")
    assert "alert(1)" not in "".join(re.findall(r"<script.*?</script>", html[html.index("<body") :], re.DOTALL))


def test_the_formgrader_shows_reports_and_formulas():
    shown, _ = Inert().preprocess(graded_notebook(neuron="forgot the bias"), {})
    html, _ = HTMLExporter(template_name="classic").from_notebook_node(shown)
    assert "Likely: forgot the bias." in html
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in html
    assert html.count('class="autograder-report"') == len(answered(LESSON, {}))


def test_the_failing_case_in_a_result_is_bounded():
    def flood(x, w, b):
        print("a" * 100_000)
        return [[np.zeros(3)] * 1000] * 3

    result = answered(LESSON, {"neuron": flood})["neuron"]
    assert len(json.dumps(output(result))) < 30_000
