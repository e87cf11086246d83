"""What convolution stands on: threads, memory that is used again, matrix products in pieces."""

import gc
import multiprocessing
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import course
from course import convolution
from course.convolution import memory, products, threads
from course.convolution.blocks import blocks
from course.shapes import axis
from tests.oracles.common import waves

examples = settings(deadline=None, max_examples=50)


@given(st.integers(0, 50), st.integers(1, 9))
def test_parts_are_all_and_of_nearly_one_size(count, parts):
    found = threads.split(count, parts)
    assert [place for part in found for place in range(count)[part]] == list(range(count))
    sizes = [part.stop - part.start for part in found]
    assert all(sizes)
    assert not sizes or max(sizes) - min(sizes) <= 1


@given(st.integers(1, 40), st.integers(1, 60), st.integers(1, 5_000_000))
def test_blocks_hold_every_row_of_every_image_once(images, rows, size):
    seen = np.zeros((images, rows), int)
    for some, few in blocks((slice(0, images), slice(0, rows)), size):
        seen[some, few] += 1
        # a block of several images must be contiguous in memory
        assert some.stop - some.start == 1 or few == slice(0, rows)
    assert (seen == 1).all()


def test_results_come_in_the_order_of_the_parts():
    assert threads.run(lambda part: part * 10, [1, 2, 3, 4, 5]) == [10, 20, 30, 40, 50]
    assert threads.run(lambda part: part, []) == []


def test_parts_may_have_parts():
    inner = [1, 2, 3]
    assert threads.run(lambda part: threads.run(lambda x: x * part, inner), [1, 10]) == [[1, 2, 3], [10, 20, 30]]


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_an_error_in_a_part_comes_out_after_all_are_done(bad):
    done = []

    def work(part):
        if part == bad:
            raise ValueError(f"part {part}")
        done.append(part)

    with pytest.raises(ValueError, match=f"part {bad}"):
        threads.run(work, [0, 1, 2])
    assert sorted(done) == [part for part in range(3) if part != bad]
    assert threads.run(lambda part: part, [1, 2]) == [1, 2]


def test_blas_has_its_threads_back_afterwards():
    threadpoolctl = pytest.importorskip("threadpoolctl")

    def counts():
        return [one["num_threads"] for one in threadpoolctl.threadpool_info() if "numpy" in one["filepath"]]

    before, usual, inside = counts(), threads.threads(), []
    with threads.one_blas_thread():
        assert threads.threads() == usual
        threads.run(lambda part: inside.append(counts()), [0, 1])
        with threads.one_blas_thread():
            pass
        inside.append(counts())
    assert counts() == before
    assert all(count == 1 for counts_inside in inside for count in counts_inside)
    with pytest.raises(KeyError), threads.one_blas_thread():
        raise KeyError
    assert counts() == before


def convolve(seed=0):
    x, kernel = waves(24, 20, 20, 16, phase=seed).astype("f"), waves(3, 3, 16, 16, phase=2).astype("f")
    window = (axis(20, 3), axis(20, 3))
    y, z = convolution.forward(x, kernel, window, waves(16).astype("f"))
    return [y, *convolution.backward(waves(*y.shape).astype("f"), x, kernel, window, z, y)]


def test_the_same_numbers_bit_for_bit_each_time():
    first = [array.copy() for array in convolve()]
    for _ in range(5):
        for one, other in zip(first, convolve(), strict=True):
            np.testing.assert_array_equal(one, other)


def test_one_thread_gives_the_same_numbers_as_several(monkeypatch):
    several = convolve()
    monkeypatch.setattr(threads, "threads", lambda: 1)
    for one, other in zip(convolve(), several, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


def test_callers_on_several_threads_do_not_disturb_each_other():
    expected = [convolve(seed) for seed in range(4)]
    found = [None] * 4

    def call(seed):
        found[seed] = convolve(seed)

    callers = [threading.Thread(target=call, args=(seed,)) for seed in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    for arrays, others in zip(expected, found, strict=True):
        for one, other in zip(arrays, others, strict=True):
            np.testing.assert_array_equal(one, other)


def _in_a_child(answers):
    answers.put(float(convolve()[0].sum()))


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_has_threads_of_its_own():
    expected = float(convolve()[0].sum())
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=_in_a_child, args=(answers,))
    child.start()
    assert answers.get(timeout=60) == pytest.approx(expected, rel=1e-4)
    child.join(timeout=60)
    assert child.exitcode == 0


LARGE = (memory.SMALLEST // 8, 2)


def test_memory_is_used_again_once_nobody_refers_to_it():
    array = memory.empty(LARGE, np.float64)
    place = array.ctypes.data
    del array
    assert memory.empty(LARGE, np.float64).ctypes.data == place


def test_memory_in_use_is_never_given_away():
    kept = [memory.empty(LARGE, np.float64) for _ in range(3)]
    views = [kept[0][3:5, :1].T, kept[1].view(np.uint8)[-1:], kept[2].reshape(-1)]
    for number, array in enumerate(kept):
        array[...] = number
    del kept, array
    gc.collect()
    for _ in range(10):
        memory.zeros(LARGE, np.float64)[...] = 99
    assert views[0].tolist() == [[0, 0]]
    assert (views[2] == 2).all()
    assert views[1].base is not None


@examples
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 40)), max_size=40))
def test_arrays_never_share_memory(steps):
    held = {}
    for number, (name, size) in enumerate(steps):
        held.pop(name, None)
        array = memory.empty((size * 10_000,), np.float32)
        array.fill(number)
        held[name] = (number, array)
    for number, array in held.values():
        assert (array == number).all()


def test_memory_that_is_not_used_is_given_back(monkeypatch):
    store = memory._Store()
    monkeypatch.setattr(memory, "REQUESTS", 3)
    store.find(10 * memory.SMALLEST)
    for request in range(20):
        store.find((request % 8 + 1) * memory.SMALLEST)
    assert 10 * memory.SMALLEST not in {block.nbytes for blocks in store._blocks.values() for block in blocks}


@pytest.mark.parametrize("rows", [0, 1, 63, 64, 1000, 12345])
@pytest.mark.parametrize(("k", "m"), [(3, 2), (288, 32), (1600, 64)])
def test_products_in_pieces_are_the_products(rows, k, m):
    rows = min(rows, 4_000_000 // (k * m))
    a, b, c = waves(rows, k), waves(k, m, phase=1), waves(rows, m, phase=2)
    out = np.full((rows, m), np.nan)
    products.multiply(a, b, out)
    np.testing.assert_allclose(out, a @ b, atol=1e-10)
    total = waves(k, m, phase=3)
    products.add_product(a, c, total)
    np.testing.assert_allclose(total, waves(k, m, phase=3) + a.T @ c, atol=1e-9)
    np.testing.assert_allclose(products.sum_of_rows(c), c.sum(axis=0), atol=1e-10)


@pytest.mark.parametrize(("convolves", "examples", "alone"), [(True, 2, True), (True, 1, False), (False, 2, False)])
def test_only_networks_that_convolve_several_images_hold_blas_to_one_thread(convolves, examples, alone):
    counts = []

    class Spy(course.layers.Layer):
        def forward(self, x, training=False):
            counts.append(blas_threads())
            return x, None

        def backward(self, dy, cache):
            counts.append(blas_threads())
            return dy

    before = blas_threads()
    first = [course.layers.Conv2D(2, 3)] if convolves else []
    model = course.Sequential([course.Input((5, 5, 1)), *first, Spy(), course.layers.Flatten()])
    y, cache = model.forward(np.ones((examples, 5, 5, 1), np.float32))
    model.backward(y, cache)
    assert counts == [[1] * len(before) if alone else before] * 2
    assert blas_threads() == before


def blas_threads():
    threadpoolctl = pytest.importorskip("threadpoolctl")
    return [one["num_threads"] for one in threadpoolctl.threadpool_info() if "numpy" in one["filepath"]]


@pytest.mark.parametrize(("length", "features", "filters"), [(81, 576, 64), (131, 576, 64), (1001, 96, 32), (1, 9, 4)])
def test_products_of_any_length_and_size(length, features, filters):
    rng = np.random.default_rng(0)
    a, b = rng.random((length, features)), rng.random((features, filters))
    out = np.empty((length, filters))
    products.multiply(a, b, out)
    np.testing.assert_allclose(out, np.einsum("ik,km->im", a, b), rtol=1e-12)
    total = np.ones((features, filters))
    products.add_product(a, out, total)
    np.testing.assert_allclose(total, 1 + np.einsum("ik,im->km", a, out), rtol=1e-12)
