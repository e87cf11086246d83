"""Figures of networks: as many circles and lines as units and weights, and the zoo's words where they belong."""

import numpy as np
import pytest

from course import plots

matplotlib = pytest.importorskip("matplotlib")


class TestNetwork:
    def circles(self, ax, radius=0.3):
        found = [p for p in ax.patches if isinstance(p, matplotlib.patches.Circle)]
        return [p for p in found if p.radius == radius]

    def test_a_circle_for_every_unit_and_a_line_for_every_weight(self):
        ax = plots.draw_network([3, 4, 4, 1]).axes[0]
        assert len(self.circles(ax)) == 12
        assert len(ax.lines) == 12 + 16 + 4
        starts_and_ends = {tuple(np.round(line.get_xydata().ravel(), 6)) for line in ax.lines}
        assert len(starts_and_ends) == 32

    def test_parameters_are_counted_layer_by_layer(self):
        ax = plots.draw_network([3, 4, 4, 1], parameters=True).axes[0]
        written = [text.get_text().replace("\n", " ") for text in ax.texts]
        assert written == ["input", "hidden 1", "3·4 + 4 = 16", "hidden 2", "4·4 + 4 = 20", "output", "4·1 + 1 = 5"]

    def test_a_large_layer_is_abbreviated_but_its_size_is_said(self):
        ax = plots.draw_network([5, 64, 1], parameters=True).axes[0]
        assert len(self.circles(ax)) == 5 + 6 + 1
        assert "64" in [text.get_text() for text in ax.texts]
        assert "5·64 + 64\n= 384" in [text.get_text() for text in ax.texts]

    def test_weights_show_in_colour_style_and_width(self):
        ax = plots.draw_network([2, 1], weights=[np.array([[2.0], [-1.0]])]).axes[0]
        positive, negative = ax.lines
        assert (positive.get_color(), positive.get_linestyle()) == (plots.COLOURS["orange"], "-")
        assert (negative.get_color(), negative.get_linestyle()) == (plots.COLOURS["blue"], "--")
        assert positive.get_linewidth() > negative.get_linewidth()

    def test_draws_into_the_axes_that_it_is_given(self):
        figure, (left, right) = plots.subplots(1, 2)
        assert plots.draw_network([2, 2], ax=right) is figure
        assert len(left.patches) == 0
        assert len(self.circles(right)) == 4

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"sizes": [3]}, r"sizes must name at least an input and an output, got \[3\]"),
            ({"sizes": [3, 0]}, "sizes must be an integer of at least 1, got 0"),
            ({"sizes": [3, 1], "labels": ["in"]}, "labels must be 2, one a layer, got 1"),
            (
                {"sizes": [3, 1], "weights": [np.zeros((1, 3))]},
                r"weights must have the shapes \[\(3, 1\)\], got \[\(1, 3\)\]",
            ),
        ],
    )
    def test_bad_arguments_are_named(self, arguments, message):
        with pytest.raises(ValueError, match=f"draw_network: {message}"):
            plots.draw_network(**arguments)


class TestZoo:
    def test_nine_architectures_each_with_lesson_and_purpose(self):
        axes = plots.network_zoo().axes
        assert len(axes) == 9
        titles = " ".join(ax.get_title() for ax in axes)
        for name in ("Perceptron", "MLP", "CNN", "Autoencoder", "VAE", "U-Net", "GAN", "flow", "Diffusion"):
            assert name in titles
        assert all("lesson" in ax.get_title() and ax.get_xlabel() for ax in axes)

    def test_words_stay_in_their_panel_and_apart(self):
        figure = plots.network_zoo()
        figure.draw_without_rendering()
        for ax in figure.axes:
            panel, boxes = ax.get_window_extent(), [text.get_window_extent() for text in ax.texts if text.get_text()]
            for i, box in enumerate(boxes):
                assert panel.x0 <= box.x0, ax.texts[i].get_text()
                assert box.x1 <= panel.x1, ax.texts[i].get_text()
                assert not any(box.overlaps(other) for other in boxes[:i])

    def test_titles_do_not_touch(self):
        figure = plots.network_zoo()
        figure.draw_without_rendering()
        boxes = [ax.title.get_window_extent() for ax in figure.axes]
        for i, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[:i])
