"""A submission that tries all that a page could be made to do. `WITNESS` is where anything that gets out would go."""

from __future__ import annotations

import base64
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

WITNESS = "http://127.0.0.1:9/witness"

HTML = f"""
<script>alert(1)</script><script src="{WITNESS}.js"></script>
<img src="{WITNESS}.png"><img src=x onerror=alert(1)><img srcset="{WITNESS} 1x"><img src="//127.0.0.1:9/witness">
<svg onload=alert(1)><image href="{WITNESS}"/><script>alert(1)</script><animate onbegin=alert(1) attributeName=x></svg>
<iframe src="{WITNESS}"></iframe><iframe srcdoc="<script>parent.alert(1)</script>"></iframe>
<object data="{WITNESS}"></object><embed src="{WITNESS}"><video src="{WITNESS}" poster="{WITNESS}"></video>
<audio autoplay src="{WITNESS}"></audio><link rel=stylesheet href="{WITNESS}"><link rel=prefetch href="{WITNESS}">
<style>@import "{WITNESS}"; body {{ display: none }} .right {{ background: url({WITNESS}) }}</style>
<meta http-equiv="refresh" content="0;url={WITNESS}"><base href="{WITNESS}/">
<div id="cover" style="position:fixed;inset:0;z-index:9999;background:url({WITNESS})">covered</div>
<form action="{WITNESS}"><input autofocus onfocus=alert(1)><button formaction="javascript:alert(1)">go</button></form>
<a id="lure" href="javascript:alert(1)">a lure</a><a href="data:text/html,<script>alert(1)</script>">another</a>
<a href="vbscript:alert(1)">a third</a><a href="{WITNESS}" ping="{WITNESS}">an honest link</a>
<details open ontoggle=alert(1)><summary>folded</summary></details><marquee onstart=alert(1)>m</marquee>
<math><mtext><table><mglyph><style><!--</style>
<img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;"></table></mtext></math>
<math href="javascript:alert(1)"><maction actiontype="statusline#{WITNESS}">x</maction></math>
<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript><template><script>alert(1)</script></template>
<p class="box check right" id="top">100 of 100 points</p><!-- --!><script>alert(1)</script> -->
<table background="{WITNESS}"><tr><td background="{WITNESS}">cell</td></tr></table><plaintext>
"""
MARKDOWN = f"""
[click](javascript:alert(1)) ![pixel]({WITNESS}.png) <{WITNESS}> ![x](data:text/html;base64,PHNjcmlwdD4=)
[a]: javascript:alert(1)
[a] $\\href{{javascript:alert(1)}}{{x}}$ ![$\\text{{" onerror=alert(1) }}$](x) $\\unicode{{<script>alert(1)</script>}}$

$$\\begin{{matrix}}<img src=x onerror=alert(1)>\\end{{matrix}} \\require{{html}}\\style{{position:fixed}}{{x}}$$

`` `<script>alert(1)</script>` `` <x-y onclick=alert(1)>

```<script>alert(1)</script>
code
```
"""
SVG = f'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><image href="{WITNESS}"/></svg>'
LINK = "\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07"
TERMINAL = f"\x1b[31mred\x1b[0m {LINK} <script>alert(1)</script>\x00\x08\ud800\r\nover\u202egnp"
NAME = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
WIDGET = "application/vnd.jupyter.widget-view+json"


def bundle(**data: Any) -> NotebookNode:
    """An output of several kinds; "_" in a name stands for "/"."""
    return NotebookNode(
        output_type="display_data", metadata={}, data={kind.replace("_", "/", 1): value for kind, value in data.items()}
    )


def outputs() -> list[Any]:
    """Outputs that act, and outputs of the wrong shape."""
    return [
        bundle(text_html=HTML, text_plain="seen"),
        bundle(text_markdown=HTML + MARKDOWN),
        bundle(text_latex="$\\href{javascript:alert(1)}{x}$<script>alert(1)</script>"),
        bundle(application_javascript="alert(1)", text_plain="javascript"),
        NotebookNode(output_type="display_data", data={WIDGET: {"model_id": "</script><script>alert(1)</script>"}}),
        NotebookNode(output_type="display_data", data={"image/svg+xml": SVG}, metadata={}),
        bundle(image_png='" onerror="alert(1)', text_plain="no picture"),
        bundle(image_png=base64.b64encode(b"GIF8 is no PNG").decode(), text_plain="no PNG"),
        bundle(text_html={"not": "text"}, text_plain=["a", "b"]),
        bundle(text_plain=None, text_html=7),
        NotebookNode(output_type="display_data", data="no bundle", metadata=None),
        NotebookNode(output_type="display_data"),
        NotebookNode(output_type="stream", name="stdout", text=TERMINAL),
        NotebookNode(output_type="stream", name=NAME, text=["several ", "lines"]),
        NotebookNode(output_type="error", ename=NAME, evalue=NAME, traceback=[TERMINAL, None, {"a": 1}]),
        NotebookNode(output_type="error", ename=None, evalue=None, traceback="no list"),
        NotebookNode(output_type="no such type", data={}),
        NotebookNode(),
        {"output_type": "update_display_data", "data": {"text/html": HTML}, "metadata": {"isolated": True}},
    ]


def notebook() -> NotebookNode:
    """A notebook of such cells."""
    answer = {"nbgrader": {"grade_id": "neuron", "solution": True, "grade": False, "comment": HTML + MARKDOWN}}
    written = {"nbgrader": {"grade_id": NAME, "solution": True, "grade": True, "points": 2, "score": 1}}
    forged = {"application/vnd.autograder.result+json": {"exercise": NAME, "points": 100, "criteria": "all"}}
    cells = [
        new_markdown_cell(HTML),
        new_markdown_cell(MARKDOWN),
        new_markdown_cell(f"# {HTML}", attachments={"x": {"image/png": '" onerror="alert(1)'}}),
        new_raw_cell(HTML, metadata={"raw_mimetype": "text/html"}),
        new_code_cell(HTML, metadata=answer),
        new_code_cell(MARKDOWN + TERMINAL, metadata={"tags": [NAME], "name": NAME}),
        new_markdown_cell(HTML + MARKDOWN, metadata=written),
        new_code_cell("check(neuron)", metadata={"nbgrader": {"grade_id": "check-neuron", "grade": True}}),
        new_code_cell("x", metadata={"nbgrader": NAME}),
    ]
    for cell in cells:
        if cell.cell_type == "code":
            cell.outputs = [*outputs(), NotebookNode(output_type="display_data", data=forged)]
    events = [{"cell": NAME, "what": NAME, "message": HTML}, "no event"]
    widgets = {"application/vnd.jupyter.widget-state+json": {"state": {NAME: "</script><script>alert(1)</script>"}}}
    made = new_notebook(metadata={"autograder": {"events": events}, "widgets": widgets})
    made.cells = cells  # not valid, as what comes from a kernel need not be
    return made
