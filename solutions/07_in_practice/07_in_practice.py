# %% [markdown]
# # 7 · In practice
#
# Why a network won't train, why it trains and is useless all the same, and what helps.

# %%
import numpy as np

import course
from autograder import check

# %% tags=["show"]
from course import layers, plots
from course.data import galaxies
from course.data.digits import load_digits
from course.widgets import AugmentationPreview, DropoutExplorer, GradientFlow

# %% tags=["show"] jupyter={"source_hidden": true}
def standardized(x):
    """A row of 64 numbers for each digit, with mean 0 and standard deviation 1 on the training set."""
    return ((x.reshape(len(x), 64) - 0.31) / 0.37).astype(np.float32)


(x_digits, y_digits), _, _ = load_digits()
x_digits = standardized(x_digits)  # (1029, 64)


def deep(depth, start, normalize=False, skips=False):
    """A network of `depth` dense layers, 32 neurons wide, for ten digits; `start` draws its weights."""
    inputs = course.Input((64,))
    h = layers.Dense(32, activation="relu", kernel_initializer=start)(inputs)
    for _ in range(depth - 2):
        before = h
        h = layers.Dense(32, kernel_initializer=start, use_bias=not normalize)(h)
        h = layers.BatchNormalization()(h) if normalize else h
        h = layers.ReLU()(h)
        h = layers.add([before, h]) if skips else h
    outputs = layers.Dense(10, activation="softmax", kernel_initializer=start)(h)
    return course.Model(inputs, outputs, seed=1)


def learn(model, x=x_digits, rate=0.003, epochs=20, **options):
    """Train on the digits by gradient descent with momentum; the loss after each epoch."""
    optimizer = course.optimizers.SGD(rate, momentum=0.9, **options)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")
    return model.fit(x, y_digits, epochs=epochs, verbose=0).history


def compare(histories, title, **limits):
    """The loss of several trainings in one figure."""
    figure, ax = plots.subplots(size=(7.2, 3.4), alt=f"{title}. Loss over epochs:")
    for (name, history), (colour, style) in zip(histories.items(), plots.figures.LINES):
        losses = history["loss"]
        ax.plot(range(1, len(losses) + 1), losses, style, color=plots.COLOURS[colour], label=name)
        figure.alt += f" {name}, from {losses[0]:.3g} to {losses[-1]:.3g};"
    ax.set(xlabel="epoch", ylabel="training loss", title=title, **limits)
    ax.locator_params(axis="x", integer=True)
    ax.legend(fontsize=9)
    return figure


small = course.initializers.RandomNormal(stddev=0.05)
runs = {"3 layers": learn(deep(3, small)), "20 layers": learn(deep(20, small))}
compare(runs, "Ten digits, the same network, deep and deeper")

# %% [markdown]
# Two networks learn to read the same 1,029 digits. Both have layers of 32 ReLU neurons, weights that start as normal
# random numbers of standard deviation 0.05, the same optimizer, the same steps. One has 3 layers. The other has 20,
# so it can do all that the first one can, and more. Its loss stays where it began, at 2.303. **What would you look
# at first?**
#
# <details><summary>What it is</summary>
#
# 2.303 is $\ln 10$, the loss of someone who gives every digit the probability ⅒. Not the learning rate, not the data,
# not the size is to blame. The signal dies on its way: after 20 layers all digits look the same to the last one, and
# on the way back the gradient dies too. The cure is one line, and you will write it in a few minutes.
# </details>
#
# Every project meets such a curve. This lesson is about what people do then. It has two halves, because there are two
# ways to fail. *The network doesn't train*: how weights start, normalization, skip connections, clipping. *It trains,
# and does badly on what is new*: more and better data, augmentation, dropout, weight decay. At the end, one network
# has it all and sorts galaxies by shape, then moves to another telescope. And you get a checklist.

# %% [markdown]
# ## Start from what works
#
# First the most useful advice, which needs no mathematics. Don't invent a network. Somebody had a task much like
# yours, an image of about that size, classes of about that number. Take what worked for them: their layers, their
# optimizer, their learning rate. Get it to run on your data. Then change **one thing at a time** and measure.
#
# Everything below is a thing to change. For each, you will see what it does, why, and how much it helped here. How
# much it helps you, only your data can tell.

# %% [markdown]
# ## The size of a signal
#
# Send numbers of size 1 into a deep network whose weights are random, and look how large they are after each layer.
# Then send a gradient of size 1 backward. (*Size* is the root mean square over neurons and examples.)

# %% tags=["show"]
GradientFlow(depth=20, initialization="normal 0.01", activation="relu")

# %% [markdown]
# The axis is logarithmic: each line on it is a power of ten. Try this:
#
# 1. At the start, by which factor does each layer shrink the signal? And the gradient?
# 2. Take "normal 0.3". Now both grow. Between 0.01 and 0.3 there is a width that keeps them.
# 3. "glorot_normal" with tanh, then with ReLU. For which of the two was it made?
# 4. "he_normal" with ReLU, at depth 60.
# 5. "normal 0.01" with batch normalization. Look at both curves.
# 6. "normal 0.01" with skip connections, and then "he_normal" with them.
#
# Whatever a layer does to the size, twenty layers do twenty times. A factor of 0.1 leaves $10^{-20}$, a factor of 2
# gives a million. The loss needs signals of size about 1, and an optimizer needs gradients that are not zero and not
# infinite. So the factor must be close to 1, **forward and backward**.

# %% [markdown]
# ### How to start the weights
#
# We can calculate the width that keeps the size. One neuron adds up $z = \sum_{j=1}^{d} w_j x_j$. Let the weights be
# independent random numbers of mean 0 and variance $\operatorname{Var}(w)$. The mixed terms average out, and
#
# $$\overline{z^2} = \underbrace{d}_{\text{inputs}}\; \operatorname{Var}(w)\; \overline{x^2} .$$
#
# The number of inputs $d$ is called **fan-in**. Then ReLU sets the negative half to zero, and with it half of
# $\overline{z^2}$. From one layer to the next the mean square changes by the factor
#
# $$\tfrac12\, d\, \operatorname{Var}(w) \overset{!}{=} 1 \qquad\Longrightarrow\qquad \operatorname{Var}(w) = \frac{2}{d} .$$
#
# This is **He initialization** (He et al. 2015). With tanh, which is nearly the identity for small numbers, there is
# no ½, and $\operatorname{Var}(w) = 1/d$. Backward the same sum runs over the $m$ outputs, which asks for
# $1/m$; **Glorot initialization** (Glorot & Bengio 2010) takes the middle, $2/(d+m)$. Keras and `course` use Glorot
# unless told otherwise.
#
# The networks of the first picture had $d = 32$ and a standard deviation of 0.05. So each layer multiplied the size by
# $\sqrt{\tfrac12 \cdot 32 \cdot 0.05^2} = 0.2$, and eighteen layers by $0.2^{18} \approx 3 \cdot 10^{-13}$.
#
# | activation | name | variance |
# |---|---|---|
# | ReLU and its relatives | He (`"he_normal"`) | $2 / \text{fan-in}$ |
# | tanh, sigmoid, softmax | Glorot (`"glorot_uniform"`) | $2 / (\text{fan-in} + \text{fan-out})$ |
# | SELU | LeCun (`"lecun_normal"`) | $1 / \text{fan-in}$ |
#
# Biases start at zero.

# %% [markdown]
# ### Exercise: `he_normal(fan_in, shape, rng)`
#
# Draw weights from a normal distribution with mean 0 and
#
# $$\operatorname{Var}(w) = \frac{2}{\text{fan\_in}} .$$
#
# | | type | |
# |---|---|---|
# | `fan_in` | int | how many numbers one output adds up |
# | `shape` | tuple of int | of the array of weights |
# | `rng` | `np.random.Generator` | where random numbers come from |
# | result | array of shape `shape` | |
#
# Why is `fan_in` given apart from `shape`? For a dense layer it is `shape[0]`. For a convolution with a kernel of
# shape `(3, 3, 16, 32)`, one output adds up $3 \cdot 3 \cdot 16 = 144$ numbers.
#
# On paper: with `fan_in` 8 the standard deviation is $\tfrac12$, so about two thirds of the weights lie between
# $-\tfrac12$ and $\tfrac12$. Any numbers with that distribution are right.

# %% nbgrader={"grade_id": "he_normal", "solution": true}
def he_normal(fan_in, shape, rng):
    """Random weights for a layer with ReLU.

    Parameters
    ----------
    fan_in : int
        How many numbers one output adds up.
    shape : tuple of int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of that shape
    """
    ### BEGIN SOLUTION
    return rng.normal(0.0, np.sqrt(2 / fan_in), size=shape)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-he_normal", "grade": true}
check(he_normal)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `rng.normal(mean, width, size=shape)` draws as many numbers as you like. Its second argument is a standard
# deviation, not a variance.
# </details>

# %% tags=["show"]
runs = {
    "normal 0.05": runs["20 layers"],
    "glorot_uniform": learn(deep(20, "glorot_uniform")),
    "he_normal": learn(deep(20, "he_normal")),
}
compare(runs, "20 layers, three ways to start")

# %% [markdown]
# The network that learned nothing learns. Nothing was changed but the width of its random numbers. With Glorot's
# variance a ReLU layer still loses a factor of $\sqrt2$ in size, a thousandfold over 20 layers, and the training takes
# long to get going.
#
# **Think.** Why not start all weights at zero, or all at the same small number?
#
# <details><summary>Answer</summary>
#
# All neurons of a layer would compute the same, get the same gradient, and stay the same for ever. The layer would be
# one neuron, copied. With zero, a ReLU network doesn't even get a gradient. The random start breaks this symmetry,
# and it is all that it is for.
# </details>

# %% [markdown]
# ## Batch normalization
#
# Initialization sets the sizes right at the beginning. Then the weights change, and nobody watches the sizes any
# more. The other way is to force them: after each layer, measure mean and spread of every neuron over the batch, and
# take them out. You know the trick from lesson 1, where we standardized magnitudes. Here it happens inside the
# network, at every step.

# %% tags=["show"]
runs = {
    "normal 0.05": runs["normal 0.05"],
    "he_normal": runs["he_normal"],
    "normal 0.05, batch normalization": learn(deep(20, small, normalize=True)),
}
compare(runs, "20 layers, weights that are too small, and normalization")

# %% [markdown]
# The same small weights as in the first picture, and the network learns: however small the signal is, it is brought
# back to size 1 in each layer. (The jumps in the curves are no accident of this run. Both networks are deep and
# without a safety net, and now and then a step goes too far. Read on.)
#
# For one neuron and a batch $x_1, \dots, x_n$, **batch normalization** (Ioffe & Szegedy 2015) computes
#
# $$\mu = \frac1n \sum_{i=1}^n x_i, \qquad \sigma^2 = \frac1n \sum_{i=1}^n (x_i - \mu)^2, \qquad
# \hat x_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \qquad y_i = \gamma\, \hat x_i + \beta .$$
#
# The small $\varepsilon$ (in Keras 0.001) keeps the root away from zero. $\gamma$ and $\beta$ are learned, one of each
# for every neuron: mean 0 and variance 1 need not be what the next layer wants, and with $\gamma = \sigma$ and
# $\beta = \mu$ the network can undo it all. In a convolutional network, the mean runs over all examples *and all
# pixels* of a channel.
#
# - **At evaluation** there may be no batch, and what the network says of one galaxy must not depend on the others
#   beside it. So a running average of $\mu$ and $\sigma^2$ is kept while training and used afterwards. That makes
#   four numbers a neuron, of which two are learned by gradient.
# - **Before or after the activation?** The paper says before, and so do most networks: layer, normalization, ReLU.
#   After works too. The layer before needs no bias, since $\mu$ takes it out and $\beta$ brings one in.
# - **Small batches** give poor means. Below 8 or so, take layer normalization, which averages over the neurons of one
#   example.

# %% [markdown]
# ### Exercise: `batch_norm(x, gamma, beta, eps)`
#
# For each column $j$ of `x`, with the column's mean $\mu_j$ and variance $\sigma_j^2$ (divided by $n$, not by
# $n - 1$),
#
# $$y_{ij} = \gamma_j\, \frac{x_{ij} - \mu_j}{\sqrt{\sigma_j^2 + \varepsilon}} + \beta_j .$$
#
# | | shape | |
# |---|---|---|
# | `x` | `(n, d)` | one example a row |
# | `gamma`, `beta` | `(d,)` | one for each neuron |
# | `eps` | `()` | ε, a small positive number |
# | result | `(n, d)` | |
#
# On paper: the column $(-1, 0, 1)$ has mean 0 and variance $\tfrac23$. With $\varepsilon = \tfrac13$ the root is 1, so
# $\gamma = 2$ and $\beta = 5$ give $(3, 5, 7)$.

# %% nbgrader={"grade_id": "batch_norm", "solution": true}
def batch_norm(x, gamma, beta, eps):
    """Batch normalization, as while training.

    Parameters
    ----------
    x : ndarray of shape (n, d)
        One example a row.
    gamma, beta : ndarray of shape (d,)
        Scale and shift of each neuron.
    eps : float
        Is added to the variance.

    Returns
    -------
    ndarray of shape (n, d)
    """
    ### BEGIN SOLUTION
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)  # (n, d)
    return gamma * x_hat + beta
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-batch_norm", "grade": true}
check(batch_norm)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `x.mean(axis=0)` and `x.var(axis=0)` have shape `(d,)`, a number for each column, and NumPy lines them up with the
# columns. `var` divides by $n$, as asked.
# </details>

# %% [markdown]
# ### Backward
#
# Lesson 3 said that each layer needs a derivative. This one is a good test of what you learned there, because $x_i$
# reaches the loss in **three ways**: directly, through $\mu$, and through $\sigma^2$. Changing one example changes the
# outputs of all others in the batch.
#
# The gradient $\partial L/\partial y_i$ arrives; call it $dy_i$. Then for one column
#
# $$d\beta = \sum_i dy_i, \qquad d\gamma = \sum_i dy_i\, \hat x_i, \qquad g_i = \gamma\, dy_i ,$$
#
# where $g_i$ is the gradient for $\hat x_i$. With $s = \sqrt{\sigma^2 + \varepsilon}$, the chain rule along the three
# ways gives
#
# $$dx_i = \frac1s \Bigl( \underbrace{g_i}_{\text{directly}} \;-\; \underbrace{\tfrac1n \textstyle\sum_k g_k}_{\text{through } \mu}
# \;-\; \underbrace{\hat x_i\, \tfrac1n \textstyle\sum_k g_k \hat x_k}_{\text{through } \sigma^2} \Bigr) .$$
#
# Read it as a physicist. From the gradients of the batch, the part that would shift all $x$ alike is projected out,
# and the part that would stretch them. Normalization undoes a shift and a stretch, so the loss can't depend on them.

# %% [markdown]
# ### Exercise: `batch_norm_backward(dy, x, gamma, eps)`
#
# The gradients of batch normalization, as above for each column.
#
# | | shape | |
# |---|---|---|
# | `dy` | `(n, d)` | the gradient that arrives |
# | `x`, `gamma`, `eps` | `(n, d)`, `(d,)`, `()` | what went in forward |
# | result | `(n, d)`, `(d,)`, `(d,)` | the three gradients `dx, dgamma, dbeta` |
#
# On paper: $x = (-1, 0, 1)$ with $\varepsilon = \tfrac13$ has $s = 1$ and $\hat x = x$. For $\gamma = 1$ and
# $dy = (3, 0, 0)$, the mean of $g$ is 1 and the mean of $g\hat x$ is $-1$. So $dx = (1, -1, 0)$, $d\gamma = -3$ and
# $d\beta = 3$.

# %% nbgrader={"grade_id": "batch_norm_backward", "solution": true}
def batch_norm_backward(dy, x, gamma, eps):
    """The gradients of batch normalization.

    Parameters
    ----------
    dy : ndarray of shape (n, d)
        The gradient of the loss with respect to the output.
    x : ndarray of shape (n, d)
        The input of the forward pass.
    gamma : ndarray of shape (d,)
    eps : float

    Returns
    -------
    dx, dgamma, dbeta : ndarrays of shape (n, d), (d,), (d,)
    """
    ### BEGIN SOLUTION
    spread = np.sqrt(x.var(axis=0) + eps)  # (d,)
    x_hat = (x - x.mean(axis=0)) / spread  # (n, d)
    g = dy * gamma  # (n, d)
    dx = (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0)) / spread
    return dx, (dy * x_hat).sum(axis=0), dy.sum(axis=0)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-batch_norm_backward", "grade": true}
check(batch_norm_backward)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Compute $s$ and $\hat x$ as in the forward pass, then $g$. Each sum over $k$ is a mean along axis 0, of shape `(d,)`.
# For `dgamma` and `dbeta` it is a sum and not a mean: every example adds to the same parameter.
# </details>

# %% [markdown]
# **Think.** Add up your $dx$ over the batch. Why is it always zero? And what is $dx$ for a batch of one example?
#
# <details><summary>Answer</summary>
#
# Shifting all $x$ by the same number changes no output, so the loss doesn't change, and the sum of the $dx_i$ is its
# derivative along that shift. A batch of one is its own mean: $\hat x = 0$ whatever it is, and $dx = 0$. With batch
# size 1 nothing would ever be learned below such a layer.
# </details>

# %% [markdown]
# ## Skip connections
#
# Now the 20 layers learn. But their curves jump, and they need long for what a network of 3 layers does in passing.
# That is odd: 17 of the 20 could copy their input and leave the work to the others. Training doesn't find out how to
# copy, because a layer has to *learn* to be the identity. So give it the identity for nothing:

# %% tags=["show"]
inputs = course.Input((32,), name="x")
branch = layers.Dense(32, kernel_initializer=small, name="f")(inputs)
block = course.Model(inputs, layers.add([inputs, layers.ReLU()(branch)], name="x_plus_f"))
plots.draw_model(block, title="A residual block")

# %% [markdown]
# The picture shows a **residual block**. What comes in takes two ways, through the layers $f$ and past them, and both
# are added:
#
# $$y = x + f(x) .$$
#
# The layers only have to learn what is to be *changed*, the **residual** $y - x$. With $f = 0$ the block copies. And
# the gradient has a way back that no weight stands on:
#
# $$dx = dy + \underbrace{dy \cdot f'(x)}_{\text{through the layers}} ,$$
#
# for branches add, as you saw in lesson 3. Over $L$ blocks the product $\prod (1 + f_l')$ has a 1 in it, whatever the
# $f_l'$ are. This is the idea of **ResNet** (He et al. 2015), whose authors trained 152 layers when others had 20.
#
# $x$ and $f(x)$ are added, so they must have the same shape: "same" padding and as many channels out as in. Where the
# number changes, a 1×1 convolution goes on the skip. In a **U-Net** (Ronneberger et al. 2015) the skips lead from the
# way down to the way up, past the narrow middle, and are joined by concatenation: they carry fine detail. You will
# build one in lesson 9.

# %% [markdown]
# ### Exercise: `residual_block(x, f)`
#
# $$y = x + f(x)$$
#
# | | shape | |
# |---|---|---|
# | `x` | any | a batch |
# | `f` | function | takes an array, gives one of the same shape |
# | result | as `x` | |
#
# One trap: `x` must be as it was, afterwards, also when `f` hands back the very array that it was given.
#
# On paper: $x = (1, -2)$ and $f(x) = x^2$ give $(2, 2)$.

# %% nbgrader={"grade_id": "residual_block", "solution": true}
def residual_block(x, f):
    """A function with a skip connection around it.

    Parameters
    ----------
    x : ndarray of any shape
    f : callable
        From an array to one of the same shape.

    Returns
    -------
    ndarray of the shape of x
    """
    ### BEGIN SOLUTION
    return x + f(x)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-residual_block", "grade": true}
check(residual_block)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `y = a + b` makes a new array. `y += b` writes into the one that is there, and that may be `x` under another name.
# </details>

# %% tags=["show"]
with np.errstate(all="ignore"):  # one of the four overflows
    runs = {
        "20 layers, he_normal": runs["he_normal"],
        "20 layers, normal 0.05, skips": learn(deep(20, small, skips=True)),
        "3 layers, he_normal": learn(deep(3, "he_normal")),
        "20 layers, he_normal, skips": learn(deep(20, "he_normal", skips=True)),
    }
compare(runs, "With and without skip connections")

# %% [markdown]
# With skips, 20 layers learn as fast as 3. Weights that were far too small for the plain network are just right here:
# in the beginning each block does little more than copy.
#
# One of the four has no curve at all. With He's variance $f(x)$ is as large as $x$, so each block at least doubles
# the mean square, and eighteen blocks make it more than 200,000 times as large. The first gradients are so large that
# the weights overflow, and the loss is *not a number*. So **with skips, branches start small**: small weights, a
# batch normalization with $\gamma = 0$ at the end of the branch, or any batch normalization in it, which makes the
# growth harmless.
#
# **Think.** A residual network of ten blocks, and you delete block 5 after training. A plain network of ten layers,
# and you delete layer 5. Which would you rather use afterwards?
#
# <details><summary>Answer</summary>
#
# The residual one. Its blocks change the signal a little each, and the others still get something much like what they
# know. In the plain network layer 6 gets numbers whose meaning it never learned. People tried it (Veit et al. 2016,
# arXiv:1605.06431): a ResNet loses little.
# </details>

# %% [markdown]
# ## Gradient clipping
#
# Sometimes all is well, and then one batch ruins it. Here are the digits again, with 3 layers and He's start. In ten
# of the 1,029 images one pixel is broken and reads 1000, as when a cosmic ray hits a detector.

# %% tags=["show"]
rng = np.random.default_rng(0)
broken = x_digits.copy()
broken[rng.choice(len(broken), 10, replace=False), rng.integers(0, 64, 10)] = 1000

runs = {
    "as it is": learn(deep(3, "he_normal"), broken, rate=0.02, epochs=10),
    "clipped": learn(deep(3, "he_normal"), broken, rate=0.02, epochs=10, global_clipnorm=1.0),
}
compare(runs, "Ten broken pixels", yscale="log")

# %% [markdown]
# Without help the loss jumps to millions and comes back to 2.303, for good: a few enormous steps have thrown the
# weights to where all ReLUs are dead. With **clipping** the network hardly notices.
#
# Clipping shortens a step that is too long and keeps its direction. Take the gradients of all parameters
# $g_1, \dots, g_P$ as one long vector. If its length
#
# $$\lVert g \rVert = \sqrt{\sum_{p=1}^{P} \sum_j g_{pj}^2}$$
#
# is above a bound $c$, multiply all of them by $c / \lVert g \rVert$. Otherwise leave them. A common bound is 1; look
# at the lengths that occur and choose one that is rarely reached. Networks that read sequences can hardly be trained
# without it (Pascanu et al. 2013).
#
# Clipping is a seat belt. It doesn't repair the road: find out where the enormous gradients come from as well.

# %% [markdown]
# ### Exercise: `clip_by_global_norm(grads, max_norm)`
#
# $$g_p \;\to\; g_p \cdot \min\left(1, \frac{c}{\lVert g \rVert}\right), \qquad \lVert g \rVert^2 = \sum_p \sum_j g_{pj}^2$$
#
# | | shape | |
# |---|---|---|
# | `grads` | list of arrays of any shapes | the gradients of all parameters |
# | `max_norm` | `()` | $c$, above 0 |
# | result | list of arrays of the same shapes | |
#
# All gradients may be zero.
#
# On paper: the gradients $(3, 0)$ and $(0, 4)$ have together the norm 5. With $c = 2.5$ they become $(1.5, 0)$ and
# $(0, 2)$; with $c = 10$ they stay.

# %% nbgrader={"grade_id": "clip_by_global_norm", "solution": true}
def clip_by_global_norm(grads, max_norm):
    """Gradients shortened together, so that their common norm is at most `max_norm`.

    Parameters
    ----------
    grads : list of ndarray of any shapes
    max_norm : float, above 0

    Returns
    -------
    list of ndarray of the same shapes
    """
    ### BEGIN SOLUTION
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    factor = max_norm / max(norm, max_norm)  # 1 where the norm is small
    return [g * factor for g in grads]
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-clip_by_global_norm", "grade": true}
check(clip_by_global_norm)

# %% [markdown]
# <details><summary>Hint</summary>
#
# One norm for all, so one factor for all. Compute the sum of squares over the whole list first. Write the factor such
# that nothing is divided by zero: the larger of norm and bound is never zero.
# </details>

# %% [markdown]
# **Think.** Somebody clips each number of the gradient to lie between −1 and 1. The gradient is $(10, 1)$. In which
# direction does the step go, with their clipping and with yours?
#
# <details><summary>Answer</summary>
#
# Theirs is $(1, 1)$, at 45°, although the loss falls almost entirely along the first axis. Yours is shorter and points
# where the gradient did. (Keras has all three: `clipvalue` for theirs, `clipnorm` for each parameter by itself,
# `global_clipnorm` for yours.)
# </details>

# %% [markdown]
# ## It trains. Is it any good?
#
# Now the other half. The training loss falls, and what counts is how the network does on what it has never seen.
#
# The task is galaxies by shape. The images are **simulated**, with a program that astronomers use to test their
# measurements (GalSim, Rowe et al. 2015): a telescope in space with pixels of 0.1 arcseconds, 32×32 of them. A pixel
# holds the light that fell on it, in units of the noise of the sky. There are 3,000 images to learn from, 600 for
# validation and 600 for the test, as many of each kind.

# %% tags=["show"]
(x_train, y_train), (x_val, y_val), (x_test, y_test) = galaxies.load_galaxies()
first = np.concatenate([np.flatnonzero(y_train == kind)[:7] for kind in range(3)])
words = [galaxies.CLASSES[kind] for kind in y_train[first]]
light = np.arcsinh(x_train[first])
plots.show_images(light, words, columns=7, ink=False, title="Galaxies, their light compressed")

# %% [markdown]
# Seven of each. Ellipticals are smooth, spirals have arms, irregulars have clumps or are two that merge.
#
# What may be wrong with such data? They are cleaner than the sky. No neighbours stand in the way, no star is
# saturated, every galaxy sits near the middle, and each kind is as common as the others. A network that is good here
# may fail on a real survey, and nothing in this notebook would tell. Keep that in mind for the end.

# %% [markdown]
# ### Data is key
#
# More than any layer, the examples decide what comes out.
#
# - **Representative.** The training set must look like what the network will be used on: same instrument, same depth,
#   same mix of objects. Spectra exist for bright galaxies, so a network for redshifts learns from bright galaxies and
#   is then asked about faint ones. That is the most common way to be wrong in astronomy.
# - **Split by origin.** Two images of the same galaxy, or two digits of the same writer, belong on the same side of
#   the split. Otherwise the test measures memory.
# - **Normalized.** Inputs of size about 1, for the reason that you saw in the first half. Take mean and spread from
#   the training set alone, and use the same two numbers for everything that comes later.
# - **On a good scale.** A galaxy's middle is a hundred times as bright as its arms. The function
#   $\operatorname{arsinh} x$, linear near zero and logarithmic far from it, shows both.
# - **Looked at.** Look at fifty of your examples, and at the labels. You will find something.

# %% tags=["show"]
def prepare(images):
    """Compressed and standardized by the training set: (n, 32, 32) -> (n, 32, 32, 1)."""
    return ((np.arcsinh(images)[..., None] - 0.502) / 1.053).astype(np.float32)


x_train, x_val, x_test = prepare(x_train), prepare(x_val), prepare(x_test)
print(f"training set: shape {x_train.shape}, mean {x_train.mean():.2f}, spread {x_train.std():.2f}")

# %% [markdown]
# **Think.** A colleague standardizes each image by its own mean and spread. Which information is lost? For which task
# would that be right, for which wrong?
#
# <details><summary>Answer</summary>
#
# How bright the galaxy is. For its shape that is fine, perhaps even better: a network can't be misled by brightness
# then. For a redshift or a mass it is fatal.
# </details>

# %% [markdown]
# ## Augmentation
#
# More examples are the best cure for overfitting, and here some are free. A galaxy has no up and no left. Turn it by
# 90°, or look at it in a mirror, and it is another image with the same label.

# %% tags=["show"]
spiral = np.flatnonzero(y_train == 1)[3]
sides = [np.rot90(side, k) for side in (x_train[spiral], x_train[spiral][:, ::-1]) for k in range(4)]
words = ["as it is", "90°", "180°", "270°", "mirrored", "and 90°", "and 180°", "and 270°"]
plots.show_images(np.stack(sides), words, columns=8, ink=False, title="One spiral, eight examples")

# %% [markdown]
# The picture shows all that can be done to a square without cutting any pixel in two: four turns, and four turns of
# the mirror image. These **eight symmetries of the square** are a group. Each epoch the network gets each galaxy in
# one of the eight ways, drawn anew, so it rarely sees the same image twice.

# %% tags=["show"]
two_each = first[[0, 1, 7, 8, 14, 15]]
AugmentationPreview(x_train[two_each], [galaxies.CLASSES[kind] for kind in y_train[two_each]])

# %% [markdown]
# A row for each epoch, as the network sees them. The line below them counts the ways that came up. Try this:
#
# 1. Press *Play*. After how many epochs has the network seen all eight ways?
# 2. Switch the turns off. How many ways are left, and which ones?
# 3. Move the images by up to 0.3, with each of the four fills. What would a network learn from the zeros at the edge?
# 4. Add noise until you can't tell a spiral from an elliptical. What can the network learn from such an image?
#
# Below the sliders are the layers in `course` that do it. In a model they come first; at evaluation they hand the
# images on as they are.
#
# Choose only changes that keep the label. A digit 6 upside down is a 9. A shifted lens is still a lens, a stretched
# one has another mass. And augment the training set alone: what you measure must be the real thing.

# %% [markdown]
# ### Exercise: `augment(images, rng)`
#
# Give each image of a batch one of the eight symmetries, drawn at random, all eight with the same probability, and for
# each image anew.
#
# | | shape | |
# |---|---|---|
# | `images` | `(n, s, s, c)` | square images with $c$ channels |
# | `rng` | `np.random.Generator` | where random numbers come from |
# | result | `(n, s, s, c)` | image $i$ is a symmetry of image $i$ |
#
# On paper, for one image: $\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$ can become
# $\begin{pmatrix} 2 & 4 \\ 1 & 3 \end{pmatrix}$ (a quarter turn to the left) or
# $\begin{pmatrix} 2 & 1 \\ 4 & 3 \end{pmatrix}$ (the mirror image), but never
# $\begin{pmatrix} 1 & 2 \\ 4 & 3 \end{pmatrix}$.

# %% nbgrader={"grade_id": "augment", "solution": true}
def augment(images, rng):
    """Each image turned by a multiple of 90° and perhaps mirrored, at random.

    Parameters
    ----------
    images : ndarray of shape (n, s, s, c)
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of shape (n, s, s, c)
    """
    ### BEGIN SOLUTION
    out = []
    for image in images:
        image = np.rot90(image, rng.integers(4))
        out.append(image[:, ::-1] if rng.random() < 0.5 else image)
    return np.stack(out)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-augment", "grade": true}
check(augment)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `np.rot90(image, k)` turns by `k` quarters, `image[:, ::-1]` is the mirror image. Draw for each image inside the
# loop: `rng.integers(4)` is 0, 1, 2 or 3, and `rng.random() < 0.5` is true half of the time.
# </details>

# %% [markdown]
# **Think.** Which change keeps the label? (a) A galaxy is mirrored; the label says whether its arms wind clockwise.
# (b) The light curve of a supernova runs backward; the label is its type. (c) A spectrum is shifted by a few pixels;
# the label is the star's temperature. (d) Noise is added to an image; the label is the shape.
#
# <details><summary>Answer</summary>
#
# (a) No: it becomes the other label, and if you change that too, the example is as good as new. (b) No: supernovae
# rise fast and decline slowly. (c) Yes: the star only moves faster. For the label "velocity" it would be no. (d) Yes,
# as long as there is something left to see, and the network becomes fit for a worse night.
# </details>

# %% [markdown]
# ## Dropout
#
# An orchestra in which every evening half of the players are missing, and nobody knows which, learns to play such that
# no one is indispensable. **Dropout** (Srivastava et al. 2014) does this to neurons.

# %% tags=["show"]
DropoutExplorer(rate=0.5)

# %% [markdown]
# At every training step each neuron of a layer is switched off with probability $p$, the **rate**, for each example
# anew. So each step trains another, smaller network. Try this:
#
# 1. Draw a few times. Switch a neuron off and on by hand.
# 2. Draw many times. Where is the average of the outputs, and where is what the whole network says at evaluation?
# 3. Now take the rescaling away, so that the neurons that stay are left as they are. What happens to the average?
# 4. Raise the rate to 0.9. What are the neurons that stay multiplied with?
#
# What is kept is divided by $1 - p$:
#
# $$y_{ij} = \begin{cases} 0 & \text{with probability } p \\ x_{ij}\,/\,(1 - p) & \text{otherwise} \end{cases}
# \qquad\Longrightarrow\qquad \text{on average } y_{ij} = x_{ij} .$$
#
# The mean stays, so **at evaluation nothing needs to be done**: no dropping, no factor, and the same answer every
# time. (In lesson 8 you will leave it on at evaluation, on purpose, to see how sure a network is.) Usual rates are 0.2
# to 0.5, behind dense layers rather than in convolutions.

# %% [markdown]
# ### Exercise: `dropout(x, rate, rng)`
#
# Dropout as while training: each number of `x` becomes 0 with probability `rate`, independently of all others, and is
# divided by $1 - \text{rate}$ otherwise.
#
# | | shape | |
# |---|---|---|
# | `x` | `(n, d)` | what $d$ neurons say to $n$ examples |
# | `rate` | `()` | from 0 up to, but not including, 1 |
# | `rng` | `np.random.Generator` | where random numbers come from |
# | result | `(n, d)` | |
#
# On paper: $x = (1, 2, 3, 4)$ at rate 0.5 can become $(2, 0, 6, 0)$, or $(0, 0, 0, 8)$, but never $(1, 0, 3, 0)$.

# %% nbgrader={"grade_id": "dropout", "solution": true}
def dropout(x, rate, rng):
    """Numbers set to zero at random, the others scaled up, as while training.

    Parameters
    ----------
    x : ndarray of shape (n, d)
    rate : float
        The probability to be dropped, at least 0 and below 1.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of shape (n, d)
    """
    ### BEGIN SOLUTION
    kept = rng.random(x.shape) >= rate  # (n, d), true with probability 1 - rate
    return x * kept / (1 - rate)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-dropout", "grade": true}
check(dropout)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `rng.random(x.shape)` has one number between 0 and 1 for each of `x`. It is below `rate` with probability `rate`.
# True and false count as 1 and 0 when you multiply by them.
# </details>

# %% [markdown]
# **Think.** A training run reports a loss of 0.45 on the training set and 0.38 on the validation set. How can a
# network be better on what it has not seen?
#
# <details><summary>Answer</summary>
#
# The training loss is measured while training: with dropout on, on augmented images, and averaged over an epoch in
# which the network got better. The validation loss is measured with all neurons, on real images, after the epoch.
# </details>

# %% [markdown]
# ## Weight decay
#
# The last of the classics, in two lines. Pull every weight a little towards zero at each step,
#
# $$w \;\to\; w - \eta\, g - \eta\, \lambda\, w ,$$
#
# so that only weights stay large for which the data have a reason. For plain gradient descent it is the same as
# adding $\tfrac12 \lambda \lVert w \rVert^2$ to the loss, known as ridge regression or as a Gaussian prior on the
# weights. For Adam it is not the same, and the form above, **decoupled** from the gradient, does better (Loshchilov &
# Hutter 2019): `Adam(weight_decay=0.01)` or `AdamW`. Biases and batch normalization's $\gamma$ and $\beta$ are often
# left out.

# %% [markdown]
# ## The same network, with and without
#
# Now measure. The network is a small CNN as in lesson 6: it averages the image down to 16×16, then twice convolution,
# ReLU and pooling, then two dense layers. To make it hard it gets **only 500 galaxies**. One thing is changed at a
# time; all get the same number of steps, and the weights of the epoch with the best validation loss are kept.

# %% tags=["show"]
def cnn(start="he_normal", flips=False, normalize=False, rate=0.0):
    """A small CNN for three classes of images, (n, 32, 32, 1) -> (n, 3)."""
    stack = [course.Input((32, 32, 1))]
    stack += [layers.RandomFlip(), layers.RandomRotation90()] if flips else []
    stack += [layers.AveragePooling2D()]
    for filters in (16, 32):
        stack += [layers.Conv2D(filters, 3, padding="same", kernel_initializer=start)]
        stack += [layers.BatchNormalization(momentum=0.9)] if normalize else []
        stack += [layers.ReLU(), layers.MaxPool2D()]
    stack += [layers.Flatten(), layers.Dropout(rate)]
    stack += [layers.Dense(32, activation="relu", kernel_initializer=start)]
    return course.Sequential([*stack, layers.Dense(3, activation="softmax")], seed=0)


def fit(model, x, y, epochs, rate=0.002, **options):
    """Train with Adam, keep the best weights; what `fit` returns."""
    optimizer = course.optimizers.Adam(rate, **options)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    best = course.callbacks.EarlyStopping("val_loss", patience=epochs, restore_best_weights=True)
    how = dict(batch_size=50, epochs=epochs, callbacks=[best], verbose=0)
    return model.fit(x, y, validation_data=(x_val, y_val), **how)


histories, accuracies = {}, {}


def measure(name, model, count=500, **options):
    """Train on the first `count` galaxies, in 240 steps, and note how it went."""
    epochs = 24 * 500 // count
    histories[name] = fit(model, x_train[:count], y_train[:count], epochs, **options).history
    accuracies[name] = model.evaluate(x_test, y_test, verbose=0)[1]
    print(f"{name:28s} {accuracies[name]:.1%}")


measure("He start, nothing else", cnn())
measure("weights start at normal 0.01", cnn(course.initializers.RandomNormal(stddev=0.01)))
measure("batch normalization", cnn(normalize=True))

# %% tags=["show"]
measure("dropout, rate 0.3", cnn(rate=0.3))
measure("weight decay 0.3", cnn(), weight_decay=0.3)

# %% tags=["show"]
measure("augmentation", cnn(flips=True))
measure("3,000 examples", cnn(), count=3000)

# %% tags=["show"] jupyter={"source_hidden": true}
figure, ax = plots.subplots(size=(7.2, 3.2), alt="Test accuracy of the same network, with one thing changed at a time:")
for row, (name, accuracy) in enumerate(accuracies.items()):
    chance = np.sqrt(accuracy * (1 - accuracy) / len(x_test))
    ax.errorbar(100 * accuracy, row, xerr=100 * chance, fmt="o", color=plots.COLOURS["blue"], capsize=3)
    figure.alt += f" {name} {accuracy:.1%};"
ax.axvline(100 * accuracies["He start, nothing else"], color=plots.COLOURS["grey"], linestyle=":")
ax.set_yticks(range(len(accuracies)), accuracies)
ax.invert_yaxis()
ax.set(xlabel="test accuracy (%), with the chance of 600 images", title="One thing at a time")
figure

# %% [markdown]
# The bars say what chance does with 600 test images: one point and a half, up or down. Most of the differences are not
# larger, and that is the first thing to learn from the picture: **without error bars you will believe in tricks that
# do nothing.** What is there to see?
#
# - **Weights that start too small** cost several points. The network learns, for it is shallow, but it has lost time.
# - **Batch normalization** does harm here, and did so when we repeated it with other random numbers. A network of four
#   layers with a good start has nothing that needs repair, and 500 examples make only ten batches an epoch.
# - **Dropout** and **weight decay** don't help, or not in so few steps. A network with dropout has to learn everything
#   twice and wants a longer training.
# - **Augmentation** and **more data** help, each by about as much: eight views of 500 galaxies, or 3,000 galaxies
#   once. No trick replaces examples.
#
# A trick is a remedy for something. Batch normalization and skips are for deep networks, dropout is for large ones.
# Look what ails yours before you choose.

# %% tags=["show"] jupyter={"source_hidden": true}
figure, axes = plots.subplots(1, 2, size=(8.4, 3.3), alt="Loss over epochs.")
for ax, name in zip(axes, ("He start, nothing else", "augmentation")):
    for key, (colour, style) in zip(("loss", "val_loss"), plots.figures.LINES):
        label = "validation" if "val" in key else "training"
        ax.plot(range(1, 25), histories[name][key], style, color=plots.COLOURS[colour], label=label)
    last = [histories[name][key][-1] for key in ("loss", "val_loss")]
    figure.alt += f" {name}: training ends at {last[0]:.2f}, validation at {last[1]:.2f}."
    ax.set(xlabel="epoch", ylabel="loss", title=name, ylim=(0, 1.1))
    ax.legend(fontsize=9)
figure

# %% [markdown]
# Left, the network learns its 500 examples by heart: the training loss goes to zero, the validation loss stops falling
# after half of the time. Right, with augmentation, both go down together, and they haven't stopped. This network would
# gain from a longer training; the left one would not. (After 40 epochs it had 92 % when we tried.)

# %% [markdown]
# **Think.** How many test images would it take to see a difference of one percentage point between two networks at 90
# %, with three standard deviations?
#
# <details><summary>Answer</summary>
#
# An accuracy $p$ from $N$ images is uncertain by $\sqrt{p(1-p)/N} = 0.3/\sqrt N$, a difference of two by $\sqrt2
# \cdot 0.3/\sqrt N$. That is a third of 0.01 for $N \approx 16{,}000$. It takes fewer if both are asked about the
# same images and you count only those on which they disagree. Many published improvements are smaller than their
# error.
# </details>

# %% [markdown]
# ## A residual network for galaxies
#
# Now all together, on all 3,000 galaxies: a network with skip connections, batch normalization, He's start,
# augmentation, and a learning rate that falls to zero along a cosine. `Sequential` is a chain and can't say "and past
# it". The **functional** way of writing can: a layer, called on what another layer gave, gives the next.

# %% tags=["show"]
def convolution(x, filters):
    """Convolution and batch normalization: no bias, because β is one."""
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
    return layers.BatchNormalization(momentum=0.9)(x)


def residual(x, filters):
    """Two convolutions, and a way past them."""
    branch = layers.ReLU()(convolution(x, filters))
    branch = convolution(branch, filters)
    return layers.ReLU()(layers.add([x, branch]))


def resnet():
    """A small residual network, (n, 32, 32, 1) -> (n, 3)."""
    inputs = course.Input((32, 32, 1))
    x = layers.RandomRotation90()(layers.RandomFlip()(inputs))
    x = layers.AveragePooling2D()(x)  # (n, 16, 16, 1)
    for filters in (16, 32):
        x = layers.ReLU()(convolution(x, filters))
        x = residual(x, filters)
        x = layers.MaxPool2D()(x)  # (n, 8, 8, 16), then (n, 4, 4, 32)
    x = layers.Dense(32, activation="relu", kernel_initializer="he_normal")(layers.Flatten()(x))
    return course.Model(inputs, layers.Dense(3, activation="softmax")(x), seed=0)


inputs = course.Input((16, 16, 1))
stage = layers.MaxPool2D()(residual(layers.ReLU()(convolution(inputs, 16)), 16))
plots.draw_model(course.Model(inputs, stage), title="The first of its two stages")

# %% [markdown]
# **Think.** Why has the first convolution no skip around it?
#
# <details><summary>Answer</summary>
#
# It takes 1 channel and gives 16, and arrays of different shapes can't be added. It would take a 1×1 convolution on
# the way past it, from 1 channel to 16. The blocks behind it keep their shape.
# </details>

# %% tags=["show"]
network = resnet()
history = fit(network, x_train, y_train, epochs=5, rate=course.schedules.CosineDecay(0.002, 5 * 60))
loss, accuracy = network.evaluate(x_test, y_test, verbose=0)
print(f"{network.count_params():,} parameters; test accuracy {accuracy:.1%}")
plots.plot_history(history, title="The residual network")

# %% [markdown]
# About 94 % of the test set (93 to 95, depending on the seed), where the plain network had 90 %. Since each epoch
# shows the galaxies from new sides, training and validation go together. The curves settle at the end because the
# steps become small; with a constant rate the last epochs jump by several percent.
#
# One number says little. Which kinds does it confuse?

# %% tags=["show"] jupyter={"source_hidden": true}
probabilities = network.predict(x_test, verbose=0)  # (600, 3)
said = probabilities.argmax(axis=1)
confusion = np.array([[np.sum((y_test == true) & (said == one)) for one in range(3)] for true in range(3)])

figure, ax = plots.subplots(size=(4.6, 3.9))
ax.imshow(confusion, cmap="Blues", vmin=0, vmax=300)
for true in range(3):
    for one in range(3):
        colour = "white" if confusion[true, one] > 120 else "black"
        ax.text(one, true, confusion[true, one], ha="center", va="center", color=colour, fontsize=13)
ax.set_xticks(range(3), galaxies.CLASSES)
ax.set_yticks(range(3), galaxies.CLASSES)
ax.set(xlabel="predicted class", ylabel="true class", title="600 galaxies of the test set")
figure.alt = "Confusion matrix, a row for each true class: " + "; ".join(
    f"{name}: {', '.join(map(str, row))}" for name, row in zip(galaxies.CLASSES, confusion)
)
figure

# %% tags=["show"]
wrong = np.flatnonzero(said != y_test)
surest = wrong[np.argsort(-probabilities[wrong].max(axis=1))][:12]
words = [f"{galaxies.CLASSES[y_test[i]]},\nsaid {galaxies.CLASSES[said[i]]}" for i in surest]
plots.show_images(x_test[surest], words, columns=6, ink=False, title="Wrong, and sure of it")

# %% [markdown]
# The upper picture has a row for each true class; what lies off the diagonal is wrong. An elliptical is hardly ever
# taken for an irregular, or the other way round: the doubt is about spirals. The lower one shows twelve galaxies of
# which the network was surest, and wrong. The first word is the truth, the second what it said. Arms that drown in the
# noise leave a smooth galaxy, and two galaxies that merge may look like one with arms. Would you have got them right?
# Nobody can read off an image what is not in it. So don't expect 100 %, and be suspicious of it.

# %% [markdown]
# ## Another telescope
#
# The network is trained and published. A colleague uses it on images from the ground, where the air blurs what the
# telescope in space saw sharp. The galaxies are the same.

# %% tags=["show"]
def from_the_ground(images, rng):
    """The same sky through the air: blurred to 0.47 arcseconds, then noise of size 1."""
    kernel = np.exp(-0.5 * (np.arange(-6, 7) / 2) ** 2)
    kernel /= kernel.sum()
    for axis in (1, 2):
        images = np.apply_along_axis(np.convolve, axis, images, kernel, mode="same")
    return prepare(images + rng.normal(size=images.shape))


rng = np.random.default_rng(5)
(clean, y_ground), _, (clean_test, _) = galaxies.load_galaxies(noise=0)
few = rng.choice(len(clean), 60, replace=False)
x_few, y_few = from_the_ground(clean[few], rng), y_ground[few]  # (60, 32, 32, 1), (60,)
x_ground = from_the_ground(clean_test, rng)  # (600, 32, 32, 1)

pairs = np.stack([x_test[:6], x_ground[:6]]).reshape(12, 32, 32)
words = [galaxies.CLASSES[kind] for kind in y_test[:6]] * 2
title = "From space (above) and from the ground (below)"
figure = plots.show_images(pairs, words, columns=6, ink=False, title=title)
lower = network.evaluate(x_ground, y_test, verbose=0)[1]
print(f"test accuracy from space {accuracy:.1%}, from the ground {lower:.1%}")
figure

# %% [markdown]
# From 94 % to little more than half, where a guess has a third. The network was not wrong before and is not broken
# now. It is asked about images of a kind that it was never shown: the training set is no longer **representative**.
# And it doesn't say so. It gives its probabilities as calmly as before.
#
# Suppose that somebody has looked at 60 of the new images and labelled them. Too few to train a network, but this one
# knows a lot already. The first layers look for edges, blobs and arms, and those are the same from the ground. So keep
# them, and teach the rest. This is **transfer learning**, in two steps:
#
# 1. **Freeze.** Set `trainable = False` for all layers but the last ones. They keep their weights, and batch
#    normalization keeps its running averages. Train the rest as usual.
# 2. **Fine-tune.** Then set all free and go on with a learning rate that is ten times smaller, so that what was
#    learned before isn't washed away.
#
# Compare with a fresh network that gets the same 60 images and as many steps.

# %% tags=["show"]
def teach(model, rate, epochs):
    """Train on the 60 labelled images from the ground; the accuracy on the test set from there."""
    optimizer = course.optimizers.Adam(rate)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_few, y_few, batch_size=20, epochs=epochs, verbose=0)
    return model.evaluate(x_ground, y_test, verbose=0)[1]


print(f"a fresh network, 60 examples:     {teach(resnet(), 0.002, 60):.1%}")

moved = resnet()
moved.set_weights(network.get_weights())
for layer in moved.layers[:-2]:
    layer.trainable = False
print(f"only the last two layers trained: {teach(moved, 0.002, 40):.1%}")

for layer in moved.layers:
    layer.trainable = True
print(f"then all, ten times slower:       {teach(moved, 0.0002, 20):.1%}")

# %% [markdown]
# With 60 examples a fresh network gets about two thirds right. The one that has seen 3,000 galaxies from space gets
# about 80 %, and the 60 examples took seconds. Most of the gain comes with the last two layers; fine-tuning adds a
# little, or nothing, as chance will have it. It doesn't get back to 94 %: 60 examples are few, and what the air has
# blurred away is gone.
#
# **Think.** You have 30,000 labelled images of the new kind in place of 60. What changes?
#
# <details><summary>Answer</summary>
#
# The fresh network catches up: with enough data of the right kind there is less that an old one can add. Still start
# from the old weights, if the input is similar; it saves time. And train all layers from the beginning.
# </details>

# %% [markdown]
# ## When a network won't train
#
# A checklist, in the order that saves most time. Do the first three before you change anything.
#
# | step | what to do | what it tells |
# |---|---|---|
# | 1 | Look at the batch that goes in: images, labels, shapes, minimum, maximum, NaN. | Most bugs are here. |
# | 2 | Compare the first loss with what a guess costs: $\ln 10 = 2.303$ for ten classes. | Larger: outputs too large, or labels and outputs don't fit. |
# | 3 | **Overfit ten examples.** | If it can't learn ten by heart, there is a bug, and no trick will help. |
# | 4 | The loss stays flat: print the size of signals and gradients for each layer. | Start of the weights, dead ReLUs, a frozen layer, an activation too many at the end. |
# | 5 | The loss becomes NaN or jumps: take a tenth of the learning rate, clip, look for broken examples. | A step too long, or input that nobody normalized. |
# | 6 | The loss falls slowly: three times the learning rate, then three times again. | The largest that doesn't explode is about right. |
# | 7 | Training is good, validation bad: more data, augmentation, smaller network, dropout, weight decay. | Overfitting. |
# | 8 | Both are bad: larger network, longer training, fewer restraints. | It can't even fit what it sees. |
# | 9 | Validation is good, the real world is bad. | The training set is not representative. |
# | 10 | It seems too good. | The answer leaks into the input, or the test set into the training set. |
#
# Number 3 takes seconds. Here it is for the residual network:

# %% tags=["show"]
ten = resnet()
ten.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = ten.fit(x_train[:10], y_train[:10], epochs=40, verbose=0)
plots.plot_history(history, title="Ten examples by heart")

# %% [markdown]
# It can, so nothing is wrong with how the network is built, how the labels are written, or how it is trained. Had the
# loss stayed at $\ln 3 \approx 1.1$, you would now look for a bug and not for a better optimizer.
#
# **Think.** A network for two classes reaches 91 % accuracy in the first epoch and stays there, whatever you change.
# Which number do you look at first?
#
# <details><summary>Answer</summary>
#
# How common the classes are. If 91 % of the examples are of one class, a network that always says so is 91 % right and
# has learned nothing. Look at the confusion matrix.
# </details>

# %% [markdown]
# ## In your own words
#
# A student writes to you: *"My network finds strong lenses. It has 25 dense layers with ReLU, weights that start as
# normal numbers of standard deviation 0.01, pixel values from 0 to 60,000. For the whole training the loss was 0.693.
# So I added dropout at rate 0.5, but the loss is the same. Then I copied a small CNN from a paper. It gets 99.5 % on
# my test set, which I made by cutting several images around each of my 300 lenses and splitting them at random. On
# the real survey it finds almost nothing."*
#
# Answer in eight to twelve sentences. What does 0.693 say? Why could dropout not help? Name two changes that would
# have made the first network train, with reasons. What is wrong with the 99.5 %, and what would you do about it?

# %% [markdown] nbgrader={"grade_id": "lens-finder", "grade": true, "solution": true, "points": 2}
# ### BEGIN SOLUTION
# 0.693 is ln 2, the loss of a guess of one half for two classes: the network has learned nothing, it gives every
# image the same answer. With 25 layers and such small weights the signal shrinks by a factor in each layer, and so
# does the gradient, until neither reaches the other end. Dropout is a cure for overfitting, and this network doesn't
# even fit its training set; dropout makes fitting harder. What would have helped: He's start with variance 2 over
# fan-in, which keeps the size of the signal with ReLU; batch normalization, which restores it in each layer; skip
# connections, which give the gradient a way back (any two). Pixels up to 60,000 should be compressed (arsinh or
# logarithm) and standardized, so that the input has size 1. The 99.5 % are measured on images of lenses that were
# also in the training set, only cut a little differently: the test set leaked, and the network may know the 300
# lenses by heart. The split has to be by lens, so that all cut-outs of one lens are on one side. In addition the
# training set is not representative of the survey: another instrument, another depth, other neighbours, and lenses
# that are rare there, whereas half of the training images may be lenses. I would split by lens, augment by the eight
# symmetries, train on images as the survey takes them (or fine-tune on some of them), and test on survey images that
# somebody has looked at.
#
# *One point for what 0.693 says, dropout, and two changes with reasons; one for the leak (split by lens) and for
# training data that are not like the survey.*
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - Start from what works, change one thing at a time, measure.
# - A layer multiplies the size of signal and gradient. Twenty layers do it twenty times, so the factor must be 1.
# - **He**: $\operatorname{Var}(w) = 2/\text{fan-in}$ for ReLU. **Glorot**: $2/(\text{fan-in} + \text{fan-out})$ for
#   tanh.
# - **Batch normalization** brings each neuron to mean 0 and variance 1 over the batch, then $\gamma$ and $\beta$; at
#   evaluation it uses running averages.
# - **Skip connections**, $y = x + f(x)$, give the gradient a way back. Branches start small.
# - **Clipping** shortens the common gradient to a bound and keeps its direction.
# - **Data** is key: representative, normalized, split by origin, looked at. **Augmentation** uses what you know about
#   symmetry.
# - **Dropout** sets numbers to 0 with probability $p$ and divides the others by $1 - p$, only while training. **Weight
#   decay** pulls weights to zero.
# - **Transfer**: freeze, train the end, then fine-tune all with a small learning rate.
# - When nothing works: look at the batch, compare the first loss with a guess, overfit ten examples.

# %% [markdown]
# ## The same in Keras
#
# The functional way of writing is Keras's. So the same function builds a residual block in either library, and with
# the same weights both say the same.

# %% tags=["show"]
def small_resnet(library):
    inputs = library.Input((16, 16, 1))
    x = library.layers.Conv2D(8, 3, padding="same", kernel_initializer="he_normal")(inputs)
    branch = library.layers.Conv2D(8, 3, padding="same", use_bias=False)(x)
    branch = library.layers.BatchNormalization()(branch)
    branch = library.layers.ReLU()(branch)
    x = library.layers.add([x, branch])
    x = library.layers.Dropout(0.3)(library.layers.GlobalAveragePooling2D()(x))
    return library.Model(inputs, library.layers.Dense(3, activation="softmax")(x))


ours = small_resnet(course)
images = x_test[:2, 8:24, 8:24]  # (2, 16, 16, 1)
print("course:", ours.predict(images, verbose=0).ravel().round(4))
try:
    import keras
except ImportError:
    print("Keras is not installed here. With it, small_resnet(keras) gives the same six numbers.")
else:
    theirs = small_resnet(keras)
    theirs.set_weights(ours.get_weights())
    print("Keras: ", theirs.predict(images, verbose=0).ravel().round(4))

# %% [markdown]
# ## Where to read on
#
# - X. Glorot and Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks*, AISTATS 2010.
#   Where the size of signals was first followed through a network.
# - K. He et al., *Delving deep into rectifiers*, 2015, [arXiv:1502.01852](https://arxiv.org/abs/1502.01852). The
#   variance for ReLU.
# - S. Ioffe and C. Szegedy, *Batch normalization*, 2015, [arXiv:1502.03167](https://arxiv.org/abs/1502.03167). And
#   S. Santurkar et al., *How does batch normalization help optimization?*, 2018,
#   [arXiv:1805.11604](https://arxiv.org/abs/1805.11604), on why it works, which is still disputed.
# - K. He et al., *Deep residual learning for image recognition*, 2015,
#   [arXiv:1512.03385](https://arxiv.org/abs/1512.03385). ResNet. A. Veit et al., 2016,
#   [arXiv:1605.06431](https://arxiv.org/abs/1605.06431), take layers out of it.
# - O. Ronneberger, P. Fischer and T. Brox, *U-Net*, 2015, [arXiv:1505.04597](https://arxiv.org/abs/1505.04597).
# - R. Pascanu, T. Mikolov and Y. Bengio, *On the difficulty of training recurrent neural networks*, 2013,
#   [arXiv:1211.5063](https://arxiv.org/abs/1211.5063). Clipping.
# - N. Srivastava et al., *Dropout: a simple way to prevent neural networks from overfitting*, JMLR 15, 2014.
# - I. Loshchilov and F. Hutter, *Decoupled weight decay regularization*, 2019,
#   [arXiv:1711.05101](https://arxiv.org/abs/1711.05101).
# - S. Dieleman, K. Willett and J. Dambre, *Rotation-invariant convolutional neural networks for galaxy morphology
#   prediction*, 2015, [arXiv:1503.07077](https://arxiv.org/abs/1503.07077). Augmentation won a competition.
# - H. Domínguez Sánchez et al., *Transfer learning for galaxy morphology from one survey to another*, 2019,
#   [arXiv:1807.00807](https://arxiv.org/abs/1807.00807).
# - B. Rowe et al., *GalSim: the modular galaxy image simulation toolkit*, 2015,
#   [arXiv:1407.7676](https://arxiv.org/abs/1407.7676). What made these galaxies.
#
# Next: lesson 8 asks a network how sure it is.
