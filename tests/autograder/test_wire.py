"""What goes between the grader and the kernel: text that gives back the same data, and nothing but data."""

import io
import json
import pickle
import zipfile
from base64 import b64decode, b64encode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from autograder import wire
from autograder.wire import decode, encode
from tests.autograder.same import assert_same

numbers = st.one_of(
    arrays(np.float64, array_shapes(min_dims=0, max_dims=3, max_side=3)),
    arrays(np.float32, array_shapes(max_dims=2, max_side=3)),
    arrays(np.int64, array_shapes(max_dims=2, max_side=3)),
    arrays(np.bool_, array_shapes(max_dims=2, max_side=3)),
    arrays(np.complex128, array_shapes(max_dims=1, max_side=3)),
)
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), numbers)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(), inner, max_size=3),
    ),
    max_leaves=10,
)


@given(trees)
def test_encode_and_decode_are_inverse(tree):
    text = encode(tree)
    assert text.isascii()
    assert_same(decode(text), tree)


def test_a_generator_goes_over_in_its_state():
    rng = np.random.default_rng(7)
    rng.random(5)
    (there,) = decode(encode((rng,)))
    np.testing.assert_array_equal(there.random(4), rng.random(4))


def test_what_would_need_pickle_is_not_encoded():
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        encode({"a": np.array([object()])})


def packed(**arrays) -> str:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return b64encode(buffer.getvalue()).decode()


def skeleton(text: str) -> str:
    return packed(skeleton=np.frombuffer(text.encode(), dtype=np.uint8))


class Bomb:
    """Unpickling it would call this."""

    def __reduce__(self):
        return (pytest.fail, ("unpickled",))


def zip_bomb() -> str:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed_zip:
        packed_zip.writestr("skeleton.npy", bytes(2**21))
    return b64encode(buffer.getvalue()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "\N{GREEK SMALL LETTER ALPHA}",
        None,
        b64encode(b"PK\x03\x04 not quite").decode(),
        b64encode(pickle.dumps(Bomb())).decode(),
        packed(skeleton=np.array([Bomb()], dtype=object)),
        packed(skeleton=np.frombuffer(b'{"array": "a0"}', dtype=np.uint8), a0=np.array([Bomb()], dtype=object)),
        packed(nothing=np.ones(2)),
        skeleton("{"),
        skeleton('{"array": "a7"}'),
        skeleton('{"tuple": [], "list": []}'),
        skeleton('{"code": "1 + 1"}'),
        skeleton('{"generator": {"bit_generator": "MT19937"}}'),
        skeleton("[" * 100_000),
        encode({"a": np.ones(100)})[:-40],
    ],
)
def test_decode_refuses_what_encode_did_not_write(text):
    with pytest.raises(ValueError, match="not an encoded tree"):
        decode(text)


def test_decode_refuses_what_would_fill_the_memory(monkeypatch):
    monkeypatch.setattr(wire, "MAX_BYTES", 2**20)
    with pytest.raises(ValueError, match="2 MiB, more than 1 MiB"):
        decode(zip_bomb())


def test_the_skeleton_is_plain_json():
    with np.load(io.BytesIO(b64decode(encode([1, (2.5, "a")])))) as stored:
        assert json.loads(stored["skeleton"].tobytes()) == {"list": [1, {"tuple": [2.5, "a"]}]}
