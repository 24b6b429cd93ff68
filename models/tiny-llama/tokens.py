"""tiny-llama's tokenizer, and texts as its tokens."""

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from corpus import END
from model import VOCABULARY


def train(texts):
    """A byte-level BPE learnt from `texts`; token 0 is the end of a chapter."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=[END], initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def encode(tokenizer, texts):
    """For each text its ids between two ends: a model sees the first, and shall foretell all others."""
    end = tokenizer.token_to_id(END)
    return [np.array([end, *tokenizer.encode(text).ids, end], np.int32) for text in texts]


def windows(chapter, length, stride):
    """Overlapping parts of a chapter, `length` tokens and the next each, and which of their tokens are new in them."""
    parts, done, start = [], 1, 0
    while done < len(chapter):
        part = chapter[start : start + length + 1]
        new = np.arange(1, len(part)) + start >= done
        parts.append((part, new))
        done = start + len(part)
        start += stride
    return parts
