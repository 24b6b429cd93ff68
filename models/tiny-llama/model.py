"""tiny-llama's sizes, and its forward pass for training."""

import jax
import jax.numpy as jnp
import numpy as np

HIDDEN = 192
LAYERS = 4
HEADS = 4
KEY_VALUE_HEADS = 2
INTERMEDIATE = 512
VOCABULARY = 2048
MAX_TOKENS = 256
EPSILON = 1e-5
ROPE_BASE = 10_000.0
HEAD = HIDDEN // HEADS
KEY_VALUE = KEY_VALUE_HEADS * HEAD

EMBEDDING = "model.embed_tokens.weight"
NORM = "model.norm.weight"
LINEAR = {
    "self_attn.q_proj": (HIDDEN, HIDDEN),
    "self_attn.k_proj": (KEY_VALUE, HIDDEN),
    "self_attn.v_proj": (KEY_VALUE, HIDDEN),
    "self_attn.o_proj": (HIDDEN, HIDDEN),
    "mlp.gate_proj": (INTERMEDIATE, HIDDEN),
    "mlp.up_proj": (INTERMEDIATE, HIDDEN),
    "mlp.down_proj": (HIDDEN, INTERMEDIATE),
}


def initial(seed):
    """Weights before training, named and shaped as Hugging Face's LlamaForCausalLM has them."""
    random = np.random.default_rng(seed)
    draw = lambda shape, deviation: (random.standard_normal(shape) * deviation).astype(np.float32)
    weights = {EMBEDDING: draw((VOCABULARY, HIDDEN), 0.05), NORM: np.ones(HIDDEN, np.float32)}
    for layer in range(LAYERS):
        name = f"model.layers.{layer}"
        for norm in ["input_layernorm", "post_attention_layernorm"]:
            weights[f"{name}.{norm}.weight"] = np.ones(HIDDEN, np.float32)
        for part, shape in LINEAR.items():
            # What a block adds to its input starts at nothing.
            small = 0.0 if part in ("self_attn.o_proj", "mlp.down_proj") else 1.0
            weights[f"{name}.{part}.weight"] = draw(shape, small * shape[1] ** -0.5)
    return weights


def norm(x, weight):
    return x * jax.lax.rsqrt(jnp.mean(x * x, axis=-1, keepdims=True) + EPSILON) * weight


def rotate(x, tokens):
    """`x` is [..., tokens, HEAD]; element i and i + HEAD / 2 are a pair."""
    frequency = ROPE_BASE ** (-np.arange(0, HEAD, 2) / HEAD)
    angle = np.arange(tokens)[:, None] * frequency[None, :]
    cos, sin = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    a, b = jnp.split(x, 2, axis=-1)
    return jnp.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)


def attention(weights, name, x, batch):
    tokens = len(x) // batch
    parts = jnp.concatenate([weights[f"{name}.{part}.weight"] for part in ["q_proj", "k_proj", "v_proj"]])
    query, key, value = jnp.split(x @ parts.T, [HIDDEN, HIDDEN + KEY_VALUE], axis=-1)
    apart = lambda rows, heads: rows.reshape(batch, tokens, heads, HEAD).transpose(0, 2, 1, 3)
    query, key = rotate(apart(query, HEADS), tokens), rotate(apart(key, KEY_VALUE_HEADS), tokens)
    # The queries of the heads that share keys stand below each other: one product for all of them.
    shared = HEADS // KEY_VALUE_HEADS
    query = query.reshape(batch, KEY_VALUE_HEADS, shared * tokens, HEAD)
    scores = query @ key.transpose(0, 1, 3, 2) * HEAD**-0.5
    unseen = np.triu(np.full((tokens, tokens), -1e30, np.float32), 1)
    mixed = jax.nn.softmax(scores + np.tile(unseen, (shared, 1)), axis=-1) @ apart(value, KEY_VALUE_HEADS)
    mixed = mixed.reshape(batch, HEADS, tokens, HEAD).transpose(0, 2, 1, 3).reshape(batch * tokens, HIDDEN)
    return mixed @ weights[f"{name}.o_proj.weight"].T


def feed_forward(weights, name, x):
    both = x @ jnp.concatenate([weights[f"{name}.gate_proj.weight"], weights[f"{name}.up_proj.weight"]]).T
    return (jax.nn.silu(both[:, :INTERMEDIATE]) * both[:, INTERMEDIATE:]) @ weights[f"{name}.down_proj.weight"].T


def final(weights, ids):
    """What the head multiplies, of each token of [batch, tokens] ids in a row: XLA is quickest with two dimensions."""
    x = weights[EMBEDDING][ids.reshape(-1)]
    for layer in range(LAYERS):
        name = f"model.layers.{layer}"
        normed = norm(x, weights[f"{name}.input_layernorm.weight"])
        x = x + attention(weights, f"{name}.self_attn", normed, len(ids))
        x = x + feed_forward(weights, f"{name}.mlp", norm(x, weights[f"{name}.post_attention_layernorm.weight"]))
    return norm(x, weights[NORM])


def losses(weights, ids):
    """Nats of each token after the first, [batch, tokens - 1]."""
    scores = final(weights, ids[:, :-1]) @ weights[EMBEDDING].T
    right = jnp.take_along_axis(scores, ids[:, 1:].reshape(-1, 1), axis=-1)[:, 0]
    return (jax.nn.logsumexp(scores, axis=-1) - right).reshape(len(ids), -1)
