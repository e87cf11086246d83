"""Names: a registry for each kind of thing finds `"relu"`, `"adam"` or `"mse"`, however it is spelt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from course.errors import check_text, did_you_mean

Entry = TypeVar("Entry")


class Registry(Generic[Entry]):
    """The things of one kind by name: `glorot_uniform` and `GlorotUniform` are one name.

    Parameters
    ----------
    kind : str
        What the things are, for messages: "activation", "optimizer".
    entries : dict
        The things by name; of several names the first is the one shown in messages.
    """

    def __init__(self, kind: str, entries: Mapping[str, Entry]) -> None:
        self.kind = kind
        self._entries = dict(entries)
        self._by_plain_name = {_plain(name): entry for name, entry in entries.items()}

    def find(self, name: str) -> Entry:
        """Return the thing of that name.

        Raises
        ------
        ValueError
            `unknown activation 'sofmax'; did you mean 'softmax'?`, with all known names.
        """
        try:
            return self._by_plain_name[_plain(name)]
        except KeyError:
            suggestion = did_you_mean(name, self._entries)
            known = ", ".join(self._entries)
            raise ValueError(f"unknown {self.kind} {name!r}{suggestion} (known: {known})") from None

    def from_config(self, config: Mapping[str, Any]) -> Any:
        """Make a thing from `{"class_name": its class, "config": its arguments}`, what `to_config` wrote.

        Raises
        ------
        ValueError
            When a key is missing or the class isn't known.
        """
        if "class_name" not in config:
            raise ValueError(
                f"{self.kind}: a config must have the keys 'class_name' and 'config', got {sorted(config)}"
            )
        name, arguments = check_text(self.kind, "class_name", config["class_name"]), config.get("config", {})
        if not isinstance(arguments, Mapping):
            raise TypeError(f"{self.kind}: config must be a dict of arguments, got {arguments!r}")
        entry = self.find(name)
        kind = entry if isinstance(entry, type) else type(entry)
        make = getattr(kind, "from_config", None)
        try:
            return kind(**arguments) if make is None else make(arguments)
        except TypeError as error:
            raise TypeError(f"{self.kind} {name}: the config {dict(arguments)} doesn't fit it: {error}") from error

    def wrong_type(self, value: Any) -> TypeError:
        """Return the error for a value that is neither a name nor a thing of this kind."""
        hint = f"; give an instance: {value.__name__}()" if isinstance(value, type) else ""
        return TypeError(f"{self.kind}: expected a name, a config or an instance, got {value!r}{hint}")


def to_config(thing: Any) -> dict[str, Any]:
    """Write a thing with `get_config` as a dict that JSON can hold and that its module's `get` reads."""
    return {"class_name": type(thing).__name__, "config": thing.get_config()}


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
