"""Hands in what is no notebook, or what is more than a notebook: in the folder, not in the cells."""

import json
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

from tests.autograder.attacks.attack import LESSON, NOTHING, Attack

NAME = f"{LESSON}.ipynb"
NO_JSON = r"is not JSON|is not a notebook|nested|deep"
NO_FILE = r"is no file|no such notebook|not a notebook|symbolic|link|folder|pipe|device"
SHADOW = """
import sys
def reply(*arguments, **options): return "1000"
observe_all = observe = encode = decode = copies = watch = RuledOut = reply
class Answer: pass
open("/tmp/@MARK@", "w").close()
def __getattr__(name): return reply
"""


def lays(change: Callable[[Path], None], told: str, **options: object) -> Attack:
    """An attack by what `change` does in the submission's folder; it is named after it."""
    return Attack(change.__name__, told, folder=change, **options)  # type: ignore[arg-type]


def in_place_of_the_notebook(folder: Path) -> Path:
    (folder / NAME).unlink()
    return folder / NAME


def cut_short(folder: Path) -> None:
    os.truncate(folder / NAME, 700)


def empty(folder: Path) -> None:
    os.truncate(folder / NAME, 0)


def nulls(folder: Path) -> None:
    (folder / NAME).write_bytes(bytes(10_000))


def byte_order_mark(folder: Path) -> None:
    (folder / NAME).write_bytes(b"\xef\xbb\xbf" + (folder / NAME).read_bytes())


def sixteen_bits(folder: Path) -> None:
    (folder / NAME).write_text((folder / NAME).read_text(encoding="utf-8"), encoding="utf-16")


def latin(folder: Path) -> None:
    (folder / NAME).write_bytes('{"é": 1}'.encode("latin-1"))


def half_a_surrogate(folder: Path) -> None:
    text = (folder / NAME).read_text(encoding="utf-8").replace("import numpy", r"# \ud800 \u0000" + r"\nimport numpy")
    (folder / NAME).write_text(text, encoding="utf-8")


def not_a_number(folder: Path) -> None:
    content = json.loads((folder / NAME).read_text(encoding="utf-8"))
    content["metadata"] |= {"a": float("nan"), "b": float("inf"), "c": 10**400}
    (folder / NAME).write_text(json.dumps(content), encoding="utf-8")


def nested_too_deep(folder: Path) -> None:
    (folder / NAME).write_text('{"cells": ' + "[" * 200_000, encoding="utf-8")


def nested_in_metadata(folder: Path) -> None:
    text = (folder / NAME).read_text(encoding="utf-8").rstrip()
    deep = '{"x": ' * 900 + "1" + "}" * 900
    (folder / NAME).write_text(f'{text[:-1]}, "deep": {deep}}}', encoding="utf-8")


def long_number(folder: Path) -> None:
    text = (folder / NAME).read_text(encoding="utf-8").rstrip()
    (folder / NAME).write_text(f'{text[:-1]}, "nbformat_minor": {"9" * 5000}}}', encoding="utf-8")


def hundred_megabytes(folder: Path) -> None:
    with (folder / NAME).open("w") as file:
        file.write('{"cells": [{"cell_type": "markdown", "metadata": {}, "id": "a", "source": "')
        for _ in range(100):
            file.write("x" * 2**20)
        file.write('"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')


def hundred_thousand_cells(folder: Path) -> None:
    content = json.loads((folder / NAME).read_text(encoding="utf-8"))
    content["cells"] += [
        {"cell_type": "code", "metadata": {}, "id": f"c{i}", "source": "1", "outputs": [], "execution_count": None}
        for i in range(100_000)
    ]
    (folder / NAME).write_text(json.dumps(content), encoding="utf-8")


def old_format(folder: Path) -> None:
    (folder / NAME).write_text('{"worksheets": [{"cells": []}], "metadata": {}, "nbformat": 3, "nbformat_minor": 0}')


def future_format(folder: Path) -> None:
    (folder / NAME).write_text('{"cells": [], "metadata": {}, "nbformat": 99, "nbformat_minor": 0}')


def renamed(folder: Path) -> None:
    (folder / NAME).rename(folder / "my <b>copy<b>.ipynb")


def extra_notebooks(folder: Path) -> None:
    for i in range(20):
        shutil.copy(folder / NAME, folder / f"extra{i}.ipynb")
    (folder / "broken.ipynb").write_text("{")


def folder_in_its_place(folder: Path) -> None:
    in_place_of_the_notebook(folder).mkdir()


def pipe_in_its_place(folder: Path) -> None:
    os.mkfifo(in_place_of_the_notebook(folder))


def socket_in_its_place(folder: Path) -> None:
    path = in_place_of_the_notebook(folder)
    here = os.open(folder, os.O_PATH)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"/proc/self/fd/{here}/{path.name}")
    os.close(here)


def endless_device_in_its_place(folder: Path) -> None:
    in_place_of_the_notebook(folder).symlink_to("/dev/zero")


def link_to_itself(folder: Path) -> None:
    path = in_place_of_the_notebook(folder)
    path.symlink_to(path.name)


def neighbour(folder: Path) -> Path:
    """The folder of somebody who answers everything rightly."""
    return next(folder.parents[1].glob("*_a_neighbour")) / LESSON


def link_to_a_neighbour(folder: Path) -> None:
    in_place_of_the_notebook(folder).symlink_to(os.path.relpath(neighbour(folder) / NAME, folder))


def link_to_the_solution(folder: Path) -> None:
    in_place_of_the_notebook(folder).symlink_to(folder.parents[2] / "solutions" / LESSON / NAME)


def folder_is_a_link(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to(os.path.relpath(neighbour(folder), folder.parent))


def pipe_beside(folder: Path) -> None:
    os.mkfifo(folder / "data.csv")


def links_beside(folder: Path) -> None:
    (folder / "all").symlink_to("/")
    (folder / "up").symlink_to("..")
    (folder / "solutions").symlink_to(folder.parents[2] / "solutions")
    (folder / "gradebook.db").symlink_to(folder.parents[2] / "gradebook.db")
    (folder / "loop").symlink_to("loop")
    (folder / "endless").symlink_to("/dev/zero")


def sparse_file_beside(folder: Path) -> None:
    with (folder / "data.bin").open("wb") as file:
        file.truncate(2**40)


def ten_thousand_files(folder: Path) -> None:
    for i in range(10_000):
        (folder / f"{i}.txt").touch()


def folders_in_folders(folder: Path) -> None:
    deepest = folder.joinpath(*["x"] * 300)
    deepest.mkdir(parents=True)
    (deepest / "data.csv").write_text("1")


def names_of_all_kinds(folder: Path) -> None:
    for name in (b"\xff\xfe.txt", b"line\nbreak.txt", b"<script>alert(1)</script>", b"-rf", b"a" * 255, b"%s{0}$(id)"):
        with open(os.path.join(os.fsencode(folder), name.replace(b"/", b"_")), "wb"):
            pass


def unreadable(folder: Path) -> None:
    (folder / "secret.txt").write_text("x")
    (folder / "secret.txt").chmod(0)


def modules_with_known_names(folder: Path) -> None:
    names = ("numpy", "course", "autograder", "json", "zmq", "IPython", "ipykernel", "sitecustomize", "ast", "base64")
    for name in names:
        (folder / f"{name}.py").write_text(SHADOW)
    package = folder / "autograder_probe"
    package.mkdir()
    for name in ("__init__", "probe", "wire", "guard"):
        (package / f"{name}.py").write_text(SHADOW)


def configuration_with_known_names(folder: Path) -> None:
    for name in (
        "nbgrader_config.py",
        "jupyter_config.py",
        "ipython_config.py",
        "conftest.py",
        "jupyter_nbconvert_config.py",
    ):
        (folder / name).write_text(f"{SHADOW}\nget_config().Verdict.sandboxed = False")


def time_in_words(folder: Path) -> None:
    (folder / "timestamp.txt").write_text("yesterday\n<b>")


def time_in_binary(folder: Path) -> None:
    (folder / "timestamp.txt").write_bytes(b"\xff\x00" * 50)


def time_too_late(folder: Path) -> None:
    (folder / "timestamp.txt").write_text("99999-13-45 99:99:99 UTC")


def time_is_a_folder(folder: Path) -> None:
    (folder / "timestamp.txt").unlink()
    (folder / "timestamp.txt").mkdir()


def time_is_a_pipe(folder: Path) -> None:
    (folder / "timestamp.txt").unlink()
    os.mkfifo(folder / "timestamp.txt")


def time_is_endless(folder: Path) -> None:
    (folder / "timestamp.txt").unlink()
    (folder / "timestamp.txt").symlink_to("/dev/zero")


ATTACKS = [
    *(lays(change, NO_JSON) for change in (cut_short, empty, nulls, nested_too_deep)),
    lays(byte_order_mark, rf"{NO_JSON}|{NOTHING}"),
    *(lays(change, r"UTF-8") for change in (sixteen_bits, latin)),
    *(
        lays(change, rf"{NO_JSON}|{NOTHING}")
        for change in (half_a_surrogate, not_a_number, nested_in_metadata, long_number)
    ),
    lays(hundred_megabytes, r"large|MB|MiB|longer"),
    lays(hundred_thousand_cells, r"large|many|MB|MiB|longer|cells"),
    *(lays(change, rf"is not a notebook|{NOTHING}") for change in (old_format, future_format)),
    lays(renamed, "rename it to"),
    lays(extra_notebooks, NOTHING),
    *(
        lays(change, NO_FILE)
        for change in (
            folder_in_its_place,
            pipe_in_its_place,
            socket_in_its_place,
            endless_device_in_its_place,
            link_to_itself,
            link_to_a_neighbour,
            link_to_the_solution,
            folder_is_a_link,
        )
    ),
    *(
        lays(change, r"left out: ")
        for change in (pipe_beside, links_beside, sparse_file_beside, ten_thousand_files, folders_in_folders)
    ),
    lays(names_of_all_kinds, NOTHING),
    lays(unreadable, rf"left out: |{NOTHING}"),  # the superuser can read it
    lays(modules_with_known_names, rf"{NOTHING}|raised|can't"),
    lays(configuration_with_known_names, NOTHING),
    *(
        lays(change, r"timestamp\.txt .*: graded as handed in on time")
        for change in (time_in_words, time_in_binary, time_too_late, time_is_a_folder, time_is_a_pipe, time_is_endless)
    ),
]
