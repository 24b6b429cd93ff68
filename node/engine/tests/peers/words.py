"""A small vocabulary of bytes and merges, and the tokenizers that transformers and tokenizers make of it."""

import json
import pathlib

from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers, processors
from tokenizers.models import BPE
from transformers import BertTokenizer, GPT2Tokenizer, PreTrainedTokenizerFast, Qwen2Tokenizer
from transformers.convert_slow_tokenizer import TikTokenConverter

TINY_LLAMA = pathlib.Path(__file__).parents[4] / "models" / "tiny-llama" / "package" / "tokenizer.json"
END = "<|end|>"
# Joins that one way of splitting allows and another does not, in the characters of bytes: Ġ is a space, Ċ and č end lines.
TELLING = [
    ("1", "2"), ("12", "3"), ("123", "4"), ("Ġ", "1"), ("Ġ", "Ġ"), ("ĠĠ", "ĠĠ"), ("Ċ", "Ċ"), ("Ġ", "Ċ"), ("č", "Ċ"),
    ("'", "s"), ("'", "S"), ("'", "l"), ("'l", "l"), ("!", "!"), ("!!", "Ċ"), (".", "Ċ"), ("Ġ", "("), ("(", "a"), ("a", "b"),
    (".", "a"), ("Ġ", "a"), ("e", "Ì"), ("eÌ", "ģ"), ("Ã", "©"),
]


def words(count):
    """`count` tokens, the first one END, then the bytes, then what merges join; and the merges."""
    model = json.loads(TINY_LLAMA.read_text())["model"]
    tokens = [token for token, _ in sorted(model["vocab"].items(), key=lambda entry: entry[1])][:257]
    merges = []
    for left, right in TELLING + [tuple(pair) for pair in model["merges"]]:
        if len(tokens) < count and left + right not in tokens:
            merges.append((left, right))
            tokens.append(left + right)
    return tokens, merges


def qwen2(count):
    """As transformers writes Qwen 2's, which composes Unicode first. Its special tokens stand behind the words."""
    tokens, merges = words(count)
    vocabulary = {token: index for index, token in enumerate(tokens)}
    tokenizer = Qwen2Tokenizer(vocab=vocabulary, merges=merges, unk_token=None, eos_token="<|im_end|>", pad_token=END)
    tokenizer.add_tokens([AddedToken("<tool_call>", special=False, normalized=False)])
    return tokenizer


class Words(TikTokenConverter):
    """transformers' own conversion of a file of tiktoken, but for where the words come from."""

    def extract_vocab_merges_from_model(self, count):
        tokens, merges = words(count)
        return {token: index for index, token in enumerate(tokens)}, merges


def llama3(count):
    """As transformers converts Llama 3's from tiktoken: with a template that puts a token before each text."""
    begin = "<|begin_of_text|>"
    tokenizer = Words(vocab_file=count, extra_special_tokens=[begin, "<|eot_id|>"]).converted()
    template = processors.TemplateProcessing(
        single=f"{begin}:0 $A:0", pair=f"{begin}:0 $A:0 {begin}:1 $B:1", special_tokens=[(begin, count)]
    )
    tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), template])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=begin)


def gpt2(count):
    tokens, merges = words(count)
    vocabulary = {token: index for index, token in enumerate(tokens)}
    return GPT2Tokenizer(vocab=vocabulary, merges=merges, unk_token=END, bos_token=END, eos_token=END)


def smollm(count):
    """As SmolLM's file has it."""
    tokens, merges = words(count)
    tokenizer = Tokenizer(BPE(vocab={token: index for index, token in enumerate(tokens)}, merges=merges))
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([END])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END)


def bert():
    pieces = "[PAD] [UNK] [CLS] [SEP] [MASK] the a sea dog ##s ##y cafe un ##believ ##able , . ! ? 1 2 ##3 中 国".split()
    return BertTokenizer(vocab={piece: index for index, piece in enumerate(pieces)})


# By the name of a tokenizer, what makes it and llama.cpp's name of its split.
BYTE_LEVEL = {"gpt2": (gpt2, "gpt-2"), "smollm": (smollm, "smollm"), "llama3": (llama3, "llama-bpe"), "qwen2": (qwen2, "qwen2")}

TEXTS = [
    "In the beginning God created the heaven and the earth.",
    "I'll say it's ab, they'LL say IT'S 1234567 and 12 34.\n\nNew  lines \r\n  and\ttabs   ",
    "    indented(a)\n        more(abc)!!\n!!!\n",
    "e\u0301 is \u00e9, \u212b is \u00c5, \u1e9b\u0323 stays; na\u00efve caf\u00e9",
    "\u4e2d\u6587 and \u0420\u0443\u0441\u0441\u043a\u0438\u0439 \u0627\u0644\u0639 \U0001f999\U0001f3fd \u0e20\u0e32\u0e29\u0e32",
    "1\u0662\u0663 \u00bd \u2167 \u00b2 \u3007 \U0001d7d9 x\u00b2",
    "\u00a0nbsp\u2003em\u3000wide\u200bzero\u2028line\x85next\x0b\x0c",
    "<|end|><|im_end|> <tool_call>a<|begin_of_text|>b <|end |>",
    " ",
    "\n",
    "'s'S'\u017f k'\u212a",
    "\x00\x01\x7f \ufffd \ufeff",
]
