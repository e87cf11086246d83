"""The figures: they draw the numbers they were given, say what is seen, and leave matplotlib's state alone."""

import base64
import subprocess
import sys

import numpy as np
import pytest

import course
from course import layers, plots
from course.data import toy
from course.plots import figures

matplotlib = pytest.importorskip("matplotlib")


def rings():
    return toy.rings(60, rng=np.random.default_rng(0))


def right_half(x):
    """A classifier whose boundary is the line x₁ = 0.5."""
    return 1 / (1 + np.exp(-4 * (x[:, 0] - 0.5)))


HISTORY = {"loss": [1.0, 0.5, 0.25], "val_loss": [1.1, 0.7, 0.6], "acc": [0.4, 0.6, 0.9], "val_acc": [0.4, 0.5, 0.7]}

ALL = {
    "subplots": lambda: plots.subplots(2, 3, alt="Six empty plots.")[0],
    "draw_network": lambda: plots.draw_network([3, 4, 4, 1], parameters=True, title="A network"),
    "scatter_classes": lambda: plots.scatter_classes(*rings()),
    "decision_boundary": lambda: plots.decision_boundary(right_half, *rings()),
    "plot_history": lambda: plots.plot_history(HISTORY),
    "show_images": lambda: plots.show_images(np.eye(4)[None].repeat(3, axis=0), "abc"),
    "draw_activations": plots.draw_activations,
    "draw_model": lambda: plots.draw_model(course.Sequential([layers.Dense(4, input_dim=3)]), title="One layer"),
    "network_zoo": plots.network_zoo,
}
every_figure = pytest.mark.parametrize("make", ALL.values(), ids=ALL.keys())


@every_figure
def test_no_state_is_left_behind(make):
    import matplotlib.pyplot as plt

    before, settings = plt.get_fignums(), dict(matplotlib.rcParams)
    make().draw_without_rendering()
    assert plt.get_fignums() == before
    assert dict(matplotlib.rcParams) == settings


@every_figure
def test_a_notebook_shows_a_white_sharp_picture_with_its_description(make):
    from matplotlib.image import imread

    figure = make()
    data, metadata = figure._repr_mimebundle_()
    pixels = imread(_file(base64.b64decode(data["image/png"])))
    shown = metadata["image/png"]
    assert pixels.shape[:2] == (2 * shown["height"], 2 * shown["width"])
    assert shown["width"] <= 850  # the notebook's width beside JupyterLab's sidebar
    np.testing.assert_array_equal(pixels[0, 0], 1)
    assert shown["alt"] == data["text/plain"] == figure.alt
    assert len(figure.alt) > 10


@every_figure
def test_all_words_lie_within_the_figure(make):
    figure = make()
    figure.draw_without_rendering()
    whole = figure.bbox
    words = list(figure.texts)
    for ax in figure.axes:
        words += [ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts]
    for text in words:
        if text.get_text():
            box = text.get_window_extent()
            across = whole.x0 - 1 <= box.x0 and box.x1 <= whole.x1 + 1
            upright = whole.y0 - 1 <= box.y0 and box.y1 <= whole.y1 + 1
            assert across, f"{text.get_text()!r} is cut off"
            assert upright, f"{text.get_text()!r} is cut off"


@pytest.mark.parametrize("name", ["scatter_classes", "decision_boundary", "plot_history"])
def test_plots_of_data_have_title_labels_and_legend(name):
    for ax in ALL[name]().axes:
        assert ax.get_title()
        assert ax.get_xlabel()
        assert ax.get_ylabel()
        assert ax.get_legend() is not None


def test_colours_are_okabe_and_itos():
    published = ["#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"]
    assert list(plots.COLOURS.values())[:8] == published


def test_importing_plots_imports_no_matplotlib():
    code = "import sys, course, course.plots; print('matplotlib' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "False"


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    figures._lesson_figure_class.cache_clear()
    with pytest.raises(ImportError, match=r'pip install "handson-neural-networks\[notebooks\]"'):
        plots.subplots()
    figures._lesson_figure_class.cache_clear()


class TestBoundary:
    def black_line(self, ax):
        lines = [c for c in ax.collections if isinstance(c, matplotlib.contour.QuadContourSet) and not c.filled]
        return np.concatenate([path.vertices for c in lines for path in c.get_paths()])

    def test_the_line_is_where_the_probability_is_one_half(self):
        ax = plots.decision_boundary(right_half, *rings()).axes[0]
        vertices = self.black_line(ax)
        np.testing.assert_allclose(vertices[:, 0], 0.5, atol=0.01)
        assert np.ptp(vertices[:, 1]) > 3

    def test_points_have_their_classs_marker_and_colour(self):
        x, y = rings()
        ax = plots.decision_boundary(right_half, x, y, names=("ring", "disc")).axes[0]
        drawn = [c for c in ax.collections if isinstance(c, matplotlib.collections.PathCollection)]
        for label, points in enumerate(drawn):
            np.testing.assert_allclose(points.get_offsets(), x[y == label], rtol=1e-6)
        square, circle = (c.get_paths()[0].vertices for c in drawn)
        assert len(square) < len(circle)
        assert not np.array_equal(drawn[0].get_facecolor(), drawn[1].get_facecolor())
        assert [t.get_text() for t in ax.get_legend().get_texts()] == ["ring", "disc"]

    @pytest.mark.parametrize(
        "model",
        [
            lambda x: right_half(x)[:, None],
            lambda x: np.stack([1 - right_half(x), right_half(x)], axis=1),
            type("Model", (), {"predict": lambda self, x, verbose: right_half(x)[:, None]})(),
        ],
        ids=["column", "two classes", "predict"],
    )
    def test_answers_of_every_kind(self, model):
        ax = plots.decision_boundary(model, *rings()).axes[0]
        np.testing.assert_allclose(self.black_line(ax)[:, 0], 0.5, atol=0.01)

    def test_a_course_model_is_a_model(self):
        import course

        model = course.Sequential([course.Input((2,)), course.layers.Dense(1, activation="sigmoid")])
        model.set_weights([np.array([[4.0], [0.0]]), np.array([-2.0])])
        ax = plots.decision_boundary(model, *rings()).axes[0]
        np.testing.assert_allclose(self.black_line(ax)[:, 0], 0.5, atol=0.01)

    def test_the_description_says_how_many_are_right(self):
        x, y = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [0.2, 1.0]]), np.array([0, 1, 1, 1])
        assert "75% of the points" in plots.decision_boundary(right_half, x, y).alt

    def test_no_line_where_there_is_no_boundary(self):
        ax = plots.decision_boundary(lambda x: np.full(len(x), 0.9), *rings()).axes[0]
        assert not [c for c in ax.collections if isinstance(c, matplotlib.contour.QuadContourSet) and not c.filled]

    def test_arguments_stay_as_they_are(self):
        x, y = rings()
        kept = x.copy(), y.copy()
        plots.decision_boundary(right_half, x, y)
        np.testing.assert_array_equal(x, kept[0])
        np.testing.assert_array_equal(y, kept[1])

    @pytest.mark.parametrize(
        ("model", "x", "y", "message"),
        [
            (right_half, np.zeros((4, 3)), np.zeros(4), r"x must have shape \(n, 2\), got \(4, 3\)"),
            (right_half, np.zeros((4, 2)), np.zeros(3), r"y must have shape \(4,\), one label a point, got \(3,\)"),
            (right_half, np.zeros((2, 2)), np.array([1, 2]), r"y must hold the classes 0 and 1, got \[1, 2\]"),
            (lambda x: np.zeros((len(x), 3)), np.zeros((2, 2)), np.zeros(2), r"or \(14400, 2\), got \(14400, 3\)"),
        ],
    )
    def test_bad_values_are_named(self, model, x, y, message):
        with pytest.raises(ValueError, match=f"decision_boundary: .*{message}"):
            plots.decision_boundary(model, x, y)

    def test_what_is_no_model_is_refused(self):
        with pytest.raises(TypeError, match=r"decision_boundary: model must be a function or have .* predict, got int"):
            plots.decision_boundary(3, *rings())


class TestHistory:
    def test_curves_are_the_numbers_training_solid_validation_dashed(self):
        loss, acc = plots.plot_history(HISTORY).axes
        for ax, name in ((loss, "loss"), (acc, "acc")):
            training, validation = ax.lines
            np.testing.assert_array_equal(training.get_xydata(), np.stack([[1, 2, 3], HISTORY[name]], axis=1))
            np.testing.assert_array_equal(validation.get_ydata(), HISTORY[f"val_{name}"])
            assert (training.get_linestyle(), validation.get_linestyle()) == ("-", "--")
            assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", name)

    def test_what_fit_returns_is_taken_too(self):
        history = type("History", (), {"history": {"loss": [2.0, 1.0]}})()
        (ax,) = plots.plot_history(history, log=True).axes
        np.testing.assert_array_equal(ax.lines[0].get_ydata(), [2, 1])
        assert ax.get_yscale() == "log"

    def test_what_is_no_history_is_refused(self):
        with pytest.raises(TypeError, match=r"plot_history: history must be what fit returns, .* got list"):
            plots.plot_history([1, 2])
        with pytest.raises(ValueError, match=r"plot_history: .* at least one epoch .* got the names \['val_loss'\]"):
            plots.plot_history({"val_loss": [1.0]})


class TestImages:
    def test_images_and_captions_in_order(self):
        images = np.random.default_rng(0).uniform(size=(5, 8, 8, 1))
        axes = plots.show_images(images, [3, 1, 4, 1, 5], columns=3).axes
        assert len(axes) == 6
        for i in range(5):
            np.testing.assert_array_equal(axes[i].images[0].get_array(), images[i, ..., 0])
            assert axes[i].texts[0].get_text() == str([3, 1, 4, 1, 5][i])
        assert not axes[5].images

    def test_one_scale_of_brightness_for_all(self):
        images = np.stack([np.zeros((2, 2)), np.full((2, 2), 5.0)])
        limits = {ax.images[0].get_clim() for ax in plots.show_images(images).axes}
        assert limits == {(0.0, 5.0)}

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"images": np.zeros((3, 3))}, r"images must have shape .* got \(3, 3\)"),
            ({"images": np.zeros((0, 3, 3))}, r"images must have shape .* got \(0, 3, 3\)"),
            ({"images": np.zeros((2, 3, 3, 2))}, r"images must have shape .* got \(2, 3, 3, 2\)"),
            ({"images": np.zeros((2, 3, 3)), "captions": "a"}, "captions must be 2, one an image, got 1"),
            ({"images": np.zeros((2, 3, 3)), "columns": 0}, "columns must be an integer of at least 1, got 0"),
        ],
    )
    def test_bad_arguments_are_named(self, arguments, message):
        with pytest.raises(ValueError, match=f"show_images: {message}"):
            plots.show_images(**arguments)


class TestActivations:
    def test_the_dashed_curve_is_the_slope_of_the_solid_one(self):
        for ax in plots.draw_activations().axes:
            function, derivative = (line for line in ax.lines if len(line.get_xdata()) > 2)
            z, y = function.get_xydata().T
            slope = np.gradient(y, z)
            smooth = np.abs(z) > 0.05  # the kinks are at zero
            np.testing.assert_allclose(derivative.get_ydata()[smooth], slope[smooth], atol=0.01)

    @pytest.mark.parametrize(
        ("title", "at_minus_2", "at_2"),
        [
            ("sigmoid", 0.1192, 0.8808),
            ("tanh", -0.9640, 0.9640),
            ("softplus", 0.1269, 2.1269),
            ("ReLU", 0, 2),
            ("leaky ReLU, slope 0.2", -0.4, 2),
            ("ELU, α = 1", -0.8647, 2),
            ("SELU", -1.5202, 2.1014),
        ],
    )
    def test_curves_pass_through_tabulated_values(self, title, at_minus_2, at_2):
        (ax,) = (ax for ax in plots.draw_activations().axes if ax.get_title() == title)
        (curve,) = (line for line in ax.lines if line.get_label() == "$f(z)$")
        np.testing.assert_allclose(np.interp([-2, 2], *curve.get_xydata().T), [at_minus_2, at_2], atol=1e-4)


def test_subplots_names_a_bad_count():
    with pytest.raises(ValueError, match="subplots: rows must be a whole number of plots, at least 1, got 0"):
        plots.subplots(0)


def _file(content):
    import io

    return io.BytesIO(content)
