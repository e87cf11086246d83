# %% [markdown]
# # 5 · Convolution
#
# Why a dense layer is the wrong layer for images, what slides in its place, and how that becomes one matrix product.

# %%
import numpy as np

import course
from autograder import check

# %% tags=["show"]
from course import plots
from course.data.digits import load_digits
from course.data.galaxies import load_galaxies
from course.widgets import ConvolutionExplorer, SizesAtAGlance

light = load_galaxies(noise=0)[0][0]  # (3000, 32, 32), the light alone
faces = [light[51], light[24], np.roll(light[51], (4, -6), axis=(0, 1)), light[12], light[29], light[20]]
six = np.stack(faces) + np.random.default_rng(5).normal(size=(6, 32, 32))  # with the noise of the sky
plots.show_images(np.arcsinh(six), list("ABCDEF"), columns=6, ink=False, title="Which two are the same galaxy?")

# %% [markdown]
# Six simulated images, 32×32 pixels of 0.1 arcseconds each. A pixel holds the light that fell on it, in units of the
# noise of the sky, and is shown on a scale that brings out the faint parts. (Real images have neighbours, cosmic rays
# and galaxies of kinds that nobody simulated.) **Two of the six show the same galaxy.** Which?
#
# <details><summary>The answer</summary>
#
# A and C. In C the telescope pointed 4 pixels higher and 6 pixels further to the right, and the noise is another.
# </details>
#
# You saw it without counting pixels. Now ask a computer that takes an image for a list of 1,024 numbers, and measures
# how far apart two lists are.

# %% tags=["show"]
for letter, image in zip("BCDEF", six[1:]):
    print(f"from A to {letter}: {np.sqrt(((image - six[0]) ** 2).sum()):5.1f}")

# %% [markdown]
# By this measure C is the one that resembles A *least*. And a dense layer does take an image for a list of numbers.
#
# In this lesson you will build a layer that knows what an image is: pixels have neighbours, and a galaxy is the same
# galaxy wherever it stands. You will slide a kernel along a spectrum, then over an image, add channels, filters and
# stride, write the whole as one matrix product, and send gradients back through it.

# %% [markdown]
# ## What is wrong with a dense layer
#
# **It has too many parameters.** A colour image of 32×32 pixels has $32 \cdot 32 \cdot 3 = 3{,}072$ numbers. A dense
# layer of only 1,000 neurons on it has over 3 million weights. On an image of a megapixel it would have 3 billion.
#
# **It does not know that things move.** Here is a test. Handwritten digits (of lesson 1, real ones, 8×8 pixels from 0
# for paper to 1 for ink) are put in the middle of an empty sheet of 14×14 pixels. A network 196-64-32-10 learns to
# read them. Then we show it digits of people whose hand it hasn't seen: in the middle, and one, two, three pixels
# away from it.

# %% tags=["show"]
(x_train, y_train), (x_val, y_val), _ = load_digits()


def on_a_sheet(digits, down=0, right=0):
    """(n, 8, 8) -> (n, 14, 14), the digits in the middle or moved away from it."""
    return np.pad(digits, ((0, 0), (3 + down, 3 - down), (3 + right, 3 - right)))


dense = course.Sequential(
    [
        course.Input((14, 14)),
        course.layers.Flatten(),
        course.layers.Dense(64, activation="relu"),
        course.layers.Dense(32, activation="relu"),
        course.layers.Dense(10, activation="softmax"),
    ],
    seed=1,
)
dense.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
dense.fit(on_a_sheet(x_train), y_train, epochs=30, verbose=0)

moves = [0, 1, 2, 3]
right_answers = []
for step in moves:
    ways = [(step, 0), (-step, 0), (0, step), (0, -step)]
    found = [dense.predict(on_a_sheet(x_val, *way), verbose=0).argmax(axis=1) for way in ways]
    right_answers.append(np.mean(np.array(found) == y_val))

figure, (left, right) = plots.subplots(1, 2, size=(8.4, 3.2))
left.imshow(np.hstack([on_a_sheet(x_val[7:8], right=step)[0] for step in (0, 2)]), cmap="gray_r")
left.axvline(13.5, color="black")
left.set_title("A digit, and the same one moved by 2", fontsize=11)
left.set(xlabel="pixels", ylabel="pixels", xticks=range(0, 28, 7), yticks=range(0, 14, 7))
right.plot(moves, 100 * np.array(right_answers), "o-", color=plots.COLOURS["blue"], label="dense network")
right.axhline(10, color=plots.COLOURS["grey"], linestyle="--", label="guessing")
right.set_title("Digits read by the dense network", fontsize=11)
right.set(xlabel="moved by (pixels)", ylabel="right answers (%)", ylim=(0, 100), xticks=moves)
right.legend(fontsize=9)
figure.alt = "Left a digit in two places. Right a curve: 97 % of digits are read in the middle, a tenth two pixels away."
figure

# %% [markdown]
# In the middle it reads 97 % of them. One pixel away, half. Two pixels away, it guesses. Every weight belongs to one
# pixel, so what was learned about the middle is of no use next to it. It would have to learn each digit again for
# each place.
#
# **It does not know what a neighbour is.** Shuffle the 196 pixels of all images, training and validation, in the same
# way. You could no longer read a single digit.
#
# **Think.** What would the dense network say to that? Would it do worse?
#
# <details><summary>Answer</summary>
#
# It would do exactly as well. Its first layer adds up pixels times weights, and a sum has no order: shuffle the
# weights along with the pixels and nothing has changed. Which means that the network makes no use of what you and I
# use first: that near pixels belong together.
# </details>
#
# So we want a layer whose neurons see a **small window** of the image each, and share **one set of weights**, so that
# what is learned in one place is known in all. Both are old ideas (Fukushima 1980, LeCun et al. 1998), and together
# they are a convolution.

# %% [markdown]
# ## One dimension: a kernel slides along a signal
#
# Press *Play*, or step with *Next*. On the left is a signal of twelve numbers, beside it the **kernel**, three weights.
# They are laid over the first three numbers of the signal, multiplied number by number and added up. That gives one
# number of the output, on the right. Then the kernel moves on by one.

# %% tags=["show"]
ConvolutionExplorer(image=[[2, 2, 2, 2, 8, 8, 8, 8, 5, 2, 2, 2]], kernel=[[-1, 0, 1]])

# %% [markdown]
# 1. Where is the output zero, where positive, where negative? What does this kernel look for?
# 2. Make it a blur: change the three weights to 0.33. Then to 0, 1, 0: what comes out?
# 3. How many numbers has the output? Set the **stride** to 2: the kernel moves by two. How many now?
# 4. Go back to stride 1 and set the **padding** to *same*: zeros are put at the ends. How many, and how long is the
#    output now?
# 5. Set the **dilation** to 2: there is a gap between the weights. What can the kernel see now that it couldn't?
#
# In a formula: a signal $x$ of length $i$ and a kernel $w$ of length $k$ give
#
# $$y_o = \sum_{t=0}^{k-1} x_{o s + t}\; w_t , \qquad o = 0, 1, 2, \dots$$
#
# with the **stride** $s$. Window $o$ begins at place $o s$, and $t$ counts within the window. Every output is a neuron
# with $k$ inputs, and all of them have the same weights.
#
# A word on the name. In mathematics the kernel of a convolution is turned round, $x_{o-t}\, w_t$. What is written here
# is called *cross-correlation* there. In neural networks everyone says convolution to it. For a learned kernel it makes
# no difference: it would be learned the other way round.

# %% tags=["show"] jupyter={"source_hidden": true}
def filtered(image, kernel, padding="same"):
    """An image slid over by a kernel, with the layer of `course`: (h, w), (k, k) -> (h', w')."""
    layer = course.layers.Conv2D(1, kernel.shape, padding=padding, use_bias=False)
    model = course.Sequential([course.Input((*image.shape, 1)), layer])
    model.set_weights([kernel[:, :, None, None]])
    return model.predict(image[None, :, :, None], verbose=0)[0, :, :, 0]


pixels = np.arange(300)
lines = sum(0.3 * np.exp(-(((pixels - place) / 4) ** 2) / 2) for place in (80, 150, 220))
spectrum = 1 - lines + np.random.default_rng(2).normal(0, 0.1, 300)
profile = -np.exp(-((np.arange(-12, 13) / 4) ** 2) / 2)  # (25,), the shape of an absorption line
profile -= profile.mean()  # so that it gives 0 where the spectrum is flat
response = filtered(spectrum[None], profile[None], padding="valid")[0]  # (276,)

figure, (above, below) = plots.subplots(2, 1, size=(8.4, 4.4))
above.plot(pixels, spectrum, color=plots.COLOURS["blue"], linewidth=1)
above.plot(np.arange(25) + 20, 0.45 + 0.3 * profile, color="black", linewidth=1.5)
above.annotate("the kernel", (47, 0.45), fontsize=9)
above.set_title("A noisy spectrum with three absorption lines", fontsize=11)
above.set(ylabel="flux (continuum = 1)", xlim=(0, 300))
below.plot(pixels[12:-12], response, color=plots.COLOURS["vermillion"], linewidth=1.2)
for place in (80, 150, 220):
    below.axvline(place, color="black", linestyle=":", linewidth=1)
below.set_title("What the kernel answers at each place; dotted, where the lines are", fontsize=11)
below.set(xlabel="pixel", ylabel="response (no unit)", xlim=(0, 300))
figure.alt = "A noisy spectrum in which lines are hard to see. Below, the response peaks at each of the three lines."
figure

# %% [markdown]
# A kernel is a **pattern detector**. Here its 25 weights have the shape of an absorption line. Slid along a noisy
# spectrum, it answers with a peak at each place where the spectrum looks like the kernel. Astronomers call this a
# matched filter and have used it for a long time. What is new in a neural network is one thing: the pattern is not
# put in by hand. It is learned.
#
# **Think.** The line's profile had its mean subtracted. Why? What would the response look like otherwise?
#
# <details><summary>Answer</summary>
#
# The continuum is 1 everywhere, so it adds the sum of the weights to each response: a large number that has nothing
# to do with lines, and that changes with the brightness of the star. With weights that add up to zero, a flat
# spectrum gives zero, however bright.
# </details>

# %% [markdown]
# ### How large is the output?
#
# The explorable below shows it for many kernels and strides at once. Point at a cell to see the formula with its
# numbers. Find: which combinations keep the size? Why are there gaps in the table? (The right half, the receptive
# field, is for lesson 6.)

# %% tags=["show"]
SizesAtAGlance(size=8, kernel=3, stride=1, padding=0)

# %% [markdown]
# Derive it. The input has $i$ pixels, and $p$ zeros are put at **each** end, so the kernel slides over $i + 2p$ of
# them. The first window begins at 0. The last one must end inside, so it begins at $i + 2p - k$ at most. Between
# these, steps of $s$ fit $\lfloor (i + 2p - k)/s \rfloor$ times; what is left over and too short for a step is not
# seen. The first window counts too:
#
# $$o = \left\lfloor \frac{i + 2p - k}{s} \right\rfloor + 1 .$$
#
# Two choices of padding have names. **valid** is none, $p = 0$. **same** is as many zeros as make $o = \lceil i/s
# \rceil$: with stride 1 the size stays. For an odd kernel and stride 1 these are $p = (k-1)/2$ at each end. Otherwise
# the number of zeros may be odd; then TensorFlow, Keras and `course` put the odd one at the end. And a **dilation**
# of $d$ makes a kernel of $k$ weights span $d(k-1) + 1$ pixels: put that in place of $k$.

# %% [markdown]
# ### Exercise: `output_size(i, k, s, p)`
#
# $$o = \left\lfloor \frac{i + 2p - k}{s} \right\rfloor + 1$$
#
# | | type | |
# |---|---|---|
# | `i` | int | pixels of the input |
# | `k` | int | weights of the kernel, at most $i + 2p$ |
# | `s` | int | stride |
# | `p` | int | zeros at each end |
# | result | int | pixels of the output |
#
# On paper: $i = 7$, $k = 3$, $s = 1$, $p = 0$ give 5; $i = 8$, $k = 3$, $s = 2$, $p = 1$ give 4.

# %% nbgrader={"grade_id": "output_size", "solution": true}
def output_size(i, k, s, p):
    """How many places a kernel has along one axis.

    Parameters
    ----------
    i : int
        Pixels of the input.
    k : int
        Weights of the kernel, at most i + 2 p.
    s : int
        Stride: the step from one window to the next.
    p : int
        Padding: zeros at each end.

    Returns
    -------
    int
    """
    ### BEGIN SOLUTION
    return (i + 2 * p - k) // s + 1
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-output_size", "grade": true}
check(output_size)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Python has a division that rounds down to a whole number: `7 // 2` is 3. Divide first, then add 1.
# </details>

# %% [markdown]
# **Think.** An image of 32 pixels, a kernel of 5, stride 2. One colleague uses $p = 2$, another $p = 1$. How many
# outputs does each get, and which pixels does the second one never look at?
#
# <details><summary>Answer</summary>
#
# $\lfloor (32 + 4 - 5)/2 \rfloor + 1 = 16$ and $\lfloor (32 + 2 - 5)/2 \rfloor + 1 = 15$. In the second case the
# windows begin at −1, 1, 3, …, 27, and the last one ends at pixel 31, the last of the image: nothing is missed but
# the zero behind it. In the first, one of the two zeros at the end is not reached. The floor drops padding before it
# drops pixels, as long as there is padding.
# </details>

# %% [markdown]
# ### Exercise: `conv1d(x, w, stride)`
#
# Slide one kernel along each of $n$ signals, without padding:
#
# $$y_{jo} = \sum_{t=0}^{k-1} x_{j,\,o s + t}\; w_t$$
#
# | | shape | |
# |---|---|---|
# | `x` | `(n, i)` | one signal a row |
# | `w` | `(k,)` | the kernel, not turned round |
# | `stride` | int | $s$ |
# | result | `(n, o)` | $o = \lfloor (i - k)/s \rfloor + 1$ |
#
# On paper: $x = \begin{pmatrix} 1 & 2 & 4 & 7 \end{pmatrix}$ and $w = (-1, 1)$ give $\begin{pmatrix} 1 & 2 & 3
# \end{pmatrix}$ with stride 1 and $\begin{pmatrix} 1 & 3 \end{pmatrix}$ with stride 2.

# %% nbgrader={"grade_id": "conv1d", "solution": true}
def conv1d(x, w, stride):
    """Slide a kernel along signals, without padding.

    Parameters
    ----------
    x : ndarray of shape (n, i)
        One signal a row.
    w : ndarray of shape (k,)
        The kernel; it is not turned round.
    stride : int
        The step from one window to the next.

    Returns
    -------
    ndarray of shape (n, o)
        One number for each window.
    """
    ### BEGIN SOLUTION
    k = len(w)
    starts = range(0, x.shape[1] - k + 1, stride)
    return np.stack([x[:, start : start + k] @ w for start in starts], axis=1)  # o columns of shape (n,)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-conv1d", "grade": true}
check(conv1d)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Window $o$ is `x[:, o * stride : o * stride + k]`, of shape `(n, k)`. Times the kernel, added up along each row, it
# gives one column of the result. `range(0, last + 1, stride)` counts the starts; where does the last window begin?
# </details>

# %% [markdown]
# ## Two dimensions: a window slides over an image
#
# Now the signal is an image and the kernel a small square. Here is a digit, and a kernel of 3×3.

# %% tags=["show"]
ConvolutionExplorer(image="digit", kernel="edges upright")

# %% [markdown]
# 1. Step through a row. Where is the output large, where is it below zero? What does this kernel see?
# 2. Choose the kernel *edges level*, then *all edges*. What do they see?
# 3. Take *blur* on the image *dot*. Where have you seen this picture, in astronomy?
# 4. Draw an image of your own: click a pixel and type a number.
# 5. Padding *same*: what happens at the border, and why is there an edge where there is none?
#
# The formula has a sum for the rows and a sum for the columns:
#
# $$y_{rc} = \sum_{a=0}^{k-1} \sum_{e=0}^{k-1} x_{r s + a,\; c s + e}\; w_{ae} ,$$
#
# where $r$ and $c$ count the rows and columns of the output, and $a$ and $e$ those of the window.
#
# Some kernels are worth knowing by heart. We slide six of them over a galaxy.

# %% tags=["show"] jupyter={"source_hidden": true}
def bell(size, width):
    """A kernel in the shape of a Gaussian, its weights adding up to 1."""
    line = np.exp(-(((np.arange(size) - size // 2) / width) ** 2) / 2)
    return np.outer(line, line) / line.sum() ** 2


sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4
gallery = {
    "identity": np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    "blur": bell(5, 1.2),
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "edges upright": sobel,
    "edges level": sobel.T,
    "spots: near minus around": bell(9, 1.0) - bell(9, 2.5),
}
galaxy = np.arcsinh(light[51] + np.random.default_rng(5).normal(0, 0.3, (32, 32)))  # a longer exposure
figure, axes = plots.subplots(2, 6, size=(8.4, 3.3))
figure.suptitle("A galaxy under six kernels (each kernel above its result)", fontsize=12)
for (kernel_ax, result_ax), (name, kernel) in zip(axes.T, gallery.items()):
    result = filtered(galaxy, kernel.astype(float))
    signed = "edges" in name or "spots" in name
    top = np.abs(result[2:-2, 2:-2]).max()
    look = dict(cmap="PuOr", vmin=-top, vmax=top) if signed else dict(cmap="gray", vmin=0, vmax=galaxy.max())
    largest = np.abs(kernel).max()
    kernel_ax.imshow(np.pad(kernel, (9 - len(kernel)) // 2), cmap="PuOr", vmin=-largest, vmax=largest)
    result_ax.imshow(result, **look)
    kernel_ax.set_title(name.replace(": ", ":\n"), fontsize=8.5)
    kernel_ax.set_axis_off()
    result_ax.set_axis_off()
figure.alt = "Six kernels and what each makes of a spiral galaxy: the same, smoother, noisier, its sides, its knots."
figure

# %% [markdown]
# In the kernels, and in the last three results, purple is positive, orange negative and white zero. *Blur* takes noise
# away and detail with it, *sharpen* does the opposite. The two *edges* respond to the galaxy's flanks, with opposite
# signs on opposite sides. *Spots* subtracts the surroundings from the middle. It lights up on whatever is small,
# here the nucleus and the arms, and with a kernel of this kind programs such as SExtractor find sources in images.
#
# Nobody will put these kernels into a network. When a network learns from many photographs, its first layer comes out
# looking much like them.
#
# **Think.** Which of the six results change if you add 5 to every pixel of the image (a brighter sky)?
#
# <details><summary>Answer</summary>
#
# Those whose weights add up to 1 get brighter by 5: identity, blur, sharpen. Those whose weights add up to 0 don't
# change, away from the border: edges and spots. At the border, "same" padding puts zeros beside pixels of 5 and more,
# which is an edge.
# </details>

# %% [markdown]
# ## Channels and filters
#
# A colour image has three numbers in each pixel, a survey image five, one for each band. They are the image's
# **channels**, its shape is `(height, width, channels)`, and a batch of images has the shape
# `(n, height, width, channels)`.

# %% tags=["show"] jupyter={"source_hidden": true}
from matplotlib.patches import FancyArrowPatch, Rectangle


def sheets(ax, x, y, side, fills, edge="black", grid=0):
    """Channels: squares behind each other, the first in front."""
    for back, fill in reversed(list(enumerate(fills))):
        corner = (x + 0.28 * back, y + 0.28 * back)
        ax.add_patch(Rectangle(corner, side, side, facecolor=fill, edgecolor=edge, linewidth=1))
    for line in range(1, grid):
        ax.plot([x + side * line / grid] * 2, [y, y + side], color=edge, linewidth=0.6)
        ax.plot([x, x + side], [y + side * line / grid] * 2, color=edge, linewidth=0.6)


bands = ("#F2B8A0", "#BFE3B4", "#A9CFE8")
figure, ax = plots.subplots(size=(8.4, 4.0))
sheets(ax, 0, 2, 3.2, bands)
ax.add_patch(Rectangle((0.5, 3.7), 0.9, 0.9, fill=False, linewidth=2))
for row, fill in ((4.6, "#F7D9A0"), (1.2, "#D9C4E8")):
    sheets(ax, 6.2, row, 0.9, bands, grid=3)
    sheets(ax, 10.0, row - 0.5, 2.0, [fill])
    ax.add_patch(Rectangle((10.35, row + 0.6), 0.2, 0.2, facecolor="black"))
    for start, end in (((4.2, 3.9), (5.9, row + 0.6)), ((7.9, row + 0.6), (9.8, row + 0.6))):
        ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=12, color="#767676"))
    ax.text(8.8, row + 0.75, "multiply,\nadd up all 27,\nadd the bias", ha="center", va="bottom", fontsize=8)
for x, y, words in (
    (1.9, 1.3, "image: (height, width, 3)\nthe window sees 3·3·3 numbers"),
    (6.7, 0.2, "2 filters: (3, 3, 3, 2)\nand 2 biases: (2,)"),
    (11.2, 0.2, "output: (height − 2, width − 2, 2)\none channel for each filter"),
):
    ax.text(x, y, words, ha="center", va="top", fontsize=9)
ax.set(xlim=(-0.3, 13.2), ylim=(-0.9, 6.9), aspect="equal")
ax.set_title("Three channels in, two filters, two channels out", fontsize=12)
ax.set_axis_off()
figure.alt = "An image of three channels; two filters of 3×3×3 weights each make one output channel of their own."
figure

# %% [markdown]
# Read the picture from left to right.
#
# - A window reaches through **all channels**: 3×3 pixels of 3 channels are 27 numbers.
# - A **filter** has a weight for each of these, and one bias. It multiplies, adds up everything, over rows, columns and
#   channels, adds the bias, and gives one number. It is a neuron.
# - A layer has several filters. Each makes one image, which becomes one **channel of the output**. So the number of
#   channels that come out is the number of filters, whatever the number that went in.
#
# All kernels of a layer are one array `w` of shape `(k, k, c, m)`, with $c$ channels in and $m$ filters. The formula
# gets a sum over the channels $q$, and an index $f$ for the filter:
#
# $$y_{rcf} = b_f + \sum_{a} \sum_{e} \sum_{q} x_{r s + a,\; c s + e,\; q}\; w_{aeqf} .$$
#
# Try it with numbers: an image of two channels, and two filters. The first sees edges in the first channel; the second
# is the difference of the channels, a colour.

# %% tags=["show"]
bright_edge = np.zeros((5, 6, 2))
bright_edge[:, 3:, 0] = 9
bright_edge[1:4, 1:5, 1] = 4
two_filters = np.zeros((2, 2, 2, 2))
two_filters[:, :, 0, 0] = [[-1, 1], [-1, 1]]
two_filters[0, 0, :, 1] = [1, -1]
ConvolutionExplorer(image=bright_edge, kernel=two_filters)

# %% [markdown]
# ### Exercise: `conv2d(x, w, b, stride, padding)`
#
# The layer, for a batch:
#
# $$y_{jrcf} = b_f + \sum_{a=0}^{k-1} \sum_{e=0}^{k-1} \sum_{q} x_{j,\; r s + a,\; c s + e,\; q}\; w_{aeqf}$$
#
# | | shape | |
# |---|---|---|
# | `x` | `(n, height, width, c)` | $n$ images of $c$ channels |
# | `w` | `(k, k, c, m)` | $m$ filters |
# | `b` | `(m,)` | a bias for each filter |
# | `stride` | int | the same down and across |
# | `padding` | `"valid"` or `"same"` | no zeros, or so many that $o = \lceil i/s \rceil$ |
# | result | `(n, height', width', m)` | |
#
# For "same", each axis gets $\max\bigl((o - 1)s + k - i,\, 0\bigr)$ zeros in all. Half of them, rounded down, go
# before the first pixel, the rest behind the last.
#
# On paper, one image, one channel, one filter: $x = \begin{pmatrix} 1 & 2 & 0 \\ 0 & 1 & 3 \end{pmatrix}$,
# $w = \begin{pmatrix} 1 & 0 \\ 0 & 2 \end{pmatrix}$, $b = 1$ and stride 1 give $\begin{pmatrix} 4 & 9 \end{pmatrix}$
# with "valid" and $\begin{pmatrix} 4 & 9 & 1 \\ 1 & 2 & 4 \end{pmatrix}$ with "same".

# %% nbgrader={"grade_id": "conv2d", "solution": true}
def conv2d(x, w, b, stride, padding):
    """A convolutional layer without an activation.

    Parameters
    ----------
    x : ndarray of shape (n, height, width, c)
        Images.
    w : ndarray of shape (k, k, c, m)
        The filters; they are not turned round.
    b : ndarray of shape (m,)
        The biases.
    stride : int
        The step from one window to the next.
    padding : "valid" or "same"
        No zeros around the image, or so many that the output has size / stride pixels, rounded up.

    Returns
    -------
    ndarray of shape (n, height', width', m)
    """
    ### BEGIN SOLUTION
    k, m = len(w), w.shape[3]
    if padding == "same":
        sides = []
        for size in x.shape[1:3]:
            zeros = max((-(-size // stride) - 1) * stride + k - size, 0)
            sides.append((zeros // 2, zeros - zeros // 2))
        x = np.pad(x, [(0, 0), *sides, (0, 0)])
    rows, columns = ((size - k) // stride + 1 for size in x.shape[1:3])
    y = np.empty((len(x), rows, columns, m))
    for r in range(rows):
        for c in range(columns):
            window = x[:, r * stride : r * stride + k, c * stride : c * stride + k]  # (n, k, k, c)
            y[:, r, c] = np.tensordot(window, w, axes=3) + b  # (n, m)
    return y
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-conv2d", "grade": true}
check(conv2d)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Begin with "valid". Two loops, over the rows and columns of the output, are enough: take out the window, of shape
# `(n, k, k, c)`, and multiply it by one filter `w[..., f]`, of shape `(k, k, c)`. Sum over the last three axes. For
# all filters at once, `np.tensordot(window, w, axes=3)` sums over the last three axes of the one and the first three
# of the other.
#
# For "same", put zeros around the image first, with `np.pad(x, [(0, 0), (before, after), (before, after), (0, 0)])`.
# The rest stays as it is.
# </details>

# %% [markdown]
# Does yours agree with the stepper? In the explorable below your function runs at every change. Numbers that differ
# are marked. (Where `conv2d` isn't written yet, it says so.)

# %% tags=["show"]
def my_convolution(image, kernel, stride, padding):
    """Your conv2d, on one image, as the explorable calls it."""
    if image.ndim == 2:
        image, kernel = image[:, :, None], kernel[:, :, None, None]
    if isinstance(padding, int):
        image, padding = np.pad(image, [(padding, padding), (padding, padding), (0, 0)]), "valid"
    y = conv2d(image[None], kernel, np.zeros(kernel.shape[3]), stride, padding)[0]
    return y[:, :, 0] if kernel.shape[2:] == (1, 1) else y


ConvolutionExplorer(image="galaxy", kernel="all edges", stride=2, padding="same", conv=my_convolution)

# %% [markdown]
# ### How many parameters?
#
# Each of $m$ filters has $k \cdot k \cdot c$ weights and a bias. The size of the image does not appear. That is the
# first of the dense layer's faults cured: 15 filters of 3×3 on a colour image have 420 parameters, be it an icon or a
# megapixel.

# %% [markdown]
# ### Exercise: `conv_parameters(k, c_in, c_out)`
#
# The number of weights and biases of a convolutional layer:
#
# $$\left(k \cdot k \cdot c_\text{in} + 1\right) c_\text{out} .$$
#
# | | type | |
# |---|---|---|
# | `k` | int | the kernel has $k \times k$ pixels |
# | `c_in` | int | channels of the input |
# | `c_out` | int | filters, which are the channels of the output |
# | result | int | weights and biases |
#
# On paper: $k = 3$, 3 channels and 15 filters make 420; $k = 5$, 1 channel and 10 filters make 260.

# %% nbgrader={"grade_id": "conv_parameters", "solution": true}
def conv_parameters(k, c_in, c_out):
    """The number of weights and biases of a convolutional layer.

    Parameters
    ----------
    k : int
        The kernel has k × k pixels.
    c_in : int
        Channels of the input.
    c_out : int
        Filters, which are the channels of the output.

    Returns
    -------
    int
    """
    ### BEGIN SOLUTION
    return (k * k * c_in + 1) * c_out
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-conv_parameters", "grade": true}
check(conv_parameters)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Count one filter first: how many numbers does its window hold, over all channels? It has a weight for each, and one
# bias. Then: how many filters are there?
# </details>

# %% [markdown]
# ### Three layers, step by step
#
# Now with `course`. `Conv2D(15, (3, 3))` is a layer of 15 filters of 3×3. Three of them, on colour images of 32×32
# pixels. **Before you run the cell, fill in this table**: which shapes come out, how many parameters has each layer?
#
# | layer | output | parameters |
# |---|---|---|
# | image | (32, 32, 3) | |
# | `Conv2D(15, (3, 3))` | ? | ? |
# | `Conv2D(16, (3, 3), strides=2)` | ? | ? |
# | `Conv2D(32, (3, 3))` | ? | ? |

# %% tags=["show"]
model = course.Sequential(
    [
        course.Input((32, 32, 3)),
        course.layers.Conv2D(15, (3, 3), activation="relu"),
        course.layers.Conv2D(16, (3, 3), strides=2, activation="relu"),
        course.layers.Conv2D(32, (3, 3), activation="relu"),
    ],
    seed=1,
)
x = np.random.default_rng(0).uniform(size=(4, 32, 32, 3)).astype(np.float32)  # four images of noise
print("image ", x.shape)
for layer in model.layers:
    x = layer(x)
    print(f"Conv2D {x.shape!s:18s} kernel {layer.kernel.shape!s:16s} parameters {layer.count_params():5,}")
print("together", f"{model.count_params():,}", "parameters")

# %% [markdown]
# $32 - 3 + 1 = 30$. With stride 2, $\lfloor (30 - 3)/2 \rfloor + 1 = 14$. Then $14 - 3 + 1 = 12$. The parameters are
# $(9 \cdot 3 + 1) \cdot 15 = 420$, then $(9 \cdot 15 + 1) \cdot 16 = 2{,}176$, then $(9 \cdot 16 + 1) \cdot 32 =
# 4{,}640$. The image gets smaller and gets more channels: that is how nearly all convolutional networks look.
#
# **Think.** A dense layer that takes the same image, 32×32×3, to as many numbers as the first layer here, 30×30×15:
# how many parameters would it have?
#
# <details><summary>Answer</summary>
#
# $3{,}072 \cdot 13{,}500 + 13{,}500 = 41{,}485{,}500$, about 100,000 times 420.
# </details>

# %% [markdown]
# ## When the galaxy moves, so does the answer
#
# The dense layer's second fault was that it does not know that things move. Move the image, then convolve; or
# convolve, then move. It is the same:

# %% tags=["show"] jupyter={"source_hidden": true}
spots = gallery["spots: near minus around"]
moved = np.arcsinh(light[51] + np.random.default_rng(7).normal(size=(32, 32)))
there = np.roll(moved, (4, -6), axis=(0, 1))
panels = {"the galaxy": moved, "moved": there}
panels |= {"its spots": filtered(moved, spots), "spots of the moved": filtered(there, spots)}
figure, axes = plots.subplots(1, 4, size=(8.4, 2.6))
figure.suptitle("Convolved after moving is moved after convolving", fontsize=12)
for ax, (name, panel) in zip(axes, panels.items()):
    ax.imshow(panel, cmap="gray")
    ax.set_title(name, fontsize=10)
    ax.set_axis_off()
figure.alt = "A galaxy, the same moved down and to the left, and a kernel's response to both: it has moved as well."
figure

# %% tags=["show"]
first, second = panels["its spots"], panels["spots of the moved"]
gap = np.abs(np.roll(first, (4, -6), axis=(0, 1)) - second)
print(f"largest difference away from the border: {gap[8:-4, 4:-10].max():.1e}, at the border: {gap.max():.2f}")

# %% [markdown]
# This is called **translation equivariance**. With $T$ for "move by so many pixels" and $C$ for the convolution,
#
# $$C(T x) = T(C x) .$$
#
# It is not *in*variance: the answer moves along with the galaxy. And that is right, for a layer in the middle of a
# network: *where* something is may still be needed. A network that is to say "spiral", wherever it is, has to forget
# the place in the end. How it does so is a subject of lesson 6.
#
# Convolution has this symmetry by construction; a dense layer would have to learn it from examples in every place. It
# holds for whole pixels, away from the border, and with a stride $s$ only for moves by a multiple of $s$.
#
# **Think.** A galaxy can also be turned. Is a convolution equivariant under rotations? What could one do?
#
# <details><summary>Answer</summary>
#
# No: *edges upright* does not see an edge that lies level. One can show the network each galaxy in several directions
# while it learns, as lesson 7 does, and hope that it learns kernels for all of them. Dieleman et al. (2015) won a
# contest on galaxy shapes by showing each network several turned copies. Or one can share the weights among turned
# kernels too: group-equivariant convolutions (Cohen & Welling 2016).
# </details>

# %% [markdown]
# ## Convolution is a matrix product
#
# Loops are slow in Python, and matrix products fast on every computer. So write the convolution as one. There are two
# ways, one for computing and one for understanding.
#
# **For computing: unroll the windows.** Write each window as a row of $k \cdot k \cdot c$ numbers, and each filter as a
# column. Then each output is a row times a column, and the layer is one product:
#
# $$\underbrace{\text{windows}}_{(n \cdot h' \cdot w',\; k k c)} \; \underbrace{\text{filters}}_{(k k c,\; m)} \;=\; \underbrace{\text{output}}_{(n \cdot h' \cdot w',\; m)} .$$
#
# The unrolling is known as **im2col** (Chellapilla et al. 2006). It copies each pixel up to $k^2$ times, and is well
# worth it.

# %% [markdown]
# ### Exercise: `im2col(x, k, stride)`
#
# Every window as one row of numbers, without padding. Within a window the order is that of the array: first by row,
# then by column, then by channel.
#
# $$\text{result}_{j,\,r,\,c} = \text{the } k \times k \times c \text{ numbers } x_{j,\; r s \dots r s + k - 1,\; c s \dots c s + k - 1,\; :} \text{ , flattened}$$
#
# | | shape | |
# |---|---|---|
# | `x` | `(n, height, width, c)` | images |
# | `k` | int | the window has $k \times k$ pixels |
# | `stride` | int | $s$ |
# | result | `(n, height', width', k·k·c)` | |
#
# On paper, one image of one channel: $\begin{pmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \end{pmatrix}$ with $k = 2$ and stride 1
# has two windows side by side, $(1, 2, 4, 5)$ and $(2, 3, 5, 6)$.

# %% nbgrader={"grade_id": "im2col", "solution": true}
def im2col(x, k, stride):
    """Every window of each image as one row of numbers: by row, then by column, then by channel.

    Parameters
    ----------
    x : ndarray of shape (n, height, width, c)
        Images.
    k : int
        The window has k × k pixels.
    stride : int
        The step from one window to the next.

    Returns
    -------
    ndarray of shape (n, height', width', k·k·c)
    """
    ### BEGIN SOLUTION
    n, height, width, c = x.shape
    rows, columns = (height - k) // stride + 1, (width - k) // stride + 1
    result = np.empty((n, rows, columns, k * k * c), x.dtype)
    for r in range(rows):
        for q in range(columns):
            window = x[:, r * stride : r * stride + k, q * stride : q * stride + k]  # (n, k, k, c)
            result[:, r, q] = window.reshape(n, -1)
    return result
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-im2col", "grade": true}
check(im2col)

# %% [markdown]
# <details><summary>Hint</summary>
#
# A window of one image has the shape `(k, k, c)`: row, column, channel. `window.ravel()` goes through it in just the
# order that is asked for. For all images at once, `window.reshape(n, -1)`.
# </details>

# %% [markdown]
# With the windows in hand, a convolution is `im2col(x, k, stride) @ w.reshape(-1, m) + b`: one line. How much is
# gained? Below the loops of `course.convolution.naive` against the library's layer, which unrolls.

# %% tags=["show"]
from time import perf_counter

from course.convolution import naive
from course.shapes import axis

layer = course.layers.Conv2D(16, 3)
images = np.random.default_rng(0).uniform(size=(32, 28, 28, 8)).astype(np.float32)  # 32 images of 8 channels
fast = layer(images)

start = perf_counter()
slow = naive.forward(images, layer.kernel.value, (axis(28, 3), axis(28, 3)))
loops = perf_counter() - start
start = perf_counter()
fast = layer(images)
product = perf_counter() - start
print(f"loops {1000 * loops:.0f} ms, as a matrix product {1000 * product:.1f} ms: {loops / product:.0f} times faster")
print(f"the same numbers, to {np.abs(slow - fast).max():.0e}")

# %% [markdown]
# **For understanding: the whole convolution as one matrix.** Take an image of one channel and write it as a vector, row
# by row. A convolution is linear, so there is a matrix $M$ with
#
# $$y = M x , \qquad M \text{ of shape } (h' w',\; h w) .$$
#
# Each row of $M$ belongs to one window: it has the kernel's weights where the window lies, and zeros elsewhere.

# %% tags=["show"] jupyter={"source_hidden": true}
def matrix_of(kernel, height, width):
    """The matrix of a convolution, found by showing each pixel alone to the library's layer."""
    layer = course.layers.Conv2D(1, kernel.shape, use_bias=False)
    pixels = np.eye(height * width, dtype=np.float32).reshape(-1, height, width, 1)
    layer(pixels)  # now it has weights
    layer.set_weights([kernel[:, :, None, None]])
    return layer(pixels).reshape(height * width, -1).T


drawn = matrix_of(np.array([[1.0, 2.0, 1.0], [0.5, -2.0, 0.5], [-1.0, -0.5, -1.0]]), 6, 6)  # (16, 36)
figure, (left, right) = plots.subplots(1, 2, size=(8.4, 2.7))
for ax, matrix, title in (
    (left, drawn, "A convolution: 9 different weights"),
    (right, np.random.default_rng(0).normal(size=drawn.shape), "A dense layer: 576 different weights"),
):
    ax.imshow(matrix, cmap="PuOr", vmin=-2.2, vmax=2.2)
    ax.set_title(title, fontsize=11)
    ax.set(xlabel="pixel of the 6×6 image", ylabel="pixel of the 4×4 output")
figure.alt = "Two matrices, 16 rows, 36 columns: the convolution's is three slanted bands, the dense layer's is full."
figure

# %% [markdown]
# Both pictures show the matrix of a layer from 36 pixels to 16. The right one is a dense layer. The left one is a
# convolution with a kernel of 3×3: **a dense layer in which most weights are zero, and the others are nine numbers,
# used again in every row**. There are three bands because a window has three rows, and in the flattened image one row
# further down is six pixels further on. From one row of $M$ to the next everything moves by one pixel, and by three
# where a new row of the output begins.

# %% [markdown]
# ### Exercise: `conv_matrix(w, height, width)`
#
# The matrix $M$ with `M @ x.ravel()` equal to the convolution of the image `x` with the kernel `w`, flattened: one
# channel, one filter, stride 1, no padding.
#
# $$M_{\,r w' + c,\;\; (r + a) w + (c + e)} = w_{ae} , \qquad \text{all others } 0,$$
#
# for $r < h'$, $c < w'$ and $a, e < k$. Here $w$ (without indices) is the image's width, and $h' = h - k + 1$,
# $w' = w - k + 1$ are the output's height and width.
#
# | | shape | |
# |---|---|---|
# | `w` | `(k, k)` | the kernel |
# | `height`, `width` | int | of the image |
# | result | `(height'·width', height·width)` | |
#
# On paper: the kernel $\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$ on images of 2×3 has the matrix
# $\begin{pmatrix} 1 & 2 & 0 & 3 & 4 & 0 \\ 0 & 1 & 2 & 0 & 3 & 4 \end{pmatrix}$.

# %% nbgrader={"grade_id": "conv_matrix", "solution": true}
def conv_matrix(w, height, width):
    """The matrix that does to a flattened image what a convolution does to the image.

    Parameters
    ----------
    w : ndarray of shape (k, k)
        The kernel.
    height, width : int
        Size of the image.

    Returns
    -------
    ndarray of shape (height'·width', height·width)
        Where height' = height − k + 1 and width' = width − k + 1.
    """
    ### BEGIN SOLUTION
    k = len(w)
    rows = []
    for r in range(height - k + 1):
        for c in range(width - k + 1):
            image = np.zeros((height, width))
            image[r : r + k, c : c + k] = w  # the kernel where the window lies
            rows.append(image.ravel())
    return np.stack(rows)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-conv_matrix", "grade": true}
check(conv_matrix)

# %% [markdown]
# <details><summary>Hint</summary>
#
# You need no arithmetic with indices. One row of $M$ is an image of zeros into which the kernel was written at the
# place of the window, and which was then flattened.
# </details>

# %% [markdown]
# **Think.** In lesson 3 you sent a gradient back through a dense layer $y = Mx$ by $dx = M^\top dy$. What does
# $M^\top$ do to an image, if $M$ is a convolution? How large is what comes out?
#
# <details><summary>Answer</summary>
#
# It takes a small image, of the output's size, to a large one, of the input's size. A row of $M$ says which pixels a
# window *collects* from. The same numbers, as a column of $M^\top$, say which pixels a number is *handed out* to. This
# is the transposed convolution: the way of the gradient here, and in lesson 9 a layer of its own that enlarges images.
# </details>

# %% [markdown]
# ## The way back
#
# The stepper has a mode for it. Each number of a small image is multiplied by the whole kernel and *added* to a window
# of a large image.

# %% tags=["show"]
ConvolutionExplorer(image=[[1, 2], [0, -1]], kernel=[[1, 0, -1], [2, 1, -2], [1, 0, -1]], transposed=True)

# %% [markdown]
# Step through the four numbers. The windows overlap in the middle; there the contributions add up. Set the stride to 2:
# they lie further apart.
#
# This is what a gradient does. Say we know $dy$, the slope of the loss with respect to each number of the output. Take
# one signal and one kernel, $y_o = \sum_t x_{o s + t}\, w_t + b$. In every product $x_{o s + t}\, w_t$ there are two
# factors, and the slope $dy_o$ goes to both, times the other one:
#
# - to the **weight** $w_t$: $dy_o\, x_{o s + t}$. The weight is used in all windows, so these add up:
#   $\displaystyle dw_t = \sum_o dy_o\, x_{o s + t}$.
# - to the **pixel** $x_{o s + t}$: $dy_o\, w_t$. A pixel lies in several windows, so these add up too:
#   $\displaystyle dx_j = \sum_{o,\,t \text{ with } o s + t = j} dy_o\, w_t$.
# - to the **bias**: $\displaystyle db = \sum_o dy_o$, because it is added everywhere.
#
# In words: *each slope goes to the window that made its number, times the kernel; and to the kernel, times the
# window.* With images, channels, filters and a batch there are more indices to sum over, and nothing else is new.

# %% [markdown]
# ### Exercise: `conv2d_backward(dy, x, w, stride)`
#
# The gradients of a convolutional layer without padding, given the gradient `dy` of the loss with respect to its
# output. With the window $x_{j,\; r s + a,\; c s + e,\; q}$ of the output $y_{jrcf}$,
#
# $$dw_{aeqf} = \sum_{j,r,c} dy_{jrcf}\; x_{j,\, r s + a,\, c s + e,\, q} , \qquad db_f = \sum_{j,r,c} dy_{jrcf} ,$$
#
# $$dx_{j,\, r s + a,\, c s + e,\, q} \mathrel{+}= \sum_f dy_{jrcf}\; w_{aeqf} \quad \text{for all } r, c, a, e .$$
#
# | | shape | |
# |---|---|---|
# | `dy` | `(n, height', width', m)` | the loss by the output |
# | `x` | `(n, height, width, c)` | the images that went in |
# | `w` | `(k, k, c, m)` | the filters |
# | `stride` | int | $s$ |
# | result | `dx, dw, db` | with the shapes of `x`, `w`, and `(m,)` |
#
# As in lesson 3, the gradients are sums over the batch. A pixel that no window saw has the gradient 0.
#
# On paper, one image, one channel, one filter, stride 1:
# $x = \begin{pmatrix} 1 & 2 & 0 \\ 0 & 1 & 3 \end{pmatrix}$, $w = \begin{pmatrix} 1 & 0 \\ 0 & 2 \end{pmatrix}$ and
# $dy = \begin{pmatrix} 1 & -1 \end{pmatrix}$ give $dx = \begin{pmatrix} 1 & -1 & 0 \\ 0 & 2 & -2 \end{pmatrix}$,
# $dw = \begin{pmatrix} -1 & 2 \\ -1 & -2 \end{pmatrix}$ and $db = 0$.

# %% nbgrader={"grade_id": "conv2d_backward", "solution": true}
def conv2d_backward(dy, x, w, stride):
    """The gradients of a convolution without padding, summed over the batch.

    Parameters
    ----------
    dy : ndarray of shape (n, height', width', m)
        The gradient of the loss with respect to the output.
    x : ndarray of shape (n, height, width, c)
        The images that went in.
    w : ndarray of shape (k, k, c, m)
        The filters.
    stride : int
        The step from one window to the next.

    Returns
    -------
    dx, dw, db : ndarrays of the shapes of x, of w, and (m,)
    """
    ### BEGIN SOLUTION
    k = len(w)
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for r in range(dy.shape[1]):
        for c in range(dy.shape[2]):
            window = np.s_[:, r * stride : r * stride + k, c * stride : c * stride + k]
            slope = dy[:, r, c]  # (n, m)
            dx[window] += np.tensordot(slope, w, axes=(1, 3))  # (n, k, k, c)
            dw += np.tensordot(x[window], slope, axes=(0, 0))  # (k, k, c, m)
    return dx, dw, dy.sum(axis=(0, 1, 2))
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-conv2d_backward", "grade": true}
check(conv2d_backward)

# %% [markdown]
# <details><summary>Hint</summary>
#
# The same loops over rows and columns as forward, with the same windows. Begin with `dx` and `dw` as arrays of zeros
# (of floats), and *add* to them at every place. For one place and one filter, the slope `dy[:, r, c, f]` has the shape
# `(n,)`; give it three more axes, and it multiplies a window of shape `(n, k, k, c)`. For `dw` a sum over the batch
# follows; for `dx` none does.
# </details>

# %% [markdown]
# Is it right? `course` checks its own layer as you did in lesson 3, against finite differences.

# %% tags=["show"]
from course.gradcheck import check_layer

errors = check_layer(course.layers.Conv2D(2, 3, strides=2), (7, 6, 3))

# %% [markdown]
# **Think.** The gradient of a kernel is a sum over all windows of all images. Compare with a dense layer, whose weight
# gets one contribution an image. What does that do for learning from few images?
#
# <details><summary>Answer</summary>
#
# Each image of 32×32 gives the kernel about a thousand examples, one for each window, so it is learned from far fewer
# images. They are not independent examples, neighbouring windows being alike, but there are many of them. Fewer
# parameters, more examples for each: that is why convolutional networks work at all with a few thousand images.
# </details>

# %% [markdown]
# ## In your own words
#
# A colleague classifies stars by their spectra of 4,096 pixels. Her network begins with a dense layer of 1,000 neurons.
# She has 2,000 spectra. Each star moves towards us or away from us, so that its lines are shifted by up to 20 pixels.
# The network learns the training spectra by heart and fails on new ones.
#
# Write her five to ten sentences. Count the parameters of her first layer, and of a one-dimensional convolution with
# 16 filters of 25 weights in its place. Say what the convolution does better with the shifts, and say what it doesn't
# do: is its output the same for a shifted spectrum? Then name one kind of data for which a convolution would be the
# wrong layer, and why.

# %% [markdown] nbgrader={"grade_id": "why-convolution", "grade": true, "solution": true, "points": 2}
# ### BEGIN SOLUTION
# The dense layer has $4{,}096 \cdot 1{,}000 + 1{,}000 = 4{,}097{,}000$ parameters, two thousand for each spectrum, so
# it can learn every one by heart. A convolution with 16 filters of 25 weights on one channel has $(25 + 1) \cdot 16 =
# 416$. In the dense layer a weight belongs to a pixel: a line that is shifted by 20 pixels meets other weights, and
# what was learned about the line in one place says nothing about it in another. In a convolution the same 25 weights
# are used everywhere, so a filter that has learned the shape of a line finds it wherever it is, and each spectrum
# gives it some 4,000 windows to learn from. But the output is not the same for a shifted spectrum: it is shifted
# along with it (equivariance, not invariance). If the class must not depend on the shift, later layers have to drop
# the place, for example by taking the largest response over all places; and one may want to keep the distances between
# lines, which tell one element from another. A convolution is wrong where neighbours mean nothing or places are not
# alike: a catalogue with magnitude, size, colour and position in its columns can be reordered at will, so that a
# window over three neighbouring columns has no meaning, and the same weights for magnitude and position make no sense.
#
# *One point for both counts and for weights that are shared over places; one for equivariance against invariance and
# a sensible counterexample.*
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - A dense layer has a weight for every pixel and every neuron. It has too many of them, has to learn everything anew
#   in each place, and does not know neighbours.
# - A convolution is a neuron that sees a small window, used at every place with the same weights.
# - $o = \lfloor (i + 2p - k)/s \rfloor + 1$. "valid": no zeros. "same": $o = \lceil i/s \rceil$. Dilation $d$: the
#   kernel spans $d(k-1)+1$ pixels.
# - A filter sums over rows, columns **and channels** of its window and adds a bias. One filter makes one channel of the
#   output. Shapes: $(n, h, w, c)$ with kernels $(k, k, c, m)$ gives $(n, h', w', m)$.
# - Parameters: $(k \cdot k \cdot c_\text{in} + 1)\, c_\text{out}$, whatever the size of the image.
# - A moved image gives a moved output (equivariance).
# - It is a matrix product: rows of windows times columns of filters. Or one large matrix, mostly zeros, with the same
#   few weights in every row.
# - Backward: each slope goes to its window times the kernel, and to the kernel times its window, and all of them add
#   up.

# %% [markdown]
# ## The same in Keras
#
# `Conv2D` takes the same arguments there. Three layers as above, the second with "same" padding, and the same weights
# in both:

# %% tags=["show"]
def build(library):
    return library.Sequential(
        [
            library.Input((32, 32, 3)),
            library.layers.Conv2D(15, (3, 3), activation="relu"),
            library.layers.Conv2D(16, (3, 3), strides=2, activation="relu", padding="same"),
            library.layers.Conv2D(32, (3, 3)),
        ]
    )


ours = build(course)
noise = np.random.default_rng(1).normal(size=(1, 32, 32, 3)).astype(np.float32)
print("course:", ours.output_shape, ours.predict(noise, verbose=0)[0, 5, 5, :4].round(4))
try:
    import keras
except ImportError:
    print("Keras is not installed here. With it, build(keras) gives the same shape and the same numbers.")
else:
    theirs = build(keras)
    theirs.set_weights(ours.get_weights())
    print("Keras: ", theirs.output_shape, theirs.predict(noise, verbose=0)[0, 5, 5, :4].round(4))

# %% [markdown]
# ## Where to read on
#
# - V. Dumoulin and F. Visin, *A guide to convolution arithmetic for deep learning*, 2016,
#   [arXiv:1603.07285](https://arxiv.org/abs/1603.07285). All sizes, transposed and dilated ones too, with pictures.
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, *Gradient-based learning applied to document recognition*, 1998,
#   [doi:10.1109/5.726791](https://doi.org/10.1109/5.726791). Convolutional networks read the amounts on cheques.
# - K. Fukushima, *Neocognitron*, 1980, [doi:10.1007/BF00344251](https://doi.org/10.1007/BF00344251). Windows and shared
#   weights, after what is known of the eye.
# - S. Dieleman, K. Willett and J. Dambre, *Rotation-invariant convolutional neural networks for galaxy morphology
#   prediction*, 2015, [arXiv:1503.07077](https://arxiv.org/abs/1503.07077).
# - F. Yu and V. Koltun, *Multi-scale context aggregation by dilated convolutions*, 2015,
#   [arXiv:1511.07122](https://arxiv.org/abs/1511.07122). What dilation is good for.
# - T. Cohen and M. Welling, *Group equivariant convolutional networks*, 2016,
#   [arXiv:1602.07576](https://arxiv.org/abs/1602.07576). Rotations as well.
# - K. Chellapilla, S. Puri and P. Simard, *High performance convolutional neural networks for document processing*,
#   2006. The paper that unrolled the windows.
#
# Next: lesson 6 stacks convolutions into a network that reads digits and finds lenses.
