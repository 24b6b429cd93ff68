"""GGUF files as llama.cpp's converter writes them, and as llama.cpp quantises them."""

import ctypes

import gguf
import llama_cpp
import numpy as np

# llama.cpp tells each tensor that it quantises.
SILENT = llama_cpp.llama_log_callback(lambda level, text, none: None)
llama_cpp.llama_log_set(SILENT, ctypes.c_void_p(0))
# llama.cpp's numbers of what a whole file is quantised to.
FILE_TYPES = {"F16": 1, "Q8_0": 7, "Q4_K_M": 15, "Q6_K": 18}
ARCHITECTURES = {"llama": gguf.MODEL_ARCH.LLAMA, "mistral": gguf.MODEL_ARCH.LLAMA, "qwen2": gguf.MODEL_ARCH.QWEN2}


def has_neighbours(config):
    """Whether the converter puts the rows of a head that turn together side by side: of a llama, not of a Qwen."""
    return config.model_type != "qwen2"


def side_by_side(rows, heads):
    """The rows of queries or keys as the converter orders them."""
    return rows.reshape(heads, 2, -1, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def write(path, model, words):
    """`model` of transformers as a GGUF file of F32. `words` are the tokenizer's: (tokens, merges, name of the split)."""
    config = model.config
    architecture = ARCHITECTURES[config.model_type]
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    writer = gguf.GGUFWriter(path, gguf.MODEL_ARCH_NAMES[architecture])
    writer.add_name("peer")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_rope_dimension_count(head)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    add_tokenizer(writer, config.vocab_size, words)
    names = gguf.get_tensor_name_map(architecture, config.num_hidden_layers)
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        values = tensor.float().numpy()
        part = name.split(".")[-2]
        if has_neighbours(config) and part in heads:
            values = side_by_side(values, heads[part])
        writer.add_tensor(names.get_name(name, try_suffixes=(".weight", ".bias")), np.ascontiguousarray(values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add_tokenizer(writer, vocabulary, words):
    """The tokenizer as metadata, with as many tokens as the model has rows."""
    tokens, merges, split = words
    missing = [f"[PAD{index}]" for index in range(len(tokens), vocabulary)]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(split)
    writer.add_token_list([*tokens, *missing])
    writer.add_token_types([gguf.TokenType.NORMAL] * len(tokens) + [gguf.TokenType.UNUSED] * len(missing))
    writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_eos_token_id(0)
    writer.add_add_bos_token(False)


def quantise(source, target, file_type):
    """`source` with its matrices as llama.cpp quantises them to one of FILE_TYPES."""
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = FILE_TYPES[file_type]
    parameters.nthread = 1
    refused = llama_cpp.llama_model_quantize(str(source).encode(), str(target).encode(), ctypes.byref(parameters))
    if refused:
        raise SystemExit(f"llama.cpp does not quantise {source} to {file_type}")


class Peer:
    """llama.cpp on one file, on one thread, with keys and values in f32."""

    def __init__(self, path, context):
        self.library = llama_cpp.Llama(
            str(path), n_ctx=context, n_threads=1, n_threads_batch=1, n_gpu_layers=0, logits_all=True, verbose=False,
            type_k=llama_cpp.GGML_TYPE_F32, type_v=llama_cpp.GGML_TYPE_F32,
        )

    def logits(self, ids):
        """Of each token of one row of ids."""
        self.library.reset()
        self.library.eval([int(id) for id in ids])
        return np.array(self.library.scores[: len(ids)], np.float64)

    def greedy(self, prompt, count, sure):
        """The `count` tokens after `prompt`, each the likeliest, and by how much at least the next likeliest falls short: fewer
        tokens where that is not `sure`."""
        ids, gap = [int(id) for id in prompt], float("inf")
        while len(ids) < len(prompt) + count and gap > sure:
            last = self.logits(ids)[-1]
            second, first = np.sort(last)[-2:]
            gap = min(gap, float(first - second))
            ids.append(int(last.argmax()))
        return ids[len(prompt) :], gap

    def tokens(self, text):
        return self.library.tokenize(text.encode(), add_bos=False, special=False)


def read(path):
    """The tensors of a GGUF file: name, ggml's name of the type, and its bytes or values, a row each."""
    for tensor in gguf.GGUFReader(path).tensors:
        yield tensor.name, tensor.tensor_type, np.array(tensor.data)
