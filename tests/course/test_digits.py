"""The digits that come with the course: sizes, ranges, the split by writer, and that they are genuine."""

import numpy as np
import pytest

from course.data import digits


@pytest.fixture(scope="module")
def sets():
    return digits.load_digits()


@pytest.mark.parametrize(("index", "n"), [(0, 1029), (1, 386), (2, 382)])
def test_shapes_and_types(sets, index, n):
    x, y = sets[index]
    assert x.shape == (n, 8, 8)
    assert x.dtype == np.float32
    assert y.shape == (n,)
    assert y.dtype == np.int64


def test_pixels_are_sixteenths_from_paper_to_ink(sets):
    x = np.concatenate([x for x, _ in sets])
    assert x.min() == 0
    assert x.max() == 1
    np.testing.assert_array_equal(x * 16, np.round(x * 16))


def test_as_many_of_each_digit_as_the_source_says(sets):
    # the table of the UCI repository's test set (optdigits.names)
    published = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert np.bincount(np.concatenate([y for _, y in sets])).tolist() == published


def test_every_set_begins_with_a_new_writer(sets):
    # each writer's form asks for the digits in the same order
    for _, y in sets:
        assert y[:20].tolist() == 2 * list(range(10))


def test_every_set_has_every_digit_about_equally_often(sets):
    for _, y in sets:
        share = np.bincount(y, minlength=10) / len(y)
        np.testing.assert_allclose(share, 0.1, atol=0.015)


def test_callers_get_arrays_of_their_own(sets):
    (x, _), *_ = digits.load_digits()
    x[:] = -1
    assert digits.load_digits()[0][0].min() == 0


def test_the_file_is_small():
    assert digits.FILE.stat().st_size < 200_000


def test_the_file_is_what_the_kept_script_makes(tmp_path):
    pytest.importorskip("sklearn")
    from course.data.make import digits as make_digits

    make_digits.make(tmp_path / "digits.npz")
    with np.load(tmp_path / "digits.npz") as made, np.load(digits.FILE) as shipped:
        assert set(made) == set(shipped)
        for name in shipped:
            np.testing.assert_array_equal(made[name], shipped[name])


def test_the_digits_are_scikit_learns(sets):
    datasets = pytest.importorskip("sklearn.datasets")
    source = datasets.load_digits()
    np.testing.assert_array_equal(np.concatenate([x for x, _ in sets]) * 16, source.images)
    np.testing.assert_array_equal(np.concatenate([y for _, y in sets]), source.target)
