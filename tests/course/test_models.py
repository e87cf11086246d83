"""Models: graphs of layers, against Keras's order, against sums written out, and what can be done with them."""

import copy
import json
import pickle

import numpy as np
import pytest

import course
from course import layers
from course.gradcheck import check_layer
from course.models import clone_model
from course.models.graph import Graph
from tests.oracles.common import installed, keras, waves

X = waves(6, 4).astype(np.float32)


def branches(lib, names=False):
    """A graph with a skip, a shared layer, and outputs at different depths."""

    def dense(units, name):
        return lib.layers.Dense(units, name=name)

    x, z = lib.Input((4,), name="x"), lib.Input((3,), name="z")
    shared = dense(3, "shared")
    a = shared(x)
    b = dense(3, "b")(a)
    c = lib.layers.Add(name="c")([b, z])
    d = dense(4, "d")(c)
    e = shared(d)
    f = lib.layers.Concatenate(name="f")([e, a, x])
    g = dense(2, "g")(f)
    h = dense(1, "h")(c)
    return lib.Model([x, z], [g, h])


class TestOrder:
    # as Keras 3.15 gives it for the models above
    KERAS = ("x", "shared", "b", "z", "c", "d", "f", "g", "h")

    def test_layers_come_in_keras_order(self):
        names = [layer.name for layer in branches(course).layers]
        assert sorted(names) == sorted(self.KERAS)
        if installed():
            assert names == [layer.name for layer in branches(keras()).layers]
        assert names == list(self.KERAS)

    def test_every_layer_runs_after_what_it_needs(self):
        graph = branches(course).graph
        seen = {id(symbol) for symbol in graph.inputs}
        for step in graph.steps:
            assert all(id(symbol) in seen for symbol in step.node.inputs)
            seen.update(id(symbol) for symbol in step.node.outputs)

    def test_inputs_that_are_not_used_are_kept(self):
        x, unused = course.Input((2,)), course.Input((3,))
        model = course.Model([x, unused], layers.Dense(1)(x))
        assert len(model.layers) == 3
        assert model([np.ones((1, 2)), np.ones((1, 3))]).shape == (1, 1)
        dx = model.backward(np.ones((1, 1)), model.forward([np.ones((1, 2)), np.ones((1, 3))])[1])
        assert dx[1] is None


class TestBackward:
    @pytest.mark.parametrize("training", [False, True])
    def test_the_gradient_of_a_graph_with_branches(self, training):
        errors = check_layer(branches(course), [(4,), (3,)], training=training, verbose=False)
        assert len(errors) == 2 + 10
        assert max(errors.values()) < 1e-8

    def test_branches_add(self):
        x = course.Input((4,))
        twice = course.Model(x, layers.add([x, x, x]))
        y, cache = twice.forward(X)
        np.testing.assert_array_equal(y, X + X + X)
        np.testing.assert_array_equal(twice.backward(X, cache), X + X + X)

    def test_gradients_handed_in_are_left_alone_where_branches_meet(self):
        x = course.Input((4,))
        model = course.Model(x, [layers.Dropout(0.5)(x), layers.Dropout(0.5)(x)])
        _, cache = model.forward(X)
        dys = [np.ones_like(X), np.full_like(X, 2.0)]
        dx = model.backward(dys, cache)
        assert (dx == 3.0).all()
        assert (dys[0] == 1.0).all()
        assert (dys[1] == 2.0).all()

    def test_an_output_without_a_gradient_counts_for_nothing(self):
        model = branches(course)
        x = [X, waves(6, 3).astype(np.float32)]
        ys, cache = model.forward(x)
        model.backward([None, np.ones_like(ys[1])], cache)
        assert not model.get_layer("g").kernel.grad.any()
        assert not model.get_layer("d").kernel.grad.any()
        assert model.get_layer("h").kernel.grad.any()
        assert model.get_layer("shared").kernel.grad.any()

    def test_a_shared_layer_gets_both_gradients(self):
        shared = layers.Dense(1, use_bias=False, kernel_initializer="ones")
        a, b = course.Input((1,)), course.Input((1,))
        model = course.Model([a, b], layers.add([shared(a), shared(b)]))
        assert model.count_params() == 1
        _, cache = model.forward([np.array([[2.0]]), np.array([[5.0]])])
        model.backward(np.array([[1.0]]), cache)
        assert shared.kernel.grad == 7.0

    def test_one_model_may_run_twice_before_its_backward(self):
        model = course.Sequential([layers.Dense(3, activation="tanh"), layers.Dense(2)], seed=1)
        model(X)
        together = model.astype("float64")
        for x in (X, 2 * X):
            y, cache = together.forward(x)
            together.backward(np.ones_like(y), cache)
        caches = [model.forward(x)[1] for x in (X, 2 * X)]
        for cache in caches:
            model.backward(np.ones((6, 2), np.float32), cache)
        for a, b in zip(model.weights, together.weights, strict=True):
            np.testing.assert_allclose(a.grad, b.grad, rtol=1e-5)

    def test_depth_is_no_limit(self):
        model = course.Sequential([course.Input((2,))], seed=1)
        for _ in range(3000):
            model.add(layers.Activation("tanh"))
        model.add(layers.Dense(1))
        model.compile("sgd", "mse")
        assert np.isfinite(model.train_on_batch(np.ones((1, 2)), np.ones((1, 1))))


class TestNesting:
    def test_a_model_is_a_layer(self):
        inner = branches(course)
        x, z = course.Input((4,)), course.Input((3,))
        first, second = inner([x, z])
        outer = course.Model([x, z], layers.Multiply()([first, second]))
        assert max(check_layer(outer, [(4,), (3,)], verbose=False).values()) < 1e-8
        given = [X, waves(6, 3).astype(np.float32)]
        g, h = inner.predict(given, verbose=0)
        np.testing.assert_allclose(outer.predict(given, verbose=0), g * h, rtol=1e-6)
        assert [layer.name for layer in outer.layers if isinstance(layer, course.Model)] == [inner.name]

    def test_weights_are_counted_once_however_often_a_model_is_used(self):
        encoder = course.Sequential([layers.Dense(2, input_dim=4)])
        a, b = course.Input((4,)), course.Input((4,))
        model = course.Model([a, b], layers.Subtract()([encoder(a), encoder(b)]))
        assert model.count_params() == 10
        assert len(model.trainable_weights) == len(model.weights) == 2

    def test_freezing_reaches_all_layers_inside(self):
        inner = course.Sequential([course.Sequential([layers.Dense(2)]), layers.Dense(3)])
        outer = course.Sequential([inner, layers.Dense(1)])
        outer.build((4,))
        inner.trainable = False
        assert outer.trainable_weights == outer.layers[1].weights
        assert len(outer.non_trainable_weights) == 4
        outer.trainable = True
        assert len(outer.trainable_weights) == 6


class TestFeatures:
    def test_a_model_may_end_at_any_layer_and_begin_at_any_symbol(self):
        model = course.Sequential([layers.Dense(3, activation="relu", input_dim=4), layers.Dense(2), layers.Dense(1)])
        hidden = course.Model(model.inputs, model.layers[0].output)
        every = course.Model(model.input, [layer.output for layer in model.layers])
        rest = course.Model(model.layers[0].output, model.output)
        middle = hidden(X)
        assert middle.shape == (6, 3)
        np.testing.assert_array_equal(rest(middle), model(X))
        for ours, theirs in zip(every(X), (middle, model.layers[1](middle), model(X)), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        assert hidden.get_weights()[0] is not model.get_weights()[0]
        assert hidden.weights[0] is model.weights[0]

    def test_symbols_can_be_added_subtracted_multiplied(self):
        x, y = course.Input((4,)), course.Input((4,))
        model = course.Model([x, y], (x + y) * (x - y))
        np.testing.assert_allclose(model([X, 2 * X]), -3 * X**2, rtol=1e-6)

    def test_names_of_layers_find_them(self):
        model = branches(course)
        assert model.get_layer("d").units == 4
        assert model.get_layer(index=0).name == "x"
        with pytest.raises(ValueError, match=r"no layer named 'sharde'.*did you mean 'shared'"):
            model.get_layer("sharde")
        with pytest.raises(ValueError, match="give a name or an index"):
            model.get_layer()

    def test_shapes_as_keras_shows_them(self):
        model = branches(course)
        assert model.input_shape == [(None, 4), (None, 3)]
        assert model.output_shape == ((None, 2), (None, 1))
        single = course.Sequential([layers.Dense(2, input_shape=(5, 3))])
        assert single.input_shape == (None, 5, 3)
        assert single.output_shape == (None, 5, 2)

    def test_lengths_may_be_left_open(self):
        model = course.Sequential([course.Input((None, 3)), layers.Dense(2)])
        assert model.output_shape == (None, None, 2)
        assert model.predict(np.ones((2, 7, 3)), verbose=0).shape == (2, 7, 2)
        assert model.output_shape((7, 3)) == (7, 2)

    def test_training_mode_reaches_dropout(self):
        model = course.Sequential([layers.Dropout(0.5, input_shape=(1000,))], seed=1)
        x = np.ones((1, 1000))
        assert (model(x) == 1).all()
        assert 300 < (model(x, training=True) == 0).sum() < 700

    def test_a_layer_that_waits_for_its_model_can_be_asked_for_weights(self):
        dense = layers.Dense(2)
        x = course.Input((3,))
        y = dense(x)
        before = dense.get_weights()
        assert course.Model(x, y).count_params() == 8
        np.testing.assert_array_equal(before[0], dense.get_weights()[0])


class TestSequential:
    def test_layers_come_and_go(self):
        model = course.Sequential([layers.Dense(3, input_dim=4), layers.Dense(2)])
        last = model.pop()
        assert model.output_shape == (None, 3)
        assert len(model.layers) == 1
        model.add(last)
        model.add(layers.Dense(1))
        assert model.output_shape == (None, 1)
        assert [layer.units for layer in model.layers] == [3, 2, 1]

    def test_the_input_can_be_told_in_four_ways_or_later(self):
        dense = layers.Dense
        known = [
            course.Sequential([course.Input((4,)), dense(2)]),
            course.Sequential([layers.InputLayer((4,)), dense(2)]),
            course.Sequential([layers.InputLayer(input_shape=(4,)), dense(2)]),
            course.Sequential([dense(2, input_dim=4)]),
            course.Sequential([dense(2, input_shape=(4,))]),
            course.Sequential([dense(2, input_shape=4)]),
            course.Sequential([course.Sequential([dense(2, input_dim=4)])]),
        ]
        waiting = [course.Sequential([dense(2)]) for _ in range(4)]
        assert not any(model.built for model in waiting)
        waiting[0].build((None, 4))
        waiting[1].build((4,))
        waiting[2].predict(X, verbose=0)
        waiting[3].compile("sgd", "mse")
        waiting[3].fit(X, X[:, :2], verbose=0)
        for model in known + waiting:
            assert model.count_params() == 10
            assert model.input_shape == (None, 4)
            assert not any(isinstance(layer, layers.InputLayer) for layer in model.layers)

    def test_a_shape_that_does_not_fit_leaves_it_waiting(self):
        model = course.Sequential([layers.Dense(4), layers.Reshape((3, 2))])
        with pytest.raises(ValueError, match="don't fit target_shape"):
            model.build((5,))
        assert not model.built
        model.pop()
        model.build((6,))
        assert model.count_params() == 28

    def test_a_layer_that_does_not_fit_is_not_added(self):
        model = course.Sequential([layers.Dense(4, input_dim=2)])
        with pytest.raises(ValueError, match="don't fit target_shape"):
            model.add(layers.Reshape((3, 2)))
        assert len(model.layers) == 1
        assert model.output_shape == (None, 4)


class TestCopies:
    def test_configurations_go_through_json(self):
        for model in (branches(course), course.Sequential([layers.Dense(2, input_dim=4), layers.Dropout(0.1)])):
            twin = type(model).from_config(json.loads(json.dumps(model.get_config())))
            assert [w.shape for w in twin.weights] == [w.shape for w in model.weights]
            assert twin.get_config() == model.get_config()

    def test_clones_have_the_architecture_and_weights_of_their_own(self):
        model = branches(course)
        twin = clone_model(model)
        assert not np.array_equal(twin.get_weights()[0], model.get_weights()[0])
        twin.set_weights(model.get_weights())
        given = [X, waves(6, 3).astype(np.float32)]
        for a, b in zip(twin.predict(given, verbose=0), model.predict(given, verbose=0), strict=True):
            np.testing.assert_array_equal(a, b)

    def test_a_part_of_a_model_can_be_cloned(self):
        model = course.Sequential([layers.Dense(3, input_dim=4), layers.Dense(2)])
        rest = course.Model(model.layers[0].output, model.output)
        assert clone_model(rest).input_shape == (None, 3)

    @pytest.mark.parametrize("way", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
    def test_deep_models_can_be_copied(self, way):
        model = course.Sequential([layers.Dense(2, input_dim=4)], seed=1)
        for _ in range(300):
            model.add(layers.Activation("tanh"))
        twin = way(model)
        np.testing.assert_array_equal(twin(X), model(X))
        twin.weights[0].value[...] = 0
        assert model.weights[0].value.any()

    def test_another_type_is_a_copy_with_all_its_layers(self):
        model = course.Sequential([layers.Dense(2, input_dim=4), course.Sequential([layers.Dense(1)])], seed=1)
        twin = model.astype("float64")
        assert {w.dtype for w in twin.weights} == {np.dtype("float64")}
        assert twin.predict(X, verbose=0).dtype == np.float64
        assert {w.dtype for w in model.weights} == {np.dtype("float32")}
        assert model.predict(X, verbose=0).dtype == np.float32
        np.testing.assert_allclose(twin(X), model(X), rtol=1e-5)

    def test_a_model_may_be_made_in_float64(self):
        model = course.Sequential([layers.Dense(2, input_dim=4, dtype="float64"), layers.Dense(1, dtype="float64")])
        model.compile("adam", "mse")
        model.fit(X, X[:, :1], verbose=0)
        assert model.predict(X, verbose=0).dtype == np.float64


class TestNames:
    @pytest.fixture(autouse=True)
    def from_the_beginning(self):
        course.utils.clear_session()

    def test_names_are_those_of_keras(self):
        made = [layers.Dense(1), layers.Dense(1), layers.LeakyReLU(), layers.PReLU(), layers.ReLU(), layers.ELU()]
        assert [layer.name for layer in made] == ["dense", "dense_1", "leaky_re_lu", "p_re_lu", "re_lu", "elu"]
        assert course.Sequential().name == "sequential"
        x = course.Input((2,))
        assert x.node.layer.name == "input_layer"
        assert course.Model(x, x + x).name == "functional"

    def test_keys_of_weights_count_anew_in_each_model(self):
        def make():
            return course.Sequential([layers.Dense(2, input_dim=3), layers.Dense(2, name="mine"), layers.Dense(1)])

        expected = ["dense/kernel", "dense/bias", "mine/kernel", "mine/bias", "dense_1/kernel", "dense_1/bias"]
        assert list(make().parameters) == list(make().parameters) == expected

    def test_names_must_differ(self):
        model = course.Sequential([layers.Dense(2, input_dim=3, name="a")])
        with pytest.raises(ValueError, match='named "a" is there already'):
            model.add(layers.Dense(2, name="a"))
        x = course.Input((2,))
        with pytest.raises(ValueError, match='2 layers are named "a"'):
            course.Model(x, layers.Dense(2, name="a")(layers.Dense(2, name="a")(x)))


class TestMistakes:
    def test_an_input_that_was_forgotten_is_named(self):
        x, z = course.Input((2,), name="x"), course.Input((2,), name="z")
        with pytest.raises(ValueError, match='depend on the input "z", which isn\'t among inputs'):
            course.Model(x, x + z)

    def test_arrays_are_not_symbols(self):
        x = course.Input((4,))
        with pytest.raises(TypeError, match="outputs must be symbols"):
            course.Model(x, layers.Dense(2)(X))
        with pytest.raises(TypeError, match="can't be mixed"):
            layers.add([x, X])
        with pytest.raises(TypeError, match="has no numbers yet"):
            np.sum(x)

    def test_layers_that_dont_fit_say_so_at_once(self):
        x = course.Input((4,))
        with pytest.raises(ValueError, match=r"inputs must have one shape, got \[\(n, 4\), \(n, 3\)\]"):
            layers.add([x, course.Input((3,))])
        with pytest.raises(ValueError, match="expected a list of inputs"):
            layers.Concatenate()(x)
        inner = course.Sequential([layers.Dense(1, input_dim=3)])
        with pytest.raises(ValueError, match=r"expected inputs of shape \(n, 3\), got \(n, 4\)"):
            inner(x)

    def test_a_network_without_a_shape_says_how_to_give_it(self):
        model = course.Sequential([layers.Dense(2)])
        for ask in (lambda: model.get_weights(), lambda: model.count_params(), lambda: model.outputs):
            with pytest.raises(ValueError, match=r"isn't built yet.*input_shape="):
                ask()
        with pytest.raises(ValueError, match="has no weights yet"):
            layers.Dense(2).get_weights()
        with pytest.raises(ValueError, match="has no layers yet"):
            course.Sequential().build((3,))

    @pytest.mark.parametrize("wrong", [layers.Dense, "dense", 3, None])
    def test_only_layers_can_be_added(self, wrong):
        with pytest.raises(TypeError, match="add takes a layer"):
            course.Sequential([wrong])

    def test_an_input_comes_first(self):
        with pytest.raises(ValueError, match="an input must come before all layers"):
            course.Sequential([layers.Dense(2, input_dim=3), course.Input((2,))])


def test_a_graph_can_be_asked_for_the_shapes_of_other_inputs():
    x = course.Input((None, 2))
    graph = Graph([x], [layers.Flatten()(x), layers.Dense(3)(x)])
    assert graph.output_shapes([(5, 2)]) == [(10,), (5, 3)]
