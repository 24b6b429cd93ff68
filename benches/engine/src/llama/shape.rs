//! TinyLlama's shape: 22 layers, 32 heads over 4 of keys, 1.1 billion weights.

pub const LAYERS: usize = 22;
pub const HIDDEN: usize = 2048;
pub const INTERMEDIATE: usize = 5632;
pub const HEADS: usize = 32;
pub const KEY_VALUE_HEADS: usize = 4;
pub const VOCABULARY: usize = 32_000;
pub const MAX_TOKENS: usize = 512;

/// Tokens of every prompt.
pub const PROMPT_TOKENS: u32 = 16;

/// A matrix that products take, by the names of Hugging Face and of GGUF.
pub struct Matrix {
    pub name: &'static str,
    pub gguf_name: &'static str,
    pub inputs: usize,
    pub outputs: usize,
    /// How many of them there are: one in each layer, or one.
    pub count: usize,
}

const KEYS: usize = HIDDEN / HEADS * KEY_VALUE_HEADS;

/// Every matrix but the table of words.
pub const MATRICES: [Matrix; 8] = [
    of_layer("self_attn.q_proj", "attn_q", HIDDEN, HIDDEN),
    of_layer("self_attn.k_proj", "attn_k", HIDDEN, KEYS),
    of_layer("self_attn.v_proj", "attn_v", HIDDEN, KEYS),
    of_layer("self_attn.o_proj", "attn_output", HIDDEN, HIDDEN),
    of_layer("mlp.gate_proj", "ffn_gate", HIDDEN, INTERMEDIATE),
    of_layer("mlp.up_proj", "ffn_up", HIDDEN, INTERMEDIATE),
    of_layer("mlp.down_proj", "ffn_down", INTERMEDIATE, HIDDEN),
    Matrix { name: "lm_head", gguf_name: "output", inputs: HIDDEN, outputs: VOCABULARY, count: 1 },
];

/// Norms of a layer.
pub const NORMS: [(&str, &str); 2] = [("input_layernorm", "attn_norm"), ("post_attention_layernorm", "ffn_norm")];

const fn of_layer(name: &'static str, gguf_name: &'static str, inputs: usize, outputs: usize) -> Matrix {
    Matrix { name, gguf_name, inputs, outputs, count: LAYERS }
}

/// The prompt's token ids as a request carries them.
pub fn prompt() -> Vec<u8> {
    (0..PROMPT_TOKENS).flat_map(u32::to_le_bytes).collect()
}

/// The scale with which random int8 weights keep the size of what they multiply.
pub fn scale(inputs: usize) -> f32 {
    (3.0 / inputs as f32).sqrt() / 127.0
}
