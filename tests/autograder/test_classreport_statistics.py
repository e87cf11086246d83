"""The numbers of the class report, held against SciPy, the standard library, and a class counted by hand."""

import statistics

import numpy as np
import pytest

from autograder.classreport.statistics import FEWEST, discrimination, histogram, spread


def test_spread_of_a_class_counted_by_hand():
    found = spread([2, 4, 4, 6, 9])
    assert (found.count, found.mean) == (5, 5)
    assert found.deviation == pytest.approx((28 / 4) ** 0.5)  # 9 + 1 + 1 + 1 + 16 over n - 1
    assert found.quartiles == (2, 4, 4, 6, 9)


def test_spread_as_the_standard_library_has_it():
    marks = np.random.default_rng(1).normal(20, 5, 101).tolist()
    found = spread(marks)
    assert found.mean == pytest.approx(statistics.fmean(marks))
    assert found.deviation == pytest.approx(statistics.stdev(marks))
    assert found.quartiles[1:4] == pytest.approx(statistics.quantiles(marks, n=4, method="inclusive"))


def test_spread_of_one_and_of_nobody():
    assert spread([]) is None
    assert spread([3]).deviation == 0


def test_histogram():
    assert histogram([0, 0.99, 1, 9.99, 10], 10) == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert histogram([-1, 12], 10, bins=2) == [1, 1]
    assert histogram([0, 0], 0, bins=3) == [0, 0, 2]
    assert histogram([2.9, 5.8], 29) == [0, 1, 1, 0, 0, 0, 0, 0, 0, 0]  # 2.9 / 29 is below 0.1 in floating point
    assert sum(histogram(np.linspace(0, 29, 100), 29)) == 100


def test_discrimination_counted_by_hand():
    points, rest = [0, 0, 1, 1, 1], [1, 2, 3, 4, 5]
    # means 0.6 and 3; products of the deviations 3; squares 1.2 and 10
    expected = 3 / (1.2 * 10) ** 0.5
    assert discrimination(points, np.add(points, rest)) == pytest.approx(expected)


def test_discrimination_is_the_point_biserial_correlation_with_the_rest():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(2)
    right = rng.integers(0, 2, 80)
    rest = rng.normal(size=80) + right
    found = discrimination(right * 3.0, right * 3.0 + rest)
    assert found == pytest.approx(stats.pointbiserialr(right, rest).statistic)


def test_discrimination_where_it_says_nothing():
    assert discrimination([1] * 9, range(9)) is None
    assert discrimination([0, 1] * 4, [0, 1] * 4) is None  # nothing but this exercise
    assert discrimination([0, 1] * 2, [1, 2, 3, 4]) is None
    assert FEWEST == 5
