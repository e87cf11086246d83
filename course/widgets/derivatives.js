// The derivatives of the activation functions, and softmax, as in course.activations.

import { ALPHA, SCALE, sigmoid } from "./functions.js";

export const derivatives = {
  linear: () => 1,
  sigmoid: (z) => sigmoid(z) * sigmoid(-z),
  tanh: (z) => 1 - Math.tanh(z) ** 2,
  relu: (z) => (z > 0 ? 1 : 0),
  leaky_relu: (z, a = 0.2) => (z > 0 ? 1 : a),
  prelu: (z, a = 0.25) => (z > 0 ? 1 : a),
  elu: (z, a = 1) => (z > 0 ? 1 : a * Math.exp(z)),
  selu: (z) => SCALE * (z > 0 ? 1 : ALPHA * Math.exp(z)),
  softplus: sigmoid,
};

/** The probabilities that belong to a list of logits. */
export function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = logits.map((z) => Math.exp(z - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((p) => p / sum);
}

/** ∂pᵢ/∂zⱼ as rows. */
export const softmaxDerivatives = (p) => p.map((pi, i) => p.map((pj, j) => pi * ((i === j) - pj)));
