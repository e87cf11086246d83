"""What holds for every loader: three sets, shapes and types, no example in two sets, the same bytes at each call."""

import itertools
import subprocess
import sys

import numpy as np
import pytest

from course import data

SHAPES = {
    "load_digits": ((1029, 386, 382), (8, 8), np.int64),
    "load_galaxies": ((3000, 600, 600), (32, 32), np.int64),
    "load_lenses": ((3000, 600, 600), (32, 32), np.int64),
    "load_photoz": ((6000, 1500, 1500), (5,), np.float32),
    "load_blends": ((2000, 400, 400), (32, 32), np.bool_),
}
every_loader = pytest.mark.parametrize("name", SHAPES)


@every_loader
def test_shapes_and_types(name):
    sizes, shape, label_type = SHAPES[name]
    sets = getattr(data, name)()
    assert len(sets) == 3
    for (x, y, *_), n in zip(sets, sizes, strict=True):
        assert x.shape == (n, *shape)
        assert x.dtype == np.float32
        assert np.isfinite(x).all()
        assert len(y) == n
        assert y.dtype == label_type


@every_loader
def test_no_example_is_in_two_sets(name):
    noise_free = {} if name == "load_digits" else {"noise": 0}
    sets = [{x.tobytes() for x in images} for images, *_ in getattr(data, name)(**noise_free)]
    for one, other in itertools.combinations(sets, 2):
        assert not one & other


@every_loader
def test_each_call_gives_the_same_bytes_in_arrays_of_their_own(name):
    first, second = getattr(data, name)(), getattr(data, name)()
    for arrays, same in zip(first, second, strict=True):
        for array, twin in zip(arrays, same, strict=True):
            assert array.tobytes() == twin.tobytes()
            assert array.flags.writeable
            assert not np.shares_memory(array, twin)


@every_loader
def test_the_global_random_state_is_left_alone(name):
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the global state is what must not be touched
    getattr(data, name)()
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize("name", ["load_galaxies", "load_lenses", "load_photoz", "load_blends"])
@pytest.mark.parametrize(("noise", "error"), [(-1, ValueError), (np.nan, ValueError), ("much", TypeError)])
def test_noise_out_of_range_is_refused_by_name(name, noise, error):
    with pytest.raises(error, match=f"{name}: noise must be a number of at least 0, got {noise!r}"):
        getattr(data, name)(noise=noise)


def modules_after(statement):
    code = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.split()}


def test_importing_the_data_imports_numpy_alone():
    added = modules_after("import course.data") - modules_after("import numpy.random") - set(sys.stdlib_module_names)
    assert {name for name in added if not name.startswith("_")} == {"course"}


def test_all_that_is_shipped_is_small():
    folder = data.digits.FILE.parent
    assert sum(path.stat().st_size for path in folder.glob("*.npz")) < 6_000_000
    assert (folder / "galaxies.npz").stat().st_size < 4_000_000
    licences = (folder / "README.md").read_text(encoding="utf-8")
    assert all(f"`{path.name}`" in licences for path in folder.glob("*.npz"))
