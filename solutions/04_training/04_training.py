# %% [markdown]
# # 4 · Training
#
# What to minimize, how to walk downhill, when to stop, and whom to believe.

# %%
import numpy as np

import course
from autograder import check

# %% tags=["show"] jupyter={"source_hidden": true}
from course import plots
from course.data.digits import load_digits
from course.widgets import LiveCurves, OptimizerPaths, OverfittingExplorer


def light_curve(t):
    """The brightness of an exploding star, a sketch: fast rise, slow decline, a second bump."""
    rise = 1 / (1 + np.exp(-4 * (t + 1.5)))
    return 2.2 * rise * np.exp(-0.5 * np.maximum(t + 1.5, 0)) + 0.35 * np.exp(-0.5 * ((t - 1.5) / 0.36) ** 2)


def observe(n, rng):
    """n measurements at random times, with a noise of 0.25: (n, 1), (n, 1)."""
    t = rng.uniform(-3, 3, (n, 1))
    return t, light_curve(t) + 0.25 * rng.normal(size=(n, 1))


def fit_curve(hidden, t, y):
    """A network with hidden layers of these widths, fitted to the measurements for a long time."""
    layers = [course.layers.Dense(width, activation="tanh") for width in hidden]
    model = course.Sequential([course.Input((1,)), *layers, course.layers.Dense(1)], seed=0)
    model.compile(optimizer=course.optimizers.Adam(learning_rate=0.01), loss="mse")
    model.fit(t, y, batch_size=len(t), epochs=3000, verbose=0)
    return model


def typical_error(model, t, y):
    return float(np.sqrt(np.mean((model.predict(t, verbose=0) - y) ** 2)))


rng = np.random.default_rng(2)
t_seen, y_seen = observe(24, rng)
t_new, y_new = observe(1000, rng)
fits = [fit_curve(hidden, t_seen, y_seen) for hidden in ((), (8,), (64, 64))]

# %% tags=["show"] jupyter={"source_hidden": true}
times = np.linspace(-3, 3, 301)[:, None]  # (301, 1)
figure, axes = plots.subplots(1, 3, size=(8.4, 3.2))
for ax, model, name in zip(axes, fits, "ABC"):
    ax.plot(t_seen, y_seen, "o", color=plots.COLOURS["orange"], markersize=4, label="measured")
    ax.plot(times, model.predict(times, verbose=0), color="black", linewidth=1.3, label="fitted")
    ax.set(title=name, xlabel="time (no unit)", ylabel="brightness (no unit)", ylim=(-1.0, 2.6))
    ax.legend(fontsize=8, loc="upper right")
figure.alt = (
    "Twenty-four noisy measurements of a brightness over time, three times, each with a fitted line. A: a "
    "straight line that misses the rise. B: a smooth curve with one peak. C: a wild curve through nearly all of "
    "the points."
)
figure

# %% [markdown]
# Twenty-four measurements of a star that explodes, with noise. Three networks were fitted to them: A without a hidden
# layer, B with 8 hidden neurons, C with two hidden layers of 64. Two questions. **Which of the three is closest to the
# points that you see? Which would you trust for the points of the next night?**

# %% tags=["show"]
for name, model in zip("ABC", fits):
    seen, new = typical_error(model, t_seen, y_seen), typical_error(model, t_new, y_new)
    print(f"{name}: off by {seen:.2f} on what it has seen, by {new:.2f} on 1,000 new measurements")

# %% [markdown]
# C wins on what was seen, by far. It is off by less than the noise of 0.25, which no honest curve can do: it has
# learned the noise by heart. On new measurements it is worse than B. And A is bad at both, because it is too stiff to
# follow.
#
# The fit that looks best is not the best fit. This lesson is about getting to B. You will write all the parts of a
# training yourself: the **losses** that say what is to be minimized, the **steps** that walk downhill, from plain
# gradient descent to Adam, the **batches**, and the rule that says **when to stop**.

# %% [markdown]
# ## What is a good answer?
#
# Start with the loss. Lesson 3 took the mean squared error for everything. Was that a good choice? Say the truth is
# $y = 1$ and a neuron with a sigmoid answers $p$. Here are two losses.

# %% tags=["show"] jupyter={"source_hidden": true}
p = np.linspace(0.002, 1, 400)
z = np.linspace(-7, 7, 301)
sigma = 1 / (1 + np.exp(-z))
figure, (left, right) = plots.subplots(1, 2, size=(8.4, 3.5))
slopes = (2 * (sigma - 1) * sigma * (1 - sigma), sigma - 1)
for ax, xs, (squared, entropy) in ((left, p, ((1 - p) ** 2, -np.log(p))), (right, z, slopes)):
    ax.plot(xs, squared, "--", color=plots.COLOURS["blue"], label="squared error")
    ax.plot(xs, entropy, color=plots.COLOURS["vermillion"], label="cross-entropy")
    ax.legend(fontsize=9)
left.set(title="The loss, for y = 1", xlabel="answer p", ylabel="loss", ylim=(0, 5))
right.set(title="Its slope in the score, for y = 1", xlabel="score z, with p = σ(z)", ylabel="slope of the loss in z")
figure.alt = (
    "Left, two losses over the answer p for the truth 1: the squared error falls from 1 to 0, the cross-entropy "
    "from infinity to 0. Right, their slopes in the score z: the cross-entropy's goes from -1 at very negative "
    "scores to 0, the squared error's is nearly 0 on both sides."
)
figure

# %% [markdown]
# On the left, a wrong answer costs at most 1 by the squared error, however sure it was. The other loss, the
# **cross-entropy**, has no upper limit: to be sure and wrong is as bad as it gets.
#
# On the right is what the training feels, the slope in the score $z$. If the neuron is wrong and sure ($z = -7$), the
# squared error is flat, because its sigmoid is saturated. You met this in lesson 3: short steps, far above the valley.
# The cross-entropy pulls with full strength there, and lets go when the answer is right.
#
# ### Where losses come from
#
# A loss is not a matter of taste. Let the network's answer describe a **probability distribution**: how probable is
# each outcome, given the input? Then the best weights are those under which the outcomes that really happened were
# the most probable. Probabilities of independent examples multiply, so take the logarithm to get a sum, turn the sign
# to get something to minimize, and divide by $n$:
#
# $$L = -\frac1n \sum_{i=1}^{n} \ln P\bigl(y_i \mid x_i\bigr) .$$
#
# You know this as *maximum likelihood*. Everything follows from what you put in for $P$.
#
# - **A number with Gaussian noise** of fixed width $s$ around the prediction $p_i$:
#   $\;-\ln P = \frac{(y_i - p_i)^2}{2 s^2} + \text{const}$. That is the squared error, up to a factor.
# - **Two classes.** The network says that class 1 has probability $p_i$. Then $P = p_i$ if class 1 came, and $1 - p_i$
#   otherwise. In one formula, $-\ln P = -y_i \ln p_i - (1 - y_i) \ln (1 - p_i)$: the **binary cross-entropy**.
# - **Many classes.** The network gives each class a probability, and $-\ln P = -\ln p_{i, y_i}$, that of the class that
#   came: the **categorical cross-entropy**.
#
# | task | last activation | loss | in `course` and Keras |
# |---|---|---|---|
# | any number | none | mean squared error | `"mse"` |
# | one of two classes | sigmoid | binary cross-entropy | `"binary_crossentropy"` |
# | one of many classes, given as a number | softmax | categorical cross-entropy | `"sparse_categorical_crossentropy"` |
# | one of many classes, given as 0, …, 1, …, 0 | softmax | categorical cross-entropy | `"categorical_crossentropy"` |
#
# You will write the first three. Each returns two things: the loss, and its slope in each answer, which is where
# backpropagation starts.

# %% [markdown]
# ### Exercise: `mse(y, p)`
#
# The mean over **all** $N$ elements (of a batch of $n$ rows with $k$ outputs, $N = nk$), and its gradient:
#
# $$L = \frac1N \sum_j (p_j - y_j)^2, \qquad \frac{\partial L}{\partial p_j} = \frac2N\,(p_j - y_j) .$$
#
# | | shape | |
# |---|---|---|
# | `y` | `(n,)` or `(n, k)` | the truth |
# | `p` | as `y` | the predictions |
# | result | `()`, as `p` | the pair loss, gradient |
#
# On paper: $y = (1, 2)$ and $p = (2, 4)$ give the loss $\frac{1 + 4}{2} = 2.5$ and the gradient $(1, 2)$.

# %% nbgrader={"grade_id": "mse", "solution": true}
def mse(y, p):
    """The mean squared error over all elements, and its gradient in the predictions.

    Parameters
    ----------
    y : ndarray of shape (n,) or (n, k)
        The truth.
    p : ndarray of the shape of y
        The predictions.

    Returns
    -------
    loss, gradient : float, ndarray of the shape of p
    """
    ### BEGIN SOLUTION
    error = p - y  # as p
    return np.mean(error**2), 2 * error / error.size
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-mse", "grade": true}
check(mse)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `np.mean` without an axis is the mean over all elements. `p.size` counts all of them, `len(p)` only the rows.
# </details>

# %% [markdown]
# ### Exercise: `binary_cross_entropy(y, p)`
#
# The mean over all $N$ elements, for labels $y_j$ that are 0 or 1, and its gradient:
#
# $$L = -\frac1N \sum_j \bigl[\, y_j \ln p_j + (1 - y_j) \ln (1 - p_j) \,\bigr], \qquad
# \frac{\partial L}{\partial p_j} = \frac1N\, \frac{p_j - y_j}{p_j\,(1 - p_j)} .$$
#
# A probability of exactly 0 or 1 would give $\ln 0$. Such a $p$ does occur, because a sigmoid rounds. **Both results
# have to be finite there too.** How large the loss of a surely wrong answer becomes is left to you.
#
# | | shape | |
# |---|---|---|
# | `y` | `(n,)` or `(n, k)` | the labels, 0 or 1 |
# | `p` | as `y` | probabilities of class 1 |
# | result | `()`, as `p` | the pair loss, gradient |
#
# On paper: $y = (1, 0)$ and $p = (\tfrac12, \tfrac14)$ give the loss $\tfrac12 (\ln 2 + \ln \tfrac43) \approx 0.490$
# and the gradient $(-1, \tfrac23)$. The first is $\tfrac12 \cdot (-\tfrac12) / \tfrac14$.

# %% nbgrader={"grade_id": "binary_cross_entropy", "solution": true}
def binary_cross_entropy(y, p):
    """The binary cross-entropy, and its gradient in the probabilities; finite for probabilities of 0 and 1.

    Parameters
    ----------
    y : ndarray of shape (n,) or (n, k)
        The labels, 0 or 1.
    p : ndarray of the shape of y
        The probabilities of class 1.

    Returns
    -------
    loss, gradient : float, ndarray of the shape of p
    """
    ### BEGIN SOLUTION
    p = np.clip(p, 1e-7, 1 - 1e-7)  # away from ln 0
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    return loss, (p - y) / (p * (1 - p)) / p.size
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-binary_cross_entropy", "grade": true}
check(binary_cross_entropy)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `np.clip(p, a, b)` moves everything below `a` to `a` and everything above `b` to `b`, in a new array. How small may
# `a` be? In single precision `1 - 1e-8` is 1, and you are back where you were.
# </details>

# %% [markdown]
# ### What cancels
#
# Put the sigmoid's slope behind this gradient. For one example,
#
# $$\frac{\partial L}{\partial z} = \frac{p - y}{p\,(1 - p)} \cdot \underbrace{p\,(1 - p)}_{\sigma'(z)} = p - y .$$
#
# The slope of the sigmoid, which vanishes where it is saturated, is gone. What is left is the error itself: the solid
# curve of the picture. A sigmoid and the cross-entropy belong together. The same happens with softmax:
#
# $$L = -\ln p_y, \quad p_k = \frac{e^{z_k}}{\sum_j e^{z_j}} \qquad\Longrightarrow\qquad
# \frac{\partial L}{\partial z_k} = p_k - \begin{cases} 1 & k = y \\ 0 & k \neq y \end{cases} .$$
#
# So one computes both in one go, from the **scores** $z$. They are called **logits**, because for two classes they are
# the log-odds of lesson 1. It is also safer:
#
# $$-\ln p_y = \ln \sum_j e^{z_j} - z_y = \ln \sum_j e^{z_j - c} + c - z_y, \qquad c = \max_j z_j ,$$
#
# has no $\ln 0$ in it and no exponential that overflows. A good number to remember: with ten classes and no idea, all
# $p_k = \tfrac{1}{10}$, the loss is $\ln 10 \approx 2.303$. A network that starts training should start near it.

# %% [markdown]
# ### Exercise: `softmax_cross_entropy(y, logits)`
#
# The mean over the $n$ examples, and the gradient in the logits, with $p_{ik} = e^{z_{ik}} / \sum_j e^{z_{ij}}$. Also
# for logits like $\pm 1000$.
#
# $$L = -\frac1n \sum_{i=1}^{n} \ln p_{i, y_i}, \qquad
# \frac{\partial L}{\partial z_{ik}} = \frac1n \left( p_{ik} - [k = y_i] \right),$$
#
# where $[k = y_i]$ is 1 for the right class and 0 for the others.
#
# | | shape | |
# |---|---|---|
# | `y` | `(n,)` | the right class of each example, a whole number from 0 |
# | `logits` | `(n, m)` | one example a row, one class a column |
# | result | `()`, `(n, m)` | the pair loss, gradient |
#
# On paper: the logits $\begin{pmatrix} 0 & \ln 3 \\ 0 & 0 \end{pmatrix}$ are the probabilities
# $\begin{pmatrix} 1/4 & 3/4 \\ 1/2 & 1/2 \end{pmatrix}$. With $y = (1, 0)$ the loss is
# $\tfrac12 (\ln \tfrac43 + \ln 2) \approx 0.490$, the gradient
# $\begin{pmatrix} 1/8 & -1/8 \\ -1/4 & 1/4 \end{pmatrix}$.

# %% nbgrader={"grade_id": "softmax_cross_entropy", "solution": true}
def softmax_cross_entropy(y, logits):
    """The cross-entropy of softmax, and its gradient in the logits.

    Parameters
    ----------
    y : ndarray of shape (n,)
        The right classes, whole numbers from 0.
    logits : ndarray of shape (n, m)
        The scores, one example a row, one class a column.

    Returns
    -------
    loss, gradient : float, ndarray of shape (n, m)
    """
    ### BEGIN SOLUTION
    shifted = logits - logits.max(axis=1, keepdims=True)  # (n, m), at most 0
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))  # (n, m)
    rows = np.arange(len(y))
    gradient = np.exp(log_p)
    gradient[rows, y] -= 1
    return -log_p[rows, y].mean(), gradient / len(y)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-softmax_cross_entropy", "grade": true}
check(softmax_cross_entropy)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Take the largest logit of each row away first, as in lesson 1's softmax. `a[np.arange(n), y]` picks from each row $i$
# the element in column `y[i]`: an array of shape `(n,)`. It can be read and written to.
# </details>

# %% [markdown]
# **Think.** A network predicts the redshift of galaxies and is trained with the mean squared error. One galaxy in a
# hundred has a wrong redshift in the catalogue, off by 2 or so. What do these few do to the fit? What would you change?
#
# <details><summary>Answer</summary>
#
# An error of 2 counts as much as ten thousand errors of 0.02. The fit bends towards the few. A Gaussian says that
# such outliers never happen, and the squared error is its logarithm. Choose a loss from a distribution with longer
# tails: the absolute error (`"mae"`), or Huber's loss, which is quadratic for small errors and linear for large ones.
# Lesson 8 goes further and lets the network say how sure it is.
# </details>

# %% [markdown]
# ## Steps downhill
#
# The gradient says which way is down. How far should you go? Play with the simplest landscape that there is.

# %% tags=["show"]
OptimizerPaths("bowl", ["sgd"], learning_rate=0.1, steps=50)

# %% [markdown]
# 1. Take the learning rate up slowly. At which rate does one step lead to the bottom? From which rate on does the path
#    jump across the valley and back? From which does it never arrive?
# 2. Choose the *valley*, which is steep in one direction and flat in the other. What is the largest rate that works?
#    How far do you get along the flat direction with it?
# 3. *Two minima*: can you make it end in the worse one?
#
# **Gradient descent** is one line: $w \leftarrow w - \eta\, g$, with the gradient $g$ and the **learning rate**
# $\eta$. In a bowl $L = \tfrac12 a w^2$ the gradient is $g = a w$, so each step multiplies $w$ by $1 - \eta a$. That
# explains what you saw:
#
# - $\eta$ well below $1/a$: it arrives, slowly.
# - $\eta = 1/a$: there in one step.
# - between $1/a$ and $2/a$: it jumps from side to side, and still arrives.
# - above $2/a$: each jump is longer than the one before. It **diverges**.
#
# In many dimensions there is a curvature $a$ for each direction. The steepest one sets the limit, $2/a_{\max}$, and
# with that $\eta$ the flattest direction takes for ever. The valley has 18 and 0.3, a ratio of 60. In networks ratios
# of thousands are common.

# %% [markdown]
# ### Exercise: `sgd_step(w, g, lr)`
#
# One step of gradient descent, into a new array:
#
# $$w \leftarrow w - \eta\, g .$$
#
# | | shape | |
# |---|---|---|
# | `w` | any | the weights; leave them as they are |
# | `g` | as `w` | their gradient |
# | `lr` | `()` | the learning rate $\eta$ |
# | result | as `w` | the new weights |
#
# On paper: $w = (1, 2)$, $g = (4, -2)$ and $\eta = 0.1$ give $(0.6, 2.2)$.

# %% nbgrader={"grade_id": "sgd_step", "solution": true}
def sgd_step(w, g, lr):
    """One step of gradient descent.

    Parameters
    ----------
    w : ndarray of any shape
        The weights.
    g : ndarray of the shape of w
        The gradient of the loss.
    lr : float
        The learning rate.

    Returns
    -------
    ndarray of the shape of w
    """
    ### BEGIN SOLUTION
    return w - lr * g
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-sgd_step", "grade": true}
check(sgd_step)

# %% [markdown]
# <details><summary>Hint</summary>
#
# One line. `w -= lr * g` would change the array that you were given, and whoever gave it to you may still need it. An
# expression makes a new one.
# </details>

# %% [markdown]
# ### The same in a real network
#
# Now ten handwritten digits. Here is what you need to know of the data. They are 1,797 digits of 13 people (Alpaydin
# & Kaynak, UCI), scanned and reduced to 8×8 pixels. A pixel is the share of ink in a square of 4×4 dots, from 0 to 1.
# The split is by writer: the people of the validation and of the test set wrote none of the 1,029 training digits.
# What may be wrong: thirteen hands are few, and 8×8 pixels are so coarse that you will not be able to read some of
# them yourself.
#
# The network has three hidden layers of 64, 32 and 16 ReLU neurons, and softmax at the end. We train it for 30 rounds
# through all digits, with three learning rates.

# %% tags=["show"]
(x_train, y_train), (x_val, y_val), (x_test, y_test) = load_digits()
x_train, x_val, x_test = (x.reshape(-1, 64) for x in (x_train, x_val, x_test))  # (1029, 64), (386, 64), (382, 64)


def digit_network(optimizer):
    """64 pixels, hidden layers of 64, 32 and 16, ten digits; always the same initial weights."""
    hidden = [course.layers.Dense(width, activation="relu") for width in (64, 32, 16)]
    output = course.layers.Dense(10, activation="softmax")
    model = course.Sequential([course.Input((64,)), *hidden, output], seed=0, name="digits")
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["acc"])
    return model


def loss_curve(optimizer, batch_size=32, epochs=30):
    """The training loss after each round."""
    return digit_network(optimizer).fit(x_train, y_train, batch_size, epochs, verbose=0).history["loss"]

# %% tags=["show"] jupyter={"source_hidden": true}
figure, ax = plots.subplots(size=(6.4, 3.8))
for rate, style in ((0.001, ("blue", "-.")), (0.1, ("black", "-")), (1.0, ("vermillion", "--"))):
    curve = loss_curve(course.optimizers.SGD(learning_rate=rate))
    ax.plot(range(1, len(curve) + 1), curve, style[1], color=plots.COLOURS[style[0]], label=f"learning rate {rate:g}")
ax.axhline(np.log(10), color="0.7", linewidth=1)
ax.annotate("ln 10: no idea", (30, np.log(10)), (30, 2.42), ha="right", fontsize=9)
ax.set(title="Too small, good, too large", ylim=(0, 2.7))
ax.set(xlabel="rounds through all digits", ylabel="loss (cross-entropy)")
ax.legend(fontsize=9, loc="center right")
figure.alt = (
    "Training loss over 30 rounds for three learning rates. At 0.1 it falls from 2.2 to nearly 0 within ten "
    "rounds. At 0.001 it sinks from 2.35 to 2.24. At 1 it stays at 2.3, the loss of having no idea."
)
figure

# %% [markdown]
# With 0.001 it learns, but it would need a hundred times as many rounds. With 0.1 it works. With 1, within three
# rounds, the weights have been thrown so far off that all ReLUs of a layer are dead. Nothing comes through any more,
# in either direction, and the network answers every image with the same ten numbers for ever.
#
# How to find a good rate? Try powers of ten, from $10^{-4}$ to 1, for a few minutes each. Take the largest at which
# the loss still falls smoothly, and then a bit less. Of all the numbers that you have to choose, this is the one that
# matters.
#
# **Think.** The loss of a training is 2.31, 2.29, 2.28, 2.27, …, and then, in round 40, suddenly *not a number*. Rate
# too small or too large?
#
# <details><summary>Answer</summary>
#
# Both are possible at different places: the landscape was flat at first, and then came a steep place for which the rate
# was too large. This is common, and it is why people shorten gradients that are too long (*clipping*, lesson 7), start
# with a small rate and raise it (*warm-up*, below), or stop at once when something is not a number.
# </details>

# %% [markdown]
# ## Batches
#
# The loss is a mean over all examples. For one exact gradient you have to look at all of them: a thousand digits
# here, a billion galaxies elsewhere. But a mean can be estimated from a sample. So take a few examples at random, a
# **mini-batch**, and step along *their* gradient. This is **stochastic gradient descent**, SGD. How wrong is it?

# %% tags=["show"] jupyter={"source_hidden": true}
def full_gradient(model, x, y):
    """The gradient of the cross-entropy in all weights, as one vector."""
    for parameter in model.parameters.values():
        parameter.grad[...] = 0
    answer, cache = model.forward(x)
    _, slope = course.losses.SparseCategoricalCrossentropy().value_and_gradient(y, answer)
    model.backward(slope, cache)
    return np.concatenate([parameter.grad.ravel() for parameter in model.parameters.values()])


fresh, draw = digit_network("sgd"), np.random.default_rng(0)
exact = full_gradient(fresh, x_train, y_train)
batch_sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
agreement = []
for batch_size in batch_sizes:
    samples = [draw.permutation(len(x_train))[:batch_size] for _ in range(30)]
    found = [full_gradient(fresh, x_train[sample], y_train[sample]) for sample in samples]
    agreement.append(np.mean([g @ exact / np.linalg.norm(g) / np.linalg.norm(exact) for g in found]))

figure, (left, right) = plots.subplots(1, 2, size=(8.4, 3.6))
left.semilogx(batch_sizes, agreement, "o-", color=plots.COLOURS["blue"], base=2)
left.set(title="Does a batch point the right way?", xlabel="batch size", ylim=(0, 1.05))
left.set_ylabel("cosine with the exact gradient")
styles = {1029: ("vermillion", "--"), 128: ("green", ":"), 32: ("black", "-"), 8: ("blue", "-.")}
for batch_size, style in styles.items():
    curve = loss_curve(course.optimizers.SGD(learning_rate=0.1), batch_size)
    steps = -(-len(x_train) // batch_size)
    name = f"{batch_size} ({steps} step{'s' * (steps > 1)} a round)"
    right.plot(range(1, len(curve) + 1), curve, style[1], color=plots.COLOURS[style[0]], label=name)
right.set(title="The same rate, the same work", xlabel="rounds through all digits", ylabel="loss (cross-entropy)")
right.legend(fontsize=8, title="batch size", title_fontsize=8)
figure.alt = (
    "Left, the cosine between a batch's gradient and the exact one: from 0.1 for a single example over 0.66 for "
    "32 to 0.98 for 512. Right, the loss over 30 rounds for four batch sizes: 8 falls fastest, 32 nearly as fast,"
    " 128 slowly, and the full batch of 1029 has hardly begun."
)
figure

# %% [markdown]
# Left: the gradient of a single digit points almost sideways. Of 32 digits it points well enough, and beyond that the
# gain is small: the error of a mean falls with $1/\sqrt{\text{batch size}}$, so 100 times the work buys 10 times the
# accuracy.
#
# Right: it is better to take many roughly right steps than a few exact ones. In each round every network saw all 1,029
# digits once, so all did the same work. With the full batch that made one step a round, with a batch of 32 it made 33.
#
# The words that you need:
#
# - A **batch** is what one step is made from; its size is the **batch size**.
# - A **step** (or *iteration*) is one change of the weights.
# - An **epoch** is one round through all examples: $\lceil n / \text{batch size} \rceil$ steps.
#
# The noise of small batches does not only harm. It shakes the weights out of narrow holes and saddle points. Batches
# of 2 to 32 often gave the best results on new examples (Masters & Luschi 2018), and **32 is a good start**. Large
# batches keep a large machine busy; if you take them, you can take a larger learning rate as well.
#
# In each epoch the examples come in a **new random order**, and each comes once.

# %% [markdown]
# ### Exercise: `minibatches(n, batch_size, rng)`
#
# Cut the numbers $0, 1, \dots, n - 1$, in random order, into batches. Each number is in one batch; every batch has
# `batch_size` numbers, except the last, which may be shorter; none is empty. The random order comes from `rng`.
#
# | | type | |
# |---|---|---|
# | `n` | int | how many examples there are |
# | `batch_size` | int | how many of them make a batch |
# | `rng` | `np.random.Generator` | where the random numbers come from |
# | result | list of arrays of int | the indices in each batch; you may also `yield` them |
#
# On paper: for `n = 5` and `batch_size = 2` one possible answer is $(3, 0), (4, 1), (2)$.

# %% nbgrader={"grade_id": "minibatches", "solution": true}
def minibatches(n, batch_size, rng):
    """The indices of n examples in random order, batch by batch.

    Parameters
    ----------
    n : int
        The number of examples.
    batch_size : int
    rng : np.random.Generator
        Where the random numbers come from.

    Returns
    -------
    list of ndarray of int
        Each of shape (batch_size,), the last may be shorter.
    """
    ### BEGIN SOLUTION
    order = rng.permutation(n)  # (n,)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-minibatches", "grade": true}
check(minibatches)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `rng.permutation(n)` is the random order. `range(0, n, batch_size)` counts the places where batches begin. A slice
# that reaches beyond the end simply ends there.
# </details>

# %% [markdown]
# **Think.** Your file lists all ellipticals first and then all spirals, and you forget to shuffle. What does the
# network learn?
#
# <details><summary>Answer</summary>
#
# In the first half of each epoch "everything is elliptical", in the second half "everything is spiral", each time
# forgetting the other. The loss looks fine within a half, because the answer that is asked for is always the same. The
# accuracy on new galaxies stays near one half.
# </details>

# %% [markdown]
# ## Better steps
#
# Back to the valley, with four walkers from the same place.

# %% tags=["show"]
OptimizerPaths("valley", learning_rate={"sgd": 0.1, "momentum": 0.02, "rmsprop": 0.05, "adam": 0.1})

# %% [markdown]
# 1. Follow each path with the *step* slider. Who zigzags? Who overshoots and comes back? Who goes straight?
# 2. Take the *saddle*, whose start lies almost on the ridge. Who gets away first?
# 3. Add noise, as small batches do. Who suffers? Whose last steps never come to rest?
#
# ### Momentum
#
# A ball that rolls down a valley does not stop and think at each step. It keeps its speed. Give the weights a
# **velocity** $v$, which is damped by a factor $\beta$, and which the gradient pushes:
#
# $$v \leftarrow \beta v - \eta\, g, \qquad w \leftarrow w + v .$$
#
# Across the valley the gradient changes its sign at each step, and the pushes cancel. Along the valley it has the
# same sign every time, and they add up: with a constant gradient the velocity grows until
# $v = -\eta g / (1 - \beta)$. With the usual $\beta = 0.9$ that is ten times the plain step. (Polyak 1964. Libraries
# differ in the details: in PyTorch, the learning rate is not part of $v$. Here we follow Keras.)

# %% [markdown]
# ### Exercise: `momentum_step(w, g, v, lr, beta)`
#
# One step with momentum, into new arrays:
#
# $$v \leftarrow \beta v - \eta\, g, \qquad w \leftarrow w + v .$$
#
# | | shape | |
# |---|---|---|
# | `w`, `g` | any | the weights and their gradient |
# | `v` | as `w` | the velocity, zero before the first step |
# | `lr`, `beta` | `()` | $\eta$ and $\beta$ |
# | result | as `w`, as `w` | the new `w, v` |
#
# On paper: $w = (1)$, $g = (2)$, $v = (-0.5)$ with $\eta = 0.1$ and $\beta = 0.9$ give $v = -0.45 - 0.2 = -0.65$ and
# $w = 0.35$.

# %% nbgrader={"grade_id": "momentum_step", "solution": true}
def momentum_step(w, g, v, lr, beta):
    """One step of gradient descent with momentum.

    Parameters
    ----------
    w, g : ndarrays of any shape
        The weights, and the gradient of the loss.
    v : ndarray of the shape of w
        The velocity.
    lr, beta : float
        The learning rate, and how much of the velocity stays.

    Returns
    -------
    w, v : ndarrays of the shape of w
    """
    ### BEGIN SOLUTION
    v = beta * v - lr * g
    return w + v, v
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-momentum_step", "grade": true}
check(momentum_step)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Two lines, in the order of the formula: the weights move by the *new* velocity. Assigning to the name `v` makes it
# stand for a new array and leaves the one that you were given alone; `v *= beta` would not.
# </details>

# %% [markdown]
# ### A rate for each weight: RMSProp and Adam
#
# The valley is hard because one learning rate has to serve a steep and a flat direction. So give each weight its own.
# Keep a running mean of the squares of its gradient, and divide by the root:
#
# $$s \leftarrow \rho s + (1 - \rho)\, g^2, \qquad w \leftarrow w - \eta\, \frac{g}{\sqrt{s + \varepsilon}} .$$
#
# That is **RMSProp** (Hinton 2012), with $\rho = 0.9$. A weight whose gradients are large takes steps no longer than
# one whose gradients are small. Multiply the loss by 1,000, and nothing changes.
#
# **Adam** (Kingma & Ba 2014) does this with the momentum's running mean in place of the single gradient. A running
# mean that starts at zero is too small at first. After $t$ steps it has seen a share of $1 - \beta^t$ of what it
# should, so divide by that. At step $t = 1, 2, \dots$
#
# $$\begin{aligned}
# m &\leftarrow \beta_1 m + (1 - \beta_1)\, g & \hat m &= m / (1 - \beta_1^{\,t}) \\
# v &\leftarrow \beta_2 v + (1 - \beta_2)\, g^2 & \hat v &= v / (1 - \beta_2^{\,t})
# \end{aligned} \qquad\qquad w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat v} + \varepsilon} .$$
#
# The usual numbers are $\beta_1 = 0.9$, $\beta_2 = 0.999$, $\eta = 0.001$. The tiny $\varepsilon$, $10^{-7}$ in
# Keras, keeps a weight that never had a gradient from dividing zero by zero. Look at the first step: $\hat m = g$ and
# $\hat v = g^2$, so each weight moves by $\eta$, whatever its gradient. **With Adam the learning rate is about the
# length of a step.**

# %% [markdown]
# ### Exercise: `adam_step(w, g, m, v, t, lr, beta1, beta2, eps)`
#
# One step of Adam by the formulas above, into new arrays. The results `m` and `v` are the running means themselves,
# without the hats.
#
# | | shape | |
# |---|---|---|
# | `w`, `g` | any | the weights and their gradient |
# | `m`, `v` | as `w` | the running means of $g$ and $g^2$, zero before the first step |
# | `t` | int | the number of this step, the first is 1 |
# | `lr`, `beta1`, `beta2`, `eps` | `()` | $\eta$, $\beta_1$, $\beta_2$, $\varepsilon$ |
# | result | three as `w` | the new `w, m, v` |
#
# On paper: $w = (1, 2)$, $g = (4, -0.01)$, $m = v = (0, 0)$, $t = 1$, $\eta = 0.1$, $\beta_1 = 0.9$,
# $\beta_2 = 0.999$ and a negligible $\varepsilon$ give $m = (0.4, -0.001)$, $v = (0.016, 10^{-7})$ and
# $w = (0.9, 2.1)$: both weights move by 0.1.

# %% nbgrader={"grade_id": "adam_step", "solution": true}
def adam_step(w, g, m, v, t, lr, beta1, beta2, eps):
    """One step of Adam.

    Parameters
    ----------
    w, g : ndarrays of any shape
        The weights, and the gradient of the loss.
    m, v : ndarrays of the shape of w
        The running means of the gradient and of its square.
    t : int
        The number of this step, the first is 1.
    lr, beta1, beta2, eps : float

    Returns
    -------
    w, m, v : ndarrays of the shape of w
    """
    ### BEGIN SOLUTION
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-adam_step", "grade": true}
check(adam_step)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Five lines, one for each formula. All of them act number by number. Give the corrected means names of their own: the
# uncorrected ones are what you hand back.
# </details>

# %% [markdown]
# ### Rates that change
#
# Far from the valley's floor long steps are good, near it short ones: with a fixed rate the noise of the batches
# keeps the weights dancing around the minimum. So let the rate shrink, by a **schedule**. An old one is
# $\eta_t = \eta_0 / (1 + d\,t)$, the `decay` of older Keras. Some others:

# %% tags=["show"] jupyter={"source_hidden": true}
from course import schedules

count = np.arange(1001)
figure, ax = plots.subplots(size=(6.4, 3.4))
for schedule, style, name in [
    (schedules.InverseTimeDecay(0.01, 1, 0.005), ("purple", ":"), "inverse time"),
    (schedules.ExponentialDecay(0.01, 300, 0.5), ("blue", "-."), "exponential"),
    (schedules.PiecewiseConstantDecay([400, 800], [0.01, 0.003, 0.001]), ("vermillion", "--"), "in steps"),
    (schedules.CosineDecay(0.0, 900, warmup_target=0.01, warmup_steps=100), ("black", "-"), "cosine, after a warm-up"),
]:
    ax.plot(count, [schedule(int(step)) for step in count], style[1], color=plots.COLOURS[style[0]], label=name)
ax.set(title="Schedules", xlabel="step", ylabel="learning rate", ylim=(0, 0.011))
ax.legend(fontsize=9)
figure.alt = (
    "Learning rate over 1,000 steps for four schedules: falling like one over the step, halving every 300 steps, "
    "dropping at steps 400 and 800, and rising for 100 steps to fall along a cosine to zero."
)
figure

# %% [markdown]
# Hand one of them to the optimizer in place of a number: `Adam(learning_rate=CosineDecay(…))`. Or wait and see, and
# lower the rate whenever the loss no longer falls. The last section has a helper for that.
#
# **Which optimizer?** Start with Adam and its default rate of 0.001. It forgives a bad choice of the rate more than the
# others do. SGD with momentum and a schedule is often as good at the end, sometimes better, and takes more trying.
#
# **Think.** Why does Adam need no correction any more after a few thousand steps?
#
# <details><summary>Answer</summary>
#
# Because $\beta^t$ goes to zero: $0.9^{100}$ is $3 \cdot 10^{-5}$, and $0.999^{5000}$ is 0.007. The running means
# have then forgotten that they started from zero.
# </details>

# %% [markdown]
# ## A perceptron, trained
#
# You have everything for a training of your own. Take lesson 1's perceptron, but now let it see all 64 pixels: 64
# weights and a bias, $p_i = \sigma(x_i \cdot w + b)$. The loss is the binary cross-entropy, whose gradient in the
# score is $(p_i - y_i)/n$ after all that cancels. Then, as in lesson 3,
#
# $$dz_i = \tfrac1n\,(p_i - y_i), \qquad dw = \sum_i dz_i\, x_i, \qquad db = \sum_i dz_i .$$
#
# For so few examples one batch is enough.

# %% [markdown]
# ### Exercise: `train_perceptron(x, y, lr, epochs)`
#
# Start with all weights and the bias at zero. In each epoch make **one** step of gradient descent, from the whole
# batch:
#
# $$w \leftarrow w - \eta\, dw, \qquad b \leftarrow b - \eta\, db .$$
#
# | | shape | |
# |---|---|---|
# | `x` | `(n, d)` | one example a row |
# | `y` | `(n,)` | its class, 0 or 1 |
# | `lr` | `()` | the learning rate $\eta$ |
# | `epochs` | int | how many steps |
# | result | `(d,)`, `()` | the trained `w, b` |
#
# The check tries small examples first. Then it gives your function 140 zeros and ones, and looks how the result reads
# those that other people wrote.
#
# On paper: $x = (1, 2, 3, 4)^{\mathsf T}$, $y = (0, 1, 1, 1)$, $\eta = 1$, one epoch. All $p = \tfrac12$, so
# $dz = \tfrac18 (1, -1, -1, -1)$, $dw = \tfrac18 (1 - 2 - 3 - 4) = -1$ and $db = -\tfrac14$. The result is $w = (1)$,
# $b = 0.25$.

# %% nbgrader={"grade_id": "train_perceptron", "solution": true}
def train_perceptron(x, y, lr, epochs):
    """A perceptron trained by gradient descent on the binary cross-entropy, one step an epoch, from zero.

    Parameters
    ----------
    x : ndarray of shape (n, d)
        One example a row.
    y : ndarray of shape (n,)
        Its class, 0 or 1.
    lr : float
        The learning rate.
    epochs : int
        How many steps to make.

    Returns
    -------
    w, b : ndarray of shape (d,), float
    """
    ### BEGIN SOLUTION
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        z = x @ w + b  # (n,)
        t = np.exp(-np.abs(z))  # at most 1, so it never overflows
        p = np.where(z >= 0, 1, t) / (1 + t)  # (n,)
        dz = (p - y) / len(y)  # (n,)
        w = w - lr * (dz @ x)
        b = b - lr * dz.sum()
    return w, b
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-train_perceptron", "grade": true}
check(train_perceptron)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Inside the loop come three things: the predictions with the weights as they are now, the two gradients, the two steps.
# The predictions have to be made again in each round. `np.zeros(d)` makes floats, whatever `x` holds.
# </details>

# %% [markdown]
# What has such a neuron learned? A weight belongs to a pixel, so the weights can be looked at as an image. These are
# three perceptrons for three pairs of digits, trained by `course`.

# %% tags=["show"] jupyter={"source_hidden": true}
from course.widgets.explorable import diverging


def digit_pair(x, y, first, second):
    """The images of two digits, and 1 for the second of them: (n, 64), (n, 1)."""
    chosen = (y == first) | (y == second)
    return x[chosen], (y[chosen] == second)[:, None].astype(float)


figure, axes = plots.subplots(1, 3, size=(8.4, 3.1))
for ax, pair in zip(axes, ((0, 1), (3, 8), (4, 9))):
    model = course.Sequential([course.Input((64,)), course.layers.Dense(1, activation="sigmoid")], seed=0)
    model.compile(optimizer=course.optimizers.SGD(learning_rate=0.5), loss="binary_crossentropy", metrics=["acc"])
    model.fit(*digit_pair(x_train, y_train, *pair), batch_size=32, epochs=60, verbose=0)
    _, accuracy = model.evaluate(*digit_pair(x_val, y_val, *pair), verbose=0)
    weights = model.get_weights()[0].reshape(8, 8)
    shown = ax.imshow(weights, cmap=diverging(), vmin=-np.abs(weights).max(), vmax=np.abs(weights).max())
    ax.set_title(f"{pair[0]} or {pair[1]}: {accuracy:.0%} right", fontsize=11)
    ax.set(xticks=[], yticks=[], xlabel=f"column (orange speaks for {pair[1]})", ylabel="row")
    figure.colorbar(shown, ax=ax, shrink=0.75, label="weight")
figure.alt = (
    "The 64 weights of three perceptrons as images of 8 by 8 pixels. For 0 or 1 the centre is orange and a ring "
    "around it blue. For 3 or 8 two columns left of the middle are orange. For 4 or 9 the top is orange and the "
    "lower left blue."
)
figure

# %% [markdown]
# The titles say which share of the validation digits is read rightly. Orange pixels speak for the second digit, blue
# ones for the first. For 0 or 1 the neuron looks for ink in the middle and against ink around it: the two sums that
# you made up by hand in lesson 1. For 3 or 8 it looks left of the middle, where an 8 is closed and a 3 is open. For 4
# or 9 it looks for ink at the top, where a 9 is round and a 4 is open, and against ink further down on the left,
# where a 4 has its bar. Nobody told it.
#
# **Think.** Some weights at the outermost left and right columns are almost exactly zero, or what they began with. Why?
#
# <details><summary>Answer</summary>
#
# These pixels are empty in nearly all images. A weight's gradient is $\sum_i dz_i\, x_{ij}$, and if the input is
# always zero, so is the gradient. Such a weight never learns anything, and keeps its random initial value. On a new
# image with ink there, it contributes noise.
# </details>

# %% [markdown]
# ## Seen and unseen
#
# Now for the question of the first page: how do you get B and not C? Play first. The dots are measurements of a curve
# with noise; the model gets more and more weights.

# %% tags=["show"]
OverfittingExplorer()

# %% [markdown]
# 1. Take the model's size from 1 to 24. What does the error on the training points do? And the one on the validation
#    points?
# 2. Find the **sweet spot**. Then take five times as many points. Where is it now? What happens at size 24?
# 3. Take the noise to zero. Can you still overfit?
# 4. Size 24, few points, and some *weight decay*, which punishes large weights. What does it do?
#
# ### Three sets
#
# The error on what was seen tells how well the model remembers. What you want to know is how well it will do. So
# split the data, **before anything else**, into three:
#
# | set | usual share | what it is for |
# |---|---|---|
# | **training** | 60–80 % | the gradients |
# | **validation** | 10–20 % | your decisions: size, rate, when to stop |
# | **test** | 10–20 % | a last number, looked at once, to be published |
#
# Why not two? Because you learn from the validation set too. Try fifty networks, take the one with the best validation
# error, and its validation error is too good: of fifty you chose the lucky one. The test set has not been used for any
# decision, so its number is honest. It stays honest as long as you don't come back and change something.
#
# Split along what will be different when the network is used. Images of the same galaxy belong into the same set, and
# so do digits of the same person; otherwise the network meets old friends in the test.
#
# ### How to read a loss curve
#
# Train a network of more than enough weights on few examples, and watch both losses.

# %% tags=["show"] jupyter={"source_hidden": true}
few = slice(0, 100)
model = digit_network(course.optimizers.Adam(learning_rate=0.005))
history = model.fit(
    x_train[few], y_train[few], batch_size=16, epochs=200, validation_data=(x_val, y_val), verbose=0
).history
best = int(np.argmin(history["val_loss"]))  # counted from 0

figure, ax = plots.subplots(size=(6.8, 3.9))
epochs = range(1, 201)
ax.plot(epochs, history["loss"], color=plots.COLOURS["blue"], label="training")
ax.plot(epochs, history["val_loss"], "--", color=plots.COLOURS["vermillion"], label="validation")
spot = (best + 1, history["val_loss"][best])
ax.plot(*spot, "o", markersize=9, markerfacecolor="none", color="black")
ax.annotate("sweet spot", spot, (best + 25, 1.2), fontsize=9, arrowprops=dict(arrowstyle="-|>", shrinkB=6))
ax.set(title="Ten digits from 100 examples", xlabel="epoch", ylabel="loss (cross-entropy)", ylim=(0, 2.4))
ax.legend(fontsize=9)
figure.alt = (
    "Loss over 200 epochs. The training loss falls to nearly zero. The validation loss falls with it at first, "
    "has its lowest value, marked as the sweet spot, early on, and then rises by half."
)
figure

# %% [markdown]
# Three regions, from left to right.
#
# - **Underfitting.** Both losses fall together. There is more to learn; go on.
# - **The sweet spot.** The validation loss is at its lowest.
# - **Overfitting.** The training loss goes on falling, the validation loss rises. From here on the network learns
#   what is special about these 100 digits.
#
# | what you see | what it says | what to try |
# |---|---|---|
# | both high, and flat | too stiff, or the rate is wrong | another rate, a larger network, longer training |
# | training low, validation high | overfitting | more data, stop earlier, a smaller network, weight decay, dropout (lesson 7) |
# | training jumps up and down | the rate is too large, or the batches too small | a lower rate, a schedule |
# | validation *below* training | the sets differ; or training is measured with dropout on, or while it still learns | look at the split |
# | not a number | diverged | a lower rate; look at the data for infinities |
#
# **Early stopping** makes use of the curve: keep the weights with the lowest validation loss, and stop when it has not
# improved for some epochs. How many you are willing to wait is the **patience**.

# %% [markdown]
# ### Exercise: `stop_epoch(val_losses, patience)`
#
# The epoch, counted from 0, after which a training with these validation losses stops: the **first** at which the
# best loss so far is `patience` epochs old. A loss that only equals the best is no improvement. If that never
# happens, the last epoch.
#
# | | type | |
# |---|---|---|
# | `val_losses` | list of float | the validation loss after each epoch |
# | `patience` | int, at least 1 | how old the best loss may become |
# | result | int | the last epoch that is trained |
#
# On paper: the losses $0.9,\; 0.5,\; 0.6,\; 0.5,\; 0.3$ and a patience of 2 give 3. The best loss 0.5 is of epoch 1,
# epoch 3 does not improve on it, and there the training ends. It never sees the 0.3.

# %% nbgrader={"grade_id": "stop_epoch", "solution": true}
def stop_epoch(val_losses, patience):
    """The epoch after which early stopping ends the training.

    Parameters
    ----------
    val_losses : list of float
        The validation loss after each epoch.
    patience : int
        How many epochs old the best loss may become, at least 1.

    Returns
    -------
    int
        Counted from 0.
    """
    ### BEGIN SOLUTION
    best = 0  # the epoch of the lowest loss so far
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        if epoch - best >= patience:
            return epoch
    return len(val_losses) - 1
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-stop_epoch", "grade": true}
check(stop_epoch)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Walk through the epochs one by one, as the training does, and remember the epoch of the best loss so far. How old is
# it now?
# </details>

# %% [markdown]
# **Think.** You have 300 labelled galaxies, and keep 60 of them for validation. Two networks get 90 % and 93 % of
# these 60 right. Which one is better?
#
# <details><summary>Answer</summary>
#
# Nobody knows. 90 % are 54 galaxies and 93 % are 56. The standard error of such a share is
# $\sqrt{0.9 \cdot 0.1 / 60} \approx 4\,\%$, more than the difference. With so few examples, take turns
# (*cross-validation*): cut the data into five parts, train five times, each time with another part held back, and
# average. Then all 300 have been validated on, at five times the cost.
# </details>

# %% [markdown]
# ## Ten digits, with everything
#
# Loss and steps are for the computer. You will want a number that you can explain: a **metric**, such as the
# **accuracy**, the share of right answers. It can't be the loss, because it has no useful gradient: turn a weight a
# little, and the accuracy doesn't change at all, or it jumps.
#
# And you will want things to happen while it trains. That is what **callbacks** are for: objects that `fit` calls at
# the beginning and the end of each epoch and each batch.
#
# | callback | what it does |
# |---|---|
# | `EarlyStopping` | your `stop_epoch`; `restore_best_weights=True` goes back to the sweet spot |
# | `ModelCheckpoint` | saves the weights to a file, with `save_best_only=True` only when they are better |
# | `LearningRateScheduler`, `ReduceLROnPlateau` | change the learning rate |
# | `TerminateOnNaN` | ends it when the loss is not a number |
# | `CSVLogger`, `TensorBoard` | write the losses to a file, for a table or for TensorBoard's curves |
# | `LiveCurves` | draws them below, with a button to stop and a slider for the rate |
#
# The training itself, with all 1,029 digits:

# %% tags=["show"]
import tempfile
from pathlib import Path

best_weights = Path(tempfile.mkdtemp()) / "digits.npz"
model = digit_network(course.optimizers.Adam(learning_rate=0.001))
history = model.fit(
    x_train,
    y_train,
    batch_size=32,
    epochs=100,
    validation_data=(x_val, y_val),
    verbose=0,
    callbacks=[
        course.callbacks.EarlyStopping(monitor="val_loss", patience=15, verbose=1),
        course.callbacks.ModelCheckpoint(best_weights, save_best_only=True, save_weights_only=True),
        course.callbacks.TerminateOnNaN(),
        LiveCurves(),
    ],
)

# %% [markdown]
# It is over in a second or two, too fast to play with. Copy the cell, set `epochs=5000` and leave out the early
# stopping. Then move the rate while it trains: up until the loss jumps, and down again. Stop when you have seen
# enough.
#
# The same run, loss and accuracy:

# %% tags=["show"]
plots.plot_history(history, title="Ten digits, 64-32-16")

# %% tags=["show"]
model.load_weights(best_weights)
for name, x, y in (("training", x_train, y_train), ("validation", x_val, y_val), ("test", x_test, y_test)):
    loss, accuracy = model.evaluate(x, y, verbose=0)
    print(f"{name:10s} loss {loss:.3f}, accuracy {accuracy:.1%}")

# %% [markdown]
# Read the three lines slowly. On its own digits the network is nearly perfect. On those of the validation set it is
# right in 19 of 20, on those of the test set in 7 of 8. Why is the test so much worse than the validation? Not
# because of any mistake: **other people wrote them**, and one of them may write in a way that nobody in the training
# set does. With so few writers a set's number depends on whom it holds. This is what a change between training and
# use looks like, and no curve on the training set would have told you.
#
# A single number hides what goes wrong. Look at which digit is taken for which, in the **confusion matrix**.

# %% tags=["show"] jupyter={"source_hidden": true}
answers = model.predict(x_test, verbose=0).argmax(axis=1)  # (382,)
confusion = np.zeros((10, 10), dtype=int)
np.add.at(confusion, (y_test, answers), 1)

figure, ax = plots.subplots(size=(5.4, 4.9))
ax.imshow(np.sqrt(confusion), cmap="Blues")
for i, j in np.ndindex(10, 10):
    if confusion[i, j]:
        ax.text(j, i, confusion[i, j], ha="center", va="center", fontsize=9, color="white" if i == j else "black")
ax.set(title="Test digits", xlabel="taken for", ylabel="is", xticks=range(10), yticks=range(10))
pairs = [(confusion[i, j], i, j) for i, j in np.ndindex(10, 10) if i != j]
most, truth, mistaken = max(pairs)
figure.alt = (
    f"Confusion matrix of the ten digits in the test set: {np.trace(confusion)} of {len(y_test)} lie on the "
    f"diagonal; the most frequent mistake is a {truth} taken for a {mistaken}, {most} times."
)
figure

# %% tags=["show"]
wrong = np.flatnonzero(answers != y_test)[:20]
captions = [f"{y_test[i]} → {answers[i]}" for i in wrong]
plots.show_images(x_test[wrong].reshape(-1, 8, 8), captions, title="Some that it gets wrong: truth → answer")

# %% [markdown]
# Always look at the mistakes. Several ones were taken for nines, and here they are: ones with a long upstroke, the way
# it is written in much of Europe. Somebody in the test set writes like that, and nobody in the training set, or too
# few. More training would not help. More writers would. Others of these digits are so coarse that you would get them
# wrong yourself.
#
# And some are only shifted. A network would help that doesn't mind where on the paper a stroke lies. That is lesson 5.
#
# **Think.** You see the test result and have an idea: a larger network. You train it, and the test accuracy goes up by
# 2 %. You try six more sizes, and publish the best. What have you published?
#
# <details><summary>Answer</summary>
#
# A validation accuracy. The test set took part in a decision, so it is no longer one. The best of eight numbers is
# too good by about the scatter between them: with 382 digits and 88 % the standard error alone is
# $\sqrt{0.88 \cdot 0.12 / 382} \approx 1.7\,\%$. For an honest number you would need digits that nobody has looked at.
# </details>

# %% [markdown]
# ## In your own words
#
# From a report: *"We classify 500 galaxies with a network of 200,000 parameters. We trained for 2,000 epochs with
# Adam. The training accuracy is 100 %. We tried 30 combinations of learning rate and layers, and chose the one with
# the highest accuracy on our 50 test galaxies, 96 %. We conclude that the network classifies galaxies of the next
# survey with an accuracy of 96 %."*
#
# You are the referee. Write five to ten sentences. What does the 100 % tell, and what not? Why is the 96 % too good,
# and how uncertain is it anyway? What speaks against carrying it over to the next survey? What should the authors do?

# %% [markdown] nbgrader={"grade_id": "honest-accuracy", "grade": true, "solution": true, "points": 2}
# ### BEGIN SOLUTION
# With 400 parameters for every galaxy and 2,000 epochs the network can learn its training set by heart, so 100 %
# there says only that it did. It says nothing about galaxies that it has not seen; the training and validation losses
# should be shown over the epochs, and the training should have been stopped where the validation loss was lowest. The
# 96 % were reached on the galaxies by which the best of 30 settings was chosen. They served as a validation set, and
# the best of 30 is too good by chance alone. And 96 % of 50 are 48: the standard error is about sqrt(0.96 * 0.04 /
# 50), nearly 3 %, so even an honest 96 % would be compatible with 90 %. The next survey has another telescope, depth
# and resolution, and perhaps other galaxies; a number from this survey holds for data like these. The authors should
# split into three sets, decide by the validation set alone (with early stopping and a smaller network), look at the
# test set once and give its error bar, and test on labelled galaxies of the new survey before they say anything about
# it.
#
# *One point for overfitting and the use of the test set for a choice, one for the size of the uncertainty or the
# change of survey together with a sensible procedure.*
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - The loss is minus the logarithm of the probability of what happened. Gaussian noise: squared error. Classes:
#   cross-entropy.
# - Sigmoid or softmax with cross-entropy: the slope in the score is $p - y$. Compute both together, from the logits.
# - Learning rate: too small crawls, too large diverges. Try powers of ten.
# - A step is made from a batch, 32 is a good start; an epoch is one round through all examples, in a new random order.
# - Momentum adds up what pushes in the same direction. RMSProp and Adam give each weight its own rate. Start with
#   Adam and 0.001. A schedule shrinks the rate towards the end.
# - Training set for the gradients, validation set for your decisions, test set for one honest number.
# - Where the validation loss is lowest, stop (or go back to it). Beyond, the network learns the noise.
# - Look at the curves, at the confusion matrix, and at the mistakes themselves.

# %% [markdown]
# ## The same in Keras
#
# The optimizers of `course` are those of Keras, number by number. Give both the same network, the same weights and the
# same three batches, and compare the losses.

# %% tags=["show"]
weights = digit_network("adam").get_weights()


def three_steps(library):
    """The losses of three batches of 32 digits, before each step of Adam."""
    hidden = [library.layers.Dense(width, activation="relu") for width in (64, 32, 16)]
    model = library.Sequential([library.Input((64,)), *hidden, library.layers.Dense(10, activation="softmax")])
    model.compile(optimizer=library.optimizers.Adam(learning_rate=0.01), loss="sparse_categorical_crossentropy")
    model.set_weights(weights)
    batches = [slice(0, 32), slice(32, 64), slice(64, 96)]
    return [round(float(model.train_on_batch(x_train[rows], y_train[rows])), 4) for rows in batches]


print("course:", three_steps(course))
try:
    import keras
except ImportError:
    print("Keras is not installed here. With it, three_steps(keras) gives the same three losses.")
else:
    print("Keras: ", three_steps(keras))

# %% [markdown]
# ## Where to read on
#
# - D. P. Kingma and J. Ba, *Adam: a method for stochastic optimization*, 2014,
#   [arXiv:1412.6980](https://arxiv.org/abs/1412.6980). Section 2 is your exercise.
# - D. Masters and C. Luschi, *Revisiting small batch training for deep neural networks*, 2018,
#   [arXiv:1804.07612](https://arxiv.org/abs/1804.07612). Why 32.
# - B. T. Polyak, *Some methods of speeding up the convergence of iteration methods*, 1964,
#   [doi:10.1016/0041-5553(64)90137-5](https://doi.org/10.1016/0041-5553%2864%2990137-5). Momentum.
# - S. Ruder, *An overview of gradient descent optimization algorithms*, 2016,
#   [arXiv:1609.04747](https://arxiv.org/abs/1609.04747). All the others.
# - I. Loshchilov and F. Hutter, *SGDR: stochastic gradient descent with warm restarts*, 2016,
#   [arXiv:1608.03983](https://arxiv.org/abs/1608.03983). The cosine schedule.
# - L. Bottou, F. E. Curtis and J. Nocedal, *Optimization methods for large-scale machine learning*, 2018,
#   [arXiv:1606.04838](https://arxiv.org/abs/1606.04838). The theory of stochastic gradients.
# - C. Zhang et al., *Understanding deep learning requires rethinking generalization*, 2016,
#   [arXiv:1611.03530](https://arxiv.org/abs/1611.03530). Networks that learn random labels by heart, and the riddle
#   why they often don't overfit.
#
# Next: lesson 5 teaches networks to see.
