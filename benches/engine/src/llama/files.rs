//! The files of the random llama, written once: a package of int8 with a scale for each row, and a GGUF of Q8_0 blocks.

use super::shape::*;
use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use candle_core::{Device, Tensor};
use color_eyre::Result;
use serde_json::json;
use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Weights of a Q8_0 block, behind a scale of two bytes.
const BLOCK: usize = 32;

/// A tensor of the package: its name, its shape, and whether it is int8.
struct Entry {
    name: String,
    shape: Vec<usize>,
    fill: Fill,
}

enum Fill {
    /// Random int8.
    Weights,
    /// This f32 everywhere.
    Constant(f32),
}

/// Writes the package into `folder`, unless it is there.
pub fn write_package(folder: &Path) -> Result<()> {
    if folder.join("manifest.json").exists() {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    write_weights(BufWriter::new(File::create(folder.join("model.safetensors"))?))?;
    std::fs::write(folder.join("golden.json"), br#"{"vectors":[{"input":"05000000"}]}"#)?;
    let manifest = json!({
        "format": 1, "name": "random", "task": "text-generation", "licence": "Apache-2.0",
        "architecture": "llama", "kernel_spec": 1,
        "input": { "dtype": "u32", "shape": [256] }, "output": { "dtype": "u32", "shape": [256] },
        "llama": {
            "vocabulary": VOCABULARY, "hidden": HIDDEN, "intermediate": INTERMEDIATE, "layers": LAYERS, "heads": HEADS,
            "key_value_heads": KEY_VALUE_HEADS, "max_tokens": MAX_TOKENS, "rotary_base": 10_000.0, "epsilon": 1e-5,
            "tied_head": false,
        },
        "weights": "model.safetensors", "golden": "golden.json", "files": ["golden.json", "model.safetensors"],
        "limits": { "memory_bytes": 1u64 << 33 },
    });
    std::fs::write(folder.join("manifest.json"), manifest.to_string())?;
    Ok(())
}

fn entries() -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut matrix = |name: String, inputs: usize, outputs: usize| {
        entries.push(Entry { name: format!("{name}.weight"), shape: vec![outputs, inputs], fill: Fill::Weights });
        let scales = Fill::Constant(scale(inputs));
        entries.push(Entry { name: format!("{name}.scales"), shape: vec![outputs], fill: scales });
    };
    matrix("model.embed_tokens".into(), HIDDEN, VOCABULARY);
    for part in &MATRICES {
        for layer in 0..part.count {
            let name = if part.count == 1 { part.name.into() } else { format!("model.layers.{layer}.{}", part.name) };
            matrix(name, part.inputs, part.outputs);
        }
    }
    let norms = (0..LAYERS).flat_map(|layer| NORMS.map(|(name, _)| format!("model.layers.{layer}.{name}")));
    for name in norms.chain(["model.norm".into()]) {
        entries.push(Entry { name: format!("{name}.weight"), shape: vec![HIDDEN], fill: Fill::Constant(1.0) });
    }
    entries
}

fn write_weights(mut file: impl Write) -> Result<()> {
    let entries = entries();
    let mut header = serde_json::Map::new();
    let mut end = 0;
    for Entry { name, shape, fill } in &entries {
        let (dtype, size) = if matches!(fill, Fill::Weights) { ("I8", 1) } else { ("F32", 4) };
        let begin = end;
        end += shape.iter().product::<usize>() * size;
        header.insert(name.clone(), json!({ "dtype": dtype, "shape": shape, "data_offsets": [begin, end] }));
    }
    let header = serde_json::Value::Object(header).to_string();
    file.write_all(&(header.len() as u64).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    let mut random = Random(1);
    for Entry { shape, fill, .. } in &entries {
        let elements = shape.iter().product();
        match fill {
            Fill::Weights => file.write_all(&random.int8s(elements))?,
            Fill::Constant(value) => file.write_all(&value.to_le_bytes().repeat(elements))?,
        }
    }
    Ok(file.flush()?)
}

/// Writes the GGUF to `path`, unless it is there.
pub fn write_gguf(path: &Path) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    let metadata = [
        ("general.architecture", Value::String("llama".into())),
        ("tokenizer.ggml.model", Value::String("none".into())),
        ("llama.vocab_size", Value::U32(VOCABULARY as u32)),
        ("llama.context_length", Value::U32(MAX_TOKENS as u32)),
        ("llama.embedding_length", Value::U32(HIDDEN as u32)),
        ("llama.block_count", Value::U32(LAYERS as u32)),
        ("llama.feed_forward_length", Value::U32(INTERMEDIATE as u32)),
        ("llama.rope.dimension_count", Value::U32((HIDDEN / HEADS) as u32)),
        ("llama.attention.head_count", Value::U32(HEADS as u32)),
        ("llama.attention.head_count_kv", Value::U32(KEY_VALUE_HEADS as u32)),
        ("llama.attention.layer_norm_rms_epsilon", Value::F32(1e-5)),
    ];
    let mut random = Random(2);
    let mut tensors = vec![("token_embd.weight".into(), q8_0(&mut random, VOCABULARY, HIDDEN)?)];
    for part in &MATRICES {
        for layer in 0..part.count {
            let name = if part.count == 1 { part.gguf_name.into() } else { format!("blk.{layer}.{}", part.gguf_name) };
            tensors.push((format!("{name}.weight"), q8_0(&mut random, part.outputs, part.inputs)?));
        }
    }
    let norms = (0..LAYERS).flat_map(|layer| NORMS.map(|(_, name)| format!("blk.{layer}.{name}.weight")));
    for name in norms.chain(["output_norm.weight".into()]) {
        let ones = Tensor::ones(HIDDEN, candle_core::DType::F32, &Device::Cpu)?;
        tensors.push((name, QTensor::quantize(&ones, GgmlDType::F32)?));
    }
    let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(name, value)| (*name, value)).collect();
    let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    let whole = path.with_extension("part");
    gguf_file::write(&mut File::create(&whole)?, &metadata, &tensors)?;
    Ok(std::fs::rename(whole, path)?)
}

/// Random blocks of outputs × inputs.
fn q8_0(random: &mut Random, outputs: usize, inputs: usize) -> Result<QTensor> {
    let scale = half::f16::from_f32(scale(inputs)).to_le_bytes();
    let weights = random.int8s(outputs * inputs);
    let bytes: Vec<u8> = weights.chunks(BLOCK).flat_map(|block| scale.iter().chain(block)).copied().collect();
    let storage = QStorage::from_data(Cow::Owned(bytes), &Device::Cpu, GgmlDType::Q8_0)?;
    Ok(QTensor::new(storage, (outputs, inputs))?)
}

/// Marsaglia's xorshift: any numbers do.
struct Random(u64);

impl Random {
    /// `count` bytes that are int8 from −127 to 127.
    fn int8s(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            bytes.extend(self.0.to_le_bytes().map(|byte| if byte == 0x80 { 0x81 } else { byte }));
        }
        bytes.truncate(count);
        bytes
    }
}
