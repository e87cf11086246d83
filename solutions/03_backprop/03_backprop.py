# %% [markdown]
# # 3 · Backpropagation
#
# How a network finds out which of its weights is to blame, and how you find out whether it is right.

# %%
import numpy as np

import course
from autograder import check

# %% tags=["show"]
from course import plots
from course.neuron import Neuron
from course.widgets import BackpropStepper

W1 = np.array([[0.4, 1.0, 1.0], [0.8, -0.8, -3.0]])  # (2, 3)
b1 = np.array([0.0, 0.1, 0.2])  # (3,)
W2 = np.array([[0.5], [-1.0], [3.0]])  # (3, 1)
b2 = np.array([0.1])  # (1,)

plots.draw_network([2, 3, 1], weights=[W1, W2], title="Thirteen numbers to turn")

# %% [markdown]
# This is a network with three ReLU neurons in its hidden layer. Orange and solid lines are positive weights, blue and
# dashed ones negative, thick ones large. It gets the example $x = (1, 0.5)$ and answers $-0.2$. The truth is $1$.
#
# So the answer is too low, and there are thirteen numbers that you can turn: nine weights and four biases. **Which one
# would you turn first, and which way?** Take your time, and make a guess.
#
# <details><summary>The answer</summary>
#
# The thickest lines belong to the third hidden neuron. Turn them a little: nothing happens at all. For this example
# the neuron's sum is $1 \cdot 1 - 3 \cdot 0.5 + 0.2 = -0.3$, its ReLU is off, and nothing that it does reaches the
# output.
#
# Three numbers have the largest effect, and they are equally strong. The output's bias should go up. The second hidden
# neuron's bias should go down, and so should its weight from the first input, because the output counts that neuron
# with a minus. Turn any of them by 0.01 in the right direction, and the squared error falls by 0.024.
# </details>
#
# You can't see it by looking at the picture. You could try: turn each number a little, run the network again, and note
# what happens. For thirteen numbers that is a nice afternoon. Networks that people use have millions.
#
# In this lesson you will compute all thirteen effects at once, exactly, and for about the price of running the network
# twice more. The method is called **backpropagation**. It is the chain rule, done in a clever order, and it is what
# made neural networks practical.

# %% [markdown]
# ## The loss, seen from the weights
#
# Start with one neuron and old friends: the zeros and ones of lesson 1, each described by two numbers, the ink in the
# middle and the ink in the rest of the image. The neuron says $p = \sigma(w_1 x_1 + w_2 x_2 + b)$, the probability of a
# one. (In lesson 2 the network's answer was called $\hat y$. From now on it is $p$, for *prediction*.)
#
# To improve anything, you need a number for how bad it is. This number is the **loss**. Take the **mean squared
# error**, which you know from fitting lines:
#
# $$L = \frac{1}{n} \sum_{i=1}^{n} (p_i - y_i)^2 .$$
#
# It is 0 if all answers are right and certain, and 1 if all are wrong and certain. Now the change of view that
# everything else builds on. The 205 digits are given and don't change. What you can turn are the weights. So regard
# the loss as a **function of the weights**, and draw it.

# %% tags=["show"] jupyter={"source_hidden": true}
from course.data.digits import load_digits

(x_train, y_train), (x_val, y_val), (x_test, y_test) = load_digits()


def two_sums(images):
    """The ink in the middle and the ink around it: (n, 8, 8) -> (n, 2)."""
    middle = images[:, 2:6, 3:5].sum(axis=(1, 2))
    return np.stack([middle, images.sum(axis=(1, 2)) - middle], axis=1)


sums = two_sums(x_train[y_train < 2])  # (205, 2)
x_digits = (sums - sums.mean(axis=0)) / sums.std(axis=0)
y_digits = y_train[y_train < 2]  # (205,)


def loss_at(w1, w2):
    return Neuron([w1, w2], 0.0, "sigmoid").gradients(x_digits, y_digits)[0]


along = np.linspace(-4, 6, 101)
grid = np.linspace(-6, 6, 49)
surface = np.array([[loss_at(w1, w2) for w1 in grid] for w2 in grid])  # (49, 49)

figure, (left, right) = plots.subplots(1, 2, size=(8.4, 3.8))
left.plot(along, [loss_at(w1, 0.5) for w1 in along], color=plots.COLOURS["blue"], label="loss at $w_2 = 0.5$, $b = 0$")
loss, (slope, _), _ = Neuron([0.0, 0.5], 0.0, "sigmoid").gradients(x_digits, y_digits)
left.plot([-1.2, 1.2], [loss - 1.2 * slope, loss + 1.2 * slope], "--", color=plots.COLOURS["vermillion"])
left.plot(0, loss, "o", color=plots.COLOURS["vermillion"], label=f"here its slope is −{-slope:.2f}")
left.set(title="Along one weight", xlabel="$w_1$", ylabel="loss (mean squared error)", ylim=(0, 0.9))
left.legend(fontsize=9)

path = [np.array([-3.0, 3.0])]
for _ in range(25):
    _, gradient, _ = Neuron(path[-1], 0.0, "sigmoid").gradients(x_digits, y_digits)
    path.append(path[-1] - 3.0 * gradient)
path = np.array(path)
levels = [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9]
contours = right.contour(grid, grid, surface, levels=levels, colors="0.5", linewidths=1)
right.clabel(contours, fontsize=8)
right.plot(*path.T, "o-", color=plots.COLOURS["vermillion"], markersize=3, linewidth=1.2, label="25 steps downhill")
right.set(title="Over both weights", xlabel="$w_1$", ylabel="$w_2$", aspect="equal")
right.legend(fontsize=9, loc="upper right")
figure.alt = (
    "Left, the loss along one weight: high on the left, falling steeply around zero, low on the right, with a "
    "tangent. Right, contours of the loss over both weights, high at the upper left and low at the lower right, "
    "and a path of steps across them downhill."
)
figure

# %% [markdown]
# Left, one weight is turned and the others are held. Right, both are turned, and the lines join places of equal loss,
# as on a hiking map. The good weights lie at the lower right: $w_1$ positive, $w_2$ negative. You found them by hand in
# lesson 1.
#
# A computer finds them without seeing the map. It only has to know the **slope** at the place where it stands. The
# dashed line on the left has slope $-0.27$: turn $w_1$ up by 0.1, and the loss falls by 0.027 or so. That is two things
# in one number. Its sign says which way to turn, its size says how much it matters.
#
# With several weights there is one slope for each, the **gradient**
#
# $$\nabla L = \left( \frac{\partial L}{\partial w_1}, \dots, \frac{\partial L}{\partial w_d}, \frac{\partial L}{\partial b} \right) .$$
#
# It points uphill, in the steepest direction. So go the other way, by a little:
#
# $$w \;\leftarrow\; w - \eta\, \frac{\partial L}{\partial w}, \qquad b \;\leftarrow\; b - \eta\, \frac{\partial L}{\partial b},$$
#
# and again, and again. This is **gradient descent**, and $\eta$ is the **learning rate**. The path on the right is 25
# such steps with $\eta = 3$. What a good $\eta$ is, and how to walk more cleverly, is the subject of lesson 4. Here we
# ask for one thing only: where does the gradient come from?
#
# **Think.** The path starts with short steps, although the loss there is high and there is a long way to go. Why are
# they short?
#
# <details><summary>Answer</summary>
#
# The step is $\eta$ times the slope, and the slope is small there. With $w = (-3, 3)$ nearly all digits are wrong, and
# the neuron is sure of it: its sigmoids are saturated, a small turn of the weights changes next to nothing. Flat ground
# far above the valley. Lesson 4 has a loss that is steep where the neuron is wrong and sure.
# </details>

# %% [markdown]
# ## The chain rule, on one neuron
#
# One neuron, one example. Press *Next* and watch the numbers come, first forward and then backward. Each formula is
# shown in letters, in numbers and in code.

# %% tags=["show"]
BackpropStepper(weights=[[[0.5], [-1.0]]], biases=[[0.5]], x=[2.0, 1.0], y=[0.0])

# %% [markdown]
# Try this:
#
# 1. Go forward until the loss is there. Then, before you press *Next*, say whether the slope in $p$ will be positive.
# 2. Set *numbers* to *predict first*, and guess each number before you see it.
# 3. Set the first input to 0. Which gradient vanishes, and why?
# 4. Set the bias to 8. The answer is now as wrong as can be. What happens to all gradients?
# 5. Press *Take the step* a few times and watch the loss.
#
# Forward, the example passes through three functions, one after the other:
#
# $$x \;\longrightarrow\; z = w \cdot x + b \;\longrightarrow\; p = \sigma(z) \;\longrightarrow\; L = (p - y)^2 .$$
#
# How does $L$ change if $w_1$ is turned a little? A small turn of $w_1$ changes $z$, which changes $p$, which changes
# $L$. Each link passes the change on, stretched by its own slope, and the slopes multiply. That is the **chain rule**:
#
# $$\frac{\partial L}{\partial w_1} = \underbrace{\frac{\partial L}{\partial p}}_{2(p - y)} \cdot
# \underbrace{\frac{\partial p}{\partial z}}_{\sigma'(z)\, =\, p(1 - p)} \cdot
# \underbrace{\frac{\partial z}{\partial w_1}}_{x_1} .$$
#
# For $w_2$ only the last factor differs, $x_2$ in place of $x_1$, and for the bias it is 1. So don't start from scratch
# each time. Begin at the end, and keep what you have:
#
# $$\frac{\partial L}{\partial p} = 2(p - y), \qquad
# \frac{\partial L}{\partial z} = \frac{\partial L}{\partial p}\, p(1 - p), \qquad
# \frac{\partial L}{\partial w_j} = \frac{\partial L}{\partial z}\, x_j, \qquad
# \frac{\partial L}{\partial b} = \frac{\partial L}{\partial z} .$$
#
# This is backpropagation already. It goes from the loss to the weights, and each line uses the one before.
#
# In code nobody writes $\partial L / \partial z$. It is called `dz`, and likewise `dp`, `dw`, `db`: *the slope of the
# loss in that number*. A useful rule: **`dz` has the shape of `z`**, always, because every number has one slope.
#
# With $n$ examples the loss is a mean. Each example contributes its share, and the shares add up:
#
# $$\underbrace{dz_i}_{(n,)} = \frac{2}{n}\,(p_i - y_i)\, p_i\,(1 - p_i), \qquad
# \underbrace{dw_j}_{(d,)} = \sum_{i=1}^{n} dz_i\, x_{ij}, \qquad
# \underbrace{db}_{()} = \sum_{i=1}^{n} dz_i .$$

# %% [markdown]
# ### Exercise: `neuron_gradients(x, w, b, y)`
#
# The gradient of $L = \frac1n \sum_i (p_i - y_i)^2$ for a neuron with a sigmoid, $p_i = \sigma(x_i \cdot w + b)$.
#
# | | shape | |
# |---|---|---|
# | `x` | `(n, d)` | one example a row |
# | `w` | `(d,)` | the weights |
# | `b` | `()` | the bias |
# | `y` | `(n,)` | the truth, 0 or 1 each |
# | result | `(d,)`, `()` | the pair `dw, db` |
#
# On paper: $x = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$, $w = (0, 0)$, $b = 0$ and $y = (1, 1)$ give
# $p = (0.5, 0.5)$, then $dz = \frac22 (0.5 - 1) \cdot 0.25 = -0.125$ for both examples, and so $dw = (-0.5, -0.75)$ and
# $db = -0.25$.

# %% nbgrader={"grade_id": "neuron_gradients", "solution": true}
def neuron_gradients(x, w, b, y):
    """The gradient of the mean squared error of a neuron with a sigmoid.

    Parameters
    ----------
    x : ndarray of shape (n, d)
        One example a row.
    w : ndarray of shape (d,)
        The weights.
    b : float
        The bias.
    y : ndarray of shape (n,)
        The truth, 0 or 1 each.

    Returns
    -------
    dw, db : ndarray of shape (d,), float
    """
    ### BEGIN SOLUTION
    z = x @ w + b  # (n,)
    t = np.exp(-np.abs(z))  # at most 1, so it never overflows
    p = np.where(z >= 0, 1, t) / (1 + t)  # (n,)
    dp = 2 * (p - y) / len(y)  # (n,)
    dz = dp * p * (1 - p)  # (n,)
    return dz @ x, dz.sum()
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-neuron_gradients", "grade": true}
check(neuron_gradients)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Go forward first: `z`, then `p`, both of shape `(n,)`. Then backward, a line for each link: `dp`, `dz`, and from `dz`
# the two results. `dw` has one number for each input, so the sum is over the examples: `(n,)` with `(n, d)`.
# </details>

# %% [markdown]
# Now the computer can turn the knobs. This is lesson 1's task again: 205 zeros and ones to learn from, and the digits
# of other people to be tested on. `Neuron.fit` in `course` does nothing but compute the gradient that you just wrote,
# take a step downhill, and repeat.

# %% tags=["show"]
new_images = np.concatenate([x_val[y_val < 2], x_test[y_test < 2]])  # (155, 8, 8)
new_y = np.concatenate([y_val[y_val < 2], y_test[y_test < 2]])  # (155,)
new_x = (two_sums(new_images) - sums.mean(axis=0)) / sums.std(axis=0)

neuron = Neuron([0.0, 0.0], 0.0, "sigmoid")
for steps in (0, 1, 9, 90, 900):
    neuron.fit(x_digits, y_digits, learning_rate=1.0, steps=steps)
    loss, _, _ = neuron.gradients(x_digits, y_digits)
    seen = int(((neuron(x_digits) > 0.5) == y_digits).sum())
    new = int(((neuron(new_x) > 0.5) == new_y).sum())
    print(f"{steps:3d} steps more: w = {neuron.w.round(2)}, loss {loss:.4f}, {seen} of 205 seen, {new} of 155 new")

# %% [markdown]
# It starts from zero, knowing nothing: every answer is ½. A single step gets all 205 right, because the gradient points
# in the right direction at once. The rest of the time it becomes surer, and the loss falls on. Of the new digits it
# gets 150. In lesson 1 $w = (2, -2)$ and $b = 0.5$, set by hand, got 152: with all 205 right either way, nothing in the
# loss tells the two apart.
#
# **Think.** After 1,000 steps all 205 digits are right, and yet the weights still grow. Why don't they stop?
#
# <details><summary>Answer</summary>
#
# Because the loss asks for more than the right side: it asks for $p = 0$ and $p = 1$. A sigmoid gets there only at
# infinity. Each step makes the neuron a bit surer and the loss a bit smaller, with steps that get ever shorter.
# </details>

# %% [markdown]
# ## Neurons behind neurons
#
# Now a network, with two hidden neurons. Forward is as before. Watch what happens on the way back, where a number has
# been used twice.

# %% tags=["show"]
BackpropStepper()

# %% [markdown]
# 1. Go to the first slope of a hidden neuron's output. It comes from the *later* layer. Which two numbers are
#    multiplied?
# 2. Set the activation to ReLU, and change a bias until a hidden neuron is off. Which gradients are zero now?
# 3. Which numbers of the forward pass does the backward pass use? Would you have to compute any of them again?
#
# ### Two in a row
#
# Put one neuron behind another: $h = \varphi(w_1 x + b_1)$, then $p = w_2 h + b_2$. The chain has become longer, and
# nothing else has happened:
#
# $$\frac{\partial L}{\partial w_1} =
# \underbrace{\frac{\partial L}{\partial p}}_{\text{received}} \cdot
# \underbrace{w_2}_{\text{the way back}} \cdot
# \underbrace{\varphi'(z_1)}_{\text{own slope}} \cdot
# \underbrace{x}_{\text{own input}} .$$
#
# A neuron's share of the blame is what the next neuron reports, times the weight with which that one listens, times
# how sensitive the neuron itself is at the moment. If any of these is zero, the neuron is out of it.
#
# ### Branches add
#
# What if a number goes to two places? Each input and each hidden neuron feeds all neurons of the next layer. If $h$
# changes by a little, then $z_1$ changes and $z_2$ changes, and both changes reach the loss. **Both effects add up**:
#
# $$\frac{\partial L}{\partial h} = \frac{\partial L}{\partial z_1} \frac{\partial z_1}{\partial h} +
# \frac{\partial L}{\partial z_2} \frac{\partial z_2}{\partial h} .$$
#
# Try it with numbers: $a = 2h$, $b = h + 1$ and $L = a\,b$. At $h = 3$ we have $a = 6$, $b = 4$, and the slopes of $L$
# are $4$ in $a$ and $6$ in $b$. On the way back, $h$ gets $4 \cdot 2$ from one branch and $6 \cdot 1$ from the other:
# $14$. Directly, $L = 2h^2 + 2h$ has the slope $4h + 2 = 14$.
#
# You have used this rule already: a weight takes part in all $n$ examples of a batch, and so its gradient is a sum over
# them.
#
# **Think.** In the network 2-3-1 of the first page, how many paths lead from the weight between the first input and
# the first hidden neuron to the loss? And from the first *input* to the loss?
#
# <details><summary>Answer</summary>
#
# One from the weight: through its neuron, then through that neuron's one connection to the output. Three from the
# input: it goes to all three hidden neurons. With $L$ layers of $m$ neurons there are about $m^L$ paths. Nobody adds
# them up one by one: each neuron collects what comes back to it once, and passes on the sum. That is why
# backpropagation is fast.
# </details>

# %% [markdown]
# ## A layer
#
# Back to batches. A dense layer without activation computes $Y = XW + b$:
#
# $$y_{ij} = \sum_k x_{ik} W_{kj} + b_j, \qquad \underset{Y}{(n, m)} = \underset{X}{(n, d)}\;\underset{W}{(d, m)} + \underset{b}{(m,)} .$$
#
# Going back, the layer *receives* `dy`, the slope of the loss in each of its outputs, of shape $(n, m)$. It does not
# need to know where that comes from. It has two jobs: find the gradients of its own parameters, and tell the layer
# before it how the loss depends on its inputs.
#
# Follow one number each. **The weight $W_{kj}$** touches the outputs $y_{ij}$ of neuron $j$, for all examples $i$, and
# there its factor is $x_{ik}$. All of these branches add up:
#
# $$dW_{kj} = \sum_i x_{ik}\, dy_{ij} \qquad\Longleftrightarrow\qquad \underset{dW}{(d, m)} = \underset{X^{\mathsf T}}{(d, n)}\;\underset{dY}{(n, m)} .$$
#
# **The bias $b_j$** touches the same outputs with the factor 1:
#
# $$db_j = \sum_i dy_{ij} .$$
#
# **The input $x_{ik}$** touches all outputs of example $i$, with the factors $W_{kj}$:
#
# $$dx_{ik} = \sum_j dy_{ij}\, W_{kj} \qquad\Longleftrightarrow\qquad \underset{dX}{(n, d)} = \underset{dY}{(n, m)}\;\underset{W^{\mathsf T}}{(m, d)} .$$
#
# There is hardly another way to put the shapes together, which makes for a good memory aid. `dW` has the shape of `W`:
# from $(n, d)$ and $(n, m)$ you get $(d, m)$ only by summing over the $n$ examples.
#
# Where is the mean over the batch? In `dy`. The loss puts the $1/n$ in once, at the very end of the network, and no
# layer does it again.

# %% [markdown]
# ### Exercise: `dense_backward(dy, x, W)`
#
# The backward pass of the layer $Y = XW + b$:
#
# $$dX = dY\, W^{\mathsf T}, \qquad dW = X^{\mathsf T}\, dY, \qquad db_j = \sum_{i=1}^{n} dy_{ij} .$$
#
# | | shape | |
# |---|---|---|
# | `dy` | `(n, m)` | slope of the loss in each output |
# | `x` | `(n, d)` | what went into the layer |
# | `W` | `(d, m)` | its weights, one neuron a column |
# | result | `(n, d)`, `(d, m)`, `(m,)` | `dx, dW, db` |
#
# On paper: $dy = \begin{pmatrix} 1 & 0 & -1 \\ 2 & 1 & 0 \end{pmatrix}$,
# $x = \begin{pmatrix} 1 & 2 \\ 0 & 1 \end{pmatrix}$,
# $W = \begin{pmatrix} 1 & 0 & 2 \\ 0 & 1 & -1 \end{pmatrix}$ give
# $dx = \begin{pmatrix} -1 & 1 \\ 2 & 1 \end{pmatrix}$, $dW = \begin{pmatrix} 1 & 0 & -1 \\ 4 & 1 & -2 \end{pmatrix}$,
# $db = (3, 1, -1)$.

# %% nbgrader={"grade_id": "dense_backward", "solution": true}
def dense_backward(dy, x, W):
    """The gradients of a dense layer, from the gradient of its output.

    Parameters
    ----------
    dy : ndarray of shape (n, m)
        The slope of the loss in each output.
    x : ndarray of shape (n, d)
        What went into the layer, one example a row.
    W : ndarray of shape (d, m)
        The weights, one neuron a column.

    Returns
    -------
    dx, dW, db : ndarrays of shape (n, d), (d, m), (m,)
    """
    ### BEGIN SOLUTION
    dx = dy @ W.T  # (n, m) (m, d) -> (n, d)
    dW = x.T @ dy  # (d, n) (n, m) -> (d, m)
    return dx, dW, dy.sum(axis=0)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-dense_backward", "grade": true}
check(dense_backward)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Write down the shape that each result must have, then look for the product that gives it. `W.T` has shape `(m, d)`,
# `x.T` has shape `(d, n)`. A sum over the examples is a sum over the first axis.
# </details>

# %% [markdown]
# **Think.** Nothing in `dense_backward` needs `b`, nor the outputs `y`. What has to be kept from the forward pass until
# the backward pass? What does that cost for a layer of 1,000 neurons and a batch of 1,000 examples?
#
# <details><summary>Answer</summary>
#
# The layer's input `x`, because `dW` is made of it (and `W`, which is there anyway). Its output is the next layer's
# input and is kept there. A batch of 1,000 times 1,000 numbers in single precision takes 4 MB, a layer. This is why
# training needs much more memory than using a network, and why the batch size is what you turn down when the memory is
# full.
# </details>

# %% [markdown]
# ## The whole network
#
# Now put the layers together. Forward, with $h_0 = x$, as in lesson 2:
#
# $$z_l = h_{l-1} W_l + b_l, \qquad h_l = \operatorname{relu}(z_l) \;\;(l < L), \qquad p = z_L .$$
#
# The loss is the mean over all $n$ examples and all $k$ outputs, $L = \frac{1}{nk} \sum_{ij} (p_{ij} - y_{ij})^2$,
# and so the way back begins with
#
# $$dz_L = dp = \frac{2}{n k}\,(p - y) .$$
#
# Then, for each layer from the last to the first, the same four lines:
#
# | | | shapes |
# |---|---|---|
# | its weights | $dW_l = h_{l-1}^{\mathsf T}\, dz_l$ | $(a, n)(n, b) \to (a, b)$ |
# | its biases | $db_l = \sum_i dz_{l,i}$ | $(n, b) \to (b,)$ |
# | through its weights | $dh_{l-1} = dz_l\, W_l^{\mathsf T}$ | $(n, b)(b, a) \to (n, a)$ |
# | through the activation before it | $dz_{l-1} = dh_{l-1} \odot \operatorname{relu}'(z_{l-1})$ | $(n, a)$ |
#
# with $\odot$ for the product number by number. Receive the gradient, compute your own, multiply by the weights, pass
# on. The activation is a gate: where its neuron was off, nothing passes.
#
# Take the network of the first page, which has $z_1 = (0.8, 0.7, -0.3)$ and $p = -0.2$ for the truth $1$. Then
# $dp = 2 \cdot (-1.2) = -2.4$, and the rest is a few multiplications:

# %% tags=["show"]
x, y = np.array([[1.0, 0.5]]), np.array([[1.0]])  # (1, 2), (1, 1)
z1 = x @ W1 + b1  # (1, 3)
h1 = np.maximum(z1, 0)  # (1, 3)
p = h1 @ W2 + b2  # (1, 1)

dp = 2 * (p - y)  # (1, 1)
dh1 = dp @ W2.T  # (1, 3)
dz1 = dh1 * (z1 > 0)  # (1, 3), the third is gated off
print("db2", dp[0], "  dW2", (h1.T @ dp)[:, 0])
print("db1", dz1[0], "  dW1", *(x.T @ dz1))

# %% [markdown]
# Minus zeros are zeros. The largest numbers are $\pm 2.4$, and there are three of them: the output's bias, the second
# hidden neuron's bias, and its weight from the first input. So that is the answer to the question of the first page,
# and $-2.4$ means: up by 0.01, and the loss changes by $-0.024$.

# %% [markdown]
# ### Exercise: `mlp_backward(x, y, weights, biases)`
#
# The gradient of $L = \frac{1}{nk} \sum_{ij} (p_{ij} - y_{ij})^2$ in all weights and biases of a network with ReLU in
# its hidden layers and no activation at the output.
#
# | | shape | |
# |---|---|---|
# | `x` | `(n, d)` | one example a row |
# | `y` | `(n, k)` | the truth |
# | `weights` | list of `(before, after)` | one matrix for each layer |
# | `biases` | list of `(after,)` | one vector for each layer |
# | result | two lists | `dWs, dbs`: for each layer, first to last, the gradient in its weights' and biases' shapes |
#
# On paper: $x = \begin{pmatrix} 1 & 2 \end{pmatrix}$, $W_1 = \begin{pmatrix} 1 & -1 \\ 1 & 0 \end{pmatrix}$, $b_1 =
# (0, 0)$, $W_2 = \begin{pmatrix} 2 \\ 5 \end{pmatrix}$, $b_2 = (1)$ and the truth $y = (6)$. Forward: $z_1 = (3,
# -1)$, $h_1 = (3, 0)$, $p = 7$. Backward: $dp = 2$, so $dW_2 = \begin{pmatrix} 6 \\ 0 \end{pmatrix}$ and $db_2 =
# (2)$. Then $dh_1 = (4, 10)$, of which the gate leaves $dz_1 = (4, 0)$, so $dW_1 = \begin{pmatrix} 4 & 0 \\ 8 & 0
# \end{pmatrix}$ and $db_1 = (4, 0)$.

# %% nbgrader={"grade_id": "mlp_backward", "solution": true}
def mlp_backward(x, y, weights, biases):
    """The gradients of the mean squared error of a network: ReLU in the hidden layers, none at the end.

    Parameters
    ----------
    x : ndarray of shape (n, d)
        One example a row.
    y : ndarray of shape (n, k)
        The truth.
    weights : list of ndarray, the first of shape (d, units), the last of shape (units, k)
    biases : list of ndarray of shape (units,), the last of shape (k,)

    Returns
    -------
    dWs, dbs : lists of ndarrays, in the order and the shapes of `weights` and of `biases`
    """
    ### BEGIN SOLUTION
    inputs = [x]  # of each layer
    for W, b in zip(weights[:-1], biases[:-1]):
        inputs.append(np.maximum(inputs[-1] @ W + b, 0))  # (n, units)
    p = inputs[-1] @ weights[-1] + biases[-1]  # (n, k)

    dz = 2 * (p - y) / p.size  # (n, k)
    dWs, dbs = [], []
    for h, W in zip(inputs[::-1], weights[::-1]):
        dWs.append(h.T @ dz)
        dbs.append(dz.sum(axis=0))
        dz = (dz @ W.T) * (h > 0)  # what the layer before receives; ReLU's output is above 0 where it is on
    return dWs[::-1], dbs[::-1]
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-mlp_backward", "grade": true}
check(mlp_backward)

# %% [markdown]
# <details><summary>Hint</summary>
#
# The forward pass is that of lesson 2, but keep what goes into each layer in a list: `x` first, then each hidden
# layer's output. Going back, `reversed(range(len(weights)))` counts the layers from the last to the first. Whether a
# neuron was on can be read off its output: `h > 0`. Collect the gradients as you find them, and turn the lists around
# at the end.
# </details>

# %% [markdown]
# ### What does it cost?
#
# Count multiplications. Forward, a layer does $n \cdot a \cdot b$ of them. Backward, it does two products of the same
# size, one for its weights and one for its inputs. So **the backward pass costs about twice the forward pass**, however
# many weights there are. (The first layer has nobody to pass its gradient on to, which saves one product.)
#
# Compare this with trying: turning each weight a little to either side takes two forward passes *a weight*.

# %% tags=["show"]
sizes = [784, 64, 32, 16, 10]  # the digits' network at the end of lesson 2
products = [before * after for before, after in zip(sizes[:-1], sizes[1:])]
forward, backward = sum(products), 2 * sum(products) - products[0]
numbers = forward + sum(sizes[1:])
print(f"{numbers:,} numbers to turn; multiplications for one example:")
print(f"forward                        {forward:>14,}")
print(f"backward                       {backward:>14,}")
print(f"trying each to either side     {2 * numbers * forward:>14,}")

# %% [markdown]
# A hundred thousand times as much as going backward, and this is a small network. Counted in forward passes, a
# gradient costs the same however many numbers it has, as long as the function has one output, the loss. This fact is
# behind all of deep learning. Numerical analysts know it as the reverse mode of automatic differentiation.
#
# **Think.** Suppose it were the other way around: one number to turn, and a million outputs whose slopes you want.
# Would you still go backward?
#
# <details><summary>Answer</summary>
#
# No. Going backward gives you all slopes of *one* output. With a million outputs you would have to do it a million
# times. Here you go forward with the derivative: turn the one number a little, and see how it moves all outputs. That
# is one pass.
# </details>

# %% [markdown]
# ## Is it right?
#
# A wrong gradient is a nasty mistake. Nothing crashes. The network may even learn, only worse, and you blame the data.
# So you want a second opinion, from a method that is slow, simple, and has nothing to do with the chain rule. Turn one
# number a little to either side, and see what the function does:
#
# $$\frac{\partial f}{\partial x_j} \approx \frac{f(x + \varepsilon e_j) - f(x - \varepsilon e_j)}{2 \varepsilon},$$
#
# where $e_j$ is 1 at place $j$ and 0 elsewhere. This is a **central difference**. How small should $\varepsilon$ be? As
# small as possible, one would think.

# %% tags=["show"] jupyter={"source_hidden": true}
def wave(t):
    return np.exp(np.sin(3 * t))


slope_at_1 = 3 * np.cos(3.0) * wave(1.0)
steps = 10.0 ** np.arange(-14, 0.01, 0.25)


def errors(difference, kind):
    found = np.array([difference(kind(1), kind(step)) for step in steps], dtype=float)
    return np.abs(found / slope_at_1 - 1)


def central(t, step):
    return (wave(t + step) - wave(t - step)) / (2 * step)


def forward_difference(t, step):
    return (wave(t + step) - wave(t)) / step


figure, ax = plots.subplots(size=(6.4, 4.0))
for difference, kind, style, name in [
    (forward_difference, np.float64, ("vermillion", "--"), "one side, float64"),
    (central, np.float64, ("blue", "-"), "both sides, float64"),
    (central, np.float32, ("green", "-."), "both sides, float32"),
]:
    error = errors(difference, kind)
    ax.loglog(steps[error > 0], error[error > 0], style[1], color=plots.COLOURS[style[0]], label=name)
ax.set(title="A step too long, a step too short", ylim=(1e-12, 10))
ax.set(xlabel="step ε", ylabel="relative error of the slope")
ax.legend(fontsize=9)
figure.alt = (
    "Relative error of a numerical slope over the step, both logarithmic. Each curve falls, reaches a lowest "
    "point and rises: to both sides in float64 it is below 1e-9 for steps between 1e-7 and 1e-5; to one side at "
    "best 1e-8; in float32 at best about 1e-4, for steps near 1e-2."
)
figure

# %% [markdown]
# The figure shows the error for a function whose slope is known, $e^{\sin 3t}$ at $t = 1$. There are two errors, and
# they pull in opposite directions.
#
# - **A long step** sees the curve bend. To both sides the error is about $\varepsilon^2$ (the slope 2 on the right of
#   the figure), to one side it is about $\varepsilon$: ten times smaller steps bring only a factor of ten.
# - **A short step** drowns in rounding. $f$ is known to 16 digits in double precision. The difference of two nearly
#   equal numbers keeps only the last few of them, and is then divided by something tiny.
#
# In between lies the best step: near $10^{-5}$, to both sides, in **float64**. In float32, with 7 digits, a numerical
# gradient is good for little more than a rough look.

# %% [markdown]
# ### Exercise: `numerical_gradient(f, x, eps)`
#
# For a function `f` that takes an array and gives a number, the central difference in each of the array's numbers:
#
# $$g_j = \frac{f(x + \varepsilon e_j) - f(x - \varepsilon e_j)}{2 \varepsilon} .$$
#
# | | shape | |
# |---|---|---|
# | `f` | function | takes an array of `x`'s shape, gives a number |
# | `x` | any | where; whole numbers and matrices too |
# | `eps` | `()` | the step |
# | result | as `x` | |
#
# On paper, with a step so long that you can follow: $f(x) = x_1^3 + x_2^3$ at $x = (1, 2)$ with $\varepsilon =
# \tfrac12$ gives $g_1 = 1.5^3 - 0.5^3 = 3.25$ and $g_2 = 2.5^3 - 1.5^3 = 12.25$. (The true slopes are 3 and 12.)

# %% nbgrader={"grade_id": "numerical_gradient", "solution": true}
def numerical_gradient(f, x, eps):
    """The gradient of f at x by central differences.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of x, gives a number.
    x : ndarray of any shape
    eps : float
        The step to either side.

    Returns
    -------
    ndarray of the shape of x
    """
    ### BEGIN SOLUTION
    point = np.array(x, dtype=float)  # a copy, with room for fractions
    gradient = np.zeros(point.shape)
    for place in np.ndindex(point.shape):
        middle = point[place]
        point[place] = middle + eps
        above = f(point)
        point[place] = middle - eps
        below = f(point)
        point[place] = middle
        gradient[place] = (above - below) / (2 * eps)
    return gradient
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-numerical_gradient", "grade": true}
check(numerical_gradient)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `np.ndindex(x.shape)` yields all places of an array, whatever its shape: for a matrix (0, 0), (0, 1) and so on. Work
# on a copy that holds floats. Move one number up, ask `f`, move it down, ask `f`, and put it back before you go on.
# </details>

# %% [markdown]
# ### Your own layer, checked
#
# `course.gradcheck` does this for a whole layer: for its inputs and for each of its parameters. A layer in `course` is
# a class with a `forward`, which returns the output and a note of what backward will need, and a `backward`. Here is a
# dense layer whose backward is yours.

# %% tags=["show"]
class YourDense(course.layers.Layer):
    """Three neurons, and your dense_backward."""

    def build(self, input_shape):
        self.W = self.add_weight("W", (input_shape[-1], 3), course.initializers.get("glorot_uniform"))
        self.b = self.add_weight("b", (3,), course.initializers.get("zeros"))

    def output_shape(self, input_shape):
        return (3,)

    def forward(self, x, training=False):
        return x @ self.W.value + self.b.value, x  # (n, 3), and what backward needs

    def backward(self, dy, cache):
        dx, dW, db = dense_backward(dy, cache, self.W.value)
        self.W.grad += dW
        self.b.grad += db
        return dx


try:
    found = course.gradcheck.check_layer(YourDense(), (4,))
except NotImplementedError:
    print("Write dense_backward above, run its cell, and then this one again.")

# %% [markdown]
# A relative error of $10^{-9}$ or less means: both methods agree to nine digits. They have nothing in common, so both
# are right. At $10^{-2}$ something is wrong. Between $10^{-7}$ and $10^{-4}$, look closer: it may be a kink, or single
# precision.
#
# This is what a mistake looks like. This layer takes a mean over the batch for its bias:

# %% tags=["show"]
class Averaging(YourDense):
    """The same, with a mistake."""

    def backward(self, dy, cache):
        self.W.grad += cache.T @ dy
        self.b.grad += dy.mean(axis=0)  # should be a sum
        return dy @ self.W.value.T


found = course.gradcheck.check_layer(Averaging(), (4,), batch_size=3)

# %% [markdown]
# One thing to know: **kinks**. At $z = 0$ ReLU has slope 0 on one side and 1 on the other, and a central difference
# across the kink gives ½. Neither is wrong. If a check fails in a single number of a network with ReLU, move the input
# a little and check again. A mistake stays, a kink goes.
#
# **Think.** Your gradient agrees with the numerical one to nine digits. Which mistakes in your network can there still
# be?
#
# <details><summary>Answer</summary>
#
# All mistakes in the forward pass. The check says that backward belongs to forward. If forward computes the wrong
# thing, say a bias is forgotten, backward can be its perfect derivative. Nor does it tell you whether the loss is a
# sensible one, or whether the step goes downhill.
# </details>

# %% [markdown]
# ## Many layers: vanishing and exploding gradients
#
# On its way back through a network a gradient is multiplied by something at every layer: by weights, and by the slope
# of an activation. Twenty factors of ½ make a millionth. Twenty factors of 2 make a million. Here are networks of
# twenty hidden layers of 64 neurons, fresh from the random generator. At the output each of them receives the same
# gradient. What arrives where?

# %% tags=["show"] jupyter={"source_hidden": true}
depth, width = 20, 64
batch = np.random.default_rng(0).normal(size=(100, width)).astype(np.float32)  # (100, 64)


def arriving(activation, scale):
    """The typical slope of the loss in each hidden layer's outputs, first to last, in a new network."""
    start = course.initializers.RandomNormal(stddev=scale / np.sqrt(width))
    hidden = [course.layers.Dense(width, activation=activation, kernel_initializer=start) for _ in range(depth)]
    course.Sequential([course.Input((width,)), *hidden], seed=0)  # draws the weights
    h, caches, sizes = batch, [], []
    for layer in hidden:
        h, cache = layer.forward(h)
        caches.append(cache)
    dh = np.random.default_rng(1).normal(size=h.shape).astype(np.float32)  # (100, 64), of typical size 1
    for layer, cache in zip(hidden[::-1], caches[::-1]):
        sizes.append(np.sqrt(np.mean(dh**2)))
        dh = layer.backward(dh, cache)
    return sizes[::-1]


figure, ax = plots.subplots(size=(6.8, 4.2))
for activation, scale, style, name in [
    ("relu", 2 * np.sqrt(2), ("vermillion", "--"), "ReLU, weights 2√2 / √64"),
    ("relu", np.sqrt(2), ("black", "-"), "ReLU, weights √2 / √64"),
    ("relu", np.sqrt(2) / 2, ("blue", "-."), "ReLU, weights ½√2 / √64"),
    ("sigmoid", 1.0, ("purple", ":"), "sigmoid, weights 1 / √64"),
]:
    ax.semilogy(range(1, depth + 1), arriving(activation, scale), style[1], color=plots.COLOURS[style[0]], label=name)
ax.set(title="Gradients on their way back", ylabel="typical slope in a neuron's output")
ax.set_xlabel("layer (1 is the first, 20 the last)")
ax.set_xticks([1, 5, 10, 15, 20])
ax.legend(fontsize=9)
figure.alt = (
    "Typical slope of the loss in the outputs of each layer, logarithmic, in networks of twenty layers. All begin"
    " at 1 at the last layer. Towards the first, one with ReLU stays near 1, one with weights twice as large "
    "rises to nearly a million, one with half as large falls to a millionth, and one with sigmoids to below "
    "1e-11."
)
figure

# %% [markdown]
# The gradient enters on the right, at layer 20, and travels to the left. The legend says how large the random weights
# are, as a standard deviation. There is a $\sqrt{64}$ in all of them, because a neuron adds up 64 products.
#
# - **ReLU, in the middle.** ReLU's slope is 1 where a neuron is on. About half of the neurons are off, and a $\sqrt
#   2$ in the weights makes up for it. The factor a layer is then about 1, and what arrives at the first layer is
#   about as large as what entered.
# - **ReLU with weights twice as large.** The factor is 2 a layer. On the way forward the same happens to the signals
#   themselves. This is an **exploding gradient**: a step of any reasonable learning rate throws the weights off the
#   map, and soon they are not numbers any more.
# - **ReLU with weights half as large.** The factor is ½, and the gradient **vanishes**.
# - **Sigmoid.** Its slope is ¼ at best, so every layer costs a factor of 4 or more. The first layer gets nothing and
#   learns nothing, and the last layers learn from what the untrained first ones make of the input.
#
# So depth has a price, and for a long time it kept people from training networks with more than two or three hidden
# layers. What helped: ReLU, initial weights of the right size (the $\sqrt 2$ is He's, and Keras's default is a close
# relative), and in deeper networks normalization and shortcuts for the gradient. Lesson 7 has them all.
#
# **Think.** A colleague proposes to cure vanishing gradients by a learning rate that is $10^{12}$ times larger. What
# happens?
#
# <details><summary>Answer</summary>
#
# The first layer takes reasonable steps. The last one, whose gradient was fine, takes steps $10^{12}$ times too long.
# It isn't the size alone that hurts but the difference between the layers. A learning rate for each layer would help a
# little; but the gradient of the first layer is also small against rounding errors.
# </details>

# %% [markdown]
# ## In your own words
#
# A colleague writes: *"I programmed backpropagation myself. My network has 30 hidden layers with sigmoids. The loss
# hardly falls. I printed the gradients: in the first layers they are about $10^{-20}$, so there must be a mistake in my
# backward pass. I will replace it by finite differences: that is slower, but then at least it is right."*
#
# Answer in five to ten sentences. How can they find out whether the backward pass is wrong? What else explains the
# small numbers, and how does it follow from the chain rule? What would finite differences cost them, and what would
# they give? What should they change?

# %% [markdown] nbgrader={"grade_id": "small-gradients", "grade": true, "solution": true, "points": 2}
# ### BEGIN SOLUTION
# Whether the backward pass is wrong is easily found out: compare it with central differences in float64 with a step of
# about 1e-5, best on a small network of two or three layers with a few examples, where no gradient is tiny. If they
# agree to seven digits or more, the backward pass is right. But small numbers in the first layers are no sign of a
# mistake. By the chain rule the gradient of the first layer is a product with one factor from each layer that it came
# through: a weight matrix and the slope of the sigmoid, which is at most 1/4. Thirty such factors alone make
# (1/4)^30, about 1e-18. The gradient vanishes, correctly. Finite differences would give the same gradients, at best:
# they would need two forward passes for every single weight, millions in place of about three, and they could not even
# resolve a slope of 1e-20, because the change of the loss is far below rounding. They should use ReLU (or a relative)
# in the hidden layers with initial weights of the matching size, so that the factors are near 1, and fewer layers to
# begin with.
#
# *One point for the check and for what finite differences cost or can't do, one for the product of factors with the
# remedy.*
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - The loss says how wrong a network is. With the data fixed it is a function of the weights.
# - The gradient points uphill. Gradient descent: $w \leftarrow w - \eta\, \partial L / \partial w$, many times.
# - Chain rule: slopes along a path multiply, and branches add. So a weight's gradient is a sum over the batch.
# - `dz` is the slope of the loss in `z` and has its shape.
# - A dense layer receives `dy` and computes $dW = X^{\mathsf T} dY$, $db = \sum_i dy_i$, $dX = dY\,W^{\mathsf T}$.
#   The $1/n$ is in `dy` already.
# - A network: from the last layer to the first, receive, compute your own, multiply by the weights, gate by the
#   activation's slope, pass on. What went into each layer has to be kept.
# - Backward costs about two forward passes, for any number of weights. Trying each costs two forward passes a weight.
# - Check gradients by central differences in float64 with $\varepsilon \approx 10^{-5}$, away from kinks.
# - Through many layers gradients vanish or explode, unless the factor a layer is near 1.

# %% [markdown]
# ## The same in Keras
#
# Keras computes gradients by itself, as every library does today. You don't see them. But if a step of gradient descent
# has learning rate 1, then the weights change by exactly minus the gradient. So take one such step, and look at the
# difference. The network is that of the first page.

# %% tags=["show"]
def gradients(library):
    """The gradients of the mean squared error in W1, b1, W2, b2."""
    layers = [library.layers.Dense(3, activation="relu"), library.layers.Dense(1)]
    model = library.Sequential([library.Input((2,)), *layers])
    model.compile(optimizer=library.optimizers.SGD(learning_rate=1.0), loss="mse")
    model.set_weights([W1, b1, W2, b2])
    model.train_on_batch(np.array([[1.0, 0.5]]), np.array([[1.0]]))
    return [before - after for before, after in zip([W1, b1, W2, b2], model.get_weights())]


def show(name, found):
    print(name, *(str(gradient.round(3).tolist()) for gradient in found), sep="  ")


show("course:", gradients(course))
try:
    import keras
except ImportError:
    print("Keras is not installed here. With it, gradients(keras) gives the same thirteen numbers.")
else:
    show("Keras: ", gradients(keras))

# %% [markdown]
# ## Where to read on
#
# - D. E. Rumelhart, G. E. Hinton and R. J. Williams, *Learning representations by back-propagating errors*, Nature
#   1986, [doi:10.1038/323533a0](https://doi.org/10.1038/323533a0). Four pages that started it. You can read them now.
# - S. Linnainmaa, *Taylor expansion of the accumulated rounding error*, 1976,
#   [doi:10.1007/BF01931367](https://doi.org/10.1007/BF01931367). The same recursion, for rounding errors, before neural
#   networks had it.
# - A. G. Baydin et al., *Automatic differentiation in machine learning: a survey*, 2018,
#   [arXiv:1502.05767](https://arxiv.org/abs/1502.05767). Forward mode, reverse mode, and what libraries do.
# - Y. Bengio, P. Simard and P. Frasconi, *Learning long-term dependencies with gradient descent is difficult*, 1994,
#   [doi:10.1109/72.279181](https://doi.org/10.1109/72.279181), and R. Pascanu, T. Mikolov and Y. Bengio, 2013,
#   [arXiv:1211.5063](https://arxiv.org/abs/1211.5063). Vanishing and exploding.
# - K. He et al., *Delving deep into rectifiers*, 2015, [arXiv:1502.01852](https://arxiv.org/abs/1502.01852). Where the
#   $\sqrt 2$ comes from.
#
# Next: lesson 4 makes the steps.
