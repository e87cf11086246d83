"""The summary, line by line as Keras prints it, and as a table in a notebook."""

from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

import course
from course import layers
from course.models.summary import summarize
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


class Cells(HTMLParser):
    """The texts of a table's cells, row by row, and all tags that occur."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.tags, self.open = [], [], None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.open = tag

    def handle_endtag(self, tag):
        if tag == self.open:
            self.open = None

    def handle_data(self, data):
        if self.open:
            self.rows[-1][-1] += data


def table_of(model):
    return Cells(summarize(model)._repr_html_())


class TestNotebook:
    def test_the_table_has_the_rows_of_the_text(self):
        header, *rows, totals = table_of(mlp(course)).rows
        assert header == ["Layer (type)", "Output Shape", "Param #"]
        assert rows == [
            ["dense Dense", "(None, 4)", "16"],
            ["dense_1 Dense", "(None, 4)", "20"],
            ["dense_2 Dense", "(None, 1)", "5"],
        ]
        assert "Total params: 41 (164.00 B)" in totals[0]

    def test_thousands_are_separated(self):
        assert [row[2] for row in table_of(wide(course)).rows[1:-1]] == ["785,000", "10,010", "0"]

    def test_a_graph_says_what_is_connected_to_what(self):
        header, *rows, _ = table_of(branches(course)).rows
        assert header[3] == "Connected to"
        connections = {row[0]: row[3] for row in rows}
        assert connections["galaxy InputLayer"] == "-"
        assert connections["add Add"] == "dense[0][0], hidden[0][0]"
        assert connections["concatenate Concatenate"] == "shared[0][0], shared[1][0], galaxy[0][0]"

    def test_names_are_text_and_never_markup(self):
        model = course.Sequential(
            [course.Input((2,)), layers.Dense(1, name="<img src=x onerror=alert(1)>")], name="A & <b>B"
        )
        html = summarize(model)._repr_html_()
        table = Cells(html)
        assert table.rows[1][0] == "<img src=x onerror=alert(1)> Dense"
        assert "img" not in table.tags
        assert "<b>A &amp; &lt;b&gt;B</b>" in html

    def test_before_the_shape_is_known_it_says_why(self):
        *_, totals = table_of(waiting(course)).rows
        assert "isn't built yet" in totals[0]

    def test_it_is_shown_where_a_kernel_runs_and_printed_elsewhere(self, monkeypatch, capsys):
        ipython = pytest.importorskip("IPython")
        shown = []
        monkeypatch.setattr("IPython.display.display", shown.append)
        model = mlp(course)
        for shell, count in ((None, 0), (SimpleNamespace(), 0), (SimpleNamespace(kernel=1), 1)):
            monkeypatch.setattr(ipython, "get_ipython", lambda shell=shell: shell)
            model.summary()
            assert len(shown) == count
            assert ("Total params" in capsys.readouterr().out) == (count == 0)
        assert "<table" in shown[0]._repr_html_()
        # what a notebook keeps where it can't show tables
        assert repr(shown[0]) == printed(model, None)

    def test_a_print_fn_gets_text_everywhere(self, monkeypatch):
        ipython = pytest.importorskip("IPython")
        monkeypatch.setattr(ipython, "get_ipython", lambda: SimpleNamespace(kernel=1))
        assert printed(mlp(course)).startswith('Model: "sequential"\n┏')
