"""Networks carried to Keras and PyTorch and back predict the same; what doesn't fit is refused and nothing changed."""

import os
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

import course
from course import interop, layers
from tests.oracles.common import float64, installed, keras, waves

if os.environ.get("REQUIRE_ORACLES") != "1" and not installed():
    pytest.skip("PyTorch and Keras aren't installed", allow_module_level=True)

import torch
from torch import nn

TOLERANCE = {"float32": 1e-4, "float64": 1e-6}
# what Keras does with NumPy is Keras's affair
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
every_precision = pytest.mark.parametrize("dtype", TOLERANCE)


def fill(model):
    """Give a model (of either library) weights without pattern, its running variances positive ones."""
    weights = []
    for number, weight in enumerate(model.weights):
        value = waves(*weight.shape, phase=3 + number, size=0.5)
        weights.append(np.abs(value) + 0.5 if "variance" in weight.name else value)
    model.set_weights(weights)
    return model


def channels_first(x):
    return np.moveaxis(x, -1, 1) if x.ndim > 2 else x


def predicted(module, *arrays):
    """What a PyTorch module gives for our arrays, its channels first."""
    dtype = next(module.parameters()).dtype
    module.eval()
    with torch.no_grad():
        return module(*[torch.from_numpy(channels_first(x).copy()).to(dtype) for x in arrays]).numpy()


class Residual(nn.Module):
    """The residual network of `residual`, its layers in the order in which one would write them."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.first = nn.Conv2d(4, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4, eps=1e-3)
        self.second = nn.Conv2d(4, 4, 3, padding=1)
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        x = torch.relu(self.stem(x))
        x = torch.relu(x + self.second(torch.relu(self.norm(self.first(x)))))
        return self.head(x.mean(dim=(2, 3)))


def residual(lib):
    conv = lib.layers.Conv2D
    x = lib.Input((8, 6, 3))
    h = conv(4, 3, padding="same", activation="relu")(x)
    f = conv(4, 3, padding="same", name="first")(h)
    f = lib.layers.Activation("relu")(lib.layers.BatchNormalization()(f))
    f = conv(4, 3, padding="same", name="second")(f)
    h = lib.layers.Activation("relu")(lib.layers.add([h, f]))
    return lib.Model(x, lib.layers.Dense(2)(lib.layers.GlobalAveragePooling2D()(h)))


class TwoBranches(nn.Module):
    """Image and numbers, flattened and joined."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 2)
        self.dense = nn.Linear(4, 5)
        self.norm = nn.BatchNorm1d(29, eps=1e-3)
        self.out = nn.Linear(29, 2)

    def forward(self, image, numbers):
        joined = torch.cat([self.conv(image).flatten(1), torch.tanh(self.dense(numbers))], 1)
        return self.out(torch.relu(self.norm(joined)))


def two_branches(lib):
    image, numbers = lib.Input((5, 3, 2)), lib.Input((4,))
    flat = lib.layers.Flatten()(lib.layers.Conv2D(3, 2)(image))
    joined = lib.layers.concatenate([flat, lib.layers.Dense(5, activation="tanh")(numbers)])
    normal = lib.layers.Activation("relu")(lib.layers.BatchNormalization()(joined))
    return lib.Model([image, numbers], lib.layers.Dense(2)(normal))


def mlp(lib):
    dense = lib.layers.Dense
    return lib.Sequential([lib.Input((3,)), dense(4, activation="sigmoid"), dense(4, use_bias=False), dense(1)])


def cnn(lib):
    tools = lib.layers
    return lib.Sequential(
        [
            lib.Input((10, 8, 2)),
            tools.Conv2D(3, 3, activation="relu"),
            tools.MaxPooling2D(2),
            tools.Conv2D(5, (2, 1), strides=(1, 2)),
            tools.Flatten(),
            tools.PReLU(),
            tools.BatchNormalization(),
            tools.Dropout(0.5),
            tools.Dense(7, activation="relu"),
            tools.Dense(3, activation="softmax"),
        ]
    )


def normalized(lib):
    tools = lib.layers
    return lib.Sequential(
        [
            lib.Input((6, 6, 2)),
            tools.Conv2D(4, 3, use_bias=False, dilation_rate=2),
            tools.BatchNormalization(),
            tools.PReLU(shared_axes=(1, 2)),
            tools.LayerNormalization(axis=(1, 2, 3)),
            tools.Flatten(),
            tools.LayerNormalization(),
            tools.Dense(3),
        ]
    )


def decoder(lib):
    tools = lib.layers
    return lib.Sequential(
        [
            lib.Input((3,)),
            tools.Dense(24),
            tools.BatchNormalization(),
            tools.ReLU(),
            tools.Reshape((3, 2, 4)),
            tools.Conv2DTranspose(3, 3, strides=2, activation="tanh"),
            tools.Conv2DTranspose(1, 2),
        ]
    )


def sequence(lib):
    tools = lib.layers
    return lib.Sequential(
        [
            lib.Input((9, 2)),
            tools.Conv1D(4, 3, activation="relu"),
            tools.MaxPooling1D(2),
            tools.Conv1D(3, 2),
            tools.Flatten(),
            tools.Dense(2),
        ]
    )


def rows(lib):
    """Two axes without channels: `Flatten` does the same on both sides."""
    tools = lib.layers
    return lib.Sequential([lib.Input((4, 3)), tools.Flatten(), tools.Dense(5, activation="tanh"), tools.Dense(2)])


def nested(lib):
    inner = lib.Sequential([lib.Input((4, 4, 2)), lib.layers.Conv2D(3, 2), lib.layers.Flatten()], name="inner")
    return lib.Sequential([lib.Input((4, 4, 2)), inner, lib.layers.Dense(2)])


EPSILON = {"eps": 1e-3}

# The network (of either library) -> the same in PyTorch, and the shapes of its inputs
NETWORKS = {
    mlp: (
        lambda: nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 4, bias=False), nn.Linear(4, 1)),
        [(3,)],
    ),
    cnn: (
        lambda: nn.Sequential(
            nn.Conv2d(2, 3, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(3, 5, (2, 1), stride=(1, 2)),
            nn.Flatten(),
            nn.PReLU(30),
            nn.BatchNorm1d(30, **EPSILON),
            nn.Linear(30, 7),
            nn.ReLU(),
            nn.Linear(7, 3),
            nn.Softmax(1),
        ),
        [(10, 8, 2)],
    ),
    normalized: (
        lambda: nn.Sequential(
            nn.Conv2d(2, 4, 3, bias=False, dilation=2),
            nn.BatchNorm2d(4, **EPSILON),
            nn.PReLU(4),
            nn.LayerNorm((4, 2, 2), **EPSILON),
            nn.Flatten(),
            nn.LayerNorm(16, **EPSILON),
            nn.Linear(16, 3),
        ),
        [(6, 6, 2)],
    ),
    decoder: (
        lambda: nn.Sequential(
            nn.Linear(3, 24),
            nn.BatchNorm1d(24, **EPSILON),
            nn.ReLU(),
            nn.Unflatten(1, (4, 3, 2)),
            nn.ConvTranspose2d(4, 3, 3, stride=2),
            nn.Tanh(),
            nn.ConvTranspose2d(3, 1, 2),
        ),
        [(3,)],
    ),
    sequence: (
        lambda: nn.Sequential(
            nn.Conv1d(2, 4, 3), nn.ReLU(), nn.MaxPool1d(2), nn.Conv1d(4, 3, 2), nn.Flatten(), nn.Linear(6, 2)
        ),
        [(9, 2)],
    ),
    residual: (Residual, [(8, 6, 3)]),
    two_branches: (TwoBranches, [(5, 3, 2), (4,)]),
    nested: (
        lambda: nn.Sequential(nn.Sequential(nn.Conv2d(2, 3, 2), nn.Flatten()), nn.Linear(27, 2)),
        [(4, 4, 2)],
    ),
}
every_network = pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.__name__)


def data(shapes, dtype):
    return [waves(4, *shape, phase=1 + i).astype(dtype) for i, shape in enumerate(shapes)]


def ours(network, dtype="float32"):
    model = fill(network(course))
    return model.astype(dtype) if dtype == "float64" else model


def of(model, arrays):
    return model.predict(arrays if len(arrays) > 1 else arrays[0], verbose=0)


def same_but_for_channels(theirs, expected, dtype):
    np.testing.assert_allclose(theirs, channels_first(expected), rtol=0, atol=TOLERANCE[dtype])


class TestTorch:
    @every_network
    @every_precision
    def test_there_it_predicts_what_it_predicts_here(self, network, dtype):
        make, shapes = NETWORKS[network]
        model, module = ours(network, dtype), make().to(getattr(torch, dtype))
        interop.to_torch(model, module)
        arrays = data(shapes, dtype)
        expected = of(model, arrays)
        assert np.ptp(expected) > 0.01
        same_but_for_channels(predicted(module, *arrays), expected, dtype)

    @every_network
    @every_precision
    def test_here_it_predicts_what_it_predicts_there(self, network, dtype):
        make, shapes = NETWORKS[network]
        torch.manual_seed(1)
        model, module = ours(network, dtype), make().to(getattr(torch, dtype))
        arrays = data(shapes, dtype)
        # statistics that a training has left behind
        module.train()
        for _ in range(3):
            module(*[torch.from_numpy(channels_first(x).copy()) for x in arrays])
        interop.from_torch(module, model)
        same_but_for_channels(predicted(module, *arrays), of(model, arrays), dtype)

    def test_there_and_back_is_bit_for_bit(self):
        model, module = ours(cnn), NETWORKS[cnn][0]()
        interop.to_torch(model, module)
        twin = cnn(course)
        interop.from_torch(module, twin)
        for value, other in zip(model.get_weights(), twin.get_weights(), strict=True):
            np.testing.assert_array_equal(value, other)

    def test_two_axes_without_channels_are_flattened_alike(self):
        model, module = ours(rows), nn.Sequential(nn.Flatten(), nn.Linear(12, 5), nn.Tanh(), nn.Linear(5, 2))
        interop.to_torch(model, module)
        (x,) = data([(4, 3)], "float32")
        with torch.no_grad():
            np.testing.assert_allclose(module(torch.from_numpy(x)).numpy(), of(model, [x]), atol=1e-5)

    def test_embedding(self):
        model = course.Sequential([course.Input((3,)), layers.Embedding(7, 4), layers.Flatten(), layers.Dense(2)])
        fill(model)
        module = nn.Sequential(nn.Embedding(7, 4), nn.Flatten(), nn.Linear(12, 2))
        interop.to_torch(model, module)
        x = np.array([[0, 6, 3], [2, 2, 5]])
        with torch.no_grad():
            np.testing.assert_allclose(module(torch.from_numpy(x)).numpy(), of(model, [x]), atol=1e-5)

    @pytest.mark.skipif(not hasattr(layers, "DepthwiseConv2D"), reason="there is no depthwise convolution yet")
    def test_depthwise_convolution(self):
        model = stack(course.Input((6, 5, 3)), layers.DepthwiseConv2D((3, 2), depth_multiplier=2))
        module = nn.Conv2d(3, 6, (3, 2), groups=3)
        interop.to_torch(model, module)
        arrays = data([(6, 5, 3)], "float32")
        same_but_for_channels(predicted(module, *arrays), of(model, arrays), "float32")

    def test_a_module_that_moves_the_channels_itself(self):
        class ChannelsLast(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv, self.dense = nn.Conv2d(2, 3, 2), nn.Linear(27, 2)

            def forward(self, x):
                return self.dense(self.conv(x).permute(0, 2, 3, 1).flatten(1))

        model, module = ours(nested), ChannelsLast()
        interop.to_torch(model, module, channels_first=False)
        arrays = data([(4, 4, 2)], "float32")
        same_but_for_channels(predicted(module, *arrays), of(model, arrays), "float32")

    def test_layers_in_another_order_are_paired_by_name(self):
        class OtherOrder(Residual):
            def __init__(self):
                super().__init__()
                second = self.second
                del self.second
                self.block = nn.ModuleDict({"second": second})
                self.head = self._modules.pop("head")
                self.first = self._modules.pop("first")

            @property
            def second_of_block(self):
                return self.block["second"]

            def forward(self, x):
                x = torch.relu(self.stem(x))
                x = torch.relu(x + self.second_of_block(torch.relu(self.norm(self.first(x)))))
                return self.head(x.mean(dim=(2, 3)))

        model, module = ours(residual), OtherOrder()
        interop.to_torch(model, module, names={"first": "first", "second": "block.second"})
        arrays = data([(8, 6, 3)], "float32")
        same_but_for_channels(predicted(module, *arrays), of(model, arrays), "float32")

    def test_training_goes_on_from_there(self):
        model = course.Sequential([course.Input((2,)), layers.Dense(3)], seed=0)
        model.compile(course.optimizers.SGD(0.1), "mse")
        module = nn.Sequential(nn.Linear(2, 3))
        interop.to_torch(model, module)
        x, y = waves(8, 2), waves(8, 3, phase=2)
        optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
        for _ in range(5):
            optimizer.zero_grad()
            nn.functional.mse_loss(module(torch.tensor(x, dtype=torch.float32)), torch.tensor(y).float()).backward()
            optimizer.step()
        model.fit(x, y, batch_size=8, epochs=5, verbose=0)
        np.testing.assert_allclose(predicted(module, x), of(model, [x]), atol=1e-5)


class TestKeras:
    def theirs(self, network, dtype):
        with float64() if dtype == "float64" else _as_it_is():
            return network(keras())

    @every_network
    @every_precision
    def test_there_it_predicts_what_it_predicts_here(self, network, dtype):
        model, keras_model = ours(network, dtype), self.theirs(network, dtype)
        interop.to_keras(model, keras_model)
        arrays = data(NETWORKS[network][1], dtype)
        expected = of(model, arrays)
        np.testing.assert_allclose(of(keras_model, arrays), expected, rtol=0, atol=TOLERANCE[dtype])

    @every_network
    @every_precision
    def test_here_it_predicts_what_it_predicts_there(self, network, dtype):
        model, keras_model = ours(network, dtype), self.theirs(network, dtype)
        fill(keras_model)
        interop.from_keras(keras_model, model)
        arrays = data(NETWORKS[network][1], dtype)
        np.testing.assert_allclose(of(model, arrays), of(keras_model, arrays), rtol=0, atol=TOLERANCE[dtype])

    def test_each_weight_is_under_its_own_name(self):
        model, keras_model = ours(cnn), self.theirs(cnn, "float32")
        interop.to_keras(model, keras_model)
        for value, other in zip(model.get_weights(), keras_model.get_weights(), strict=True):
            np.testing.assert_array_equal(value, other)

    def test_layers_of_ones_own_are_paired_by_the_name_of_their_class(self):
        class Scale(keras().layers.Layer):
            def build(self, input_shape):
                self.factor = self.add_weight(name="factor", shape=(1,), initializer="ones")

            def call(self, x):
                return x * self.factor

        keras_scale = Scale

        class Scale(layers.Layer):
            """x · factor."""

            def build(self, input_shape):
                self.factor = self.add_weight("factor", (1,), "ones")

            def forward(self, x, training=False):
                return x * self.factor.value, x

        model = fill(course.Sequential([course.Input((2,)), Scale()]))
        keras_model = keras().Sequential([keras().Input((2,)), keras_scale()])
        interop.to_keras(model, keras_model)
        np.testing.assert_array_equal(keras_model.get_weights()[0], model.get_weights()[0])
        with pytest.raises(ValueError, match=r'Scale "scale.*" has weights, and no layer there is known to stand for'):
            interop.to_torch(model, nn.Linear(2, 2))


class _as_it_is:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


def dense(*sizes, **options):
    model = course.Sequential([course.Input((sizes[0],))])
    for number, size in enumerate(sizes[1:]):
        model.add(layers.Dense(size, name=f"layer_{number}", **options))
    return fill(model)


def linear(*sizes, **options):
    return nn.Sequential(*[nn.Linear(a, b, **options) for a, b in pairwise(sizes)])


def stack(*made):
    return fill(course.Sequential(list(made)))


IMAGE = (4, 4, 2)


def joined():
    x = course.Input(IMAGE)
    flat = layers.Flatten()(x)
    return fill(course.Model(x, layers.Dense(3)(layers.Add(name="join")([flat, layers.Dense(32)(flat)]))))


# What is refused: our model, the module, the message
REFUSED = {
    "shape": (
        lambda: dense(3, 4, 4, 1),
        lambda: linear(3, 4, 5, 1),
        r'Dense "layer_1" and Linear "1": weight must have shape \(4, 4\) there, has \(5, 4\)',
    ),
    "kind": (
        lambda: stack(course.Input(IMAGE), layers.Conv2D(3, 2, name="conv")),
        lambda: nn.Sequential(nn.ConvTranspose2d(2, 3, 2)),
        'Conv2D "conv" came to ConvTranspose2d "0", expected \'Conv2d\'; layers with weights are paired in order',
    ),
    "one too few there": (
        lambda: dense(3, 4, 1),
        lambda: linear(3, 4),
        'Dense "layer_1" has no counterpart: there are 2 layers with weights here, 1 there',
    ),
    "one too many there": (
        lambda: dense(3, 4),
        lambda: linear(3, 4, 1),
        'Linear "1" has no counterpart: there is 1 layer with weights here, 2 there',
    ),
    "bias": (
        lambda: dense(3, 4),
        lambda: linear(3, 4, bias=False),
        'Dense "layer_0" and Linear "0": must have weight and bias there, has weight',
    ),
    "epsilon": (
        lambda: stack(course.Input((3,)), layers.BatchNormalization(name="norm")),
        lambda: nn.BatchNorm1d(3),
        'BatchNormalization "norm" and BatchNorm1d: eps must be 0.001 there, is 1e-05',
    ),
    "stride": (
        lambda: stack(course.Input(IMAGE), layers.Conv2D(3, 2, strides=2, name="conv")),
        lambda: nn.Conv2d(2, 3, 2),
        r'Conv2D "conv" and Conv2d: stride must be .2, 2. there, is \(1, 1\)',
    ),
    "alpha for each place": (
        lambda: stack(course.Input(IMAGE), layers.PReLU(name="prelu")),
        lambda: nn.PReLU(32),
        r'PReLU "prelu" has its own alpha for each place, shape \(4, 4, 2\)',
    ),
    "normalized rows": (
        lambda: stack(course.Input(IMAGE), layers.BatchNormalization(axis=1, name="norm")),
        lambda: nn.BatchNorm2d(4, eps=1e-3),
        'BatchNormalization "norm": axis must be the last, where the channels are, is 1',
    ),
    "folded input": (
        lambda: stack(course.Input((32,)), layers.Reshape(IMAGE, name="fold"), layers.Conv2D(3, 2)),
        lambda: nn.Sequential(nn.Unflatten(1, (2, 4, 4)), nn.Conv2d(2, 3, 2)),
        r'Reshape "fold" makes \(4, 4, 2\) of values that PyTorch has in different orders, its channels being first',
    ),
    "joined": (
        lambda: joined(),
        lambda: linear(32, 32, 3),
        'Add "join" joins values that PyTorch has in different orders',
    ),
    "channels moved": (
        lambda: stack(course.Input(IMAGE), layers.Permute((3, 1, 2), name="move"), layers.Flatten(), layers.Dense(3)),
        lambda: linear(32, 3),
        'Permute "move" moves the channels of values that PyTorch has in different orders',
    ),
    "repeated": (
        lambda: stack(course.Input(IMAGE), layers.Flatten(), layers.RepeatVector(2, name="repeat"), layers.Dense(3)),
        lambda: linear(32, 3),
        'RepeatVector "repeat" takes values that PyTorch has in different orders',
    ),
    "never run": (
        lambda: dense(3, 4),
        lambda: nn.Sequential(nn.LazyLinear(4)),
        'LazyLinear "0" has no weights yet: run the module once',
    ),
    "of no known kind": (
        lambda: dense(3, 4),
        lambda: nn.Sequential(nn.Bilinear(3, 3, 4)),
        'Dense "layer_0" came to Bilinear "0", expected \'Linear\'',
    ),
}


class TestRefusals:
    @pytest.mark.parametrize(("make_ours", "make_theirs", "message"), REFUSED.values(), ids=REFUSED.keys())
    def test_what_does_not_fit_is_named_and_nothing_changed(self, make_ours, make_theirs, message):
        model, module = make_ours(), make_theirs()
        here = model.get_weights()
        there = {name: tensor.clone() for name, tensor in module.state_dict().items() if "Lazy" not in str(module)}
        with pytest.raises(ValueError, match=f"^to_torch: {message}.*; nothing was changed$"):
            interop.to_torch(model, module)
        with pytest.raises(ValueError, match=f"^from_torch: {message}.*; nothing was changed$"):
            interop.from_torch(module, model)
        for value, before in zip(model.get_weights(), here, strict=True):
            np.testing.assert_array_equal(value, before)
        for name, before in there.items():
            assert torch.equal(module.state_dict()[name], before)

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda k: [k.layers.Dense(5)], r'Dense "layer_0" and Dense "dense.*": kernel must have shape \(3, 4\)'),
            (lambda k: [k.layers.Dense(4, use_bias=False)], "must have kernel and bias there, has kernel"),
            (lambda k: [k.layers.EinsumDense("ab,bc->ac", 4)], "came to EinsumDense .*, expected 'Dense'"),
            (lambda k: [k.layers.Dense(4), k.layers.PReLU()], "has no counterpart: .* 1 layer .* here, 2 there"),
        ],
    )
    def test_so_it_is_with_keras(self, make, message):
        model, keras_model = dense(3, 4), keras().Sequential([keras().Input((3,)), *make(keras())])
        here, there = model.get_weights(), keras_model.get_weights()
        with pytest.raises(ValueError, match=f"^to_keras: .*{message}.*; nothing was changed$"):
            interop.to_keras(model, keras_model)
        with pytest.raises(ValueError, match=f"^from_keras: .*{message}.*; nothing was changed$"):
            interop.from_keras(keras_model, model)
        for value, before in zip(model.get_weights() + keras_model.get_weights(), here + there, strict=True):
            np.testing.assert_array_equal(value, before)

    @pytest.mark.parametrize(
        ("ours", "theirs", "name"),
        [
            (lambda tools: tools.Conv2D(3, 2, strides=2), lambda tools: tools.Conv2D(3, 2), "strides"),
            (lambda tools: tools.Conv2D(3, 2, padding="same"), lambda tools: tools.Conv2D(3, 2), "padding"),
            (
                lambda tools: tools.BatchNormalization(),
                lambda tools: tools.BatchNormalization(epsilon=1e-5),
                "epsilon",
            ),
        ],
    )
    def test_settings_that_weights_depend_on_are_compared_with_keras(self, ours, theirs, name):
        model = stack(course.Input(IMAGE), ours(layers))
        keras_model = keras().Sequential([keras().Input(IMAGE), theirs(keras().layers)])
        with pytest.raises(ValueError, match=f"{name} must be .* there, is .*; nothing was changed"):
            interop.to_keras(model, keras_model)

    def test_what_has_no_weights_yet_is_refused(self):
        with pytest.raises(ValueError, match=r"Sequential .* has no weights yet: give its first layer input_shape="):
            interop.to_torch(course.Sequential([layers.Dense(3)]), nn.Linear(3, 3))
        with pytest.raises(ValueError, match=r'the Keras model ".*" has no weights yet: begin it with keras.Input'):
            interop.to_keras(dense(3, 4), keras().Sequential([keras().layers.Dense(4)]))

    def test_arguments_in_the_wrong_order_are_told_the_right_one(self):
        model, module = dense(3, 4), linear(3, 4)
        with pytest.raises(TypeError, match=r"got torch's Sequential; the order is to_torch\(model, module\)"):
            interop.to_torch(module, model)
        with pytest.raises(TypeError, match=r"got torch's Sequential; the order is from_torch\(module, model\)"):
            interop.from_torch(model, module)
        with pytest.raises(TypeError, match=r"keras_model must be a Model or Sequential of Keras 3, got .*Linear"):
            interop.to_keras(model, nn.Linear(3, 4))
        with pytest.raises(TypeError, match="module is a Keras model, for which there is to_keras"):
            interop.to_torch(model, mlp(keras()))

    def test_names_that_are_not_there(self):
        model, module = dense(3, 4, 1), linear(3, 4, 1)
        with pytest.raises(ValueError, match="names: no layer with weights is named 'layer_2'; did you mean"):
            interop.to_torch(model, module, names={"layer_2": "1"})
        with pytest.raises(ValueError, match=r"no layer with weights is named 'one' \(there are '0', '1'\)"):
            interop.to_torch(model, module, names={"layer_1": "one"})

    def test_one_layer_in_places_of_different_order(self):
        x = course.Input(IMAGE)
        shared = layers.Dense(3, name="shared")
        flat = layers.Flatten()(x)
        model = course.Model(x, layers.add([shared(flat), shared(layers.Dense(32)(flat))]))
        with pytest.raises(ValueError, match='Dense "shared" is used in several places'):
            interop.to_torch(model, linear(32, 32, 3))


def test_neither_library_is_imported_for_it():
    code = "import sys, course.interop; print({'torch', 'keras'} & set(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "set()"
