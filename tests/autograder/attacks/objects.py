"""Answers that are no arrays but mean to pass for the right one."""

from tests.autograder.attacks.attack import NOTHING, gains_nothing

ODD = rf"unread|object|returned|array|can't be read|what cannot|{NOTHING}"


def returns(name: str, value: str, told: str = ODD, before: str = ""):
    """An attack whose neuron returns `value`."""
    return gains_nothing(name, told, f"{before}\ndef neuron(x, w, b):\n    return {value}\n")


ANYTHING = """
class Anything:
    __array_priority__ = 1e6
    __eq__ = __le__ = __lt__ = __ge__ = __gt__ = __bool__ = lambda self, *other: True
    __ne__ = lambda self, other: False
    __sub__ = __rsub__ = __abs__ = __float__ = lambda self, *other: 0.0
    __hash__ = object.__hash__
"""

SUBCLASS = """
class Right(np.ndarray):
    __eq__ = lambda self, other: np.ones(self.shape, bool)
    __ne__ = lambda self, other: np.zeros(self.shape, bool)
    __sub__ = __rsub__ = lambda self, other: np.zeros(self.shape)
    __array_ufunc__ = lambda self, *a, **k: np.zeros(3)
    __array_function__ = lambda self, *a, **k: True
    __array__ = lambda self, *a, **k: self
    shape = property(lambda self: (2,))
    dtype = property(lambda self: np.dtype(float))
    nbytes = property(lambda self: 0)
    __len__ = lambda self: 2
    __reduce__ = lambda self: (print, ("unpickled",))
"""

ARRAY_LIKE = """
class ArrayLike:
    shape, dtype, ndim, size, nbytes = (2,), np.dtype(float), 1, 2, 0
    def __init__(self, *a): self.asked = 0
    def __len__(self): return 2
    def __getitem__(self, index): return Anything()
    def __array__(self, *a, **k):
        self.asked += 1
        return np.zeros(self.asked)
    @property
    def __array_interface__(self):
        return {"shape": (2 ** 40,), "typestr": "<f8", "data": (8, False), "version": 3}
"""

LIES = """
class Number(float):
    __eq__ = lambda self, other: True
    __sub__ = __rsub__ = lambda self, other: 0.0
class Words(str):
    __eq__ = lambda self, other: True
    __hash__ = str.__hash__
class Row(list):
    __eq__ = lambda self, other: True
    __len__ = lambda self: 2
    __iter__ = lambda self: iter(())
"""

ATTACKS = [
    returns("equal_to_everything", "Anything()", before=ANYTHING),
    returns("list_of_equals", "[Anything()] * len(x)", before=ANYTHING),
    returns("array_of_equals", "np.array([Anything()] * len(x), dtype=object)", before=ANYTHING),
    returns("subclass_overrides_all", "np.zeros(len(x)).view(Right)", before=SUBCLASS),
    returns("array_like", "ArrayLike()", before=ANYTHING + ARRAY_LIKE),
    returns("number_subclass", "[Number(0)] * len(x)", before=LIES),
    returns("text_subclass", "Words('right')", before=LIES),
    returns("list_subclass", "Row()", before=LIES),
    returns("all_masked", "np.ma.masked_all(len(x))"),
    returns("not_a_number", "np.full(len(x), np.nan)"),
    returns("infinite", "np.full(len(x), np.inf)"),
    returns("complex_infinite", "np.full(len(x), complex(np.nan, np.inf))"),
    returns("structured", "np.zeros(len(x), dtype=[('a', float)])"),
    returns("dates", "np.zeros(len(x), dtype='M8[s]')"),
    returns("text_array", "np.array(['0'] * len(x))"),
    returns("empty", "np.zeros(0)"),
    returns("one_number_for_all", "np.zeros(())"),
    returns("dictionary", "{'points': 100}"),
    returns("holds_itself", "a", before="a = []\na.append(a)\n"),
    returns("list_too_deep", "a", before="a = []\nfor _ in range(50_000):\n    a = [a]\n"),
    returns("tuple_too_deep", "a", before="a = ()\nfor _ in range(900):\n    a = (a,)\n"),
    returns("number_too_long", "10 ** 6000"),
    returns("broadcast_to_terabytes", "np.broadcast_to(0.0, (10**6, 10**6))"),
    returns("list_of_a_million_lists", "[[0.0, [1]]] * 1_000_000"),
    returns(
        "unpickled_in_an_object_array",
        "a",
        before="""
import os
class Bomb:
    def __reduce__(self):
        return (os.system, ("touch /tmp/@MARK@",))
a = np.array([Bomb(), Bomb()], dtype=object)
""",
    ),
    returns(
        "length_that_exits",
        "Leaves()",
        before="class Leaves(list):\n    def __len__(self): raise SystemExit\n    __iter__ = __bool__ = __len__\n",
    ),
]
