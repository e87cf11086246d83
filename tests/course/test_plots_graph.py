"""Drawings of models: every layer and every connection is there, nothing lies over anything else, words fit."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import course
from course import layers, plots
from course.plots.graph import draw_model
from course.plots.placement import Box, place
from course.utils import plot_model

matplotlib = pytest.importorskip("matplotlib")


def mlp():
    dense = layers.Dense
    return course.Sequential([dense(4, input_dim=3, activation="sigmoid"), dense(4), dense(1)])


def branches():
    """Two inputs, add and concatenate, two outputs."""
    a, b = course.Input((8,), name="colours"), course.Input((3,), name="shape")
    left = layers.Dense(16)(a)
    left = layers.Dense(8, activation="relu")(left)
    joined = layers.add([left, layers.Dense(8)(b)])
    joined = layers.concatenate([joined, left])
    return course.Model([a, b], [layers.Dense(1, name="redshift")(joined), layers.Dense(3, name="kind")(joined)])


def parallel():
    x = course.Input((8,))
    ways = [layers.Dense(4)(x), layers.Dense(4)(layers.Dense(6)(x)), layers.Dense(4)(x)]
    return course.Model(x, layers.Average()(ways))


def residual():
    x = h = course.Input((8, 8, 4))
    for _ in range(2):
        f = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(h)))
        h = layers.add([h, layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(f))])
    return course.Model(x, layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(h)))


def u_net():
    x = course.Input((16, 16, 1))
    fine = layers.Conv2D(4, 3, padding="same", name="fine")(x)
    coarse = layers.Conv2D(8, 3, padding="same", name="coarse")(layers.MaxPooling2D()(fine))
    bottom = layers.Conv2D(16, 3, padding="same")(layers.MaxPooling2D()(coarse))
    up = layers.concatenate([layers.Conv2DTranspose(8, 2, strides=2)(bottom), coarse], name="join_coarse")
    up = layers.concatenate([layers.Conv2DTranspose(4, 2, strides=2)(up), fine], name="join_fine")
    return course.Model(x, layers.Conv2D(1, 1, activation="sigmoid")(up))


def shared():
    encoder = course.Sequential([layers.Dense(8), layers.Dense(4)], name="encoder")
    a, b = course.Input((10,)), course.Input((10,))
    return course.Model([a, b], layers.Subtract()([encoder(a), encoder(b)]))


MODELS = [mlp, branches, parallel, residual, u_net, shared]
every_model = pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)


class Drawing:
    """What was drawn: a box and the words in it for each use of a layer, and arrows."""

    def __init__(self, figure):
        self.figure = figure
        self.ax = figure.axes[0]
        figure.draw_without_rendering()
        patches = matplotlib.patches
        self.boxes = [p for p in self.ax.patches if isinstance(p, patches.Rectangle)]
        self.arrows = [p for p in self.ax.patches if isinstance(p, patches.FancyArrowPatch)]
        self.words = [[t for t in self.ax.texts if self.within(t.get_position(), box)] for box in self.boxes]

    def written(self):
        return [" ".join(text.get_text() for text in words) for words in self.words]

    def box(self, word):
        return next(box for box, written in zip(self.boxes, self.written(), strict=True) if word in written)

    @staticmethod
    def within(point, box, slack=1e-6):
        (x, y), (left, top) = point, box.get_xy()
        across = left - slack <= x <= left + box.get_width() + slack
        return across and top - slack <= y <= top + box.get_height() + slack

    def connections(self):
        """Pairs of numbers of boxes: those that an arrow joins, and those that stick together."""
        pairs = []
        for arrow in self.arrows:
            start, *_, end = arrow._path_original.vertices
            pairs.append(tuple(next(i for i, b in enumerate(self.boxes) if self.within(p, b)) for p in (start, end)))
        for i, above in enumerate(self.boxes):
            for j, below in enumerate(self.boxes):
                if above.get_x() == below.get_x() and np.isclose(above.get_y() + above.get_height(), below.get_y()):
                    pairs.append((i, j))
        return sorted(pairs)


def connections(model):
    """The same pairs, from the model: inputs come first, then each use of a layer in order."""
    makers = dict(enumerate(range(len(model.inputs))))
    pairs = []
    for number, step in enumerate(model.graph.steps, len(model.inputs)):
        pairs += [(makers[slot], number) for slot in dict.fromkeys(step.sources)]
        makers.update(dict.fromkeys(step.targets, number))
    return sorted(pairs)


@every_model
def test_each_layer_has_its_box_and_each_connection_its_arrow(make):
    model = make()
    drawing = Drawing(draw_model(model))
    assert len(drawing.boxes) == len(model.inputs) + len(model.graph.steps)
    assert drawing.connections() == connections(model)


@every_model
def test_it_goes_from_top_to_bottom_and_nothing_overlaps(make):
    model = make()
    drawing = Drawing(draw_model(model))
    top = [box.get_y() for box in drawing.boxes]
    assert drawing.ax.yaxis_inverted()
    assert all(top[source] < top[target] for source, target in connections(model))
    areas = [box.get_window_extent() for box in drawing.boxes]
    for i, area in enumerate(areas):
        assert not any(area.padded(-1).overlaps(other.padded(-1)) for other in areas[:i])


@every_model
def test_arrows_run_between_boxes(make):
    drawing = Drawing(draw_model(make()))
    for arrow in drawing.arrows:
        way = arrow._path_original.interpolated(20).vertices[1:-1]
        for box in drawing.boxes:
            assert not any(drawing.within(point, box, slack=-0.01) for point in way)


@every_model
@pytest.mark.parametrize("size", [None, (4.0, 3.0)])
def test_words_stay_in_their_boxes_whatever_the_size(make, size):
    ax = None if size is None else plots.subplots(size=size)[1]
    drawing = Drawing(draw_model(make(), names=True, title="A model", ax=ax))
    for box, words in zip(drawing.boxes, drawing.words, strict=True):
        frame, areas = box.get_window_extent(), [text.get_window_extent() for text in words]
        assert words
        for area in areas:
            assert frame.x0 < area.x0 < area.x1 < frame.x1
            assert frame.y0 < area.y0 < area.y1 < frame.y1
        assert len(areas) == 1 or not areas[0].overlaps(areas[1])


def test_a_box_says_what_the_layer_is_and_gives():
    course.utils.clear_session()
    assert Drawing(draw_model(mlp())).written() == [
        "Input (None, 3)",
        "Dense · sigmoid (None, 4)",
        "Dense (None, 4)",
        "Dense (None, 1)",
    ]
    assert Drawing(draw_model(mlp(), shapes=False)).written() == ["Input", "Dense · sigmoid", "Dense", "Dense"]
    course.utils.clear_session()
    assert Drawing(draw_model(mlp(), names=True)).written()[1] == "Dense · sigmoid dense  (None, 4)"


def test_names_that_were_given_are_always_written():
    written = Drawing(draw_model(branches(), shapes=False)).written()
    assert written[:2] == ["Input colours", "Input shape"]
    assert written[-2:] == ["Dense redshift", "Dense kind"]


def test_windows_strides_and_rates_are_written():
    tools = layers
    model = course.Sequential(
        [
            course.Input((32, 32, 1)),
            tools.Conv2D(4, (3, 5), strides=2, activation="relu"),
            tools.MaxPooling2D(3),
            tools.MaxPooling2D(3, strides=(2, 1)),
            tools.Dropout(0.25),
            tools.Activation("tanh"),
        ]
    )
    assert Drawing(draw_model(model, shapes=False)).written()[1:] == [
        "Conv2D 3×5, stride 2 · relu",
        "MaxPooling2D 3×3",
        "MaxPooling2D 3×3, stride 2×1",
        "Dropout 0.25",
        "Activation · tanh",
    ]


def test_a_layer_that_is_used_twice_says_so():
    written = Drawing(draw_model(shared())).written()
    assert written[2:4] == ["Sequential of 2 layers encoder  (None, 4)  shared"] * 2


def test_branches_stand_side_by_side_around_what_they_come_from():
    drawing = Drawing(draw_model(parallel()))
    source, *_, target = (box.get_x() for box in drawing.boxes)
    heads = [drawing.boxes[j] for i, j in drawing.connections() if i == 0]
    assert len({box.get_y() for box in heads}) == 1
    left, middle, right = (box.get_x() for box in heads)
    assert left < middle < right
    np.testing.assert_allclose([source, middle, target], (left + right) / 2, atol=1e-6)


@pytest.mark.parametrize("make", [residual, u_net])
def test_shortcuts_leave_the_main_way_straight(make):
    drawing = Drawing(draw_model(make()))
    assert len({round(box.get_x(), 9) for box in drawing.boxes}) == 1


def test_a_u_nets_shortcuts_lie_within_each_other():
    drawing = Drawing(draw_model(u_net()))
    reach = {}
    for arrow in drawing.arrows:
        way = arrow._path_original.vertices
        for name in ("fine", "coarse"):
            if drawing.within(way[-1], drawing.box(f"join_{name}")) and way[-1][0] != way[-2][0]:
                reach[name] = way[:, 0].max()
    right = max(box.get_x() + box.get_width() for box in drawing.boxes)
    assert right < reach["coarse"] < reach["fine"]


def test_the_description_names_the_layers_in_order_and_what_they_join():
    course.utils.clear_session()
    assert draw_model(branches(), title="Redshifts").alt == (
        "Redshifts, as boxes from top to bottom: Input colours (None, 8); Input shape (None, 3); "
        "Dense dense (None, 16) from colours; Dense · relu dense_1 (None, 8); Dense dense_2 (None, 8) from shape; "
        "Add add (None, 8) from dense_1 and dense_2; Concatenate concatenate (None, 16) from add and dense_1; "
        "Dense redshift (None, 1); Dense kind (None, 3) from concatenate."
    )


def test_a_name_too_long_is_cut():
    model = course.Sequential([layers.Dense(1, input_dim=2, name="a" * 80)])
    assert Drawing(draw_model(model)).written()[1] == f"Dense {'a' * 33}…"


def test_what_is_no_model_or_has_no_shape_is_refused():
    with pytest.raises(TypeError, match="draw_model: model must be a Model or Sequential of course, got Dense"):
        draw_model(layers.Dense(3))
    with pytest.raises(ValueError, match="doesn't know the shape of its input"):
        draw_model(course.Sequential([layers.Dense(3)]))


@st.composite
def graphs(draw):
    """Boxes in any order that goes downwards: each takes up to three of those before it."""
    count = draw(st.integers(1, 14))
    boxes = [Box([], 0.4)]
    for index in range(1, count):
        sources = draw(st.lists(st.integers(0, index - 1), max_size=3))
        boxes.append(Box(sources, draw(st.sampled_from([0.2, 0.4])), attached=draw(st.booleans())))
    return boxes


@given(graphs())
@settings(max_examples=200, deadline=None)
def test_boxes_of_any_graph_lie_apart_and_below_their_sources(boxes):
    edges = place(boxes, width=1.5)
    for index, box in enumerate(boxes):
        assert all(boxes[source].bottom <= box.top + 1e-9 for source in box.sources)
        for other in boxes[:index]:
            beside = box.top < other.bottom - 1e-9 and other.top < box.bottom - 1e-9
            assert not beside or abs(box.x - other.x) >= 1.5 - 1e-9
    arrows = {(edge.source, edge.target) for edge in edges}
    stuck = {(box.sources[0], index) for index, box in enumerate(boxes) if box.attached}
    assert arrows | stuck == {(source, index) for index, box in enumerate(boxes) for source in box.sources}
    assert len(edges) == len(arrows)
    assert not arrows & stuck


class TestPlotModel:
    def test_it_draws_what_keras_options_ask_for(self):
        course.utils.clear_session()
        assert Drawing(plot_model(mlp())).written() == ["Input", "Dense · sigmoid", "Dense", "Dense"]
        figure = plot_model(mlp(), show_shapes=True, show_layer_names=True)
        assert Drawing(figure).written()[3] == "Dense dense_5  (None, 1)"

    def test_it_saves(self, tmp_path):
        from matplotlib.image import imread

        figure = plot_model(mlp(), to_file=tmp_path / "model.png", dpi=50)
        pixels = imread(tmp_path / "model.png")
        assert abs(pixels.shape[0] - 50 * figure.get_size_inches()[1]) <= 1
        plot_model(mlp(), to_file=str(tmp_path / "model.svg"))
        assert "<svg" in (tmp_path / "model.svg").read_text()

    def test_an_ending_that_means_nothing_is_refused(self, tmp_path):
        with pytest.raises(ValueError, match=r"plot_model: to_file must end in .*'png'.*, got '.*model\.doc'"):
            plot_model(mlp(), to_file=tmp_path / "model.doc")
        assert not list(tmp_path.iterdir())

    def test_matplotlib_is_not_imported_before(self):
        code = "import sys, course; print(course.utils.plot_model.__name__, 'matplotlib' in sys.modules)"
        printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert printed.stdout.split() == ["plot_model", "False"]
