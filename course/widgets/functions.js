// The activation functions as in course.activations: value(z, a), where a is the one number that some of them have.
// A formula calls them by their symbol, else by their title.

export const sigmoid = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));

// Klambauer et al. 2017 (arXiv:1706.02515): with these, mean 0 and variance 1 stay as they are
export const SCALE = 1.0507009873554805;
export const ALPHA = 1.6732632423543772;

export const functions = {
  linear: { title: "linear", symbol: "", value: (z) => z },
  sigmoid: { title: "sigmoid", symbol: "σ", value: sigmoid },
  tanh: { title: "tanh", value: Math.tanh },
  relu: { title: "ReLU", value: (z) => Math.max(0, z) },
  leaky_relu: { title: "leaky ReLU", value: (z, a = 0.2) => (z > 0 ? z : a * z) },
  prelu: { title: "PReLU", value: (z, a = 0.25) => (z > 0 ? z : a * z) },
  elu: { title: "ELU", value: (z, a = 1) => (z > 0 ? z : a * Math.expm1(z)) },
  selu: { title: "SELU", value: (z) => SCALE * (z > 0 ? z : ALPHA * Math.expm1(z)) },
  softplus: { title: "softplus", value: (z) => Math.max(0, z) + Math.log1p(Math.exp(-Math.abs(z))) },
};

/** [["linear", "linear"], ["relu", "ReLU"], …], for a list of choices. */
export const names = Object.entries(functions).map(([name, { title }]) => [name, title]);
