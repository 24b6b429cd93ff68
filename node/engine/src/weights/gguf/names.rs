//! The names that llama.cpp's converter gives the tensors of a llama, and those of Hugging Face that the graph takes.

/// Tensors outside of the layers: by GGUF, and by Hugging Face.
const OUTSIDE: [(&str, &str); 3] =
    [("token_embd", "model.embed_tokens"), ("output_norm", "model.norm"), ("output", "lm_head")];

/// Tensors of a layer: `blk.{n}.{first}` is `model.layers.{n}.{second}`.
const OF_A_LAYER: [(&str, &str); 9] = [
    ("attn_norm", "input_layernorm"),
    ("attn_q", "self_attn.q_proj"),
    ("attn_k", "self_attn.k_proj"),
    ("attn_v", "self_attn.v_proj"),
    ("attn_output", "self_attn.o_proj"),
    ("ffn_norm", "post_attention_layernorm"),
    ("ffn_gate", "mlp.gate_proj"),
    ("ffn_up", "mlp.up_proj"),
    ("ffn_down", "mlp.down_proj"),
];

/// Hugging Face's name of a tensor; its own, if the table does not have it, under which no layer will take it.
pub(super) fn translated(name: &str) -> String {
    let Some((stem, kind)) = name.rsplit_once('.').filter(|(_, kind)| matches!(*kind, "weight" | "bias")) else {
        return name.into();
    };
    let of = |table: &[(&str, &'static str)], stem: &str| {
        table.iter().find(|(gguf, _)| *gguf == stem).map(|(_, translated)| *translated)
    };
    let of_layer = stem.strip_prefix("blk.").and_then(|stem| {
        let (layer, part) = stem.split_once('.')?;
        // As a number is written: `blk.01` would be a second name of `blk.1`.
        let number: u32 = layer.parse().ok().filter(|number: &u32| number.to_string() == layer)?;
        Some(format!("model.layers.{number}.{}.{kind}", of(&OF_A_LAYER, part)?))
    });
    of_layer.or_else(|| Some(format!("{}.{kind}", of(&OUTSIDE, stem)?))).unwrap_or_else(|| name.into())
}

#[cfg(test)]
mod tests {
    use super::translated;

    #[test]
    fn the_names_of_a_llama_become_those_of_hugging_face() {
        let names = [
            ("token_embd.weight", "model.embed_tokens.weight"),
            ("output_norm.weight", "model.norm.weight"),
            ("output.weight", "lm_head.weight"),
            ("blk.0.attn_norm.weight", "model.layers.0.input_layernorm.weight"),
            ("blk.31.attn_q.weight", "model.layers.31.self_attn.q_proj.weight"),
            ("blk.1.attn_k.bias", "model.layers.1.self_attn.k_proj.bias"),
            ("blk.1.attn_v.weight", "model.layers.1.self_attn.v_proj.weight"),
            ("blk.1.attn_output.weight", "model.layers.1.self_attn.o_proj.weight"),
            ("blk.1.ffn_norm.weight", "model.layers.1.post_attention_layernorm.weight"),
            ("blk.1.ffn_gate.weight", "model.layers.1.mlp.gate_proj.weight"),
            ("blk.1.ffn_up.weight", "model.layers.1.mlp.up_proj.weight"),
            ("blk.1.ffn_down.weight", "model.layers.1.mlp.down_proj.weight"),
        ];
        for (gguf, hugging_face) in names {
            assert_eq!(translated(gguf), hugging_face);
        }
    }

    #[test]
    fn other_names_stay_as_they_are() {
        for name in [
            "rope_freqs.weight",
            "blk.01.attn_q.weight",
            "blk.+1.attn_q.weight",
            "blk.1.attn_q",
            "",
            ".",
            "blk..weight",
        ] {
            assert_eq!(translated(name), name);
        }
    }
}
