"""`course` in the room where answers are judged: its data and its plots, nothing that an exercise could ask for.

Whatever else is named is there as a name, so that a notebook's imports run through; using it says why it is not at
hand.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from types import ModuleType


class NotAtHand(Exception):
    """Raised where something of `course` is used while answers are judged."""

    def __init__(self, name):
        super().__init__(f"{name} is not at hand while answers are graded; this cell ended here")

    def _render_traceback_(self):
        return [f"NotAtHand: {self}"]


class Absent:
    """Something that is not at hand, under the name that it has."""

    def __init__(self, name):
        self.__dict__["_name"] = name

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Absent(f"{self._name}.{name}")

    def __call__(self, *arguments, **options):
        raise NotAtHand(self._name)

    def __mro_entries__(self, bases):
        raise NotAtHand(self._name)

    def __repr__(self):
        return f"<{self._name}: not at hand while answers are graded>"


class AbsentModule(ModuleType):
    """A module of which nothing is at hand."""

    def __getattr__(self, name):
        return _absent(self.__name__, name)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of `course` that aren't here."""

    def find_spec(self, name, path, target=None):
        if not name.startswith("course.") or importlib.machinery.PathFinder.find_spec(name, path) is not None:
            return None
        return importlib.util.spec_from_loader(name, self, is_package=True)

    def create_module(self, spec):
        return AbsentModule(spec.name, f"{spec.name}: not at hand while answers are graded.")

    def exec_module(self, module):
        pass


def _absent(module, name):
    if name.startswith("__") and name.endswith("__"):
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    return Absent(f"{module}.{name}")


def __getattr__(name):
    if name in ("data", "plots", "errors"):
        return importlib.import_module(f"course.{name}")
    return _absent("course", name)


sys.meta_path.insert(0, Finder())
