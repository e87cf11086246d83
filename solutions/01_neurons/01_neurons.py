# %% [markdown]
# # 1 · Neurons
#
# What a neuron computes, why it needs a bend, and how one of them tells zeros from ones.

# %%
import numpy as np

import course
from autograder import check

# %% tags=["show"]
from course import plots
from course.data import sky
from course.data.digits import load_digits
from course.widgets import ActivationGallery, NeuronExplorer

images, kinds = sky.cutouts(12, signal_to_noise=np.geomspace(150, 12, 12), rng=np.random.default_rng(3))
plots.show_images(np.arcsinh(images / 2), list("ABCDEFGHIJKL"), columns=6, ink=False, title="Star or galaxy?")

# %% [markdown]
# Twelve pieces of sky, simulated, each 4.8 arcseconds wide. In the middle of each is one star or one galaxy, and from
# A to L they get fainter. **Before you read on: which are the galaxies?**
#
# <details><summary>The answer</summary>
#
# A, B, F, I, J and K are galaxies. C, D, E, G, H and L are stars.
# </details>
#
# The first few took you a second each. K and L took longer, and you may not trust your answer. Now the harder
# question. *What did you do?* Could you write it down, so that a computer does the same?
#
# It would be worth it. The ten-year survey of the Rubin Observatory expects about 20 billion galaxies and as many
# stars (Ivezić et al. 2019, arXiv:0805.2366). At one a second, without sleep, you would be busy for 1,300 years.
#
# This lesson builds the smallest thing that can learn such a rule: one neuron. You will write it in NumPy, then a
# layer of neurons, then the functions that make networks more than linear algebra. At the end one neuron will read
# handwriting that it has never seen.

# %% [markdown]
# ## Why learn from data
#
# Physicists start from a model and calculate. That is the better way, wherever it works. In three cases it does not:
#
# - **The model is too slow.** One cosmological simulation takes weeks on a cluster, and an inference wants 100,000 of
#   them.
# - **The model is too rough.** We know in outline how gas turns into stars. The outline is not enough to predict a
#   spectrum.
# - **The model is missing.** Nobody has an equation for "this looks like a merger".
#
# And where the model is fine, there may be too much data: surveys have grown too large for anyone to look at.
#
# In all of these cases **examples** help: $n$ inputs $x^{(1)}, \dots, x^{(n)}$ together with the right answers
# $y^{(1)}, \dots, y^{(n)}$. A person gave the answers, or the slow simulation, or a better instrument that had time
# for a few objects only. Then we take a function $f(x; \theta)$ with adjustable numbers $\theta$, and turn those
# numbers until
#
# $$f\bigl(x^{(i)}; \theta\bigr) \approx y^{(i)} \qquad \text{for } i = 1, \dots, n.$$
#
# This is **supervised learning**. You have done it before: fitting a straight line is supervised learning with two
# adjustable numbers. A neural network is a more flexible function with more numbers, often thousands of them. The
# rest is the same: we fit $f$ to examples because we want to use it on an $x$ that is not among them.

# %% tags=["show"] jupyter={"source_hidden": true}
catalogue, kind = sky.stars_and_galaxies(120, rng=np.random.default_rng(1))
colour, redshift = sky.colours_and_redshifts(120, rng=np.random.default_rng(2))

figure, (left, right) = plots.subplots(1, 2, size=(8.4, 3.7))
plots.scatter_classes(
    catalogue,
    kind,
    left,
    title="Classification: which kind?",
    names=("star", "galaxy"),
    axis_names=("magnitude", "peak surface brightness (mag/arcsec²)"),
)
right.scatter(colour[:, 0], redshift, s=14, color=plots.COLOURS["green"])
right.axvline(1.2, color="black", linestyle="--")
right.annotate("a new galaxy:\nwhich redshift?", (1.2, 0.09), (1.25, 0.06), fontsize=9)
right.set_title("Regression: how much?", fontsize=11)
right.set_xlabel("colour g − r (mag)")
right.set_ylabel("redshift")
figure.alt += " Right: the redshift of galaxies grows with their colour, from 0.05 to 0.35, with some scatter."
figure

# %% [markdown]
# The picture shows the two tasks that you will meet.
#
# - **Classification**: $y$ is one of a few classes. Left, simulated stars and galaxies in a catalogue. The vertical
#   axis says how bright the brightest point of the image is. A star's light all falls in one spot. A galaxy spreads
#   it, so its peak is fainter, which in magnitudes means a larger number.
# - **Regression**: $y$ is a number that varies continuously. Right, the redshift of simulated galaxies from their
#   colour, known as a *photometric redshift*: a spectrum would be better, but there is no time to take billions of
#   spectra.
#
# Some words and letters stay the same in all thirteen lessons. There are $n$ examples, each with $d$ numbers called
# **features** or **inputs**. The examples are the rows of an array `x` of shape `(n, d)`, the answers an array `y` of
# shape `(n,)`. A set of examples handled at once is a **batch**. A number above in brackets, as in $x^{(i)}$, counts
# examples; a number below, as in $x_1$ and $x_2$, counts the features of one example.
#
# **Think.** Classification or regression? (a) The period of a variable star from its light curve. (b) Is there a
# gravitational lens in this image? (c) The number of stars in a crowded field. (d) The type of a supernova: Ia, Ib,
# Ic or II.
#
# <details><summary>Answer</summary>
#
# (a) Regression. (b) Classification with two classes. (c) A number that you count, and yet a regression: counts have
# an order and a distance, and 1,000 stars are closer to 1,001 than to 3. Nobody would give each count its own class.
# (d) Classification with four classes.
# </details>

# %% [markdown]
# ## One neuron
#
# Here is the left catalogue again, with a neuron. The neuron takes the two numbers of an object and gives one number
# back.
#
# One preparation first. Magnitudes near 22 on both axes are awkward, and a neuron knows nothing of units. So we shift
# each feature by its mean and divide it by its standard deviation:
#
# $$x_1 = \frac{\text{magnitude} - 22.0}{1.3}, \qquad x_2 = \frac{\text{peak} - 21.9}{1.3}.$$
#
# This is called **standardizing**. Zero is now an average object, and typical values lie between −2 and 2.

# %% tags=["show"]
points = (catalogue - catalogue.mean(axis=0)) / catalogue.std(axis=0)  # (120, 2)

explorer = NeuronExplorer(weights=(0.5, 0.5), bias=0.0, activation="linear", points=points, labels=kind)
explorer

# %% [markdown]
# Circles with a plus are galaxies, squares with a minus are stars. Try this:
#
# 1. Move $w_1$ and $w_2$. The line turns, and the arrow stays perpendicular to it. Turn it until stars and galaxies
#    lie on different sides. The last line counts how many of the 120 objects are on their own side.
# 2. Move $b$ alone. The line shifts without turning.
# 3. Double all three numbers. The line stays. What changes?
# 4. Set both weights to zero. What does the output depend on now?
#
# You can also drag the line, or the tip of the arrow. With 118 or 119 of 120 you are as good as one can be: a faint
# star or two lie among the galaxies, because noise put them there.

# %% [markdown]
# What you were turning is this. A **neuron** with $d$ inputs has $d$ **weights** $w$ and one **bias** $b$, and
# computes
#
# $$f(x) = w_1 x_1 + w_2 x_2 + \dots + w_d x_d + b = w \cdot x + b .$$
#
# A weight says how much its input counts, and in which direction. The bias is the answer at $x = 0$. The function is
# linear (strictly: affine), and everything else follows from that:
#
# - $f(x) = 0$ is a straight line in the plane, and a hyperplane in more dimensions.
# - $w$ is perpendicular to it and points to the side where $f > 0$.
# - $f(x)$ divided by the length of $w$ is the distance of $x$ from the line, with a sign. Doubling $w$ and $b$
#   doubles $f$ and leaves the line where it is.
#
# Look at the weights that you found. $w_1$ is negative, $w_2$ positive, and they are about equally large. So your
# neuron computes something like *peak minus magnitude*: how little of the light is in the peak. Astronomers call this
# concentration and have separated stars from galaxies by it for decades. The neuron knows no astronomy. It found it
# because you turned the knobs until the examples came out right. In lesson 3 the computer will turn them.

# %% [markdown]
# ### Exercise: `neuron(x, w, b)`
#
# Write one neuron for a whole batch. For row $i$ of `x`,
#
# $$f_i = \sum_{j=1}^{d} x_{ij}\, w_j + b .$$
#
# | | shape | |
# |---|---|---|
# | `x` | `(n, d)` | one example a row |
# | `w` | `(d,)` | one weight for each input |
# | `b` | `()` | a number |
# | result | `(n,)` | one number for each example |
#
# On paper: $x = \begin{pmatrix} 1 & 2 \\ 3 & 4 \\ 0 & -1 \end{pmatrix}$, $w = (1, -1)$ and $b = 0.5$ give
# $(-0.5, -0.5, 1.5)$. The first is $1 \cdot 1 - 1 \cdot 2 + 0.5$.

# %% nbgrader={"grade_id": "neuron", "solution": true}
def neuron(x, w, b):
    """One neuron without an activation.

    Parameters
    ----------
    x : ndarray of shape (n, d)
        One example a row.
    w : ndarray of shape (d,)
        The weights.
    b : float
        The bias.

    Returns
    -------
    ndarray of shape (n,)
    """
    ### BEGIN SOLUTION
    return x @ w + b
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-neuron", "grade": true}
check(neuron)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `x * w` multiplies every row of `x` by `w`, number by number. What is left is to add up along each row, then to add
# `b` once. NumPy's matrix product `@` does the multiplying and the adding up at once.
# </details>

# %% [markdown]
# **Think.** A survey gives you $d = 5$ magnitudes an object, in the bands u, g, r, i and z. What does the neuron's
# "line" look like now, and how many numbers can you turn?
#
# <details><summary>Answer</summary>
#
# A hyperplane of four dimensions in a space of five. Nobody can picture it, and nobody needs to: the formula is the
# same. Five weights and a bias: six numbers.
# </details>

# %% [markdown]
# ## A layer of neurons
#
# One neuron asks one question about its input. Usually you want several: is it extended, is it red, is it faint? So
# put several neurons side by side and give all of them the same input.

# %% tags=["show"]
plots.draw_network([3, 4], labels=["3 inputs", "4 neurons"], title="A layer")

# %% [markdown]
# The picture shows three inputs on the left and four neurons on the right. Each line carries one weight. Each neuron
# has one line from every input, and a bias of its own that is not drawn.
#
# Write the weights of neuron $j$ into **column** $j$ of a matrix $W$. It has a row for each input and a column for
# each neuron. Then the whole layer, for the whole batch, is one matrix product:
#
# $$\underbrace{Y}_{(n,\,m)} = \underbrace{X}_{(n,\,d)}\,\underbrace{W}_{(d,\,m)} + \underbrace{b}_{(m,)} .$$
#
# Read the shapes from left to right. The two $d$ meet and are summed over. What is left is a row for each of $n$
# examples and a column for each of $m$ neurons. When a shape does not fit, your code is wrong. When all shapes fit,
# it is probably right. We will write them on every array.
#
# This is also why networks are fast. Nearly all of the work in a network is matrix products, and nothing runs better
# on today's computers.

# %% [markdown]
# ### Exercise: `linear_layer(x, W, b)`
#
# $$y_{ij} = \sum_{k=1}^{d} x_{ik}\, W_{kj} + b_j .$$
#
# | | shape | |
# |---|---|---|
# | `x` | `(n, d)` | one example a row |
# | `W` | `(d, m)` | one neuron a column |
# | `b` | `(m,)` | one bias for each neuron |
# | result | `(n, m)` | row: example, column: neuron |
#
# On paper: $x = \begin{pmatrix} 1 & 2 \end{pmatrix}$, $W = \begin{pmatrix} 1 & 0 & 2 \\ 0 & 1 & -1 \end{pmatrix}$,
# $b = (0, 0, 1)$ give $\begin{pmatrix} 1 & 2 & 1 \end{pmatrix}$: the first two neurons copy one input each, the third
# is $2 \cdot 1 - 1 \cdot 2 + 1$.

# %% nbgrader={"grade_id": "linear_layer", "solution": true}
def linear_layer(x, W, b):
    """A layer of neurons that share their input, without an activation.

    Parameters
    ----------
    x : ndarray of shape (n, d)
        One example a row.
    W : ndarray of shape (d, m)
        The weights, one neuron a column.
    b : ndarray of shape (m,)
        The biases, one for each neuron.

    Returns
    -------
    ndarray of shape (n, m)
    """
    ### BEGIN SOLUTION
    return x @ W + b
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-linear_layer", "grade": true}
check(linear_layer)

# %% [markdown]
# <details><summary>Hint</summary>
#
# The matrix product of shapes `(n, d)` and `(d, m)` has shape `(n, m)`. Adding an array of shape `(m,)` to it adds
# `b[j]` to all of column `j`: NumPy lines shapes up from the right.
# </details>

# %% [markdown]
# ### Layer upon layer
#
# Now let the outputs of one layer be the inputs of the next. Surely a stack of layers can do more than one? Here are
# ten stacks. Each has one input, then four layers of 8 neurons with random weights, then one neuron at the end.

# %% tags=["show"] jupyter={"source_hidden": true}
def random_stack(x, bend, rng):
    """Four layers of 8 neurons with random weights, `bend` after each, then one neuron: (n, 1) -> (n, 1)."""
    for _ in range(4):
        x = bend(x @ rng.normal(size=(x.shape[1], 8)) / np.sqrt(x.shape[1]) + rng.normal(size=8))
    return x @ rng.normal(size=(8, 1)) / np.sqrt(8)


x = np.linspace(-5, 5, 301)[:, None]  # (301, 1)
figure, (left, right) = plots.subplots(1, 2, size=(8.4, 3.4))
for seed in range(10):
    style = dict(color=plots.COLOURS[("blue", "vermillion", "green", "purple", "black")[seed % 5]], linewidth=1.3)
    left.plot(x, random_stack(x, lambda z: z, np.random.default_rng(seed)), **style)
    right.plot(x, random_stack(x, lambda z: np.maximum(z, 0), np.random.default_rng(seed)), **style)
for ax, title in ((left, "Nothing between the layers"), (right, "A bend after each layer: max(z, 0)")):
    ax.set_title(title, fontsize=11)
    ax.set_xlabel("input")
    ax.set_ylabel("output")
figure.alt = "Ten random stacks of layers. Left, without a bend: ten straight lines. Right, with one: ten lines with kinks."
figure

# %% [markdown]
# On the left, ten straight lines. Five layers, and the result is what one neuron can do. The reason takes one line of
# algebra. Two linear layers are
#
# $$(xW_1 + b_1)W_2 + b_2 = x\,(W_1 W_2) + (b_1 W_2 + b_2),$$
#
# which is again one linear layer, with the matrix $W_1 W_2$ and the bias $b_1 W_2 + b_2$. The same holds for any
# number of them: **a stack of linear layers is linear**.
#
# On the right the weights are the same, but after each layer all negative numbers are set to zero. Now the lines have
# kinks, in many places. So something has to happen between two layers, and it must not be linear. It need not be
# complicated.
#
# **Think.** A stack of ten linear layers has 2 inputs, then nine layers of 100 neurons each, then one neuron. How
# many numbers can you turn, and how many does the resulting function really have?
#
# <details><summary>Answer</summary>
#
# First layer $2 \cdot 100 + 100 = 300$. Eight layers from 100 to 100: $8 \cdot (100 \cdot 100 + 100) = 80{,}800$.
# Last layer $100 + 1 = 101$. Together 81,201 numbers, for a function of the form $w_1 x_1 + w_2 x_2 + b$, which has
# three.
# </details>

# %% [markdown]
# ## Activation functions
#
# The function that puts the bend in is called the **activation function** or just **activation**, $\varphi$. A neuron
# now computes
#
# $$f(x) = \varphi(z), \qquad z = w \cdot x + b .$$
#
# It acts on each number alone. Almost any curve that is not straight would do; about a dozen are in use. Get to know
# them before you read their formulas.

# %% tags=["show"]
ActivationGallery()

# %% [markdown]
# The gallery shows each function together with its derivative. Look for these:
#
# 1. Which functions are bounded? Which can be negative?
# 2. Where is the derivative nearly zero? Go to $z = 5$ for the sigmoid and read it off.
# 3. Which functions have a kink? What does the derivative do there?
#
# Why the derivative? In lesson 3 the computer turns the weights, and to know which way, it asks: *if $z$ changes a
# little, what does the output do?* The answer is $\varphi'(z)$. Where it is close to zero, nothing that happens to
# $z$ reaches the output. The neuron is then called **saturated**, and it stops learning. So when you choose an
# activation, look at the derivative at least as closely as at the function.

# %% tags=["show"]
plots.draw_activations()

# %% [markdown]
# Eight of them on one scale, functions solid, derivatives dashed. We take them in groups.

# %% [markdown]
# ### Sigmoid: from a number to a probability
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}, \qquad \sigma'(z) = \sigma(z)\,\bigl(1 - \sigma(z)\bigr).$$
#
# The sigmoid, or logistic function, takes any number to one between 0 and 1. Read its output as a probability and its
# input as the **log-odds**: solved for $z$, it says $z = \ln\frac{p}{1-p}$. Odds of 3 to 1 are $p = 0.75$ and
# $z = \ln 3 \approx 1.1$. Physicists know the curve as the Fermi–Dirac distribution, with $z = (\mu - E)/kT$.
#
# The derivative follows from the chain rule: $\sigma' = \dfrac{e^{-z}}{(1 + e^{-z})^2}$, and the two factors
# $\dfrac{1}{1 + e^{-z}}$ and $\dfrac{e^{-z}}{1 + e^{-z}}$ are $\sigma$ and $1 - \sigma$. It is largest at $z = 0$,
# where it is ¼. It is below 0.01 beyond $|z| \approx 4.6$: saturated on both sides.
#
# **On a computer** there is a trap. The formula can be written with $e^{-z}$ or, multiplied above and below by $e^z$,
# as $e^z / (1 + e^z)$. For large numbers both go wrong:

# %% tags=["show"]
with np.errstate(over="ignore", invalid="ignore"):  # silences NumPy's warnings, for once
    print("exp(1000) =", np.exp(1000.0))
    print("sigmoid(-1000) = 1 / (1 + exp(1000)) =", 1 / (1 + np.exp(1000.0)))
    print("sigmoid(+1000) = exp(1000) / (1 + exp(1000)) =", np.exp(1000.0) / (1 + np.exp(1000.0)))

# %% [markdown]
# $e^{1000}$ is too large for a floating-point number and becomes infinite, with a warning. One divided by infinity is
# 0: right, but by luck. Infinity divided by infinity is *not a number*. One such number in a network and soon all of
# them are. In single precision, which networks use, it starts at $z = 88.8$.
#
# The remedy: never take the exponential of a large positive number. With $t = e^{-|z|}$, which lies between 0 and 1,
#
# $$\sigma(z) = \begin{cases} \dfrac{1}{1+t} & z \ge 0 \\[2ex] \dfrac{t}{1+t} & z < 0 \end{cases} \qquad\qquad \sigma'(z) = \frac{t}{(1+t)^2} .$$
#
# Check it: the two cases are the same formula, one of them multiplied by $e^z$ above and below.

# %% [markdown]
# ### Exercise: `sigmoid(z)`
#
# The sigmoid of every number of an array,
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}},$$
#
# also at $z = \pm 1000$, where it has to be right and give no warning.
#
# | | shape | |
# |---|---|---|
# | `z` | any | |
# | result | as `z` | between 0 and 1 |
#
# On paper: $z = (0, \ln 3, -\ln 3)$ gives $(0.5, 0.75, 0.25)$.

# %% nbgrader={"grade_id": "sigmoid", "solution": true}
def sigmoid(z):
    """The logistic function, elementwise, stable for numbers of any size.

    Parameters
    ----------
    z : ndarray of any shape

    Returns
    -------
    ndarray of the shape of z, between 0 and 1
    """
    ### BEGIN SOLUTION
    t = np.exp(-np.abs(z))  # at most 1, so it never overflows
    return np.where(z >= 0, 1, t) / (1 + t)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-sigmoid", "grade": true}
check(sigmoid)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Compute $t = e^{-|z|}$ first: it can't overflow. The two cases share their denominator, and
# `np.where(condition, a, b)` picks `a` where the condition holds and `b` elsewhere.
# </details>

# %% [markdown]
# ### Exercise: `sigmoid_derivative(z)`
#
# The derivative for every number of an array, as a function of $z$ (not of $\sigma$), also at $z = \pm 1000$:
#
# $$\sigma'(z) = \sigma(z)\,\bigl(1 - \sigma(z)\bigr).$$
#
# | | shape | |
# |---|---|---|
# | `z` | any | |
# | result | as `z` | between 0 and ¼ |
#
# On paper: $z = (0, \ln 3, -\ln 3)$ gives $(\tfrac14, \tfrac{3}{16}, \tfrac{3}{16})$, from $0.75 \cdot 0.25$.

# %% nbgrader={"grade_id": "sigmoid_derivative", "solution": true}
def sigmoid_derivative(z):
    """The derivative of the logistic function, elementwise.

    Parameters
    ----------
    z : ndarray of any shape

    Returns
    -------
    ndarray of the shape of z, between 0 and 1/4
    """
    ### BEGIN SOLUTION
    t = np.exp(-np.abs(z))
    return t / (1 + t) ** 2
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-sigmoid_derivative", "grade": true}
check(sigmoid_derivative)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Two ways. Call your `sigmoid` and use $\sigma(1-\sigma)$. Or use $t/(1+t)^2$ with $t = e^{-|z|}$, which needs no
# other function: the derivative is the same for $z$ and $-z$.
# </details>

# %% [markdown]
# ### Tanh: the same curve, centred
#
# $$\tanh z = \frac{e^{z} - e^{-z}}{e^{z} + e^{-z}} = 2\,\sigma(2z) - 1, \qquad \tanh' z = 1 - \tanh^2 z .$$
#
# A sigmoid stretched to reach from −1 to 1. It is zero at zero, and there its slope is 1: small numbers pass through
# unchanged. It saturates on both sides as the sigmoid does.

# %% [markdown]
# ### Exercise: `tanh_derivative(z)`
#
# $$\tanh' z = 1 - \tanh^2 z$$
#
# | | shape | |
# |---|---|---|
# | `z` | any | |
# | result | as `z` | between 0 and 1 |
#
# On paper: $z = (0, \ln 2)$ gives $(1, 0.64)$, because $\tanh(\ln 2) = \frac{2 - 1/2}{2 + 1/2} = 0.6$.

# %% nbgrader={"grade_id": "tanh_derivative", "solution": true}
def tanh_derivative(z):
    """The derivative of the hyperbolic tangent, elementwise.

    Parameters
    ----------
    z : ndarray of any shape

    Returns
    -------
    ndarray of the shape of z, between 0 and 1
    """
    ### BEGIN SOLUTION
    return 1 - np.tanh(z) ** 2
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-tanh_derivative", "grade": true}
check(tanh_derivative)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `np.tanh` is there to be used, and it is stable. The derivative is 1 minus its square, not the square of 1 minus it.
# </details>

# %% [markdown]
# ### ReLU and its relatives
#
# $$\operatorname{relu}(z) = \max(0, z), \qquad \operatorname{relu}'(z) = \begin{cases} 1 & z > 0 \\ 0 & z \le 0 \end{cases}$$
#
# The *rectified linear unit* is the bend of the picture above: negative numbers become zero, positive ones pass. It
# costs next to nothing and never saturates on the right, however large $z$ gets. Since Nair and Hinton brought it in
# (2010), most networks use it or a relative inside. At the kink the derivative does not exist. We take 0 there, as is
# usual, and in practice it never matters.
#
# It has one weakness. A neuron whose $z$ is negative for every example has derivative zero everywhere, and it can't
# recover: a **dead** neuron. The relatives let something through on the left: leaky ReLU a fixed small slope, PReLU a
# slope that is learned, ELU a smooth curve down to $-\alpha$, and SELU the same scaled so that numbers keep mean 0
# and variance 1 from layer to layer, if the weights start right. Softplus rounds off the kink; its derivative is the
# sigmoid.
#
# | name | $\varphi(z)$ | $\varphi'(z)$ | range | flat where | typical use |
# |---|---|---|---|---|---|
# | sigmoid | $1/(1+e^{-z})$ | $\sigma(1-\sigma)$ | 0 to 1 | both sides | output, two classes |
# | tanh | $\tanh z$ | $1-\tanh^2 z$ | −1 to 1 | both sides | bounded output |
# | softplus | $\ln(1+e^z)$ | $\sigma(z)$ | above 0 | left | positive output |
# | ReLU | $\max(0,z)$ | 0 or 1 | from 0 | left | inside: the usual choice |
# | leaky ReLU | $z$ or $az$, $a$ fixed, say 0.2 | 1 or $a$ | all | nowhere | inside, no dead neurons |
# | PReLU | as leaky, $a$ learned | 1 or $a$ | all | nowhere | inside, deep networks |
# | ELU | $z$ or $\alpha(e^z-1)$ | 1 or $\alpha e^z$ | above $-\alpha$ | left | inside, smooth |
# | SELU | $\lambda\,\mathrm{ELU}$, $\lambda = 1.0507$, $\alpha = 1.6733$ | $\lambda\,\mathrm{ELU}'$ | above −1.758 | left | inside, deep networks |
#
# Where two expressions stand, the first is for $z > 0$ and the second for $z \le 0$. SELU's lower bound is
# $-\lambda\alpha$.

# %% [markdown]
# ### Exercise: `relu(z)`
#
# $$\operatorname{relu}(z) = \max(0, z)$$
#
# | | shape | |
# |---|---|---|
# | `z` | any | |
# | result | as `z` | from 0 |
#
# On paper: $z = (-2, 0, 3)$ gives $(0, 0, 3)$.

# %% nbgrader={"grade_id": "relu", "solution": true}
def relu(z):
    """The rectified linear unit, elementwise.

    Parameters
    ----------
    z : ndarray of any shape

    Returns
    -------
    ndarray of the shape of z, 0 or more
    """
    ### BEGIN SOLUTION
    return np.maximum(z, 0)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-relu", "grade": true}
check(relu)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `np.maximum(a, b)` compares number by number. `np.max(a)` looks for the largest number of one array, which is
# something else. And leave `z` itself as it is: who called you may still need it.
# </details>

# %% [markdown]
# ### Exercise: `relu_derivative(z)`
#
# $$\operatorname{relu}'(z) = \begin{cases} 1 & z > 0 \\ 0 & z \le 0 \end{cases}$$
#
# | | shape | |
# |---|---|---|
# | `z` | any | |
# | result | as `z` | 0 or 1; 0 at the kink |
#
# On paper: $z = (-2, 0, 3)$ gives $(0, 0, 1)$.

# %% nbgrader={"grade_id": "relu_derivative", "solution": true}
def relu_derivative(z):
    """The derivative of the rectified linear unit, elementwise; 0 at z = 0.

    Parameters
    ----------
    z : ndarray of any shape

    Returns
    -------
    ndarray of the shape of z, 0 or 1
    """
    ### BEGIN SOLUTION
    return np.where(z > 0, 1.0, 0.0)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-relu_derivative", "grade": true}
check(relu_derivative)

# %% [markdown]
# <details><summary>Hint</summary>
#
# A comparison such as `z > 0` gives an array of `True` and `False`. Turn it into numbers with `np.where` or with
# `.astype(float)`.
# </details>

# %% [markdown]
# ### Softmax: probabilities of many classes
#
# With $m$ classes you want $m$ probabilities that add up to 1. A layer of $m$ neurons gives $m$ arbitrary numbers
# $z_1, \dots, z_m$. **Softmax** makes them positive and divides by their sum:
#
# $$p_k = \frac{e^{z_k}}{\sum_{j=1}^{m} e^{z_j}} .$$
#
# A physicist reads it as the Boltzmann distribution of levels with energies $E_k = -z_k\,kT$. Three things are worth
# knowing.
#
# - **Only differences count.** Adding the same $c$ to all $z_k$ multiplies numerator and denominator by $e^c$. So
#   subtract the largest $z_k$ first: every exponent is then at most 0, and nothing overflows.
# - **It is not elementwise.** Raise one $z_k$ and all the other probabilities fall. Its derivative is therefore a
#   matrix, $\partial p_i / \partial z_j = p_i(\delta_{ij} - p_j)$, and in the gallery it has bars in place of a
#   curve.
# - **With two classes it is the sigmoid**: $p_2 = \dfrac{e^{z_2}}{e^{z_1} + e^{z_2}} = \sigma(z_2 - z_1)$.

# %% [markdown]
# ### Exercise: `softmax(z)`
#
# Softmax of each row $i$, also with numbers like $\pm 1000$:
#
# $$p_{ik} = \frac{e^{z_{ik}}}{\sum_{j=1}^{m} e^{z_{ij}}}$$
#
# | | shape | |
# |---|---|---|
# | `z` | `(n, m)` | one example a row, one class a column |
# | result | `(n, m)` | each row adds up to 1 |
#
# On paper: the row $(0, \ln 2, \ln 5)$ gives $(\tfrac18, \tfrac28, \tfrac58)$. The row $(1000, 1000)$ gives
# $(\tfrac12, \tfrac12)$.

# %% nbgrader={"grade_id": "softmax", "solution": true}
def softmax(z):
    """Softmax of each row, stable for numbers of any size.

    Parameters
    ----------
    z : ndarray of shape (n, m)
        One example a row, one class a column.

    Returns
    -------
    ndarray of shape (n, m)
        Probabilities; each row adds up to 1.
    """
    ### BEGIN SOLUTION
    exponentials = np.exp(z - z.max(axis=1, keepdims=True))  # (n, m)
    return exponentials / exponentials.sum(axis=1, keepdims=True)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-softmax", "grade": true}
check(softmax)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `z.max(axis=1)` has shape `(n,)`, and NumPy would line it up with the columns. With `keepdims=True` it has shape
# `(n, 1)` and goes with the rows. The same for the sum.
# </details>

# %% [markdown]
# ### Which one where
#
# | place | activation | because |
# |---|---|---|
# | inside the network | ReLU, or a relative of it | cheap, does not saturate on the right |
# | output: any number (a regression) | none | nothing to bound |
# | output: a positive number (flux, mass, width) | softplus | always above 0, and smooth |
# | output: one of two classes | sigmoid, one neuron | a probability |
# | output: one of $m$ classes | softmax, $m$ neurons | $m$ probabilities that add up to 1 |
# | output: a number with both bounds (an image scaled to −1 … 1) | tanh | stays within them |
#
# **Think.** Which output activation for (a) the axis ratio of a galaxy, between 0 and 1, (b) $\log_{10}$ of a halo's
# mass, (c) the error bar of a redshift, (d) the morphology: elliptical, spiral or irregular?
#
# <details><summary>Answer</summary>
#
# (a) Sigmoid: its range is the right one, whether or not the number is a probability. (b) None: a logarithm can be
# any number. (c) Softplus: a width is positive. (d) Softmax with three neurons.
# </details>

# %% [markdown]
# ## The perceptron: one neuron as a classifier
#
# Put a sigmoid behind a linear neuron, and you have the first classifier:
#
# $$p(x) = \sigma(w \cdot x + b),$$
#
# the probability that $x$ belongs to class 1. It answers class 1 where $p > \tfrac12$, that is where
# $w \cdot x + b > 0$. So **the boundary is still a straight line**. What the sigmoid adds is how sure the neuron is.
# Far from the line $p$ is close to 0 or 1, near the line it is close to ½. The longer $w$, the narrower the strip of
# doubt.
#
# Rosenblatt's perceptron of 1958 had a step in place of the sigmoid, and a learning rule of its own. A step has
# derivative zero wherever it has one, so the way of learning that works for large networks (lesson 3) gets nothing
# out of it. The smooth perceptron took its place and kept the name. Statisticians call it logistic regression.
#
# **Think.** You double $w$ and $b$. Which points change their class? What happens to a point with $p = 0.73$?
#
# <details><summary>Answer</summary>
#
# None: the line stays. But $z$ doubles. The point had $z = 1$ and now has $z = 2$, so $p$ goes from 0.73 to 0.88. The
# neuron has become surer, without any better reason.
# </details>

# %% [markdown]
# ### Exercise: `perceptron(x, w, b)`
#
# $$p_i = \sigma\left( \sum_{j=1}^{d} x_{ij}\, w_j + b \right)$$
#
# | | shape | |
# |---|---|---|
# | `x` | `(n, d)` | one example a row |
# | `w` | `(d,)` | one weight for each input |
# | `b` | `()` | a number |
# | result | `(n,)` | for each example the probability of class 1 |
#
# On paper: $x = \begin{pmatrix} 0 & 0 \\ 1 & 1 \\ 2 & 0 \end{pmatrix}$, $w = (\ln 3, -\ln 3)$, $b = 0$ give
# $z = (0, 0, 2 \ln 3)$ and $p = (0.5, 0.5, 0.9)$.

# %% nbgrader={"grade_id": "perceptron", "solution": true}
def perceptron(x, w, b):
    """One neuron with a sigmoid: the probability of class 1.

    Parameters
    ----------
    x : ndarray of shape (n, d)
        One example a row.
    w : ndarray of shape (d,)
        The weights.
    b : float
        The bias.

    Returns
    -------
    ndarray of shape (n,), between 0 and 1
    """
    ### BEGIN SOLUTION
    z = x @ w + b  # (n,)
    t = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, t) / (1 + t)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-perceptron", "grade": true}
check(perceptron)

# %% [markdown]
# <details><summary>Hint</summary>
#
# You have written both parts, the weighted sum and the sigmoid. Call one on the result of the other.
# </details>

# %% [markdown]
# ## Zeros and ones, by hand
#
# Real data now: handwritten digits of 8×8 pixels, from 0 for paper to 1 for ink (Alpaydin & Kaynak, UCI). We take the
# zeros and the ones.

# %% tags=["show"]
(x_train, y_train), (x_val, y_val), (x_test, y_test) = load_digits()
seen_images, seen_digits = x_train[y_train < 2], y_train[y_train < 2]  # (205, 8, 8), (205,)
plots.show_images(seen_images[:20], seen_digits[:20], title="Zeros and ones")

# %% [markdown]
# The picture shows the first twenty of 205 such digits. A perceptron needs a few numbers for each image. Try the
# simplest: the **sum of all pixels**, the amount of ink.

# %% tags=["show"]
ink = seen_images.sum(axis=(1, 2))  # (205,)
for digit in (0, 1):
    print(f"digit {digit}: the ink of {ink[seen_digits == digit].mean():.1f} black pixels, on average")

# %% [markdown]
# Bad luck: zeros and ones take the same amount of ink. No weight and no bias make a classifier out of this number.
# **What goes in matters more than what comes after.**
#
# So look at the pictures again: a zero is hollow. Take two sums, the ink in the 8 pixels in the middle (rows 2 to 5,
# columns 3 and 4, counted from 0) and the ink in the 56 others. Standardize both, and turn the knobs.

# %% tags=["show"]
def two_sums(images):
    """The ink in the middle and the ink around it: (n, 8, 8) -> (n, 2)."""
    middle = images[:, 2:6, 3:5].sum(axis=(1, 2))
    return np.stack([middle, images.sum(axis=(1, 2)) - middle], axis=1)


sums = two_sums(seen_images)  # (205, 2)
mean, deviation = sums.mean(axis=0), sums.std(axis=0)  # (2,), (2,)
seen_x = (sums - mean) / deviation

by_hand = NeuronExplorer(weights=(0.0, -1.0), bias=0.0, points=seen_x, labels=seen_digits)
by_hand

# %% [markdown]
# $x_1$ is the middle, $x_2$ the rest; ones are the circles. Find weights and a bias that get all 205 right. It is not
# hard.
#
# Then comes the real question. **How does your neuron do on people whose handwriting you have not seen?** The digits
# of other people were kept aside, 155 zeros and ones. They are standardized with the mean and the deviation of the
# first: who sets the knobs must not know anything of the new ones. Run the next cell. Change the knobs above and run
# it again.

# %% tags=["show"]
new_images = np.concatenate([x_val[y_val < 2], x_test[y_test < 2]])  # (155, 8, 8)
new_digits = np.concatenate([y_val[y_val < 2], y_test[y_test < 2]])  # (155,)
new_x = (two_sums(new_images) - mean) / deviation


def hits(w, b, x, digits):
    """How many digits are on their own side of the line."""
    probability = course.activations.sigmoid(x @ np.array(w) + b)
    return int(((probability > 0.5) == (digits == 1)).sum())


for name, w, b in [
    ("your knobs", by_hand.weights, by_hand.bias),
    ("the middle alone", [2.0, 0.0], 0.0),
    ("middle and rest", [2.0, -2.0], 0.5),
]:
    seen, new = hits(w, b, seen_x, seen_digits), hits(w, b, new_x, new_digits)
    print(f"{name:17s} w = ({w[0]:.1f}, {w[1]:.1f}), b = {b:.1f}: {seen} of 205 seen, {new} of 155 new")

# %% tags=["show"] jupyter={"source_hidden": true}
def middle_and_rest(x):
    return course.activations.sigmoid(x @ np.array([2.0, -2.0]) + 0.5)


figure, (left, right) = plots.subplots(1, 2, size=(8.4, 3.7))
words = dict(names=("zero", "one"), axis_names=("ink in the middle, standardized", "ink in the rest, standardized"))
plots.decision_boundary(middle_and_rest, seen_x, seen_digits, left, title="Seen", **words)
plots.decision_boundary(middle_and_rest, new_x, new_digits, right, title="New: other people's digits", **words)
figure

# %% [markdown]
# The picture shows the neuron with $w = (2, -2)$ and $b = 0.5$. Left all 205 digits are on their own side, right 152
# of 155. The other one, which looks at the middle alone, is perfect on the left too, yet gets only 145 of the new
# ones right. Two neurons that are equally good on what was seen, and not equally good on what is new. **Only the new
# tells you which is better.** Lesson 4 makes a method of this.

# %% tags=["show"]
wrong = (middle_and_rest(new_x) > 0.5) != (new_digits == 1)
plots.show_images(new_images[wrong], new_digits[wrong], title="New digits that it gets wrong")

# %% [markdown]
# These three it missed. Look where the two ones stand: a little to the right, so that the stroke is not where we
# called it "the middle". A shift by one pixel, and the neuron is lost. Lesson 5 is about networks that don't care
# where a thing is.
#
# **Think.** You could give the perceptron all 64 pixels in place of two sums. How many numbers would you have to set
# by hand? And is "a stroke in the middle *or* a stroke one pixel to the right" something that one neuron can express?
#
# <details><summary>Answer</summary>
#
# 64 weights and a bias, so 65 numbers: too many for sliders, which is why the computer will do it. As to "or":
# partly. The neuron can give weight to both places, and either stroke pushes the sum up. But a stroke that is half in
# one and half in the other counts as well, and so does the wall of a zero that stands there. To treat "either this or
# that" as separate cases, you need neurons that look for each and a neuron that combines them: a hidden layer. That
# is lesson 2.
# </details>

# %% [markdown]
# ## In your own words
#
# A colleague stacks six layers of 500 neurons, forgets the activations, and writes to you: *"The network is deep and
# has over a million parameters, but on my data it is exactly as good as a straight-line fit. I will add more
# layers."*
#
# Answer in five to ten sentences. Say what their network computes and show it with a formula for two layers. Say why
# more layers won't help. Then say what to change: which activation inside, and which at the output if they predict
# (a) a star's temperature in kelvin, (b) whether a star hosts a planet. Give a reason for each.

# %% [markdown] nbgrader={"grade_id": "why-activations", "grade": true, "solution": true, "points": 2}
# ### BEGIN SOLUTION
# Without activations each layer is $h \mapsto hW + b$. Two of them give
# $(xW_1 + b_1)W_2 + b_2 = x\,W_1W_2 + (b_1W_2 + b_2)$, which is one linear layer with the matrix $W_1W_2$ and the
# bias $b_1W_2 + b_2$. By the same argument six of them are one, and so are sixty: the million parameters describe a
# function that a single layer can write down. That is why the network does exactly as well as a straight-line fit,
# and why more layers change nothing. A function that is not linear has to stand between the layers. ReLU is the usual
# choice: it costs almost nothing and does not saturate for positive numbers, so its derivative stays useful when the
# network learns. (a) A temperature is positive, so softplus at the output (or no activation, if the logarithm of the
# temperature is predicted, or the temperature is standardized first). (b) Two classes: one neuron with a sigmoid,
# whose output is the probability of a planet.
#
# *One point for the formula and its consequence (any number of layers; more don't help), one for the activations with
# reasons.*
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - Supervised learning fits a flexible function to examples $(x, y)$. Classes: classification. Numbers: regression.
# - A neuron is $f(x) = \varphi(w \cdot x + b)$. The weights turn its line, the bias shifts it.
# - A layer is many neurons on the same input: $\varphi(XW + b)$ with shapes $(n,d)(d,m) + (m,)$.
# - Without activations any stack of layers is one linear layer.
# - Inside use ReLU or a relative. At the output: nothing for a regression, softplus for a positive number, sigmoid
#   for two classes, softmax for many, tanh for a bounded number.
# - Where $\varphi'$ is close to zero, a neuron is saturated and does not learn.
# - Sigmoid and softmax need care with large numbers: only take exponentials of what is not positive.
# - A perceptron, $\sigma(w \cdot x + b)$, divides the space by a straight line and says how sure it is.
# - What counts is how it does on examples that it has not seen.

# %% [markdown]
# ## The same in Keras
#
# Keras is one of the libraries that people use for research. There a perceptron is a network with one layer of one
# neuron, and in `course` it is spelled the same. Both get the weights of the digits' neuron.

# %% tags=["show"]
w, b = np.array([[2.0], [-2.0]]), np.array([0.5])  # (2, 1), (1,): a layer with one column


def build(library):
    model = library.Sequential([library.Input((2,)), library.layers.Dense(1, activation="sigmoid")])
    model.set_weights([w, b])
    return model


print("course:", build(course).predict(new_x[:4], verbose=0).ravel().round(4))
try:
    import keras
except ImportError:
    print("Keras is not installed here. With it, build(keras) prints the same four numbers.")
else:
    print("Keras: ", build(keras).predict(new_x[:4], verbose=0).ravel().round(4))

# %% [markdown]
# ## Where to read on
#
# - F. Rosenblatt, *The perceptron: a probabilistic model for information storage and organization in the brain*,
#   1958, [doi:10.1037/h0042519](https://doi.org/10.1037/h0042519). Where it began.
# - V. Nair and G. E. Hinton, *Rectified linear units improve restricted Boltzmann machines*, ICML 2010. The paper
#   that brought ReLU in.
# - K. He et al., *Delving deep into rectifiers*, 2015, [arXiv:1502.01852](https://arxiv.org/abs/1502.01852). PReLU,
#   and how to start the weights for it.
# - D.-A. Clevert, T. Unterthiner and S. Hochreiter, 2015, [arXiv:1511.07289](https://arxiv.org/abs/1511.07289) (ELU).
#   G. Klambauer et al., 2017, [arXiv:1706.02515](https://arxiv.org/abs/1706.02515) (SELU).
# - E. Bertin and S. Arnouts, *SExtractor: software for source extraction*, 1996,
#   [doi:10.1051/aas:1996164](https://doi.org/10.1051/aas:1996164). A program that astronomers have used daily since
#   then; it separates stars from galaxies by a small neural network with ten inputs.
# - Ž. Ivezić et al., *LSST: from science drivers to reference design and anticipated data products*, 2019,
#   [arXiv:0805.2366](https://arxiv.org/abs/0805.2366). The numbers of the first page.
#
# Next: lesson 2 puts neurons behind neurons.
