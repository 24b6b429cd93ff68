"""Models of transformers' own classes with seeded random weights, large enough that logits are not flat."""

import torch
from transformers import (
    BertConfig,
    BertModel,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
)
from transformers.utils import logging

torch.set_num_threads(1)
logging.set_verbosity_error()
logging.disable_progress_bar()


def seeded(model, seed):
    """`model` with weights of `seed`: matrices keep the size of what they are given, but the head and what blocks add up."""
    random = torch.Generator().manual_seed(seed)
    tied = model.config.model_type != "bert" and model.config.tie_word_embeddings
    for name, weight in model.named_parameters():
        drawn = torch.randn(weight.shape, generator=random)
        if weight.ndim == 1:
            scaled = 0.25 * drawn + (0 if name.endswith("bias") else 1)
        elif "embed" in name:
            scaled = drawn
        else:
            gains = {"lm_head": 2, "o_proj": 0.5, "down_proj": 0.5}
            gain = next((gain for part, gain in gains.items() if part in name), 1)
            scaled = gain * drawn / weight.shape[1] ** 0.5
        # A head that is the table of words would find each token most like itself, were its rows not small.
        scaled *= {"model.embed_tokens.weight": 0.05, "model.norm.weight": 8}.get(name, 1) if tied else 1
        weight.data = scaled.to(weight.dtype)
    return model.eval()


def llama_sizes(vocabulary, hidden, intermediate, layers, heads, key_value_heads, base=10_000.0, **others):
    """What the configurations of all decoders have."""
    return {
        "vocab_size": vocabulary,
        "hidden_size": hidden,
        "intermediate_size": intermediate,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": key_value_heads,
        "max_position_embeddings": 256,
        "rms_norm_eps": 1e-5,
        "rope_parameters": {"rope_type": "default", "rope_theta": base},
        "bos_token_id": None,
        "eos_token_id": None,
        "pad_token_id": None,
        **others,
    }


def llama(seed, *sizes, **others):
    return seeded(LlamaForCausalLM(LlamaConfig(**llama_sizes(*sizes, **others))), seed)


def qwen2(seed, *sizes, **others):
    return seeded(Qwen2ForCausalLM(Qwen2Config(**llama_sizes(*sizes, **others))), seed)


def mistral(seed, *sizes, **others):
    return seeded(MistralForCausalLM(MistralConfig(sliding_window=None, **llama_sizes(*sizes, **others))), seed)


def bert(seed, vocabulary, hidden, intermediate, layers, heads, **others):
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        **{"max_position_embeddings": 128, **others},
    )
    # With a pooler, save_pretrained writes two tensors that no embedding by the mean uses.
    return seeded(BertModel(config, add_pooling_layer=False), seed)


@torch.no_grad()
def logits(model, ids):
    """Of each token of one row of ids, by `model` in float64."""
    return model(input_ids=torch.tensor([list(ids)]), use_cache=False).logits[0].numpy()


@torch.no_grad()
def embedding(model, ids):
    """The mean of the last layer over one row of ids, of length 1, by `model` in float64."""
    rows = model(input_ids=torch.tensor([list(ids)])).last_hidden_state[0]
    mean = rows.mean(axis=0)
    return (mean / mean.norm()).numpy()


def greedy(model, prompt, count, sure):
    """The `count` tokens after `prompt`, each the likeliest, and by how much at least the next likeliest falls short: fewer
    tokens where that is not `sure`."""
    ids, gap = list(prompt), float("inf")
    while len(ids) < len(prompt) + count and gap > sure:
        likeliest = torch.tensor(logits(model, ids)[-1]).topk(2)
        first, second = likeliest.values.tolist()
        gap = min(gap, first - second)
        ids.append(int(likeliest.indices[0]))
    return ids[len(prompt) :], gap
