"""Muon for the matrices of the layers (K. Jordan, 2024), Adam for the embedding and the norms."""

import jax.numpy as jnp
import numpy as np

MUON_RATE = 0.02
ADAM_RATE = 0.003
MOMENTUM = 0.95
BETAS = 0.9, 0.95
CORNERS = (-1, 0), (29, 1), (2000, 1), (2120, 0.625), (2180, 0)


def rate(step):
    """What rates are multiplied by at a step: it lies on lines between the corners."""
    return float(np.interp(step, *zip(*CORNERS)))


def is_matrix(name):
    return "proj" in name


def orthogonal(g):
    """A matrix of nearly the singular vectors of `g`, with singular values near 1, by five Newton-Schulz iterations."""
    tall = g.shape[0] > g.shape[1]
    x = g.T if tall else g
    x = x / (jnp.linalg.norm(x) + 1e-7)
    for _ in range(5):
        square = x @ x.T
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return x.T if tall else x


def start(weights):
    """The state before the first step: a momentum of each weight, and of Adam's a mean square."""
    zeros = lambda names: {name: jnp.zeros_like(weights[name]) for name in names}
    return {"mean": zeros(weights), "square": zeros(name for name in weights if not is_matrix(name))}


def step(weights, state, gradients, number, scale):
    """Weights and state after step `number`, from 0 on, whose rates are multiplied by `scale`."""
    means, squares, result = {}, {}, {}
    for name, g in gradients.items():
        weight, mean = weights[name], state["mean"][name]
        if is_matrix(name):
            means[name] = MOMENTUM * mean + (1 - MOMENTUM) * g
            update = orthogonal(MOMENTUM * means[name] + (1 - MOMENTUM) * g)
            size = max(1.0, g.shape[0] / g.shape[1]) ** 0.5
            result[name] = weight - MUON_RATE * scale * size * update
        else:
            means[name] = BETAS[0] * mean + (1 - BETAS[0]) * g
            squares[name] = BETAS[1] * state["square"][name] + (1 - BETAS[1]) * g * g
            first = means[name] / (1 - BETAS[0] ** (number + 1))
            second = squares[name] / (1 - BETAS[1] ** (number + 1))
            result[name] = weight - ADAM_RATE * scale * first / (jnp.sqrt(second) + 1e-8)
    return result, {"mean": means, "square": squares}
