"""MNIST and its like: reading idx files, fetching from a mirror, checksums, the cache, and no network at all."""

import dataclasses
import functools
import gzip
import hashlib
import http.server
import struct
import sys
import threading

import numpy as np
import pytest

from course.data import download, fashion_mnist, load_digits, mnist
from course.data.idx import read_idx

OUT_OF_REACH = "http://127.0.0.1:9/"
"""Port 9 of this machine: nothing listens there."""


def write_idx(path, array, code=0x08):
    header = struct.pack(">HBB", 0, code, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    path.write_bytes(gzip.compress(header + array.tobytes()))


@pytest.fixture
def server(tmp_path):
    """Twelve and six examples in MNIST's four files, served from this machine: folder, address, paths asked for."""
    folder = tmp_path / "server"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name, n in (("train", 12), ("t10k", 6)):
        write_idx(folder / f"{name}-images-idx3-ubyte.gz", rng.integers(0, 256, (n, 28, 28), dtype=np.uint8))
        write_idx(folder / f"{name}-labels-idx1-ubyte.gz", (np.arange(n) % 10).astype(np.uint8))
    requests = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            requests.append(self.path)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder)) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield folder, f"http://127.0.0.1:{running.server_port}/", requests
        running.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv(download.FOLDER_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def source(server, cache):
    """A source like MNIST's whose files are those of the server."""
    pytest.importorskip("pooch")
    folder, address, _ = server
    checksums = {path.name: hashlib.md5(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    return download.Source("Few-Digits", (address,), checksums)


def stand_in_warning(warned):
    """The one warning of ours; the garbage collector may add others about sockets."""
    (ours,) = [warning for warning in warned if issubclass(warning.category, mnist.StandInWarning)]
    return ours


@pytest.mark.parametrize(
    ("code", "number"), [(0x08, ">u1"), (0x09, ">i1"), (0x0B, ">i2"), (0x0C, ">i4"), (0x0D, ">f4"), (0x0E, ">f8")]
)
@pytest.mark.parametrize("shape", [(5,), (2, 3, 4), (0, 3)])
def test_idx_files_of_every_type(tmp_path, code, number, shape):
    array = (np.arange(np.prod(shape)) - 3 * (number[1] != "u")).astype(number).reshape(shape)
    write_idx(tmp_path / "a.gz", array, code)
    read = read_idx(tmp_path / "a.gz")
    np.testing.assert_array_equal(read, array)
    assert read.dtype == np.dtype(number).newbyteorder("=")
    assert read.flags.writeable


def test_an_idx_file_written_by_hand(tmp_path):
    # 2 × 3 numbers of two bytes: 1, 2, 3, 256, 0, −1
    content = bytes.fromhex("00000b02 00000002 00000003 0001 0002 0003 0100 0000 ffff")
    (tmp_path / "a.gz").write_bytes(gzip.compress(content))
    assert read_idx(tmp_path / "a.gz").tolist() == [[1, 2, 3], [256, 0, -1]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "must begin with two zero bytes .* got nothing"),
        (b"<htm", "must begin with two zero bytes .* got 3c 68 74 6d"),
        (b"\0\0\x07\x01", "must begin with two zero bytes and the code of a type"),
        (b"\0\0\x08\x03\0\0\0\x01", "must state the lengths of 3 axes, but it ends before"),
        (b"\0\0\x08\x01\0\0\0\x03ab", r"must hold 3 bytes of numbers, for shape \(3,\), got 2"),
        (b"\0\0\x08\x01\0\0\0\x03abcd", "must hold 3 bytes of numbers, .* got 4"),
    ],
)
def test_what_is_no_idx_file_is_refused(tmp_path, content, message):
    (tmp_path / "a.gz").write_bytes(gzip.compress(content))
    with pytest.raises(ValueError, match=f"read_idx: a.gz {message}"):
        read_idx(tmp_path / "a.gz")


@pytest.mark.parametrize("damage", [lambda b: b"no gzip", lambda b: b[:-9], lambda b: b[:12] + b"\0\0\0" + b[15:]])
def test_a_damaged_gzip_file_is_refused(tmp_path, damage):
    write_idx(tmp_path / "a.gz", np.arange(200, dtype=np.uint8))
    (tmp_path / "a.gz").write_bytes(damage((tmp_path / "a.gz").read_bytes()))
    with pytest.raises(ValueError, match=r"read_idx: a\.gz is not a complete gzip file"):
        read_idx(tmp_path / "a.gz")


def test_files_are_fetched_split_and_scaled(server, source):
    folder, _, _ = server
    (x_train, y_train), (x_val, y_val), (x_test, y_test) = mnist.load_source("load_it", source, fallback=False)
    assert [len(x_train), len(x_val), len(x_test)] == [10, 2, 6]
    assert y_train.tolist() == list(range(10))
    assert y_val.tolist() == [0, 1]
    assert y_test.tolist() == list(range(6))
    raw = gzip.decompress((folder / "t10k-images-idx3-ubyte.gz").read_bytes())[16:]
    np.testing.assert_allclose(x_test * 255, np.frombuffer(raw, np.uint8).reshape(6, 28, 28), atol=1e-4)
    assert x_test.dtype == np.float32
    assert y_test.dtype == np.int64


def test_a_second_call_needs_no_network(server, source, cache):
    _, _, requests = server
    first = mnist.load_source("load_it", source, fallback=False)
    assert len(requests) == 4
    assert {path.name for path in (cache / "few-digits").iterdir()} == set(source.files)
    gone = dataclasses.replace(source, mirrors=(OUT_OF_REACH,))
    second = mnist.load_source("load_it", gone, fallback=False)
    for one, two in zip(first, second, strict=True):
        np.testing.assert_array_equal(one[0], two[0])


def test_the_next_mirror_is_asked_when_one_does_not_answer_or_has_no_such_file(server, source):
    _, address, _ = server
    several = dataclasses.replace(source, mirrors=(OUT_OF_REACH, address + "elsewhere/", address))
    train, *_ = mnist.load_source("load_it", several, fallback=False)
    assert len(train[0]) == 10


def test_a_damaged_file_in_the_cache_is_fetched_again(server, source, cache):
    mnist.load_source("load_it", source, fallback=False)
    (cache / "few-digits" / "t10k-labels-idx1-ubyte.gz").write_bytes(b"damaged")
    *_, (_, y_test) = mnist.load_source("load_it", source, fallback=False)
    assert y_test.tolist() == list(range(6))


@pytest.mark.parametrize("fallback", [True, False])
def test_a_wrong_checksum_is_an_error_and_nothing_is_kept(server, source, cache, fallback):
    folder, address, _ = server
    (folder / "train-images-idx3-ubyte.gz").write_bytes(b"<html>please log in</html>")
    checksum = source.files["train-images-idx3-ubyte.gz"]
    with pytest.raises(ValueError, match=f"load_it: what came from {address} is not train-images.*must be {checksum}"):
        mnist.load_source("load_it", source, fallback=fallback)
    assert not (cache / "few-digits" / "train-images-idx3-ubyte.gz").exists()


def test_without_a_network_the_digits_stand_in_and_say_so(source, cache):
    gone = dataclasses.replace(source, mirrors=(OUT_OF_REACH,))
    with pytest.warns(mnist.StandInWarning, match="not Few-Digits but the 1,797 digits of load_digits") as warned:
        sets = mnist.load_source("load_it", gone, fallback=True)
    assert str(cache / "few-digits") in str(stand_in_warning(warned).message)
    for (x, y), (small, labels) in zip(sets, load_digits(), strict=True):
        assert x.shape == (len(small), 28, 28)
        assert x.dtype == np.float32
        np.testing.assert_array_equal(y, labels)
        np.testing.assert_array_equal(x[:, 3:27:3, 3:27:3], small)
        np.testing.assert_allclose(x.sum(axis=(1, 2)), 9 * small.sum(axis=(1, 2)), rtol=1e-6)


def test_without_a_network_and_without_fallback_it_is_an_error(source):
    gone = dataclasses.replace(source, mirrors=(OUT_OF_REACH,))
    with pytest.raises(ConnectionError, match=r"load_it: there is no intact .* could not be fetched from http://127"):
        mnist.load_source("load_it", gone, fallback=False)


@pytest.mark.parametrize("module", [mnist, fashion_mnist])
def test_the_loaders_ask_for_their_own_source(module, cache, monkeypatch):
    pytest.importorskip("pooch")
    monkeypatch.setattr(module, "SOURCE", dataclasses.replace(module.SOURCE, mirrors=(OUT_OF_REACH,)))
    load = mnist.load_mnist if module is mnist else fashion_mnist.load_fashion_mnist
    with pytest.warns(mnist.StandInWarning, match=f"{load.__name__}: .*not {module.SOURCE.name} but") as warned:
        sets = load()
    assert stand_in_warning(warned).filename == __file__  # it points at the caller's line
    assert [len(x) for x, _ in sets] == [1029, 386, 382]
    with pytest.raises(ConnectionError):
        load(fallback=False)


def test_the_two_sources_are_kept_apart():
    assert mnist.SOURCE.name.lower() != fashion_mnist.SOURCE.name.lower()
    assert set(mnist.SOURCE.files) == set(fashion_mnist.SOURCE.files)
    assert not set(mnist.SOURCE.files.values()) & set(fashion_mnist.SOURCE.files.values())
    assert all(mirror.endswith("/") for module in (mnist, fashion_mnist) for mirror in module.SOURCE.mirrors)


def test_without_pooch_the_message_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ImportError, match=r'load_mnist: .*pip install "handson-neural-networks\[data\]"'):
        mnist.load_mnist()


def test_without_the_variable_downloads_go_to_the_users_cache(monkeypatch, tmp_path):
    pooch = pytest.importorskip("pooch")
    monkeypatch.delenv(download.FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / name)
    source = download.Source("Nothing", (OUT_OF_REACH,), {"a.gz": "0" * 32})
    with pytest.raises(ConnectionError, match=str(tmp_path / "handson-neural-networks" / "nothing")):
        download.fetch("load_it", source)
