"""The summary, line by line as Keras prints it."""

import pytest

import course
from course import layers
from tests.oracles.common import installed, keras

MLP = """\
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ dense (Dense)                   │ (None, 4)              │            16 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense_1 (Dense)                 │ (None, 4)              │            20 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense_2 (Dense)                 │ (None, 1)              │             5 │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 41 (164.00 B)
 Trainable params: 41 (164.00 B)
 Non-trainable params: 0 (0.00 B)
"""


def mlp(lib):
    dense = lib.layers.Dense
    return lib.Sequential([lib.Input((3,)), dense(4), dense(4), dense(1)])


def wide(lib):
    dense = lib.layers.Dense
    named = dense(1000, name="a_hidden_layer_with_quite_a_long_name_that_does_not_fit_anywhere")
    model = lib.Sequential([lib.Input((784,)), named, dense(10, name="ten"), lib.layers.Activation("softmax")])
    named.trainable = False
    return model


def image(lib):
    return lib.Sequential([lib.Input((28, 28)), lib.layers.Flatten(), lib.layers.Dense(2), lib.layers.Dropout(0.5)])


def chain(lib):
    x = lib.Input((8,))
    return lib.Model(x, lib.layers.Dense(1)(lib.layers.LeakyReLU()(lib.layers.Dense(1500)(x))))


def branches(lib):
    x = lib.Input((8,), name="galaxy")
    a, b = lib.layers.Dense(4)(x), lib.layers.Dense(4, name="hidden")(x)
    shared = lib.layers.Dense(4, name="shared")
    c = lib.layers.Concatenate()([shared(lib.layers.add([a, b])), shared(a), x])
    inner = lib.Sequential([lib.layers.Dense(3)], name="inner")
    return lib.Model(x, [inner(c), lib.layers.Dense(2)(c)], name="outer")


def waiting(lib):
    return lib.Sequential([lib.layers.Dense(3), lib.layers.Dense(2)])


def lines(text):
    return [line.rstrip() for line in text.splitlines()]


def printed(model, line_length=76):
    texts = []
    model.summary(line_length=line_length, print_fn=texts.append)
    return "\n".join(texts)


@pytest.fixture(autouse=True)
def names_from_the_beginning():
    course.utils.clear_session()


def test_the_network_3_4_4_1_has_41_parameters(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    mlp(course).summary()
    assert capsys.readouterr().out == MLP


@pytest.mark.skipif(not installed(), reason="Keras isn't installed")
@pytest.mark.parametrize("length", [50, 76, 88, 108, 131])
@pytest.mark.parametrize("model", [mlp, wide, image, chain, branches])
def test_it_is_keras_own(model, length, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")  # Keras cuts what is wider
    keras().utils.clear_session()
    theirs = printed(model(keras()), length)
    assert lines(printed(model(course), length)) == lines(theirs)


@pytest.mark.skipif(not installed(), reason="Keras isn't installed")
def test_so_it_is_before_the_shape_is_known_with_a_word_on_why():
    keras().utils.clear_session()
    *ours, why = lines(printed(waiting(course)))
    assert ours == lines(printed(waiting(keras())))
    assert "isn't built yet" in why


def test_the_line_is_as_long_as_the_terminal_allows(monkeypatch):
    for columns, length in (("60", 56), ("80", 76), ("300", 88)):
        monkeypatch.setenv("COLUMNS", columns)
        assert max(map(len, lines(printed(mlp(course), None)))) == length


def test_a_line_too_short_is_refused():
    with pytest.raises(ValueError, match="line_length must leave each column 4 characters, got 20"):
        mlp(course).summary(line_length=20)


def test_a_trained_model_is_not_larger():
    model = mlp(course)
    before = printed(model)
    model.compile("adam", "mse")
    model.fit([[1.0, 2.0, 3.0]], [[1.0]], verbose=0)
    assert printed(model) == before


def test_layers_of_ones_own_are_shown():
    class Square(layers.Layer):
        """x²."""

        def forward(self, x, training=False):
            return x * x, x

        def backward(self, dy, cache):
            return 2 * dy * cache

    assert "square (Square)" in printed(course.Sequential([Square(input_shape=(3,)), layers.Dense(1)]))
