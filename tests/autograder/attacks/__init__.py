"""Hostile submissions by kind, one module each.

A sample of all kinds is graded in every test run, as one class; all of them by `make attacks`, a class for each kind.
"""

import os

from tests.autograder.attacks import (
    answers_in_the_room,
    bombs,
    files,
    lingering,
    markup,
    metadata,
    network,
    objects,
    patching,
    spying,
    wire,
    writing,
)
from tests.autograder.attacks.attack import Attack
from tests.autograder.attacks.sample import SAMPLE

KINDS: dict[str, list[Attack]] = {
    module.__name__.rpartition(".")[2]: module.ATTACKS
    for module in (
        patching,
        objects,
        wire,
        answers_in_the_room,
        spying,
        writing,
        lingering,
        bombs,
        metadata,
        files,
        network,
        markup,
    )
}

CLASSES = (
    KINDS
    if os.environ.get("ATTACKS")
    else {"sample": [attack for kind, names in SAMPLE.items() for attack in KINDS[kind] if attack.name in names]}
)
