"""The playground's kernel side: training is the training of course, and a state holds all of it."""

import json
import threading
import time

import numpy as np
import pytest

from course.widgets import Playground, training
from course.widgets.settings import Settings
from course.widgets.training import Player, Trainer


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.01)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_step_is_that_of_torch(optimizer):
    """One full-batch step on the regularized binary cross-entropy, from the same weights."""
    torch = pytest.importorskip("torch")
    trainer = Trainer(
        Settings(hidden=(4,), optimizer=optimizer, regularization="l2", regularization_rate=0.01, batch_size=200)
    )
    x, y = (torch.tensor(each) for each in trainer.train)
    weights = [torch.tensor(w, requires_grad=True) for w in trainer.model.get_weights()]
    kernel, bias, out, out_bias = weights
    logits = torch.tanh(x @ kernel + bias) @ out + out_bias
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, y)
    (loss + 0.01 * (kernel**2).sum() + 0.01 * (out**2).sum()).backward()
    # in Keras's Adam, and course's, epsilon stands beside the uncorrected √v: in the first step as if it were larger
    adam = torch.optim.Adam(weights, lr=0.03, eps=1e-7 / (1 - 0.999) ** 0.5)
    step = adam if optimizer == "adam" else torch.optim.SGD(weights, lr=0.03)
    assert trainer.frame()["losses"][0] == pytest.approx(float(loss.detach()), rel=1e-5)
    step.step()
    trainer.run()
    for got, expected in zip(trainer.model.get_weights(), weights, strict=True):
        np.testing.assert_allclose(got, expected.detach().numpy(), rtol=1e-4, atol=1e-6)


def test_same_seed_same_training():
    first, second, other = Playground(seed=4), Playground(seed=4), Playground(seed=5)
    for playground in (first, second, other):
        playground.step(3)
    assert first.parameters == second.parameters
    assert first.parameters != other.parameters


def test_reset_goes_back():
    playground = Playground(hidden=(3,))
    before = playground.parameters
    playground.step(4)
    assert playground.epoch == 4
    playground.reset()
    assert playground.epoch == 0
    assert playground.parameters == before


def test_rates_take_hold_at_once_and_everything_else_begins_anew():
    playground = Playground()
    playground.step(2)
    playground.learning_rate = 0.3
    playground.regularization = "l1"
    playground.regularization_rate = 0.1
    assert playground.epoch == 2
    assert playground._trainer.model.optimizer.learning_rate == pytest.approx(0.3)
    small = np.abs(playground.parameters[0]).sum()
    playground.step(30)
    assert np.abs(playground.parameters[0]).sum() < small
    others = {"data": "xor", "noise": 0.3, "hidden": (2,), "activation": "relu", "optimizer": "adam", "seed": 3}
    for name, value in others.items():
        playground.step()
        setattr(playground, name, value)
        assert playground.epoch == 0, name
    assert len(playground.parameters[1]) == 2


def test_weight_message_changes_the_network():
    playground = Playground(hidden=(2,))
    playground._receive(playground, {"do": "weight", "array": 0, "index": [1, 0], "value": 2.5}, [])
    assert playground.parameters[0][1][0] == 2.5
    weights = [np.array(w) for w in playground.parameters]
    x = np.array([[0.3, -1.2]])
    expected = 1 / (1 + np.exp(-(np.tanh(x @ weights[0] + weights[1]) @ weights[2] + weights[3])))
    np.testing.assert_allclose(playground.predict(x), expected[:, 0], rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"data": "ring"}, "Playground: data must be .*got 'ring'; did you mean 'rings'"),
        ({"hidden": (4, 9)}, r"Playground: hidden must be up to 4 numbers of neurons from 1 to 8.*got \(4, 9\)"),
        ({"hidden": (1, 1, 1, 1, 1)}, "Playground: hidden must be up to 4 numbers of neurons"),
        ({"hidden": 4}, "Playground: hidden must be up to 4 numbers of neurons.*got 4"),
        ({"hidden": (0,)}, "Playground: hidden must be up to 4 numbers of neurons"),
        ({"activation": "softmax"}, "Playground: activation must be"),
        ({"learning_rate": 0}, "Playground: learning_rate must be a number above 0, got 0"),
        ({"points": [(1, 2)]}, r"Playground: points must be up to 300 of the form \(x₁, x₂, class\).*got \[\(1, 2\)\]"),
        ({"points": [(1, 2, 2)]}, "Playground: points must be up to 300 .* classes 0 and 1"),
        ({"points": [(1, 3.1, 0)]}, "Playground: points must be up to 300 .*from −3 to 3"),
        ({"points": [(0, 0, 0)] * 301}, "Playground: points must be up to 300 "),
        ({"points": 7}, "Playground: points must be up to 300 .*got 7"),
        ({"noise": -1}, "Playground: noise must be a number of at least 0 and at most 1, got -1"),
        ({"regularization": "l3"}, "Playground: regularization must be 'none', 'l1' or 'l2', got 'l3'"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Playground(**arguments)


def test_step_needs_an_epoch():
    with pytest.raises(ValueError, match=r"Playground\.step: epochs must be an integer of at least 1, got 0"):
        Playground().step(0)


def test_what_overflows_is_sent_as_json_and_leaves_a_state():
    playground = Playground("moons", activation="relu", learning_rate=1e20)
    with np.errstate(all="ignore"):
        playground.step(3)
    assert not np.isfinite(playground.losses).all()
    json.dumps(playground.get_state(["losses", "parameters"]), allow_nan=False)
    assert Playground.from_state(playground.state).epoch == 0


def test_plays_and_pauses():
    playground = Playground()
    playground.play()
    assert playground.playing
    wait_until(lambda: playground._trainer.epoch >= 3)
    playground.pause()
    assert not playground.playing
    assert playground.epoch == playground._trainer.epoch >= 3
    assert not any(thread.name == "playground" for thread in threading.enumerate())


def test_settings_may_change_while_it_plays():
    playground = Playground()
    playground.play()
    wait_until(lambda: playground._trainer.epoch >= 2)
    playground.hidden = (2,)
    playground._receive(playground, {"do": "weight", "array": 1, "index": [0], "value": 1.0}, [])
    assert playground.playing
    wait_until(lambda: playground._trainer.epoch >= 2)
    playground.close()
    assert not any(thread.name == "playground" for thread in threading.enumerate())


class Counting:
    """A trainer that only counts, and loses its numbers at epoch `bad`."""

    def __init__(self, bad=None):
        self.epoch, self.bad = 0, bad

    def run(self):
        self.epoch += 1

    def frame(self):
        return {"epoch": self.epoch, "losses": [float("nan") if self.epoch == self.bad else 0.5]}


def test_training_ends_by_itself(monkeypatch):
    monkeypatch.setattr(training, "EPOCHS_A_PLAY", 7)
    monkeypatch.setattr(training, "EPOCHS_A_SECOND", 1e9)
    trainer, ended = Counting(), threading.Event()
    player = Player(trainer, lambda frame: None, ended.set)
    player.play()
    assert ended.wait(10)
    assert trainer.epoch == 7
    assert not player.playing


def test_training_ends_where_numbers_end(monkeypatch):
    monkeypatch.setattr(training, "FRAMES_A_SECOND", 1e9)
    trainer, ended = Counting(bad=3), threading.Event()
    player = Player(trainer, lambda frame: None, ended.set)
    player.play()
    assert ended.wait(10)
    assert trainer.epoch == 3


def test_frames_come_at_a_bounded_rate(monkeypatch):
    """A clock that advances by itself: 0.1 s of training in epochs of 1 ms are three frames at 30 a second."""
    now = iter(np.arange(0, 100, 0.0005).tolist())
    monkeypatch.setattr(training, "perf_counter", lambda: next(now))
    monkeypatch.setattr(training, "EPOCHS_A_SECOND", 1e9)
    monkeypatch.setattr(training, "EPOCHS_A_PLAY", 100)
    frames, ended = [], threading.Event()
    Player(Counting(), frames.append, ended.set).play()
    assert ended.wait(10)
    assert [frame["epoch"] for frame in frames] == [1, 35, 68]


def test_one_blas_thread_until_the_last_one_leaves():
    threadpoolctl = pytest.importorskip("threadpoolctl")

    def threads():
        return [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]

    with threadpoolctl.threadpool_limits(limits=2, user_api="blas"):
        first, second = training.one_blas_thread(), training.one_blas_thread()
        before = threads()
        first.__enter__()
        second.__enter__()
        assert set(threads()) == {1}
        first.__exit__(None, None, None)
        assert set(threads()) == {1}
        second.__exit__(None, None, None)
        assert threads() == before


POINTS = [(-1.5, 0.5, 0), (1.5, 0.5, 1), (0.025, -3, 0), (3, 2.975, 1)]


def test_drawn_points_are_trained_on_as_they_are_and_tested_where_noise_moves_them():
    trainer = Trainer(Settings(data="own", points=POINTS, noise=0.5))
    x, y = trainer.train
    moved, labels = trainer.test
    np.testing.assert_allclose(np.hstack([x, y]), POINTS, rtol=1e-6)
    np.testing.assert_array_equal(labels, y)
    assert 0.1 < np.std(moved - x) < 1
    still = Trainer(Settings(data="own", points=POINTS, noise=0))
    np.testing.assert_array_equal(still.test[0], still.train[0])


def test_a_network_learns_drawn_points():
    playground = Playground("own", hidden=(4,), optimizer="adam", learning_rate=0.03, points=POINTS)
    playground.step(40)
    probability = playground.predict([point[:2] for point in POINTS])
    assert ((probability > 0.5) == [0, 1, 0, 1]).all()


def test_drawing_goes_on_with_the_same_network():
    playground = Playground("rings")
    playground.step(3)
    before = playground.parameters
    playground.set_state({"data": "own", "points": [*playground.train, [2.5, 2.5, 1]]})
    assert (playground.epoch, playground.parameters) == (3, before)
    assert playground.train[-1] == [2.5, 2.5, 1]
    assert len(playground.test) == 201
    playground.points = [(0, 0, 1)]
    assert playground.train == [[0, 0, 1]]
    assert playground.epoch == 3
    playground.data = "xor"
    assert playground.epoch == 0


def test_without_points_nothing_is_trained():
    playground = Playground("own")
    playground.step(2)
    assert playground.epoch == 0
    assert playground.describe() == "Playground: network 2-4-4-1 (tanh) on 0 points of one's own, epoch 0"
    json.dumps(playground.get_state(["losses", "train"]), allow_nan=False)
    assert playground.picture().startswith(b"\x89PNG")
    playground.play()
    wait_until(lambda: not playground.playing)


def test_every_choice_can_be_made():
    playground = Playground()
    for name, _, options in playground.choices:
        for value, _ in options or []:
            setattr(playground, name, value)
            assert getattr(playground, name) == value
