# %% [markdown]
# # 2 · Multilayer perceptrons
#
# What a hidden layer buys, how large it is, and how large it should be.

# %%
import numpy as np

import course
from autograder import check

# %% tags=["show"]
from course import plots
from course.data import toy
from course.widgets import Playground

sets = {name: toy.MAKERS[name](200, rng=np.random.default_rng(0)) for name in ("xor", "rings", "moons", "spirals")}

figure, axes = plots.subplots(2, 2, size=(8.4, 7.0))
for ax, (name, (x, y)) in zip(axes.ravel(), sets.items()):
    plots.scatter_classes(x, y, ax, title=name)
    ax.get_legend().remove()
figure

# %% [markdown]
# Four pictures, 200 points each: 100 blue squares and 100 orange circles. **Lay a ruler on each of them.** Choose the
# straight line that leaves as many points as possible on their own side. How many of the 200 do you get?
#
# <details><summary>The answer</summary>
#
# With the best straight line: xor 150, rings 143, moons 177, spirals 134. With no line at all, by always saying
# "square", you get 100.
# </details>
#
# A single neuron draws one straight line, however well its weights are chosen. So it can't do better than your ruler.
# The world is not made of straight lines: galaxies are not separated from quasars by one, nor lensed images from the
# others.
#
# In this lesson you will put neurons behind neurons. The first ones draw a few lines, the next ones combine them, and
# out come curves of any shape. You will count what such a network has to learn, write its forward pass, and see which
# shapes it can take.

# %% [markdown]
# ## A hidden layer
#
# Play first. Below is a network on the rings. It has two inputs and one output, and between them a **hidden layer**
# of neurons: hidden, because you neither put numbers in there nor read any off. Press *play*, and the computer turns
# all weights at once until squares and circles are apart. How it does so is the subject of lessons 3 and 4. Here
# watch *what* comes out.

# %% tags=["show"]
Playground(data="rings", hidden=(3,), activation="tanh")

# %% [markdown]
# The ground shows the network's output, the lines between the neurons are its weights. Try this:
#
# 1. Take the hidden layer away and train. What can it do with the rings?
# 2. One hidden layer with 1, 2, 3 neurons. From which number on does the boundary close around the disc? Why that
#    number?
# 3. The same with ReLU. Count the corners of the boundary.
# 4. Choose the spirals. How many layers and neurons do you need?
# 5. Choose the linear activation and as many layers as you like.
# 6. Click a line between two neurons and change its weight by hand.
#
# With three neurons you get three lines, and three lines are enough to enclose something: a triangle, with rounded
# corners if the activation is smooth. Two lines leave a side open.

# %% [markdown]
# ### The smallest case: exclusive or
#
# The picture "xor" has its name from logic. Take just four points: the answer is 1 if exactly one of the two inputs
# is 1.
#
# | $x_1$ | $x_2$ | $y$ |
# |---|---|---|
# | 0 | 0 | 0 |
# | 1 | 0 | 1 |
# | 0 | 1 | 1 |
# | 1 | 1 | 0 |
#
# **One neuron can't.** It would need $w_1 x_1 + w_2 x_2 + b$ to be positive where $y = 1$ and negative where $y = 0$:
#
# $$b < 0, \qquad w_1 + b > 0, \qquad w_2 + b > 0, \qquad w_1 + w_2 + b < 0 .$$
#
# Add the two in the middle: $w_1 + w_2 + 2b > 0$. Add the two at the ends: $w_1 + w_2 + 2b < 0$. Both can't be true.
#
# **Two hidden neurons can.** Take
#
# $$h_1 = \operatorname{relu}(x_1 + x_2), \qquad h_2 = \operatorname{relu}(x_1 + x_2 - 1), \qquad \hat y = h_1 - 2h_2 .$$
#
# (The hat on $\hat y$ says that it is the network's answer, and not the truth.) Work out the four cases on paper. The
# inputs $(0,0), (1,0), (0,1), (1,1)$ become $(h_1, h_2) = (0,0), (1,0), (1,0), (2,1)$, and then
# $\hat y = 0, 1, 1, 0$.

# %% tags=["show"] jupyter={"source_hidden": true}
corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])  # (4, 2)
exclusive_or = np.array([0, 1, 1, 0])  # (4,)
total = corners.sum(axis=1, keepdims=True)
hidden = np.maximum(np.hstack([total, total - 1]), 0)  # (4, 2)

figure, (left, right) = plots.subplots(1, 2, size=(8.4, 3.9))
names = ("y = 0", "y = 1")
plots.scatter_classes(corners, exclusive_or, left, title="The inputs", names=names)
plots.scatter_classes(
    hidden, exclusive_or, right, title="What the hidden neurons make of them", names=names, axis_names=("$h_1$", "$h_2$")
)
h1 = np.array([-0.3, 2.4])
right.plot(h1, (h1 - 0.5) / 2, color="black", label="$h_1 - 2h_2 = ½$")
right.annotate("(1, 0) and (0, 1)", (1, 0), (0.95, -0.27), ha="center", fontsize=9)
right.set_ylim(-0.4, 1.2)
right.legend(fontsize=9, loc="upper left")
left.legend(fontsize=9, loc="center")
figure.alt += " In the right one, a straight line separates the classes; the two circles lie on the same spot."
figure

# %% [markdown]
# Left, the four inputs: no line will do. Right, the same four after the hidden layer. Two of them have fallen onto
# one spot, and a line with $h_1 - 2h_2 = \tfrac12$ does it.
#
# This is what every hidden layer is for. **It moves the examples to places where the next layer has an easier task.**
# The last layer is a plain neuron, with a plain line. All the cleverness lies in the move.
#
# **Think.** Replace ReLU by no activation at all in this network, keeping the weights. What is $\hat y$ then?
#
# <details><summary>Answer</summary>
#
# $(x_1 + x_2) - 2(x_1 + x_2 - 1) = 2 - x_1 - x_2$. A straight line again, with the values 2, 1, 1, 0.
# </details>

# %% [markdown]
# ## Layers, depth, width, parameters

# %% tags=["show"]
plots.draw_network([3, 4, 4, 1], parameters=True, title="A network 3-4-4-1")

# %% [markdown]
# The picture shows a **multilayer perceptron**, or MLP: columns of neurons, each joined to all of the column before.
# Read from left to right.
#
# - The **input layer** is no layer of neurons. It computes nothing; it stands for the $d = 3$ numbers of an example.
# - The **hidden layers** each multiply by a matrix, add a bias, and apply an activation.
# - The **output layer** gives the answer. Its size and its activation follow from the task, as in lesson 1.
# - **Width** is the number of neurons in a layer, **depth** the number of layers that have weights. This network has
#   depth 3: the input doesn't count.
# - A layer in which every neuron sees every number of the layer before is called **dense** or *fully connected*. In
#   lesson 5 you will meet others.
#
# Weights and biases together are the network's **parameters**: the numbers that are learned. From $a$ neurons to $b$
# neurons there are $a \cdot b$ weights, one a line, and $b$ biases, one for each neuron that computes something. For
# the network in the picture
#
# $$\underbrace{3 \cdot 4 + 4}_{16} \;+\; \underbrace{4 \cdot 4 + 4}_{20} \;+\; \underbrace{4 \cdot 1 + 1}_{5} \;=\; 41 .$$
#
# Remember 41. You will meet it again in a minute.

# %% [markdown]
# ### Exercise: `count_parameters(sizes)`
#
# For layers of the sizes $s_0, s_1, \dots, s_L$, with the input $s_0$ first,
#
# $$\sum_{l=1}^{L} \left( s_{l-1}\, s_l + s_l \right) .$$
#
# | | type | |
# |---|---|---|
# | `sizes` | list of int | the input's size first, the output's last |
# | result | int | weights and biases of the dense network |
#
# On paper: `[3, 4, 4, 1]` gives 41, `[5, 1]` gives 6.

# %% nbgrader={"grade_id": "count_parameters", "solution": true}
def count_parameters(sizes):
    """The number of weights and biases of a dense network.

    Parameters
    ----------
    sizes : list of int
        The layers' sizes, the input's first.

    Returns
    -------
    int
    """
    ### BEGIN SOLUTION
    return sum(before * after + after for before, after in zip(sizes[:-1], sizes[1:]))
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-count_parameters", "grade": true}
check(count_parameters)

# %% [markdown]
# <details><summary>Hint</summary>
#
# You need the pairs of neighbours: (3, 4), (4, 4), (4, 1). `zip(sizes[:-1], sizes[1:])` yields them one after the
# other.
# </details>

# %% [markdown]
# **Think.** Two networks with 3 inputs and 1 output: one hidden layer of 100 neurons, or two hidden layers of 20.
# Guess which has more parameters. Then count.
#
# <details><summary>Answer</summary>
#
# 3-100-1 has 400 + 101 = 501. 3-20-20-1 has 80 + 420 + 21 = 521. Almost the same, although one has 100 hidden neurons
# and the other 40: between two hidden layers the sizes multiply. That is where most parameters of a network sit.
# </details>

# %% [markdown]
# ## The forward pass
#
# To run a network, take the layers one by one. With the batch $h_0 = x$ of shape $(n, s_0)$,
#
# $$h_l = \varphi\left(h_{l-1} W_l + b_l\right), \qquad l = 1, \dots, L-1,$$
#
# $$\hat y = h_{L-1} W_L + b_L .$$
#
# This is called the **forward pass**. For 3-4-4-1 and a batch of $n$ examples, the shapes are
#
# $$\underset{x}{(n,3)} \;\xrightarrow{\;W_1:\,(3,4)\;}\; \underset{h_1}{(n,4)} \;\xrightarrow{\;W_2:\,(4,4)\;}\; \underset{h_2}{(n,4)} \;\xrightarrow{\;W_3:\,(4,1)\;}\; \underset{\hat y}{(n,1)} .$$
#
# There is no activation at the end here, as for a regression. Where the task wants one, it is applied afterwards.

# %% [markdown]
# ### Exercise: `mlp_forward(x, weights, biases)`
#
# The forward pass with ReLU in the hidden layers and no activation at the output: with $h_0 = x$,
#
# $$h_l = \operatorname{relu}\left(h_{l-1} W_l + b_l\right) \quad \text{for } l < L, \qquad \hat y = h_{L-1} W_L + b_L .$$
#
# | | shape | |
# |---|---|---|
# | `x` | `(n, d)` | one example a row |
# | `weights` | list of `(before, after)` | one matrix for each layer |
# | `biases` | list of `(after,)` | one vector for each layer |
# | result | `(n, k)` | $k$ outputs for each example |
#
# There may be any number of layers, also just one: then there is no hidden layer and no ReLU.
#
# On paper: the network for exclusive or has $W_1 = \begin{pmatrix} 1 & 1 \\ 1 & 1 \end{pmatrix}$, $b_1 = (0, -1)$,
# $W_2 = \begin{pmatrix} 1 \\ -2 \end{pmatrix}$, $b_2 = (0)$. For
# $x = \begin{pmatrix} 0 & 0 \\ 1 & 0 \\ 0 & 1 \\ 1 & 1 \end{pmatrix}$ it gives
# $\begin{pmatrix} 0 \\ 1 \\ 1 \\ 0 \end{pmatrix}$.

# %% nbgrader={"grade_id": "mlp_forward", "solution": true}
def mlp_forward(x, weights, biases):
    """The output of a multilayer perceptron: ReLU in the hidden layers, none at the end.

    Parameters
    ----------
    x : ndarray of shape (n, d)
        One example a row.
    weights : list of ndarray, the first of shape (d, units), the last of shape (units, k)
    biases : list of ndarray of shape (units,), the last of shape (k,)

    Returns
    -------
    ndarray of shape (n, k)
    """
    ### BEGIN SOLUTION
    h = x
    for W, b in zip(weights[:-1], biases[:-1]):
        h = np.maximum(h @ W + b, 0)  # (n, units)
    return h @ weights[-1] + biases[-1]
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-mlp_forward", "grade": true}
check(mlp_forward)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Loop over all layers but the last, each time replacing `h` by the layer's output. The last layer comes after the
# loop, because it has no ReLU. `weights[:-1]` is all but the last.
# </details>

# %% [markdown]
# **Think.** Suppose you had put ReLU behind the last layer too. For which tasks would you notice, and how?
#
# <details><summary>Answer</summary>
#
# For every task with negative answers: the network could only say 0 there. It would be worse than useless for
# training as well, because the derivative of ReLU is zero there, so nothing would tell the weights that the answer is
# wrong.
# </details>

# %% [markdown]
# ## The same in `course`
#
# From here on the library does the bookkeeping. `Sequential` is a list of layers, `Dense(4)` a layer of four neurons.
# The network of the picture:

# %% tags=["show"]
model = course.Sequential(
    [
        course.Input((3,)),
        course.layers.Dense(4, activation="sigmoid"),
        course.layers.Dense(4, activation="sigmoid"),
        course.layers.Dense(1),
    ]
)
model.summary()

# %% [markdown]
# There is the 41, layer by layer 16, 20 and 5. `None` in the shapes stands for the number of examples, which is free.
#
# The weights are random for now. Yet the network already computes something, and the shapes are right:

# %% tags=["show"]
batch = np.random.default_rng(0).normal(size=(5, 3))  # (5, 3)
print("input", batch.shape, "→ output", model.predict(batch, verbose=0).shape)
for parameters in model.get_weights():
    print("parameters", parameters.shape)

# %% [markdown]
# The activation can also be written as a layer of its own:

# %% tags=["show"]
spelled_out = course.Sequential(
    [
        course.Input((3,)),
        course.layers.Dense(4),
        course.layers.Activation("sigmoid"),
        course.layers.Dense(4),
        course.layers.Activation("sigmoid"),
        course.layers.Dense(1),
    ]
)
spelled_out.summary()

# %% [markdown]
# Five lines in place of three, and still 41 parameters. It is the same network: an activation has nothing to learn
# (with the exception of PReLU), and **it adds no depth**. When people speak of a network with three layers, they
# count the ones with weights.
#
# **Think.** How would you show that the two models are the same function, and not only of the same size?
#
# <details><summary>Answer</summary>
#
# Give the second the weights of the first, `spelled_out.set_weights(model.get_weights())`, and compare what they
# predict for the same batch. Try it in a new cell.
# </details>

# %% [markdown]
# ## Why the bend is needed, once more
#
# In lesson 1 you saw ten stacks of linear layers come out as ten straight lines. Now make it exact. Two layers
# without an activation between them,
#
# $$\hat y = (x W_1 + b_1)\,W_2 + b_2 ,$$
#
# do what a single layer does, and you can say which one.

# %% [markdown]
# ### Exercise: `collapse(W1, b1, W2, b2)`
#
# Find $W$ and $b$ with $\;xW + b = (xW_1 + b_1)W_2 + b_2\;$ for every $x$.
#
# | | shape | |
# |---|---|---|
# | `W1`, `b1` | `(d, h)`, `(h,)` | the first layer |
# | `W2`, `b2` | `(h, m)`, `(m,)` | the second layer |
# | result | `(d, m)`, `(m,)` | the pair `W, b` of the one layer that does the same |
#
# On paper: $W_1 = \begin{pmatrix} 1 & 2 \end{pmatrix}$, $b_1 = (1, 0)$, $W_2 = \begin{pmatrix} 1 \\ 3 \end{pmatrix}$,
# $b_2 = (2)$ give $W = \begin{pmatrix} 7 \end{pmatrix}$, $b = (3)$. Try $x = 1$: both ways lead to 10.

# %% nbgrader={"grade_id": "collapse", "solution": true}
def collapse(W1, b1, W2, b2):
    """The one linear layer that does what two linear layers do.

    Parameters
    ----------
    W1, b1 : ndarray of shape (d, h), ndarray of shape (h,)
        The first layer.
    W2, b2 : ndarray of shape (h, m), ndarray of shape (m,)
        The second layer.

    Returns
    -------
    W, b : ndarray of shape (d, m), ndarray of shape (m,)
    """
    ### BEGIN SOLUTION
    return W1 @ W2, b1 @ W2 + b2
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-collapse", "grade": true}
check(collapse)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Multiply out the right-hand side. The terms with $x$ give $W$, the terms without it give $b$. The shapes tell you
# the order of the factors: `(d, h)` with `(h, m)`.
# </details>

# %% [markdown]
# **Think.** With $d = 100$ inputs, $m = 100$ outputs and $h = 5$ hidden neurons, is the collapsed layer *any* linear
# layer from 100 to 100?
#
# <details><summary>Answer</summary>
#
# No. $W_1 W_2$ has rank 5 at most: everything has to pass through five numbers. So two linear layers can be worth
# less than one, never more. Such a narrow place can be useful. In lesson 9 it makes an autoencoder, and the linear
# one finds what a principal component analysis finds.
# </details>

# %% [markdown]
# ## What a hidden layer buys
#
# Now train, with and without hidden layers. Two lines are new. `compile` says how the error is measured (the *loss*)
# and how the weights are turned (the *optimizer*). `fit` shows the network all examples again and again; one round is
# an *epoch*. Lesson 4 explains the words and numbers in them.

# %% tags=["show"]
def classifier(hidden, x, y, epochs=150):
    """A network with hidden layers of these widths, trained to tell class 1 from class 0."""
    layers = [course.layers.Dense(width, activation="relu") for width in hidden]
    output = course.layers.Dense(1, activation="sigmoid")
    model = course.Sequential([course.Input((2,)), *layers, output], seed=1)
    model.compile(optimizer=course.optimizers.Adam(learning_rate=0.02), loss="binary_crossentropy")
    model.fit(x, y[:, None], batch_size=20, epochs=epochs, verbose=0)
    return model


def accuracy(model, x, y):
    """The share of points on their own side."""
    return float(((model.predict(x, verbose=0)[:, 0] > 0.5) == (y == 1)).mean())

# %% tags=["show"] jupyter={"source_hidden": true}
figure, axes = plots.subplots(2, 3, size=(8.4, 5.8))
for column, (name, hidden) in enumerate([("xor", (4,)), ("rings", (4,)), ("spirals", (16, 16))]):
    x, y = sets[name]
    for ax, widths in zip(axes[:, column], ((), hidden)):
        model = classifier(widths, x, y, epochs=300 if name == "spirals" else 150)
        what = "-".join(map(str, (2, *widths, 1)))
        plots.decision_boundary(model, x, y, ax, title=f"{name}, {what}: {accuracy(model, x, y):.0%}")
        ax.get_legend().remove()
figure

# %% [markdown]
# Above, a single neuron (network 2-1). Below, with hidden layers. The title says which share of the 200 points lies
# on its own side. The darker the ground, the surer the network; the black line is where it is undecided.
#
# Without a hidden layer, the neuron fails. On xor and rings the points of each class lie all around, no direction is
# better than another, and it ends up undecided nearly everywhere: it does not even find your ruler's line, because
# what training reduces is not the number of points on the wrong side but a smooth measure of how wrong all of them
# are. With four hidden neurons the corners and the ring are no problem. For the spirals we take two layers of 16, a
# network with 337 parameters.
#
# How does the network 2-4-1 enclose the disc? Look inside.

# %% tags=["show"] jupyter={"source_hidden": true}
x, y = sets["rings"]
model = classifier((4,), x, y)
W1, b1, W2, b2 = model.get_weights()

figure, axes = plots.subplots(1, 2, size=(8.4, 4.0), alt="The rings and the network 2-4-1.")
plots.decision_boundary(model, x, y, axes[0], title="The output, and the hidden neurons' lines")
low, high = axes[0].get_xlim(), axes[0].get_ylim()
for j in range(4):
    colour = plots.COLOURS[("green", "vermillion", "purple", "black")[j]]
    normal, offset = W1[:, j], b1[j]
    foot = -offset * normal / (normal @ normal)
    ends = foot + np.array([[-9], [9]]) * np.array([-normal[1], normal[0]]) / np.linalg.norm(normal)
    axes[0].plot(*ends.T, "--", color=colour, linewidth=1.4)
    axes[0].annotate("", foot + 0.45 * normal / np.linalg.norm(normal), foot, arrowprops=dict(arrowstyle="-|>", color=colour))
axes[0].set(xlim=low, ylim=high)
plots.draw_network([2, 4, 1], weights=[W1, W2], ax=axes[1], title="Its weights")
figure

# %% [markdown]
# Left, the dashed lines are where a hidden neuron has $z = 0$; the arrow points to the side where it is active and
# its ReLU lets $z$ through. Right, the weights: orange and solid are positive, blue and dashed negative, thick is
# large.
#
# Inside the disc, the neurons are quiet or nearly so, and the output bias says "circle". Go outward in any direction,
# and you come to the active side of one neuron or another. All weights into the output are negative, so whoever
# becomes active says "square". Each hidden neuron guards one direction; together they close the ring. The corners of
# the black line lie where it crosses a dashed one.
#
# **Think.** Three lines enclose a piece of the plane. How many hidden neurons does it take at least to enclose a
# piece of space, with three inputs? And with $d$ inputs?
#
# <details><summary>Answer</summary>
#
# Four planes make a tetrahedron, so four neurons, and in general $d + 1$. With fewer there is always a direction in
# which you can walk away without ever meeting another boundary.
# </details>

# %% [markdown]
# ## A curve of any shape
#
# Classification was about boundaries. For a regression the question is: which curves can a network draw? Take one
# input and one hidden layer of $m$ ReLU neurons,
#
# $$f(x) = c + \sum_{j=1}^{m} v_j \operatorname{relu}(w_j x + b_j) .$$
#
# Each term is flat on one side of the point $x = -b_j / w_j$ and a straight ramp on the other. A sum of ramps is a
# line with at most $m$ kinks. Three ramps make a hat:
#
# $$\operatorname{hat}(x) = \operatorname{relu}(x) - 2\operatorname{relu}(x - 1) + \operatorname{relu}(x - 2) ,$$
#
# which is 0 up to $x = 0$, climbs to 1 at $x = 1$, and is back at 0 from $x = 2$ on. And hats side by side, each with
# its own height, are a line that passes through any points you like.

# %% tags=["show"] jupyter={"source_hidden": true}
def ramp(x):
    return np.maximum(x, 0)


def hat(x):
    return ramp(x) - 2 * ramp(x - 1) + ramp(x - 2)


def light_curve(t):
    """The brightness of an exploding star in the near infrared, a sketch: fast rise, slow decline, a second bump."""
    rise = 1 / (1 + np.exp(-4 * (t + 1.5)))
    return 2.2 * rise * np.exp(-0.5 * np.maximum(t + 1.5, 0)) + 0.35 * np.exp(-0.5 * ((t - 1.5) / 0.36) ** 2)


t = np.linspace(-3, 3, 301)
figure, axes = plots.subplots(1, 3, size=(8.4, 3.1))
steps = np.linspace(-1, 3, 201)
for curve, style, name in [
    (ramp(steps), ("blue", "--"), "relu(x)"),
    (-2 * ramp(steps - 1), ("vermillion", "-."), "−2 relu(x − 1)"),
    (ramp(steps - 2), ("green", ":"), "relu(x − 2)"),
    (hat(steps), ("black", "-"), "their sum"),
]:
    axes[0].plot(steps, curve, style[1], color=plots.COLOURS[style[0]], label=name)
axes[0].set_title("Three ramps make a hat", fontsize=11)
axes[0].set(ylim=(-2.5, 3.2), xlabel="x", ylabel="value")
axes[0].legend(fontsize=8, loc="lower left")
for ax, count in ((axes[1], 6), (axes[2], 24)):
    knots, width = np.linspace(-3, 3, count + 1, retstep=True)
    ax.plot(t, light_curve(t), color=plots.COLOURS["orange"], linewidth=4, alpha=0.6, label="the curve")
    ax.plot(t, sum(light_curve(k) * hat((t - k) / width + 1) for k in knots), color="black", linewidth=1.2, label="hats")
    ax.set_title(f"{count + 1} hats", fontsize=11)
    ax.set(xlabel="time (no unit)", ylabel="brightness (no unit)")
    ax.legend(fontsize=8)
figure.alt = "Left, three ramps add up to a hat. Middle and right, 7 and 25 hats follow a curve with two bumps, 25 closely."
figure

# %% [markdown]
# Left, the three ramps and their sum. Middle and right, hats that follow a curve: roughly with 7 of them, so closely
# with 25 that you have to look for the difference. The curve is a sketch of a supernova's brightness in the near
# infrared, which rises fast, declines slowly and has a second bump.
#
# Double the number of hats, and the error goes down by a factor of four, because what is left between two points of a
# smooth curve is a parabola. So you can get as close as you want. This is the idea behind the **universal
# approximation theorem**:
#
# > Take any continuous function on a bounded, closed region, and any error $\varepsilon > 0$. Then there is a network
# > with **one** hidden layer of finitely many neurons that is nowhere off by more than $\varepsilon$.
#
# Cybenko (1989) proved it for the sigmoid, Hornik (1991) for bounded activations in general, Leshno et al. (1993) for
# every activation that is not a polynomial. With several inputs as well.
#
# Our hats were put there by hand. What does training find?

# %% tags=["show"] jupyter={"source_hidden": true}
x_curve = np.linspace(-3, 3, 256)[:, None]  # (256, 1)
y_curve = light_curve(x_curve)  # (256, 1)
wider = np.linspace(-4.5, 4.5, 361)[:, None]  # (361, 1)

figure, axes = plots.subplots(1, 3, size=(8.4, 3.1))
for ax, width in zip(axes, (2, 8, 64)):
    model = course.Sequential(
        [course.Input((1,)), course.layers.Dense(width, activation="relu"), course.layers.Dense(1)], seed=3
    )
    model.compile(optimizer=course.optimizers.Adam(learning_rate=0.02), loss="mse")
    model.fit(x_curve, y_curve, batch_size=32, epochs=400, verbose=0)
    error = np.sqrt(np.mean((model.predict(x_curve, verbose=0) - y_curve) ** 2))
    ax.axvspan(-4.5, -3, color="0.88")
    ax.axvspan(3, 4.5, color="0.88")
    ax.plot(x_curve, y_curve, color=plots.COLOURS["orange"], linewidth=4, alpha=0.6, label="the curve")
    ax.plot(wider, model.predict(wider, verbose=0), color="black", linewidth=1.2, label="network")
    ax.set_title(f"{width} neurons: off by {error:.2f}", fontsize=11)
    ax.set(xlabel="time (no unit)", ylabel="brightness (no unit)", ylim=(-1.6, 2.0))
    ax.legend(fontsize=8, loc="lower center")
figure.alt = "Networks of 2, 8 and 64 hidden neurons follow the curve ever more closely, but go astray outside the data."
figure

# %% [markdown]
# The number in each title is the typical (root mean square) distance to the curve. More neurons, a closer fit. Now
# look at the grey parts, where there were no examples. There the network goes on along its last ramp, and within a
# short time the supernova has a negative brightness.
#
# Look also at the network in the middle. Eight kinks, put in the right places, would bring it within 0.02 of the
# curve, second bump and all. Training did not find these places.
#
# So read the theorem for what it says, and for what it doesn't:
#
# - It says that such a network **exists**. It does not say how many neurons it needs. With many inputs that may be a
#   hopeless number.
# - It does not say that training **finds** it.
# - It says nothing about what happens **outside** the region of the examples.
#
# **Think.** If one hidden layer is enough, why does anyone use two?
#
# <details><summary>Answer</summary>
#
# Because with two it can take far fewer neurons. Put a hat, scaled to reach from 0 to 1 and back on $[0, 1]$, into
# itself: hat(hat(x)) has two teeth, hat(hat(hat(x))) has four. With $k$ layers of three neurons you get $2^{k-1}$
# teeth, and so $2^k$ straight pieces. One hidden layer makes at most one kink a neuron, so it needs at least
# $2^k - 1$ neurons for the same line. Depth multiplies, width adds (Montúfar et al. 2014). And many things that we
# want to recognize are built in steps: edges, shapes, objects.
# </details>

# %% [markdown]
# ## How large?
#
# There is no formula. There is experience:
#
# | | usual | begin with |
# |---|---|---|
# | hidden layers | 1 to 5 | 2 |
# | neurons in a hidden layer | 10 to 1000 | 32 or 64 |
# | shape | all of one width, or narrowing towards the output | one width |
# | hidden activation | ReLU | ReLU |
#
# The input's size is the number of features, and the output follows from the task:
#
# | task | output neurons | output activation | example |
# |---|---|---|---|
# | regression, one number | 1 | none | a redshift |
# | regression, $k$ numbers | $k$ | none | temperature, gravity and metallicity of a star |
# | a positive number | 1 | softplus | a flux |
# | two classes | 1 | sigmoid | star or galaxy |
# | $m$ classes, one of them is right | $m$ | softmax | which digit |
#
# Start small. If the network can't even fit the examples that it sees, make it larger. If it fits those and fails on
# new ones, it is too large or has too few examples, and lesson 4 tells what to do.
#
# Two networks to compare. A photometric redshift from five magnitudes is no more than a curve in five dimensions. A
# network 5-10-10-1 has 60 + 110 + 11 = 181 parameters. (For galaxies of the Sloan survey, multilayer perceptrons
# predicted the redshift with a typical error of 0.023, for redshifts up to 0.7: Collister & Lahav 2004.) For a digit
# of 28×28 pixels, with hidden layers of 64, 32 and 16 neurons, it is rather more:

# %% tags=["show"]
digits = course.Sequential(
    [
        course.Input((784,)),
        course.layers.Dense(64, activation="relu"),
        course.layers.Dense(32, activation="relu"),
        course.layers.Dense(16, activation="relu"),
        course.layers.Dense(10, activation="softmax"),
    ]
)
digits.summary()

# %% [markdown]
# Of 53,018 parameters, 50,240 sit in the first layer, which has a weight from every pixel to every neuron. With an
# image of a megapixel, it would be 64 million. That is one of the reasons why images get an architecture of their
# own.
#
# **Think.** You have 300 galaxies with a measured redshift and five magnitudes each. Which of 5-10-10-1, 5-64-64-1
# and 5-1000-1000-1 would you start with?
#
# <details><summary>Answer</summary>
#
# The first. It has 181 parameters; the others have 4,609 and 1,008,001. A network with many more parameters than
# examples can learn each example by heart, noise included. It may still do well on new ones, with the care that
# lessons 4 and 7 teach. But you don't start there.
# </details>

# %% [markdown]
# ## The zoo
#
# The multilayer perceptron is one of the oldest animals of a large zoo. The others are made of the same neurons,
# joined in other ways. Here they are, so that you know where this course is going.

# %% tags=["show"]
plots.network_zoo()

# %% [markdown]
# White is what goes in, blue is learned, orange comes out, green is a code that the network has made up for itself.
# In one line each:
#
# - **Perceptron** and **MLP**: lessons 1 and 2, done.
# - **CNN**, the convolutional network: small filters slide over an image, so that a galaxy is a galaxy wherever it
#   stands.
# - **Autoencoder**: squeezes an image through a few numbers and rebuilds it. What survives is what matters.
# - **VAE**, the variational autoencoder: the same, but with codes that you can draw at random to get new images.
# - **U-Net**: an image in, an image out. It finds out which pixel belongs to which galaxy.
# - **GAN**: two networks against each other, one forging images, one telling forgeries from real ones.
# - **Normalizing flow**: bends a simple cloud of points into the shape of the data, in steps that can be undone. So
#   it knows the probability of each point.
# - **Diffusion model**: learns to take away a little noise, and does so a few hundred times.
#
# **Think.** Which would you try first? (a) The redshift of a galaxy from five magnitudes. (b) Is there a lensed arc
# in this image? (c) Two galaxies overlap: which pixels belong to which? (d) The probability density of cosmological
# parameters, given a measured power spectrum.
#
# <details><summary>Answer</summary>
#
# (a) MLP: five numbers in, one out. (b) CNN: image in, class out. (c) U-Net: image in, image out. (d) A normalizing
# flow, because you need a density.
# </details>

# %% [markdown]
# ## In your own words
#
# From a paper's draft: *"Our network has one hidden layer of 10 neurons. By the universal approximation theorem it
# can represent the relation between the 1,000 pixels of a spectrum and the star's age. We trained it on stars between
# 1 and 5 Gyr, and apply it to all stars of the survey, up to 13 Gyr."*
#
# You are the referee. Write five to ten sentences. Which two statements does the theorem not support, and why? What
# would you ask the authors to do?

# %% [markdown] nbgrader={"grade_id": "universal-approximation", "grade": true, "solution": true, "points": 2}
# ### BEGIN SOLUTION
# First, the theorem says that *some* finite number of neurons is enough for a given error. It does not say that 10
# are. With 1,000 inputs a good approximation may need many more, so that these 10 can represent the relation is a
# hope and not a consequence. (Nor does the theorem say that training finds the right weights, even where they exist.)
# Second, the theorem holds on the bounded region where the function is approximated, and the examples cover 1 to 5
# Gyr only. Spectra of older stars lie outside. There a ReLU network goes on linearly, whatever the truth does, and
# nothing in the training would have told us. The ages between 5 and 13 Gyr are an extrapolation and can't be trusted.
# I would ask the authors to show the error on stars that were not used in training; to repeat it with more neurons
# and with two hidden layers, to see whether 10 were enough; and either to restrict the result to 1–5 Gyr or to add
# older stars to the training set and show the error as a function of age.
#
# *One point for "how many neurons" (or "does training find it"), one for the extrapolation; a sensible request
# belongs to each.*
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - One neuron draws one straight line. Exclusive or, rings and spirals are out of its reach.
# - A hidden layer moves the examples to where a straight line is enough. Each hidden neuron contributes one line or
#   kink; the next layer combines them.
# - Forward pass: $h_l = \varphi(h_{l-1}W_l + b_l)$, and at the end the activation that the task asks for.
# - From $a$ to $b$ neurons there are $ab + b$ parameters. The network 3-4-4-1 has 16 + 20 + 5 = 41.
# - Depth counts the layers with weights. An activation adds no depth and no parameters, however it is written.
# - Without activations, two layers are one: $W = W_1W_2$, $b = b_1W_2 + b_2$.
# - One hidden layer, wide enough, comes as close as you like to any continuous function on a bounded region. How
#   wide, whether training finds it, and what happens outside is left open.
# - Usual sizes: 1 to 5 hidden layers of 10 to 1000 neurons. The output follows from the task.

# %% [markdown]
# ## The same in Keras
#
# The names and arguments in `course` are those of Keras. So the network 3-4-4-1 is written with the same lines, and
# what you learn here you can use there.

# %% tags=["show"]
def build(library):
    return library.Sequential(
        [
            library.Input((3,)),
            library.layers.Dense(4, activation="sigmoid"),
            library.layers.Dense(4, activation="sigmoid"),
            library.layers.Dense(1),
        ]
    )


ours = build(course)
print("course:", ours.count_params(), "parameters, prediction", ours.predict(batch[:1], verbose=0).round(4))
try:
    import keras
except ImportError:
    print("Keras is not installed here. With it, build(keras) gives the same 41 parameters.")
else:
    theirs = build(keras)
    theirs.set_weights(ours.get_weights())
    print("Keras: ", theirs.count_params(), "parameters, prediction", theirs.predict(batch[:1], verbose=0).round(4))

# %% [markdown]
# ## Where to read on
#
# - G. Cybenko, *Approximation by superpositions of a sigmoidal function*, 1989,
#   [doi:10.1007/BF02551274](https://doi.org/10.1007/BF02551274).
# - K. Hornik, *Approximation capabilities of multilayer feedforward networks*, 1991,
#   [doi:10.1016/0893-6080(91)90009-T](https://doi.org/10.1016/0893-6080%2891%2990009-T).
# - M. Leshno et al., *Multilayer feedforward networks with a nonpolynomial activation function can approximate any
#   function*, 1993, [doi:10.1016/S0893-6080(05)80131-5](https://doi.org/10.1016/S0893-6080%2805%2980131-5).
# - G. Montúfar et al., *On the number of linear regions of deep neural networks*, 2014,
#   [arXiv:1402.1869](https://arxiv.org/abs/1402.1869). Why depth pays.
# - A. Collister and O. Lahav, *ANNz: estimating photometric redshifts using artificial neural networks*, 2004,
#   [arXiv:astro-ph/0311058](https://arxiv.org/abs/astro-ph/0311058). A multilayer perceptron at work in astronomy.
# - M. Minsky and S. Papert, *Perceptrons*, MIT Press 1969. The book on what one layer can't do.
#
# Next: lesson 3 shows how the computer turns the weights.
