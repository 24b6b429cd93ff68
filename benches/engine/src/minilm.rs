//! MiniLM, f32, one text at a time: the engine's whole call against the graphs of candle and onnxruntime.

use crate::child::Timed;
use crate::report::{Report, Target};
use crate::timing::{candidate, medians, Candidate};
use crate::Places;
use candle_core::{DType, Device, IndexOp, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config, HiddenAct, PositionEmbeddingType};
use color_eyre::eyre::{ensure, Result};
use std::path::{Path, PathBuf};
use votive_digest::Parameters;
use votive_engine::{EngineLimits, Package};

/// Tokens of a text, and how fast the engine must be as a multiple of candle and of onnxruntime.
const TEXTS: [(u32, f64, f64); 4] = [(8, 1.3, 1.0), (32, 1.3, 1.0), (128, 1.3, 1.0), (256, 1.3, 0.85)];

/// How far two of the same embedding's values may be apart.
const TOLERANCE: f64 = 1e-4;

pub fn run(report: &mut Report, places: &Places) -> Result<()> {
    report.section("MiniLM f32, one text: the engine's call as a multiple of the speed of others' graphs");
    let Some(source) = &places.minilm else {
        report.leave_out("MiniLM", "there is no package of it: run models/minilm/build.py, or give --minilm");
        return Ok(());
    };
    let folder = of_tokens(source, &places.scratch.join("minilm"))?;
    let package = Package::load(&folder, None, &EngineLimits::default())?;
    let weights = source.join("model.safetensors");
    let bert = candle_bert(&weights)?;
    let mut onnx = match &places.python {
        Some(python) => Timed::start(python, "onnx_minilm.py", &[&weights, &places.scratch.join("minilm.onnx")]),
        None => Err(color_eyre::eyre::eyre!("no --python is given")),
    };
    match &onnx {
        Ok(onnx) => report.note("onnxruntime", &onnx.version),
        Err(error) => report.leave_out("onnxruntime", &format!("{error:#}")),
    }
    for (tokens, of_candle, of_onnx) in TEXTS {
        let text = Text::of(tokens);
        let embedding = text.embedding(&package)?;
        let mut candidates: Vec<Candidate<'_>> = vec![
            candidate(|| text.embedding(&package).map(drop)),
            candidate(|| text.candle_embedding(&bert).map(drop)),
        ];
        check(&embedding, &text.candle_embedding(&bert)?)?;
        if let Ok(onnx) = &mut onnx {
            check(&embedding, &onnx.ask(&text.line)?[1..])?;
            candidates.push(Box::new(|| Ok(onnx.ask(&text.line)?[0])));
        }
        let seconds = medians(candidates)?;
        for ((other, target), theirs) in
            [("candle", of_candle), ("onnxruntime", of_onnx)].into_iter().zip(&seconds[1..])
        {
            let detail = format!("{:6.2} and {:6.2} ms", 1e3 * seconds[0], 1e3 * theirs);
            report.ratio(&format!("{tokens} tokens, {other}"), theirs / seconds[0], Target::AtLeast(target), &detail);
        }
    }
    Ok(())
}

/// A text as each program takes it.
pub struct Text {
    bytes: Vec<u8>,
    tensor: Tensor,
    types: Tensor,
    line: String,
}

impl Text {
    pub fn of(tokens: u32) -> Self {
        let ids: Vec<u32> = (0..tokens).map(|i| 1000 + 37 * i).collect();
        let tensor = Tensor::from_slice(&ids, (1, ids.len()), &Device::Cpu).expect("a row of ids; qed");
        Self {
            bytes: ids.iter().flat_map(|id| id.to_le_bytes()).collect(),
            types: tensor.zeros_like().expect("as large; qed"),
            tensor,
            line: ids.iter().map(u32::to_string).collect::<Vec<_>>().join(" "),
        }
    }

    pub fn embedding(&self, package: &Package) -> Result<Vec<f64>> {
        let completion = package.run(&self.bytes, &Parameters::default())?;
        Ok(completion.output.as_chunks().0.iter().map(|value| f32::from_le_bytes(*value).into()).collect())
    }

    fn candle_embedding(&self, bert: &BertModel) -> Result<Vec<f64>> {
        let rows = bert.forward(&self.tensor, &self.types, None)?.i(0)?;
        let mean = rows.mean(0)?;
        let norm = mean.sqr()?.sum_all()?.sqrt()?;
        let values: Vec<f32> = mean.broadcast_div(&norm)?.to_vec1()?;
        Ok(values.into_iter().map(f64::from).collect())
    }
}

/// Whether two programs computed the same: as many values as the shorter one gives.
fn check(ours: &[f64], theirs: &[f64]) -> Result<()> {
    let apart = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    ensure!(!theirs.is_empty() && apart < TOLERANCE, "two programs' embeddings are {apart} apart");
    Ok(())
}

/// A package like the one in `source`, which takes token ids instead of texts, so that their count can be chosen.
pub fn of_tokens(source: &Path, folder: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let mut manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(source.join("manifest.json"))?)?;
    manifest["input"] = serde_json::json!({ "dtype": "u32", "shape": [manifest["bert"]["max_tokens"]] });
    manifest["files"] = serde_json::json!(["golden.json", "model.safetensors"]);
    manifest.as_object_mut().expect("an engine takes objects only; qed").remove("tokenizer");
    std::fs::write(folder.join("manifest.json"), manifest.to_string())?;
    std::fs::write(folder.join("golden.json"), br#"{"vectors":[{"input":"65000000"}]}"#)?;
    std::fs::copy(source.join("model.safetensors"), folder.join("model.safetensors"))?;
    Ok(folder.to_path_buf())
}

fn candle_bert(weights: &Path) -> Result<BertModel> {
    let config = Config {
        vocab_size: 30522,
        hidden_size: 384,
        num_hidden_layers: 6,
        num_attention_heads: 12,
        intermediate_size: 1536,
        hidden_act: HiddenAct::Gelu,
        hidden_dropout_prob: 0.0,
        max_position_embeddings: 512,
        type_vocab_size: 2,
        initializer_range: 0.02,
        layer_norm_eps: 1e-12,
        pad_token_id: 0,
        position_embedding_type: PositionEmbeddingType::Absolute,
        use_cache: false,
        classifier_dropout: None,
        model_type: None,
    };
    let tensors = candle_core::safetensors::load(weights, &Device::Cpu)?;
    Ok(BertModel::load(VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu), &config)?)
}
