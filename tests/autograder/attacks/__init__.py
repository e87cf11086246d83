"""Hostile submissions by kind, one module each."""

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
