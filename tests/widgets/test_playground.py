"""The playground: the browser computes what course computes, buttons do what they say, and training is the training
of course."""

import json
import threading
import time

import numpy as np
import pytest

from course.widgets import Playground, training
from course.widgets.settings import Settings
from course.widgets.training import Player, Trainer
from tests.widgets.conftest import settle

browser_test = pytest.mark.browser


def sent(page):
    return page.evaluate("model.sent")


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.01)


@browser_test
@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "linear", "elu", "selu", "softplus"])
@pytest.mark.parametrize("hidden", [(), (3,), (4, 2, 5)])
def test_browser_computes_what_course_computes(show, hidden, activation):
    playground = Playground("spirals", hidden=hidden, activation=activation)
    playground.step(3)
    page = show(playground)
    x = np.random.default_rng(1).normal(size=(50, 2)) * 2
    layers = page.evaluate(
        """([name, xs]) => explorable.forward(model.get("parameters"), name, xs)
          .map((maps) => maps.map((map) => [...map]))""",
        [activation, x.T.tolist()],
    )
    assert [len(layer) for layer in layers] == [2, *hidden, 1]
    np.testing.assert_allclose(layers[-1][0], playground.predict(x), rtol=2e-5, atol=2e-6)


@browser_test
def test_boundary_is_where_the_output_is_zero(show):
    """Of the map x² + y² − 4 it is the circle of radius 2."""
    page = show(Playground())
    points = page.evaluate(
        """() => {
          const centres = Array.from({ length: 50 }, (_, i) => -3 + 0.12 * (i + 0.5));
          const map = centres.toReversed().flatMap((y) => centres.map((x) => x * x + y * y - 4));
          return explorable.contour(map).slice(1).split(/[ML]/).map((pair) => pair.split(",").map(Number));
        }"""
    )
    x, y = 0.12 * np.array(points).T - 3
    np.testing.assert_allclose(np.hypot(x, y), 2, atol=2e-3)
    angles = np.sort(np.arctan2(y, x))
    assert np.diff(angles).max() < 0.1
    assert len(points) > 100


@browser_test
def test_map_is_orange_on_the_plus_side_and_blue_on_the_other(show):
    playground = Playground("blobs", hidden=())
    playground.step(20)
    page = show(playground)
    settle(page)
    corners = page.evaluate(
        """() => {
          const drawing = document.querySelector(".map canvas").getContext("2d");
          return [[45, 5], [5, 45]].map(([x, y]) => [...drawing.getImageData(x, y, 1, 1).data]);
        }"""
    )
    assert corners[0][0] > 200 > corners[0][2]  # above right, where class 1 is
    assert corners[1][2] > 150 > corners[1][0]


@browser_test
def test_lines_have_the_size_and_the_sign_of_their_weights(show):
    playground = Playground(hidden=(3,))
    page = show(playground)
    settle(page)
    kernel = np.array(playground.parameters[0])
    for (row, column), weight in np.ndenumerate(kernel):
        line = page.locator(f'.network path:not(.target)[data-key="0,{row},{column}"]')
        assert ("plus" if weight > 0 else "minus") in line.get_attribute("class")
        assert float(line.get_attribute("stroke-width")) == pytest.approx(max(0.4, 2.2 * abs(weight)))
    dashes = "getComputedStyle(document.querySelector('.network path.minus')).strokeDasharray"
    assert page.evaluate(dashes) != "none"


@browser_test
def test_a_weight_is_seen_and_set_by_its_line(show):
    playground = Playground(hidden=(2,))
    page = show(playground)
    settle(page)
    page.locator('.target[data-key="0,1,0"]').dispatch_event("click")
    settle(page)
    chosen = page.get_by_role("combobox", name="weight", exact=True)
    assert chosen.evaluate("list => list.selectedOptions[0].text") == "x₂ → neuron 1.1"
    shown = page.locator(".editor output").inner_text().replace("−", "-")
    assert float(shown) == pytest.approx(playground.parameters[0][1][0], abs=0.005)
    page.get_by_label("value").fill("2.5")
    settle(page)
    assert sent(page) == [{"do": "weight", "array": 0, "index": [1, 0], "value": 2.5}]
    line = page.locator('.network path:not(.target)[data-key="0,1,0"]')
    assert float(line.get_attribute("stroke-width")) == pytest.approx(5.5)


@browser_test
def test_a_bias_is_set_from_the_keyboard_and_its_neuron_shown(show):
    page = show(Playground(hidden=(2,)))
    page.get_by_role("combobox", name="weight", exact=True).select_option("bias of neuron 1.2")
    settle(page)
    assert page.locator(".legend b").inner_text() == "neuron 1.2"
    page.get_by_label("value").focus()
    page.keyboard.press("ArrowRight")
    assert sent(page) == [{"do": "weight", "array": 1, "index": [1], "value": 0.05}]


@browser_test
def test_hovering_a_neuron_shows_its_map(show):
    page = show(Playground())
    page.locator('.node[data-key="1,2"]').hover()
    settle(page)
    assert page.locator(".legend b").inner_text() == "neuron 1.3"
    page.mouse.move(5, 5)
    settle(page)
    assert page.locator(".legend b").inner_text() == "output"


@browser_test
def test_buttons_ask_the_kernel(show):
    page = show(Playground())
    for name in ("Play", "Step", "Reset"):
        page.get_by_role("button", name=name).click()
    assert sent(page) == [{"do": "play"}, {"do": "step"}, {"do": "reset"}]
    page.evaluate("model.set('playing', true)")
    page.get_by_role("button", name="Pause").click()
    assert sent(page)[-1] == {"do": "pause"}


@browser_test
def test_silent_while_playing(show):
    page = show(Playground())
    page.wait_for_function("document.querySelector('.spoken').textContent.startsWith('Epoch 0')")
    page.evaluate("model.set('playing', true)")
    page.evaluate(
        """() => {
          const frame = { epoch: 7, losses: [0.5, 0.25], parameters: model.get("parameters") };
          for (const show of listeners["msg:custom"]) show(frame);
        }"""
    )
    settle(page)
    assert page.locator(".losses b").all_inner_texts() == ["7", "0.500", "0.250"]
    page.wait_for_timeout(600)
    assert page.locator(".spoken").inner_text().startswith("Epoch 0")
    page.evaluate("model.set('playing', false); model.set('epoch', 9)")
    page.wait_for_function("document.querySelector('.spoken').textContent.startsWith('Epoch 9')")


@browser_test
def test_pauses_the_kernel_when_it_is_taken_away(show):
    page = show(Playground())
    page.evaluate("dispose()")
    assert sent(page) == []
    page = show(Playground())
    page.evaluate("model.set('playing', true); dispose()")
    assert sent(page) == [{"do": "pause"}]


@browser_test
def test_layers_and_neurons_grow_and_shrink(show):
    page = show(Playground(hidden=(8,)))
    assert page.get_by_label("one neuron more in layer 1").is_disabled()
    page.get_by_label("one neuron less in layer 1").click()
    assert page.evaluate("model.get('hidden')") == [7]
    page.get_by_label("one layer more").click()
    assert page.evaluate("model.get('hidden')") == [7, 7]


@browser_test
def test_focus_stays_on_a_button_that_is_drawn_anew(show):
    page = show(Playground(hidden=(2,)))
    other = Playground(hidden=(3,))
    page.get_by_label("one neuron more in layer 1").focus()
    page.evaluate("parameters => model.set('parameters', parameters)", other.parameters)
    settle(page)
    assert page.locator(".node").count() == 6
    assert page.evaluate("document.activeElement.ariaLabel") == "one neuron more in layer 1"


@browser_test
def test_settings_are_sent_with_their_type(show):
    page = show(Playground())
    page.get_by_label("learning rate").select_option("0.1")
    page.get_by_label("data").select_option("xor")
    assert page.evaluate("[model.get('learning_rate'), model.get('data')]") == [0.1, "xor"]


@browser_test
def test_a_rate_that_the_list_lacks_is_shown(show):
    page = show(Playground(learning_rate=0.045))
    assert page.get_by_label("learning rate").input_value() == "0.045"


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


def test_state_brings_all_of_it_back():
    playground = Playground(
        "moons",
        hidden=(3, 2),
        activation="relu",
        noise=0.25,
        learning_rate=0.1,
        optimizer="adam",
        regularization="l2",
        regularization_rate=0.003,
        batch_size=25,
        seed=7,
    )
    playground.step(5)
    twin = Playground.from_state(playground.state)
    assert twin.parameters == playground.parameters
    assert twin.state == playground.state
    assert (twin.epoch, twin.data, twin.hidden, twin.batch_size) == (5, "moons", [3, 2], 25)
    x = np.random.default_rng(0).normal(size=(9, 2))
    np.testing.assert_array_equal(twin.predict(x), playground.predict(x))


def test_state_of_an_untrained_network_is_its_settings():
    playground = Playground(hidden=())
    assert playground.state == (
        "data=rings&noise=0.15&hidden=&activation=tanh&optimizer=sgd&learning_rate=0.03"
        "&regularization=none&regularization_rate=0.003&batch_size=10&seed=0"
    )
    assert Playground.from_state(playground.state).parameters == playground.parameters
    assert Playground.from_state("data=xor").hidden == [4, 4]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dta=xor", "Playground: unknown setting 'dta' in the state; did you mean 'data'?"),
        ("noise=much", "Playground: noise in the state must be a number, got 'much'"),
        ("seed=1.5", "Playground: seed in the state must be a whole number, got '1.5'"),
        ("hidden=4,x", "Playground: hidden in the state must be whole numbers with commas between, got '4,x'"),
        ("data=circles", "Playground: data must be 'moons', 'rings', 'spirals', 'xor' or 'blobs', got 'circles'"),
        ("hidden=2&weights=AAAA", "Playground: weights in the state must be 9 finite numbers for layers (2, 2, 1)"),
        ("hidden=2&weights=%C3%A9", "Playground: weights in the state must be 9 finite numbers"),
    ],
)
def test_a_state_that_is_none_says_why(text, message):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is checked
        Playground.from_state(text)
    assert message in str(error.value)


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
    """A clock that advances by itself: 0.1 s of training in epochs of 1 ms are two frames at 15 a second."""
    now = iter(np.arange(0, 100, 0.0005).tolist())
    monkeypatch.setattr(training, "perf_counter", lambda: next(now))
    monkeypatch.setattr(training, "EPOCHS_A_SECOND", 1e9)
    monkeypatch.setattr(training, "EPOCHS_A_PLAY", 100)
    frames, ended = [], threading.Event()
    Player(Counting(), frames.append, ended.set).play()
    assert ended.wait(10)
    assert [frame["epoch"] for frame in frames] == [1, 68]


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
