"""HTML and JavaScript in what is printed, shown, raised and named: the feedback page must stay inert.

Whoever opens that page is signed in: a script in it could set grades. `@MARK@` stands in every script.
"""

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output, new_raw_cell

from tests.autograder.attacks.attack import NOTHING, Attack, makes_trouble_first

SCRIPT = "<script>fetch('/grade?@MARK@')</script>"
ON = """<img src=x onerror="fetch('/grade?@MARK@')"><svg onload="fetch('@MARK@')"></svg>"""
LINK = """<a href="javascript:fetch('@MARK@')">more</a><a href="java&#10;script:fetch('@MARK@')">more</a>"""
FRAME = (
    """<iframe srcdoc="<script>fetch('@MARK@')</script>"></iframe><iframe src="javascript:fetch('@MARK@')"></iframe>"""
)
EMBED = """<object data="data:text/html,<script>@MARK@</script>"></object><embed src="data:text/html,@MARK@">"""
FORM = """<form action="https://example.org/@MARK@"><button formaction="javascript:'@MARK@'">x</button></form>"""
HEAD = """<base href="https://example.org/@MARK@/"><meta http-equiv="refresh" content="0; url=javascript:'@MARK@'">"""
STYLE = """<style>body{display:none}</style><link rel=stylesheet href="https://example.org/@MARK@.css">"""
BREAK = f"</pre></div></td></table></textarea></title></style>--></script>{SCRIPT}"
ALL = SCRIPT + ON + LINK + FRAME + EMBED + FORM + HEAD + STYLE + BREAK


def shows(name: str, code: str) -> Attack:
    """An attack through what a cell puts out; all answers are right and keep their points."""
    return makes_trouble_first(name, ".", f"from IPython.display import *\nALL = {ALL!r}\n{code}", partner=True)


def rewrites(change) -> Attack:
    """An attack through the notebook itself; nothing in it is answered."""
    return Attack(change.__name__, NOTHING, notebook=change)


def markdown(notebook: NotebookNode) -> None:
    notebook.cells.append(new_markdown_cell(ALL))
    notebook.cells.append(
        new_markdown_cell(f"[x](javascript:fetch('@MARK@')) ![x](x\" onerror=\"fetch('@MARK@'))\n\n{ALL}")
    )
    notebook.cells.append(new_markdown_cell("$$\\href{javascript:fetch('@MARK@')}{x}$$ `" + ALL + "`"))


def raw_cells(notebook: NotebookNode) -> None:
    for mime in ("text/html", "text/restructuredtext", None):
        cell = new_raw_cell(ALL)
        if mime:
            cell.metadata = {"format": mime, "raw_mimetype": mime}
        notebook.cells.append(cell)


def title(notebook: NotebookNode) -> None:
    notebook.metadata["title"] = BREAK
    notebook.metadata["authors"] = [{"name": BREAK}]
    notebook.metadata["language_info"] = {"name": f'x"{SCRIPT}', "pygments_lexer": SCRIPT, "codemirror_mode": BREAK}


def tags_and_ids(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata["tags"] = ["show", f'"><b>{SCRIPT}']
        cell.metadata["name"] = BREAK


def widget_state(notebook: NotebookNode) -> None:
    state = {"x": {"model_name": "HTMLModel", "model_module": BREAK, "state": {"value": ALL}}}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": state, "version_major": 2}}


def attachments(notebook: NotebookNode) -> None:
    cell = new_markdown_cell("![x](attachment:x\"onerror=\"fetch('@MARK@'))")
    cell.attachments = {"x\"onerror=\"fetch('@MARK@')": {"image/svg+xml": f"<svg>{ALL}</svg>", "text/html": ALL}}
    notebook.cells.append(cell)


def outputs(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [new_output("display_data", data={"text/html": ALL})]


ATTACKS = [
    shows("printed", "print(ALL)\nimport sys\nprint(ALL, file=sys.stderr)"),
    shows("html", "display(HTML(ALL))"),
    shows("javascript", "display(Javascript(\"fetch('/grade?@MARK@')\"))"),
    shows("svg", 'display(SVG("<svg xmlns=\'http://www.w3.org/2000/svg\'>" + ALL.replace("&", "") + "</svg>"))'),
    shows("svg_by_mime", 'display({"image/svg+xml": "<svg>" + ALL + "</svg>"}, raw=True)'),
    shows("shown_markdown", "display(Markdown(ALL))"),
    shows("latex", "display(Latex(ALL), Math(ALL))"),
    shows("image_by_mime", "display({'image/png': '\"><b>' + ALL, 'image/jpeg': '\" onerror=\"' + ALL}, raw=True)"),
    shows(
        "image_by_its_size",
        "size = {'width': '1\" onerror=\"fetch(@MARK@)', 'alt': ALL}\n"
        "display({'image/png': 'AAAA'}, metadata={'image/png': size}, raw=True)",
    ),
    shows("frame", "display(IFrame('javascript:fetch(\"@MARK@\")', 100, 100))"),
    shows("vega_and_others", "display({'application/vnd.vega.v5+json': {'x': ALL}, 'application/pdf': ALL}, raw=True)"),
    shows(
        "widget_view",
        "display({'application/vnd.jupyter.widget-view+json': {'model_id': ALL}, 'text/html': ALL}, raw=True)",
    ),
    shows("mime_by_name", "display({'text/html; ' + ALL: ALL, ALL: ALL}, raw=True)"),
    shows("escape_codes", "print('\\x1b]8;;javascript:@MARK@\\x07x\\x1b]8;;\\x07\\x1b[2J\\x1b[31m' + ALL)"),
    shows("raised", "raise ValueError(ALL)"),
    shows("raised_by_name", "raise type(ALL, (Exception,), {})(ALL)"),
    shows(
        "traceback",
        "get_ipython()._showtraceback = lambda *a: 0\nraise type('E', (Exception,), "
        "{'_render_traceback_': lambda self: [ALL]})",
    ),
    Attack(
        "raised_in_the_answer",
        "raised ValueError",
        {"neuron": f"def neuron(x, w, b):\n    raise ValueError({ALL!r})\n"},
        costs=("neuron",),
    ),
    Attack(
        "printed_in_the_answer",
        NOTHING,
        {"neuron": f"def neuron(x, w, b):\n    print({ALL!r})\n    return np.zeros(len(x))\n"},
        costs=("neuron",),
    ),
    Attack(
        "returned_by_the_answer",
        "expected",
        {"neuron": f"def neuron(x, w, b):\n    return {ALL!r}\n"},
        costs=("neuron",),
    ),
    Attack(
        "keys_of_what_it_returns",
        "expected",
        {"neuron": f"def neuron(x, w, b):\n    return {{{ALL!r}: x}}\n"},
        costs=("neuron",),
    ),
    *map(rewrites, [markdown, raw_cells, title, tags_and_ids, widget_state, attachments, outputs]),
]
