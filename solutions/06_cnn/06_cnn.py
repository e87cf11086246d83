# %% [markdown]
# # 6 · Convolutional networks
#
# How small patterns become large ones, a network read off its figure, and two that learn: to read digits, and to find
# gravitational lenses.

# %%
import numpy as np

import course
from autograder import check

# %% tags=["show"]
from course import plots
from course.data.digits import load_digits
from course.data.lenses import load_lenses
from course.widgets import FeatureMaps, SizesAtAGlance

(sky_train, lens_train), (sky_val, lens_val), (sky_test, lens_test) = load_lenses()
shown = [14, 5, 21, 27, 18, 3, 33, 34, 28, 13, 2, 11]
plots.show_images(np.arcsinh(sky_train[shown]), list("ABCDEFGHIJKL"), columns=6, ink=False, title="Lens or no lens?")

# %% [markdown]
# Twelve simulated galaxies, as a space telescope sees them, 32×32 pixels of 0.1 arcseconds. In half of them the galaxy
# in the middle bends the light of another one, far behind it, into arcs or a ring: a **strong gravitational lens**. In
# the other half there is no lens, but spiral arms and neighbours that can look like one. **Which are the lenses?**
#
# <details><summary>The answer</summary>
#
# B, C, F, H, J and K.
# </details>
#
# Lenses weigh galaxies, dark matter included, and measure the expansion of the universe. The Euclid satellite is
# expected to photograph 170,000 of them (Collett 2015), among more than a billion galaxies. So nobody can look for them
# by eye, and a program has to. What would you tell it to look for? A ring is not in one pixel, nor in a window of 3×3.
# It is a pattern of arcs, an arc is a pattern of edges, and an edge is what a convolution finds.
#
# This lesson builds networks that go this way, from small patterns to large ones. You will write the layer that makes
# images smaller, and its gradient, find out how far a neuron sees, build a network from its figure, and train networks
# on digits and on lenses.

# %% [markdown]
# ## Pooling: smaller images
#
# A convolution answers: *how much does the image look like my kernel, here?* For the layers behind it, it is seldom
# important in which pixel exactly. So divide its output into windows of 2×2, and keep of each window one number.

# %% tags=["show"] jupyter={"source_hidden": true}
def grid(ax, numbers, title):
    """Numbers in their cells, and lines between the windows of 2×2 where there are several."""
    ax.imshow(numbers, cmap="Blues", vmin=-2, vmax=14)
    for (row, column), number in np.ndenumerate(numbers):
        ax.text(column, row, f"{number:g}", ha="center", va="center", color="white" if number > 7 else "black")
    if len(numbers) == 4:
        for edge in (1.5, 3.5):
            ax.axvline(edge, color="black", linewidth=2)
        ax.axhline(1.5, color="black", linewidth=2)
    ax.set_title(title, fontsize=10)
    ax.set(xticks=[], yticks=[])


responses = np.array([[0, 1, 2, 0, 0, 1], [3, 8, 1, 0, 2, 5], [0, 2, 0, 4, 9, 3], [1, 0, 6, 5, 2, 0]])
windows = responses.reshape(2, 2, 3, 2)
figure, axes = plots.subplots(1, 3, size=(8.4, 2.5))
grid(axes[0], responses, "a convolution's output: 4×6")
grid(axes[1], windows.max(axis=(1, 3)), "max-pooling: 2×3")
grid(axes[2], windows.mean(axis=(1, 3)), "average pooling: 2×3")
figure.alt = "A table of 4×6 numbers in windows of 2×2; the largest of each window; the mean of each window."
figure

# %% [markdown]
# **Max-pooling** keeps the largest number: *was the pattern somewhere in this window, and how clearly?* **Average
# pooling** keeps the mean. Each channel is pooled on its own, and there is nothing to learn.
#
# There are two reasons to do it.
#
# - **Smaller tensors.** Pooling by 2 leaves a quarter of the numbers. All layers behind it have a quarter of the work,
#   and can have more channels for the same price.
# - **A larger view.** The next kernel of 3×3 sees 3×3 *windows*, so about twice as far in the image. More on this below.
#
# And there is a gift: a pattern that moves by a pixel often stays in its window, and the output stays as it is.
#
# Other ways to get smaller: a convolution with **stride** 2, which computes only every second place, and has weights to
# learn. And **global pooling**, which makes one number of each whole channel, the largest or the mean: *is the pattern
# anywhere in the image?* It stands at the end of a network, if anywhere.
#
# **Think.** An image is moved by one pixel. By how many pixels does the max-pooled image move?
#
# <details><summary>Answer</summary>
#
# By half a pixel, which does not exist. Some windows keep their winner, others lose it to the neighbouring window. So
# it is neither the same nor simply moved: with pooling by 2, only moves by multiples of 2 come out as moves. What was
# said of the stride in lesson 5 holds for pooling as well.
# </details>

# %% [markdown]
# ### Exercise: `max_pool2d(x, k)`
#
# The largest number of each window of $k \times k$ pixels. The windows lie side by side; where the last one would not
# be complete, it is dropped.
#
# $$y_{j,\,r,\,c,\,q} = \max_{0 \le a,\, e < k}\; x_{j,\; r k + a,\; c k + e,\; q}$$
#
# | | shape | |
# |---|---|---|
# | `x` | `(n, height, width, c)` | images, $q$ counts their channels |
# | `k` | int | rows and columns of a window, and the step to the next |
# | result | `(n, height // k, width // k, c)` | |
#
# On paper, one image of one channel, $k = 2$:
# $\begin{pmatrix} 1 & 5 & 2 & 0 & 9 \\ 3 & 0 & -1 & 4 & 9 \end{pmatrix}$ gives $\begin{pmatrix} 5 & 4 \end{pmatrix}$.

# %% nbgrader={"grade_id": "max_pool2d", "solution": true}
def max_pool2d(x, k):
    """The largest number of each window of k × k pixels, in each channel.

    Parameters
    ----------
    x : ndarray of shape (n, height, width, c)
        Images.
    k : int
        Rows and columns of a window, and the step to the next.

    Returns
    -------
    ndarray of shape (n, height // k, width // k, c)
        Incomplete windows are dropped.
    """
    ### BEGIN SOLUTION
    n, height, width, c = x.shape
    rows, columns = height // k, width // k
    y = np.empty((n, rows, columns, c))
    for r in range(rows):
        for q in range(columns):
            window = x[:, r * k : (r + 1) * k, q * k : (q + 1) * k]  # (n, k, k, c)
            y[:, r, q] = window.max(axis=(1, 2))
    return y
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-max_pool2d", "grade": true}
check(max_pool2d)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Two loops, over the rows and columns of the output. The window has the shape `(n, k, k, c)`. Its maximum over the two
# axes in the middle has the shape `(n, c)`: one for each image and channel. `max` takes several axes at once.
# </details>

# %% [markdown]
# ### The way back
#
# What is the gradient of a maximum? Raise the largest number of a window by a little, and the output rises by as much.
# Raise another one by a little, and nothing happens. So **the whole slope goes to the winner, and the others get zero**.

# %% tags=["show"] jupyter={"source_hidden": true}
slopes = np.array([[0.5, 0.1, -0.2], [0.3, -0.4, 0.6]])
won = windows == windows.max(axis=(1, 3), keepdims=True)
handed_out = np.where(won, slopes[:, None, :, None], 0).reshape(4, 6)
figure, axes = plots.subplots(1, 3, size=(8.4, 2.5))
grid(axes[0], responses, "forward: who won?")
for row, column in zip(*np.nonzero(won.reshape(4, 6))):
    axes[0].plot(column, row, "o", markersize=22, markerfacecolor="none", markeredgecolor="black")
grid(axes[1], slopes, "dy: the loss by each output")
grid(axes[2], handed_out, "dx: the loss by each input")
figure.alt = "The winners of six windows are marked; each window's slope stands in the winner's place, zeros elsewhere."
figure

# %% [markdown]
# ### Exercise: `max_pool2d_backward(dy, x, k)`
#
# The gradient of the loss with respect to `x`, given that with respect to the pooled images:
#
# $$dx_{j,\; r k + a,\; c k + e,\; q} = \begin{cases} dy_{j,\,r,\,c,\,q} & \text{if this is the pixel that won window } (r, c) \\ 0 & \text{else.} \end{cases}$$
#
# | | shape | |
# |---|---|---|
# | `dy` | `(n, height // k, width // k, c)` | the loss by the pooled images |
# | `x` | `(n, height, width, c)` | the images that went in |
# | `k` | int | rows and columns of a window |
# | result | `(n, height, width, c)` | the loss by `x` |
#
# Where several pixels of a window are the largest, one of them takes all, or they share the slope equally; both are
# right. After a ReLU there are many such windows, full of zeros. Pixels in no complete window get 0.
#
# On paper, $k = 2$: $x = \begin{pmatrix} 1 & 5 & 2 & 0 & 9 \\ 3 & 0 & -1 & 4 & 9 \end{pmatrix}$ and
# $dy = \begin{pmatrix} 0.5 & -2 \end{pmatrix}$ give
# $dx = \begin{pmatrix} 0 & 0.5 & 0 & 0 & 0 \\ 0 & 0 & 0 & -2 & 0 \end{pmatrix}$.

# %% nbgrader={"grade_id": "max_pool2d_backward", "solution": true}
def max_pool2d_backward(dy, x, k):
    """The gradient of max-pooling: each window's slope goes to the pixel that won.

    Parameters
    ----------
    dy : ndarray of shape (n, height // k, width // k, c)
        The gradient of the loss with respect to the pooled images.
    x : ndarray of shape (n, height, width, c)
        The images that went in.
    k : int
        Rows and columns of a window.

    Returns
    -------
    ndarray of shape (n, height, width, c)
    """
    ### BEGIN SOLUTION
    dx = np.zeros(x.shape)
    for r in range(dy.shape[1]):
        for q in range(dy.shape[2]):
            place = np.s_[:, r * k : (r + 1) * k, q * k : (q + 1) * k]
            won = x[place] == x[place].max(axis=(1, 2), keepdims=True)  # (n, k, k, c)
            shares = won / won.sum(axis=(1, 2), keepdims=True)  # of a tie, equal parts
            dx[place] = shares * dy[:, r, None, q, None]  # (n, k, k, c) times (n, 1, 1, c)
    return dx
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-max_pool2d_backward", "grade": true}
check(max_pool2d_backward)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Begin with zeros of the shape of `x`. For each window, compare its pixels with its maximum; with `keepdims=True` the
# maximum keeps the shape `(n, 1, 1, c)` and goes with the window of `(n, k, k, c)`. That gives `True` for the winners.
# If there are two, divide by their number. `dy[:, r, q]` has the shape `(n, c)` and needs two axes more.
# </details>

# %% [markdown]
# **Think.** What is the gradient of *average* pooling? Of a convolution with stride 2?
#
# <details><summary>Answer</summary>
#
# Average pooling: every pixel of a window gets $dy / k^2$, because each of them moves the mean by that much. It is a
# convolution with stride $k$ whose weights are all $1/k^2$, in each channel on its own. A convolution with a stride
# has the gradient of lesson 5: $dy$ times the kernel, added to the window. In all three cases the slopes go where the
# numbers came from.
# </details>

# %% [markdown]
# ## How far does a number see?
#
# A number behind one convolution of 3×3 sees 3×3 pixels. Behind two of them? On the right of this explorable are the
# layers of a network, and at the bottom a row of pixels. (The left half you know from lesson 5.)

# %% tags=["show"]
SizesAtAGlance(size=32, kernel=3, layers=[("conv", 3, 1), ("conv", 3, 1), ("pool", 2, 2), ("conv", 3, 1), ("pool", 2, 2)])

# %% [markdown]
# 1. Take all layers away but one convolution of 3. Add a second and a third. By how much does the number of pixels grow
#    each time?
# 2. Put a pooling between the first and the second convolution. By how much does the second one add now?
# 3. How many convolutions of 3, without pooling, would it take to see 32 pixels? And with a pooling behind each?
#
# What one number depends on is called its **receptive field**. Count it along one axis. Without any layer a number is
# a pixel and sees 1. A layer with a kernel of $k$ looks at $k$ numbers of the layer before; the first of them is there
# already, and $k - 1$ are new. How far apart are these, in pixels of the image? At first 1, and every stride before
# them has multiplied it. So for layers with kernels $k_l$ and strides $s_l$ from the image on,
#
# $$r = 1 + \sum_{l} (k_l - 1) \prod_{m < l} s_m .$$
#
# A pooling is a layer like any other here: kernel 2, stride 2.

# %% [markdown]
# ### Exercise: `receptive_field(layers)`
#
# $$r = 1 + \sum_{l=1}^{L} (k_l - 1)\; s_1 s_2 \cdots s_{l-1}$$
#
# | | type | |
# |---|---|---|
# | `layers` | list of `(k, s)` | kernel and stride of each layer, from the image on |
# | result | int | pixels that a number of the last layer sees, along one axis |
#
# On paper: `[(3, 1), (3, 1)]` gives 5. `[(3, 1), (2, 2), (3, 1)]`, with a pooling between, gives
# $1 + 2 + 1 + 2 \cdot 2 = 8$.

# %% nbgrader={"grade_id": "receptive_field", "solution": true}
def receptive_field(layers):
    """How many pixels of the image a number of the last layer sees, along one axis.

    Parameters
    ----------
    layers : list of (int, int)
        Kernel and stride of each layer, from the image on; none gives 1.

    Returns
    -------
    int
    """
    ### BEGIN SOLUTION
    field, step = 1, 1  # step: pixels between two neighbours of the layer
    for k, s in layers:
        field += (k - 1) * step
        step *= s
    return field
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-receptive_field", "grade": true}
check(receptive_field)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Walk through the layers and keep two numbers: the field so far, and how many pixels lie between two neighbours of the
# layer where you are. Which of them does the kernel change, which the stride, and in which order?
# </details>

# %% [markdown]
# **Think.** Three convolutions of 3×3 see as far as one of 7×7. With 16 channels throughout, which has fewer weights?
# What else speaks for the three?
#
# <details><summary>Answer</summary>
#
# Three times $3 \cdot 3 \cdot 16 \cdot 16 = 2{,}304$ make 6,912 weights; $7 \cdot 7 \cdot 16 \cdot 16$ are 12,544. And
# between the three there are two activations more, so that they can compute more than one linear pattern. Since
# Simonyan & Zisserman (2014) most networks are made of small kernels.
# </details>

# %% [markdown]
# ## The classical stack
#
# Put it together: convolution, activation, pooling; convolution, activation, pooling; the images get smaller and their
# channels more. At the end a dense layer takes what is left. The plan is that of LeCun et al. (1998), and it is still
# a good first network for images. Here is one that reads digits of 32×32 pixels.

# %% tags=["show"] jupyter={"source_hidden": true}
from matplotlib.patches import Polygon, Rectangle

steps = [
    ("image", 32, 1),
    ("convolution\nReLU", 28, 10),
    ("max-pool", 14, 10),
    ("convolution\nReLU", 10, 25),
    ("max-pool", 5, 25),
    ("convolution\nReLU", 2, 100),
    ("max-pool", 1, 100),
]
fills = {"image": "white", "convolution\nReLU": "#A9CFE8", "max-pool": "#9FDCC8"}
figure, ax = plots.subplots(size=(8.4, 2.9))
x, right_edge = 0.0, None
for name, size, channels in steps:
    side, sheets = 0.6 + size * 0.075, 1 if channels == 1 else 3 + channels // 20
    depth = 0.09 * (sheets - 1)
    if right_edge is not None:
        ax.annotate("", (x - 0.08, 0), (right_edge + 0.08, 0), arrowprops={"arrowstyle": "-|>", "color": "#555555"})
    for sheet in reversed(range(sheets)):
        corner = (x + 0.09 * sheet, -side / 2 + 0.09 * sheet)
        ax.add_patch(Rectangle(corner, side, side, facecolor=fills[name], edgecolor="#333333", linewidth=0.8))
    ax.text(x + (side + depth) / 2, -2.0, f"{size}×{size}\n×{channels}", ha="center", va="center", fontsize=8.5)
    ax.text(x + (side + depth) / 2, 2.05, name, ha="center", va="center", fontsize=8.5)
    right_edge = x + side + depth
    x = right_edge + 0.55
ax.annotate("", (x - 0.08, 0), (right_edge + 0.08, 0), arrowprops={"arrowstyle": "-|>", "color": "#555555"})
ax.add_patch(Rectangle((x, -1.2), 0.22, 2.4, facecolor="white", edgecolor="#333333", linewidth=0.8))
ax.add_patch(Polygon([(x + 0.3, -1.2), (x + 0.3, 1.2), (x + 1.0, 0.7), (x + 1.0, -0.7)], facecolor="#DDDDDD"))
ax.add_patch(Rectangle((x + 1.08, -0.7), 0.22, 1.4, facecolor="#F7D9A0", edgecolor="#333333", linewidth=0.8))
for place, words, height in ((x + 0.1, "flatten", 1.55), (x + 1.2, "dense\nsoftmax", 2.05)):
    ax.text(place, height, words, ha="center", va="center", fontsize=8.5)
for place, count in ((x + 0.1, 100), (x + 1.2, 10)):
    ax.text(place, -2.0, count, ha="center", va="center", fontsize=8.5)
ax.set(xlim=(-0.3, x + 1.8), ylim=(-2.45, 2.5), aspect="equal")
ax.set_title("A network with 47,645 parameters (convolutions without padding, stride 1; pooling by 2)", fontsize=10.5)
ax.set_axis_off()
figure.alt = "From left to right: " + ", ".join(f"{n} {s}×{s}×{c}".replace("\n", " ") for n, s, c in steps)
figure.alt += ", flatten 100, dense 10 with softmax."
figure

# %% [markdown]
# Each box is an array; what stands above it made it. White is the image, blue a convolution with ReLU, green a pooling,
# orange the answer. **Flatten** writes the last array as one row of numbers, because a dense layer wants rows.
#
# The figure does not say how large the kernels are. It does not have to. **Fill in the table before you go on**: the
# size lost in each convolution tells the kernel, and kernel and channels tell the parameters.
#
# | | output | kernel | parameters |
# |---|---|---|---|
# | convolution | 28×28×10 | ? | ? |
# | max-pool | 14×14×10 | 2×2 | 0 |
# | convolution | 10×10×25 | ? | ? |
# | max-pool | 5×5×25 | 2×2 | 0 |
# | convolution | 2×2×100 | ? | ? |
# | max-pool | 1×1×100 | 2×2 | 0 |
# | flatten | 100 | | 0 |
# | dense | 10 | | ? |
# | together | | | 47,645 |

# %% [markdown]
# ### Exercise: `build_cnn()`
#
# Build the network of the figure with `course`, and return it. With kernels of $k_l \times k_l$ and channels $c_l$,
#
# $$\sum_{l=1}^{3} \left(k_l^2\, c_{l-1} + 1\right) c_l \;+\; (100 + 1) \cdot 10 \;=\; 47{,}645 .$$
#
# | | | |
# |---|---|---|
# | input | `(32, 32, 1)` | `course.Input((32, 32, 1))` comes first |
# | layers | `Conv2D`, `MaxPool2D`, `Flatten`, `Dense` | all in `course.layers` |
# | activations | `"relu"` behind each convolution, `"softmax"` at the end | |
# | result | the model, output `(10,)` | not its summary |
#
# On paper: an image of 32 pixels becomes 28 with a kernel of 5. One channel and 10 filters of 5×5 have
# $(5 \cdot 5 \cdot 1 + 1) \cdot 10 = 260$ parameters.

# %% nbgrader={"grade_id": "build_cnn", "solution": true}
def build_cnn():
    """The network of the figure.

    Returns
    -------
    course.Sequential or course.Model
        From images of shape (32, 32, 1) to 10 probabilities, with 47,645 parameters.
    """
    ### BEGIN SOLUTION
    model = course.Sequential([course.Input((32, 32, 1))])
    for filters, kernel in ((10, 5), (25, 5), (100, 4)):
        model.add(course.layers.Conv2D(filters, kernel, activation="relu"))
        model.add(course.layers.MaxPool2D(2))
    model.add(course.layers.Flatten())
    model.add(course.layers.Dense(10, activation="softmax"))
    return model
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-build_cnn", "grade": true}
check(build_cnn)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `course.Sequential([...])` with the layers in the order of the figure, or `model.add(layer)` for one after the other.
# No padding is `padding="valid"`, and the default. `model.summary()` prints shapes and parameters, layer by layer:
# compare them with your table.
# </details>

# %% [markdown]
# ### The functional API
#
# `Sequential` is a chain. The other way to write a network is to give the layers names for what comes out: `Input`
# makes a symbol for an image, a layer called on a symbol gives the next symbol, and `Model` takes the first and the
# last. That allows for branches. Here small and large patterns are sought side by side, and put behind each other as
# channels.

# %% tags=["show"]
image = course.Input((32, 32, 1))
small = course.layers.Conv2D(6, 3, padding="same", activation="relu")(image)
large = course.layers.Conv2D(4, 7, padding="same", activation="relu")(image)
both = course.layers.concatenate([small, large])
most = course.layers.GlobalMaxPool2D()(both)
two_views = course.Model(image, course.layers.Dense(10, activation="softmax")(most))
two_views.summary()

# %% [markdown]
# **Think.** Write the network of the figure with the functional API. What would you gain?
#
# <details><summary>Answer</summary>
#
# With a loop, `x = layers.MaxPool2D()(layers.Conv2D(filters, k, activation="relu")(x))` for each pair of filters and
# kernel, then `layers.Flatten()(x)` and the dense layer. For a chain you gain nothing; `course` makes the same model of
# both. You need it where something branches or meets again: in lesson 7 for residual networks, in lesson 9 for U-Net.
# </details>

# %% [markdown]
# ## Ten digits
#
# The digits of lesson 1 are real: 8×8 pixels, each the share of ink in it, scanned from forms that people filled in.
# There are 1,029 to learn from, 386 to choose with (validation) and 382 for the exam (test). **The people who wrote the
# validation and the test digits are others than those whose digits the network learns from.** What may be wrong with
# the data: 8×8 pixels are few, and 13 people are not mankind.
#
# The network is a classical stack: two convolutions with 32 filters and a pooling, one with 16 and a pooling, and dense
# layers of 32, 16 and 10.

# %% tags=["show"]
(x_train, y_train), (x_val, y_val), (x_test, y_test) = load_digits()
x_train, x_val, x_test = (x[..., None] for x in (x_train, x_val, x_test))  # (n, 8, 8, 1): with an axis of channels


def conv(filters):
    return course.layers.Conv2D(filters, 3, padding="same", activation="relu")


def train(layers, epochs, seed):
    """A network for the ten digits, and how its training went."""
    model = course.Sequential([course.Input((8, 8, 1)), *layers], seed=seed)
    rate = course.schedules.CosineDecay(0.002, epochs * 33)  # falls to zero over the 33 batches of all epochs
    optimizer = course.optimizers.Adam(learning_rate=rate)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["acc"])
    return model, model.fit(x_train, y_train, epochs=epochs, validation_data=(x_val, y_val), verbose=0)


def accuracy(model, x, y):
    return (model.predict(x, verbose=0).argmax(axis=1) == y).mean()


pool, flatten, dense = course.layers.MaxPool2D, course.layers.Flatten, course.layers.Dense
first, history = train(
    [conv(32), conv(32), pool(), conv(16), pool(), flatten()]
    + [dense(32, activation="relu"), dense(16, activation="relu"), dense(10, activation="softmax")],
    epochs=20,
    seed=1,
)
print(f"{first.count_params():,} parameters; right on training {accuracy(first, x_train, y_train):.1%}, ", end="")
print(f"validation {accuracy(first, x_val, y_val):.1%}, test {accuracy(first, x_test, y_test):.1%}")
plots.plot_history(history, title="Ten digits, the plain stack")

# %% [markdown]
# Read the curves as lesson 4 taught. After a dozen epochs nearly all training digits are right, and the loss on training
# goes on to zero; the one on validation stops falling early. It has 1,029 examples for 17,000 parameters and knows them by heart.
# Then the test: of these people's digits it gets far fewer. People differ, and the people of the test set write
# differently.
#
# The remedy is more examples, and some are to be had for nothing. **A digit that is moved by a pixel is the same
# digit.** So each time a digit is shown, move it by up to one pixel, at random: the network never sees quite the same
# image twice. That is *augmentation*, and with *dropout*, which switches off half of the numbers at random while
# training, it belongs to lesson 7. Here we use both as they are. One dense layer is enough, behind wider convolutions.

# %% tags=["show"]
second, history = train(
    [course.layers.RandomTranslation(0.13, 0.13, fill_mode="constant"), conv(16), conv(32), pool(), conv(64), pool()]
    + [flatten(), course.layers.Dropout(0.5), dense(10, activation="softmax")],
    epochs=60,
    seed=1,
)
print(f"{second.count_params():,} parameters; right on training {accuracy(second, x_train, y_train):.1%}, ", end="")
print(f"validation {accuracy(second, x_val, y_val):.1%}, test {accuracy(second, x_test, y_test):.1%}")
plots.plot_history(history, title="Ten digits, with moved copies and dropout")

# %% [markdown]
# Now training is *worse* than validation along the way: it is harder there, because the digits move and neurons are
# switched off. More than 98 % of the test set are right. (Four seeds gave 98.2 to 98.7 %. One
# digit of the 382 is 0.26 %, so don't read much into the last figure.)
#
# A number hides which digits are wrong. Always look at the **confusion matrix**: how many digits of each kind were
# taken for which.

# %% tags=["show"] jupyter={"source_hidden": true}
def confusion(ax, truth, answer, names, title):
    """How often what was taken for what: rows the truth, columns the answer."""
    counts = np.zeros((len(names), len(names)), int)
    np.add.at(counts, (truth, answer), 1)
    ax.imshow(np.sqrt(counts), cmap="Blues")
    for (row, column), count in np.ndenumerate(counts):
        if count:
            light = count > counts.max() / 3
            ax.text(column, row, count, ha="center", va="center", fontsize=9, color="white" if light else "black")
    ax.set_title(title, fontsize=11)
    ax.set(xlabel="the network says", ylabel="it is", xticks=range(len(names)), yticks=range(len(names)))
    ax.set_xticklabels(names)
    ax.set_yticklabels(names)


figure, axes = plots.subplots(1, 2, size=(8.4, 4.2))
for ax, model, title in ((axes[0], first, "the plain stack"), (axes[1], second, "with moved copies and dropout")):
    confusion(ax, y_test, model.predict(x_test, verbose=0).argmax(axis=1), list(range(10)), f"Test set: {title}")
figure.alt = "Two confusion matrices of the ten digits: left with errors in many places, right almost all on the diagonal."
figure

# %% tags=["show"]
answers = second.predict(x_test, verbose=0)
wrong = np.flatnonzero(answers.argmax(axis=1) != y_test)
captions = [f"{y_test[i]}, says {answers[i].argmax()}" for i in wrong]
plots.show_images(x_test[wrong], captions, columns=6, title="All test digits that it gets wrong")

# %% [markdown]
# Left, the plain stack's errors come in groups: look for the largest number off the diagonal. Whoever wrote these has a
# habit that nobody in the training set had. Right, a few are left, and you may find that you would not have done better
# on all of them.
#
# **Think.** Why not let it move the digits by three pixels, or turn them by 180°?
#
# <details><summary>Answer</summary>
#
# Of 8 pixels three are a lot: parts of the digit fall off the edge, and what is left may be another digit. Turned by
# 180°, a 6 is a 9. Augment with changes that leave the label true. A galaxy may be turned, a digit may not.
# </details>

# %% [markdown]
# ### Anywhere on the sheet
#
# In lesson 5 a dense network learned digits in the middle of a sheet of 14×14 pixels and could not read them two pixels
# further on. Two convolutional networks now take the same test: one that flattens at the end, and one that takes the
# **largest response** of each channel over all places, a global max-pooling.

# %% tags=["show"] jupyter={"source_hidden": true}
def on_a_sheet(digits, down=0, right=0):
    """(n, 8, 8, 1) -> (n, 14, 14, 1), the digits in the middle or moved away from it."""
    return np.pad(digits, ((0, 0), (3 + down, 3 - down), (3 + right, 3 - right), (0, 0)))


def learns_the_middle(layers, epochs):
    model = course.Sequential([course.Input((14, 14, 1)), *layers, dense(10, activation="softmax")], seed=1)
    optimizer = course.optimizers.Adam(learning_rate=0.003)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")
    model.fit(on_a_sheet(x_train), y_train, epochs=epochs, verbose=0)
    return model


networks = {
    "dense": learns_the_middle([flatten(), dense(64, activation="relu"), dense(32, activation="relu")], 30),
    "convolutions, flattened": learns_the_middle(
        [conv(16), pool(), conv(32), pool(), flatten(), dense(32, activation="relu")], 15
    ),
    "convolutions, largest response": learns_the_middle(
        [conv(16), conv(24), pool(), conv(40), course.layers.GlobalMaxPool2D()], 15
    ),
}
figure, ax = plots.subplots(size=(6.6, 3.5))
for (name, model), style in zip(networks.items(), (("blue", "o-"), ("vermillion", "s--"), ("green", "^-."))):
    scores = []
    for step in range(4):
        ways = [(step, 0), (-step, 0), (0, step), (0, -step)]
        scores.append(100 * np.mean([accuracy(model, on_a_sheet(x_val, *way), y_val) for way in ways]))
    ax.plot(range(4), scores, style[1], color=plots.COLOURS[style[0]], label=name)
ax.axhline(10, color=plots.COLOURS["grey"], linestyle=":", label="guessing")
ax.set_title("Learned in the middle, asked elsewhere", fontsize=11)
ax.set(xlabel="moved by (pixels)", ylabel="right answers (%)", ylim=(0, 102), xticks=range(4))
ax.legend(fontsize=9)
figure.alt = "Right answers against how far digits were moved: dense falls to guessing, flattened falls, global stays high."
figure

# %% [markdown]
# Convolutions alone are not enough. Up to the last pooling everything moves along with the digit. Then *flatten* gives
# each place weights of its own, and the dense layer behind it has never seen a 7 in the corner. The largest response of
# a channel is the same wherever it occurs. With it the network is nearly **invariant**: not because it has seen digits
# in all places, but because it is built so.
#
# **Think.** The green curve is lower for moves by 1 and 3 than for a move by 2. Why?
#
# <details><summary>Answer</summary>
#
# The pooling by 2 between the convolutions. A move by 2 moves its output by exactly one place, and the largest response
# stays what it is. A move by an odd number puts other pixels together in a window. The network has only learned from
# digits in the middle, so it doesn't know what these windows look like.
# </details>
#
#
# What is forgotten is forgotten for good: *where*. A network of this kind can say "a 7", but not "a 7 in the corner".
#
# Now it is your turn.

# %% tags=["show"]
places = np.random.default_rng(4).integers(-3, 4, (20, 2))
scattered = np.concatenate([on_a_sheet(x_val[i : i + 1], *place) for i, place in enumerate(places)])
plots.show_images(scattered, y_val[:20], title="Digits anywhere on a sheet of 14×14 pixels")

# %% [markdown]
# ### Exercise: `classify(x_train, y_train, x_new)`
#
# Build and train a convolutional network that reads digits anywhere on the sheet. You get 500 sheets to learn from.
# Then 200 new ones come, by people whose hand you have not seen, and you say for each how probable the ten digits are.
# **At least 85 % of them have to be right**, where the digit that you answer is the most probable one,
#
# $$\hat y_j = \operatorname*{argmax}_k\; p_{jk} .$$
#
# | | shape | |
# |---|---|---|
# | `x_train` | `(n, 14, 14, 1)` | sheets, 0 paper, 1 ink |
# | `y_train` | `(n,)` | the digits on them, 0 to 9 |
# | `x_new` | `(m, 14, 14, 1)` | other sheets |
# | result | `(m, 10)` | probabilities; each row adds up to 1 |
#
# It may take a minute, and should take some seconds. Everything in `course` may be used but the data.
#
# On paper: three networks were compared above. A dense network gets about 45 % of this right, comparing pixel by pixel
# about 60 %, convolutions with flatten about 80 %. Which one is left?

# %% nbgrader={"grade_id": "classify", "solution": true}
def classify(x_train, y_train, x_new):
    """Train a network on some digits, and say what others are.

    Parameters
    ----------
    x_train : ndarray of shape (n, 14, 14, 1)
        Sheets with a digit each, 0 paper, 1 ink.
    y_train : ndarray of shape (n,)
        The digits, 0 to 9.
    x_new : ndarray of shape (m, 14, 14, 1)
        Sheets to be read.

    Returns
    -------
    ndarray of shape (m, 10)
        How probable each digit is; each row adds up to 1.
    """
    ### BEGIN SOLUTION
    reader = course.Sequential([course.Input((14, 14, 1))], seed=0)
    for filters in (16, 32):
        reader.add(course.layers.Conv2D(filters, 3, padding="same", activation="relu"))
    reader.add(course.layers.MaxPool2D())
    reader.add(course.layers.Conv2D(32, 3, activation="relu"))
    reader.add(course.layers.GlobalMaxPool2D())  # the largest response, wherever it is
    reader.add(course.layers.Dense(10, activation="softmax"))
    adam = course.optimizers.Adam(learning_rate=3e-3)
    reader.compile(optimizer=adam, loss="sparse_categorical_crossentropy")
    reader.fit(x_train, y_train, epochs=20, batch_size=32, verbose=0)
    return reader.predict(x_new, verbose=0)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-classify", "grade": true}
check(classify)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Two or three convolutions with 16 to 32 filters, a pooling between them, then `GlobalMaxPool2D()` in place of
# `Flatten()`, and a dense layer of ten with softmax. `sparse_categorical_crossentropy` takes the digits as they are.
# If the training accuracy is low, train longer or with a larger rate: 0.003 is a good one for Adam here. If training
# is right and new digits are not, think of what was said about flatten, or move the copies.
# </details>

# %% [markdown]
# ## Lens or no lens
#
# Back to the first page. There are 3,000 images to learn from, 600 for validation and 600 for the test, half of each
# with a lens. They are simulated: elliptical galaxies with the light of another galaxy bent around them by the laws of
# general relativity, seen by a telescope like Euclid, with noise. What is no lens are ellipticals with companions, and
# spirals. A pixel is the light that fell on it, in units of the noise. What may be wrong with them: the real sky has
# more kinds of things that look like arcs, and fewer lenses.
#
# A network of three stages. An arc is an arc from any direction and in the mirror, so each image is flipped and turned
# at random while training.

# %% tags=["show"]
def scaled(images):
    """(n, 32, 32) -> (n, 32, 32, 1), on a scale that shows the bright middle and the faint arcs alike."""
    return np.arcsinh(images)[..., None]


finder = course.Sequential(
    [
        course.Input((32, 32, 1)),
        course.layers.RandomFlip(),
        course.layers.RandomRotation90(),
        course.layers.Conv2D(8, 5, padding="same", activation="relu", name="convolution_1"),
        course.layers.MaxPooling2D(2, name="pooling_1"),
        course.layers.Conv2D(16, 3, padding="same", activation="relu", name="convolution_2"),
        course.layers.MaxPooling2D(2, name="pooling_2"),
        course.layers.Conv2D(32, 3, padding="same", activation="relu", name="convolution_3"),
        course.layers.MaxPooling2D(2, name="pooling_3"),
        course.layers.Flatten(),
        course.layers.Dense(32, activation="relu"),
        course.layers.Dense(1, activation="sigmoid"),
    ],
    seed=1,
)
rate = course.schedules.CosineDecay(0.002, 12 * 94)
finder.compile(optimizer=course.optimizers.Adam(learning_rate=rate), loss="binary_crossentropy", metrics=["acc"])
history = finder.fit(
    scaled(sky_train), lens_train[:, None], epochs=12, validation_data=(scaled(sky_val), lens_val[:, None]), verbose=0
)
plots.plot_history(history, title="Lens or no lens")

# %% [markdown]
# Training and validation stay close: the network has not learned its examples by heart. From here it is as with every
# classifier of two classes. It gives a probability, and *you* choose from which probability on you say "lens". A low
# threshold finds all lenses and raises many false alarms, a high one does the opposite. The **ROC curve** shows all
# choices at once: the share of lenses found against the share of the others that are taken for one. The **area** under
# it, AUC, is a number for all of them: the probability that a random lens gets a higher score than a random galaxy that
# is none. A coin has 0.5, a perfect classifier 1.

# %% tags=["show"] jupyter={"source_hidden": true}
score = finder.predict(scaled(sky_test), verbose=0)[:, 0]  # (600,)
order = np.argsort(-score)
found = np.concatenate([[0], np.cumsum(lens_test[order] == 1)]) / (lens_test == 1).sum()
alarms = np.concatenate([[0], np.cumsum(lens_test[order] == 0)]) / (lens_test == 0).sum()
area = np.trapezoid(found, alarms)

figure, (left, right) = plots.subplots(1, 2, size=(8.4, 3.8))
left.plot(100 * alarms, 100 * found, color=plots.COLOURS["blue"], label=f"network, area {area:.3f}")
left.plot([0, 100], [0, 100], "--", color=plots.COLOURS["grey"], label="a coin, area 0.5")
half = np.searchsorted(-score[order], -0.5)
left.plot(100 * alarms[half], 100 * found[half], "o", color="black", label="threshold ½")
left.set_title("ROC curve, test set", fontsize=11)
left.set(xlabel="false alarms (% of non-lenses)", ylabel="found (% of lenses)")
left.legend(fontsize=9)
confusion(right, lens_test, (score > 0.5).astype(int), ("no lens", "lens"), "Test set, threshold ½")
figure.alt = f"The ROC curve rises steeply, area {area:.3f}; the confusion matrix has about nine tenths on the diagonal."
figure

# %% tags=["show"]
print(f"area under the ROC curve: {area:.3f}; right at a threshold of one half: {((score > 0.5) == lens_test).mean():.1%}")
surest = np.argsort(-np.abs(score - lens_test))[:12]
captions = [f"{'lens' if lens_test[i] else 'none'}, {score[i]:.2f}" for i in surest]
plots.show_images(np.arcsinh(sky_test[surest]), captions, columns=6, ink=False, title="Where it is most wrong (truth, score)")

# %% [markdown]
# These twelve images it got most wrong: what it is, and the score that the network gave it. **Look at them before you
# trust a number.** The lenses that it misses show a blob or two beside the galaxy in place of an arc, as a companion
# would. The false alarms are companions that happen to lie as an arc would. In a single band and with this noise, you
# and I would hardly do better on most of them.
#
# **Think.** Suppose that one galaxy in 9,000 is a lens, as for Euclid, and that you choose the threshold at which 80 %
# of the lenses are found with 2 % of false alarms. Of 9 million galaxies, how many are reported, and how many of these
# are lenses?
#
# <details><summary>Answer</summary>
#
# There are 1,000 lenses; 800 of them are found. Of the 8,999,000 others, 2 % are 179,980. So 180,780 are reported, and
# one in 226 is a lens. A classifier that looks excellent on a set with as many lenses as others is drowned in false
# alarms where lenses are rare. What counts is the far left of the ROC curve. Astronomers run the network first, and
# then look at what it reports, by eye, thousands of people at times.
# </details>

# %% [markdown]
# ## What the filters learn
#
# In lesson 5 the kernels were put in by hand. Here are the eight of the first layer, which began as noise.

# %% tags=["show"] jupyter={"source_hidden": true}
kernels = finder.get_weights()[0][:, :, 0]  # (5, 5, 8)
maps = np.moveaxis(kernels, -1, 0)
figure, axes = plots.subplots(2, 8, size=(8.4, 2.7))
figure.suptitle("The first layer's kernels, and what each makes of lens C", fontsize=12)
padded = np.pad(np.arcsinh(sky_train[21]), 2)
for (above, below), kernel, bias in zip(axes.T, maps, finder.get_weights()[1]):
    largest = np.abs(kernel).max()
    above.imshow(kernel, cmap="PuOr", vmin=-largest, vmax=largest)
    view = np.lib.stride_tricks.sliding_window_view(padded, (5, 5))
    below.imshow(np.maximum((view * kernel).sum(axis=(2, 3)) + bias, 0), cmap="gray")
    above.set_axis_off()
    below.set_axis_off()
figure.alt = "Eight kernels of 5×5 weights, positive purple, negative orange, and the eight maps of a ring that they give."
figure

# %% [markdown]
# Purple weights are positive, orange ones negative. In the kernels much is left of the noise that they began as; 3,000
# images are not many. The maps are easier to read. The second and the fourth are a blur: where is there light? The
# fifth and the last respond to flanks on one side, as the edge kernels of lesson 5 did. Nobody told the network about
# edges. The other four have mostly negative weights, and ReLU silences them wherever there is light; for them the
# layer could have been smaller. (What glows in their corners is the noise of the sky.) After training on a million photographs, first
# layers are tidy edges and spots of colour (Krizhevsky et al. 2012).
#
# With the explorable you can follow an image through the layers. Choose an image and a layer; move over a map to read
# its numbers, and see in the image which pixels each number has seen.

# %% tags=["show"]
FeatureMaps(finder, scaled(sky_train[shown]), image=2, layer="convolution_1", map=4)

# %% [markdown]
# 1. First convolution: which maps show the ring, which the galaxy in the middle, which only the noise?
# 2. Go on to the third convolution. The maps have 8×8 pixels. How far does one of them see, by your formula?
# 3. Compare a lens (image 2) with a spiral (image 0) in the last layer. Is there a map that is bright for one of them
#    only?
#
# Deep maps can't be read off one by one, because the meaning is spread over many. What can be said in general (Zeiler &
# Fergus 2013): the first layers find edges and spots, the middle ones corners, arcs and textures, the last ones parts of
# what the network was trained for. That is why the first layers of a network that was trained on one thing can be used
# for another: lesson 7.

# %% [markdown]
# ## In your own words
#
# A colleague looks for arcs that are up to 25 pixels across, in images of 64×64. Her network: four convolutions of 3×3
# with stride 1, global max-pooling, one dense neuron with a sigmoid. It finds small rings, and hardly any large one. On
# her simulations, half of them lenses, the area under the ROC curve is 0.97. In the survey, 98 of 100 reported objects
# are no lenses.
#
# Write her five to ten sentences. How far does a number of her last convolution see, and why does that explain the
# missing rings? Propose layers with a field large enough, and show the sum. Then explain how an AUC of 0.97 and 98 false
# alarms in 100 go together, and name one more reason why results in the survey may be worse than on simulations.

# %% [markdown] nbgrader={"grade_id": "lens-finder", "grade": true, "solution": true, "points": 2}
# ### BEGIN SOLUTION
# Four convolutions of 3×3 with stride 1 see $1 + 4 \cdot 2 = 9$ pixels along an axis. The global pooling takes the
# largest number of each channel, so the network only ever asks whether some pattern of 9 pixels occurs anywhere. A ring
# of 25 pixels never lies in one field; of it the network sees short pieces of a curve, which spiral arms have too.
# A pooling by 2 behind each of the first three convolutions helps: $1 + 2 + 1 + 2 \cdot 2 + 2 + 4 \cdot 2 + 4 + 8 \cdot
# 2 = 38$ pixels, which is enough for the largest ring and something around it. (Or kernels with a stride or a dilation,
# with the sum worked out.) The AUC compares one random lens with one random other galaxy. It doesn't know how rare
# lenses are. On the simulations one in two is a lens, in the sky one in thousands. Even if only 1 % of the others raise
# an alarm, these are many more than all lenses there are, so most alarms are false, and the classifier has not become
# worse for it. She has to choose a higher threshold, look at the left end of the ROC curve, and check the candidates by
# eye. Besides, the survey has things that the simulations lack: artefacts, stars with diffraction spikes, mergers,
# another seeing or noise. On these the network was never trained, and nothing says what it does there.
#
# *One point for the receptive field of 9 and a proposal with the right sum; one for the base rate and another
# difference between simulation and survey.*
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - Pooling makes one number of each window: less work behind it, and a larger view. Max-pooling: was the pattern there?
#   Nothing is learned in it.
# - Backward, a window's whole slope goes to the pixel that won. Of a tie one takes all, or all share it.
# - Receptive field: $r = 1 + \sum_l (k_l - 1) \prod_{m<l} s_m$. Strides multiply it, kernels add to it.
# - The classical stack: convolution, ReLU, pooling, repeated; flatten; dense. Sizes fall, channels rise. The one of the
#   figure has 260 + 6,275 + 40,100 + 1,010 = 47,645 parameters.
# - Convolution is equivariant. Invariance comes from forgetting the place: global pooling does, flatten does not.
# - Look at the learning curves, the confusion matrix, and the images that are most wrong, in this order.
# - AUC does not know how rare a class is. False alarms do.
# - The first layer learns blurs, edges and spots, whatever the task.

# %% [markdown]
# ## The same in Keras
#
# The lens finder without its augmentation, in both libraries, with the weights that it has learned:

# %% tags=["show"]
def build(library):
    layers = library.layers
    stages = [
        layer
        for filters, size in ((8, 5), (16, 3), (32, 3))
        for layer in (layers.Conv2D(filters, size, padding="same", activation="relu"), layers.MaxPooling2D(2))
    ]
    top = [layers.Flatten(), layers.Dense(32, activation="relu"), layers.Dense(1, activation="sigmoid")]
    return library.Sequential([library.Input((32, 32, 1)), *stages, *top])


def scores(library):
    model = build(library)
    model.set_weights(finder.get_weights())
    return model.predict(scaled(sky_test[:5]), verbose=0).ravel().round(4)


print("course:", scores(course))
try:
    import keras
except ImportError:
    print("Keras is not installed here. With it, scores(keras) prints the same five numbers.")
else:
    print("Keras: ", scores(keras))

# %% [markdown]
# ## Where to read on
#
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, *Gradient-based learning applied to document recognition*, 1998,
#   [doi:10.1109/5.726791](https://doi.org/10.1109/5.726791). The classical stack.
# - A. Krizhevsky, I. Sutskever and G. Hinton, *ImageNet classification with deep convolutional neural networks*, 2012,
#   [doi:10.1145/3065386](https://doi.org/10.1145/3065386). The network that convinced everyone.
# - K. Simonyan and A. Zisserman, *Very deep convolutional networks for large-scale image recognition*, 2014,
#   [arXiv:1409.1556](https://arxiv.org/abs/1409.1556). Small kernels, many layers.
# - M. Lin, Q. Chen and S. Yan, *Network in network*, 2013, [arXiv:1312.4400](https://arxiv.org/abs/1312.4400). Global
#   pooling in place of flatten.
# - M. Zeiler and R. Fergus, *Visualizing and understanding convolutional networks*, 2013,
#   [arXiv:1311.2901](https://arxiv.org/abs/1311.2901). What the layers look for.
# - W. Luo et al., *Understanding the effective receptive field in deep convolutional neural networks*, 2017,
#   [arXiv:1701.04128](https://arxiv.org/abs/1701.04128). The middle of the field counts most.
# - F. Lanusse et al., *CMU DeepLens*, 2017, [arXiv:1703.02642](https://arxiv.org/abs/1703.02642), and R. B. Metcalf et
#   al., *The strong gravitational lens finding challenge*, 2018, [arXiv:1802.03609](https://arxiv.org/abs/1802.03609).
#   A contest of networks, other programs and people.
# - T. Collett, *The population of galaxy-galaxy strong lenses in forthcoming optical imaging surveys*, 2015,
#   [arXiv:1507.02657](https://arxiv.org/abs/1507.02657). How many lenses there will be.
#
# Next: lesson 7, what to do when a network won't learn, and the tricks that make deep ones work.
