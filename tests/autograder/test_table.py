"""The table of the exercises: it counts what is there, and says where something is wrong."""

from dataclasses import replace

import pytest

from autograder.exercises import find
from tests.autograder.table import Row, as_table, main, rows

LESSON = "02_mlp"


def test_a_lesson_s_exercises_are_counted(capsys):
    assert main(["--lesson", "02"]) == 0
    printed = capsys.readouterr().out
    for row in rows([LESSON]):
        assert row.sound
        (line,) = [line for line in printed.splitlines() if f" {row.exercise.name} " in line]
        assert f" {len(row.exercise.mistakes)} of {len(row.exercise.mistakes)} " in line
        assert f" {row.right} of {row.right} " in line


def test_a_mistake_that_is_not_named_and_an_answer_that_is_not_accepted_show():
    row = Row(LESSON, find("collapse"), named=13, right=4, accepted=4)
    assert row.sound
    for lacking in (replace(row, named=12), replace(row, accepted=3), replace(row, right=2, accepted=2)):
        assert not lacking.sound
        assert any(style.style == "bold red" for style in as_table([lacking]).rows)


def test_an_unknown_lesson_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["--lesson", "99"])
    assert "there is no such lesson" in capsys.readouterr().err
