"""Weights in files: they go round, Keras reads and writes the same, and a file that doesn't fit changes nothing."""

import builtins
import stat
import zipfile

import numpy as np
import pytest

import course
from course import layers
from tests.oracles.common import installed, keras, waves

pytest.importorskip("h5py")

X = waves(5, 4).astype(np.float32)


def stack(lib):
    dense = lib.layers.Dense
    return lib.Sequential([lib.Input((4,)), dense(3, activation="tanh"), lib.layers.PReLU(), dense(2, name="last")])


def graph(lib):
    x = lib.Input((4,))
    inner = lib.Sequential([lib.Input((4,)), lib.layers.Dense(3), lib.layers.Dense(2)])
    shared = lib.layers.Dense(2)
    return lib.Model(x, lib.layers.add([inner(x), shared(x), lib.layers.Dense(2)(shared(x))]))


def unchanged(model, load):
    before = model.get_weights()
    load()
    return all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


@pytest.mark.parametrize("name", ["w.npz", "w.h5", "w.weights.h5"])
@pytest.mark.parametrize("model", [stack, graph])
class TestRound:
    def test_weights_go_round(self, model, name, tmp_path):
        one, two = model(course), model(course)
        one.save_weights(tmp_path / name)
        two.load_weights(str(tmp_path / name))
        for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(one(X), two(X))

    def test_nothing_else_is_left_in_the_folder(self, model, name, tmp_path):
        path = tmp_path / name
        for _ in range(2):
            model(course).save_weights(path)
        assert [file.name for file in tmp_path.iterdir()] == [name]
        plain = tmp_path / "plain"
        plain.touch()
        assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)

    def test_a_truncated_file_changes_nothing(self, model, name, tmp_path):
        path = tmp_path / name
        one = model(course)
        one.save_weights(path)
        whole = path.read_bytes()
        for length in (0, 10, len(whole) // 2, len(whole) - 40):
            path.write_bytes(whole[:length])
            two = model(course)

            def load(two=two):
                with pytest.raises(ValueError, match=r"is damaged, or isn't a file of weights|of another architecture"):
                    two.load_weights(path)

            assert unchanged(two, load)

    def test_another_architecture_changes_nothing(self, model, name, tmp_path):
        path = tmp_path / name
        other = course.Sequential([layers.Dense(3, input_dim=4), layers.Dense(7)])
        other.save_weights(path)
        one = model(course)

        def load():
            with pytest.raises(ValueError, match=r"of another architecture than .* (missing|shape|unexpected)"):
                one.load_weights(path)

        assert unchanged(one, load)


@pytest.mark.skipif(not installed(), reason="Keras isn't installed")
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("model", [stack, graph])
class TestKeras:
    def test_keras_reads_what_we_write(self, model, tmp_path):
        ours, theirs = model(course), model(keras())
        ours.save_weights(tmp_path / "a.weights.h5")
        theirs.load_weights(tmp_path / "a.weights.h5")
        for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
        np.testing.assert_allclose(ours(X), theirs.predict(X, verbose=0), rtol=1e-4, atol=1e-6)

    def test_we_read_what_keras_writes(self, model, tmp_path):
        ours, theirs = model(course), model(keras())
        theirs.compile("adam", "mse")
        theirs.fit(X, X[:, :2], verbose=0)  # so that the file holds an optimizer's state, too
        theirs.save_weights(tmp_path / "a.weights.h5")
        ours.load_weights(tmp_path / "a.weights.h5")
        for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)


def test_keys_are_readable_and_nothing_is_pickled(tmp_path):
    stack(course).save_weights(tmp_path / "w.npz")
    assert zipfile.ZipFile(tmp_path / "w.npz").namelist() == [
        "dense/kernel.npy",
        "dense/bias.npy",
        "p_re_lu/alpha.npy",
        "last/kernel.npy",
        "last/bias.npy",
    ]
    with np.load(tmp_path / "w.npz", allow_pickle=False) as file:
        assert file["dense/kernel"].shape == (4, 3)


def test_a_pickle_is_not_opened(tmp_path):
    np.savez(tmp_path / "w.npz", **{"dense/kernel": np.array([{"a": 1}], dtype=object)})
    with pytest.raises(ValueError, match="damaged"):
        stack(course).load_weights(tmp_path / "w.npz")


def test_training_goes_on_from_loaded_weights(tmp_path):
    model = stack(course)
    model.compile("adam", "mse")
    model.fit(X, X[:, :2], verbose=0)
    model.save_weights(tmp_path / "w.npz")
    model.fit(X, X[:, :2], verbose=0)
    after = model.get_weights()
    model.load_weights(tmp_path / "w.npz")
    assert not np.array_equal(after[0], model.get_weights()[0])
    restored = model.get_weights()
    model.fit(X, X[:, :2], verbose=0)
    assert not np.array_equal(restored[0], model.get_weights()[0])


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "w.npz"
    model = stack(course)
    model.save_weights(path)
    before = path.read_bytes()

    def full(file, **arrays):
        file.write(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="no space left"):
        model.save_weights(path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


class TestMistakes:
    def test_the_ending_chooses_the_format(self, tmp_path):
        with pytest.raises(ValueError, match=r"filepath must end in '.npz' or '.h5', got .*w.txt"):
            stack(course).save_weights(tmp_path / "w.txt")

    def test_files_and_folders_must_be_there(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="there is no file"):
            stack(course).load_weights(tmp_path / "w.npz")
        with pytest.raises(FileNotFoundError, match="there is no folder"):
            stack(course).save_weights(tmp_path / "nowhere" / "w.npz")

    def test_a_file_can_be_kept_from_being_replaced(self, tmp_path):
        stack(course).save_weights(tmp_path / "w.npz")
        with pytest.raises(FileExistsError, match="give overwrite=True"):
            stack(course).save_weights(tmp_path / "w.npz", overwrite=False)

    def test_a_network_without_weights_yet(self, tmp_path):
        with pytest.raises(ValueError, match="isn't built yet"):
            course.Sequential([layers.Dense(2)]).save_weights(tmp_path / "w.npz")

    def test_differences_are_named(self, tmp_path):
        course.Sequential([layers.Dense(3, input_dim=4, name="a")]).save_weights(tmp_path / "w.npz")
        with pytest.raises(ValueError, match=r"b/kernel is missing; b/bias is missing; a/kernel is unexpected; a/bias"):
            course.Sequential([layers.Dense(3, input_dim=4, name="b")]).load_weights(tmp_path / "w.npz")
        with pytest.raises(ValueError, match=r"a/kernel has shape \(4, 3\) instead of \(5, 3\)"):
            course.Sequential([layers.Dense(3, input_dim=5, name="a")]).load_weights(tmp_path / "w.npz")

    def test_without_h5py_it_says_what_to_install(self, tmp_path, monkeypatch):
        real = builtins.__import__

        def without(name, *rest):
            if name == "h5py":
                raise ImportError(name)
            return real(name, *rest)

        monkeypatch.setattr(builtins, "__import__", without)
        with pytest.raises(ImportError, match="pip install 'handson-neural-networks"):
            stack(course).save_weights(tmp_path / "w.h5")
        assert list(tmp_path.iterdir()) == []
