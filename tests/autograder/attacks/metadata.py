"""Forges what nbgrader keeps in a notebook: tags, points, grade ids, cell types, results, the kernel."""

import copy
from collections.abc import Callable, Iterator

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

from tests.autograder.attacks.attack import NOTHING, Attack, cell_of

WRONG = {"neuron": "def neuron(x, w, b):\n    return np.zeros(len(x))\n"}
RESULT = {
    "exercise": "neuron",
    "points": 100.0,
    "max_points": 100.0,
    "passed": True,
    "summary": "all right",
    "mistake": None,
    "hint": None,
    "seed": 1,
    "criteria": [],
    "report": "neuron: 100 of 100 points",
}


def forged_output() -> NotebookNode:
    """What a check cell shows that earned 100 points."""
    data = {"text/plain": "100", "application/vnd.autograder.result+json": RESULT}
    return new_output("execute_result", data=data, execution_count=1)


def forges(change: Callable[[NotebookNode], None], told: str = NOTHING, **options: object) -> Attack:
    """An attack by what `change` does to the notebook; it is named after it."""
    return Attack(change.__name__, told, WRONG, notebook=change, **options)  # type: ignore[arg-type]


def kept_by_nbgrader(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """What nbgrader keeps in the metadata, of each of its cells."""
    return (cell.metadata["nbgrader"] for cell in notebook.cells if "nbgrader" in cell.metadata)


def skip_execution(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception", "remove-cell", "show"]


def points(notebook: NotebookNode) -> None:
    for kept in kept_by_nbgrader(notebook):
        kept["points"] = 1000


def points_for_answers(notebook: NotebookNode) -> None:
    for kept in kept_by_nbgrader(notebook):
        if kept["solution"]:
            kept |= {"grade": True, "points": 1000, "locked": False}


def not_graded(notebook: NotebookNode) -> None:
    for kept in kept_by_nbgrader(notebook):
        kept.update(grade=False, solution=False, locked=False)


def grade_ids_swapped(notebook: NotebookNode) -> None:
    one, other = cell_of(notebook, "check-neuron"), cell_of(notebook, "neuron")
    one.metadata, other.metadata = other.metadata, one.metadata


def grade_ids_renamed(notebook: NotebookNode) -> None:
    for kept in kept_by_nbgrader(notebook):
        kept["grade_id"] += "/../" * 3


def grade_ids_all_alike(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata["nbgrader"] = dict(cell_of(notebook, "check-neuron").metadata["nbgrader"])


def check_of_my_own(notebook: NotebookNode) -> None:
    mine = new_code_cell("100", outputs=[forged_output()])
    mine.metadata["nbgrader"] = {
        **cell_of(notebook, "check-neuron").metadata["nbgrader"],
        "grade_id": "check-bonus",
        "points": 100,
    }
    notebook.cells.append(mine)


def answer_as_text(notebook: NotebookNode) -> None:
    for grade_id in ("neuron", "check-neuron", "softmax", "check-softmax"):
        index = notebook.cells.index(cell_of(notebook, grade_id))
        make = new_markdown_cell if grade_id.startswith("check") else new_raw_cell
        notebook.cells[index] = make("100", metadata=notebook.cells[index].metadata)


def results_already_there(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [forged_output()]


def results_in_the_notebook_s_metadata(notebook: NotebookNode) -> None:
    notebook.metadata["autograder"] = {"seed": 1, "seconds": -1, "events": "none", "results": [RESULT], "points": 100}


def checks_rewritten(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.source = "100"
            cell.metadata["nbgrader"] |= {"locked": False, "checksum": "0" * 32}


def check_doubled(notebook: NotebookNode) -> None:
    check = cell_of(notebook, "check-neuron")
    for _ in range(30):
        notebook.cells.append(copy.deepcopy(check))


def check_before_its_answer(notebook: NotebookNode) -> None:
    check = cell_of(notebook, "check-neuron")
    notebook.cells.remove(check)
    notebook.cells.insert(0, check)


def all_deleted(notebook: NotebookNode) -> None:
    notebook.cells = []


def checks_deleted(notebook: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if not cell.metadata.get("nbgrader", {}).get("grade")]


def another_kernel(notebook: NotebookNode) -> None:
    notebook.metadata["kernelspec"] = {"name": "bash", "language": "bash", "display_name": "../../../bin/sh"}


def no_kernel(notebook: NotebookNode) -> None:
    notebook.metadata["kernelspec"] = {"name": "/tmp/@MARK@", "argv": ["touch", "/tmp/@MARK@"], "display_name": ""}


def another_language(notebook: NotebookNode) -> None:
    notebook.metadata["language_info"] = {"name": "bash", "file_extension": ".sh", "version": {"a": []}}


def metadata_of_odd_types(notebook: NotebookNode) -> None:
    for index, cell in enumerate(notebook.cells):
        cell.metadata["nbgrader"] = [None, [], 7, "text", {"grade_id": 5}, {"grade_id": None, "grade": "yes"}][
            index % 6
        ]


def tags_of_odd_types(notebook: NotebookNode) -> None:
    for index, cell in enumerate(notebook.cells):
        cell.metadata["tags"] = [["show"], ["show", "x" * 10_000]][index % 2]


def future_schema(notebook: NotebookNode) -> None:
    for kept in kept_by_nbgrader(notebook):
        kept["schema_version"] = 99


def ancient_schema(notebook: NotebookNode) -> None:
    for kept in kept_by_nbgrader(notebook):
        kept["schema_version"] = 1


def attachments(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.attachments = {"../../@MARK@.png": {"image/png": "AAAA"}, "x": {"text/html": "<script>1</script>"}}


def same_id_for_all(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.id = "same"


def widgets_state(notebook: NotebookNode) -> None:
    notebook.metadata["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {"state": {"x": 5}, "version_major": "a"}
    }


DAMAGED = rf"is not a notebook|{NOTHING}"

ATTACKS = [
    *map(
        forges,
        [
            skip_execution,
            points,
            points_for_answers,
            not_graded,
            grade_ids_swapped,
            grade_ids_renamed,
            grade_ids_all_alike,
            check_of_my_own,
            answer_as_text,
            results_already_there,
            results_in_the_notebook_s_metadata,
            checks_rewritten,
            check_doubled,
            check_before_its_answer,
            all_deleted,
            checks_deleted,
            another_kernel,
            no_kernel,
            another_language,
            tags_of_odd_types,
            future_schema,
            ancient_schema,
            attachments,
            widgets_state,
        ],
    ),
    forges(metadata_of_odd_types, DAMAGED),
    forges(same_id_for_all, DAMAGED),
]
