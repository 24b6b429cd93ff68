//! Bert: a transformer encoder from tokens to one embedding (Devlin et al., 2018; pooled as by Reimers and Gurevych, 2019).

mod embeddings;
mod encoder_layer;

use super::dense::{LoadedDense, PlannedDense};
use super::layers::{Weight, WeightName};
use super::planner::Planner;
use super::{Forward, Graph, GraphError};
use crate::ops::{self, OpError};
use crate::package::{BertSpec, Manifest, Pooling};
use crate::weights::{Weights, WeightsError};
use crate::Budget;
use candle_core::Tensor;
use embeddings::Embeddings;
use encoder_layer::{EncoderLayer, EncoderOutput};

/// Embeddings and encoder layers. `D` is a dense layer, `W` a matrix and `T` a tensor, planned or loaded.
pub(super) struct Bert<D, W, T> {
    spec: BertSpec,
    embeddings: Embeddings<W, T>,
    layers: Vec<EncoderLayer<D, T>>,
}

/// A bert before its weights are loaded.
pub(super) type PlannedBert = Bert<PlannedDense, WeightName, String>;

/// A bert that runs.
pub(super) type LoadedBert = Bert<LoadedDense, Weight, Tensor>;

/// Plans the bert of a manifest, and counts its outputs.
pub(super) fn plan(manifest: &Manifest, planner: &mut Planner) -> Result<(PlannedBert, usize), GraphError> {
    let spec = manifest.bert.expect("the manifest's check asks a bert for its sizes; qed");
    let embeddings = Embeddings::plan(&spec, planner)?;
    let layers = (0..spec.layers).map(|index| EncoderLayer::plan(index, &spec, planner)).collect::<Result<_, _>>()?;
    Ok((Bert { spec, embeddings, layers }, spec.hidden))
}

impl PlannedBert {
    /// The sizes.
    pub fn spec(&self) -> &BertSpec {
        &self.spec
    }

    pub fn load(self, weights: &Weights) -> Result<LoadedBert, WeightsError> {
        let embeddings = self.embeddings.load(weights)?;
        let layers = self.layers.into_iter().map(|layer| layer.load(weights)).collect::<Result<_, _>>()?;
        Ok(Bert { spec: self.spec, embeddings, layers })
    }
}

impl Graph<Vec<u32>> for LoadedBert {
    /// The rows of all texts go through the layers together; each attends to its own text's only.
    fn forward(&self, texts: Vec<Vec<u32>>, budget: &Budget) -> Result<Vec<Forward>, OpError> {
        let lengths: Vec<usize> = texts.iter().map(Vec::len).collect();
        let x = self.embeddings.forward(&texts)?;
        // Both are replaced by the first layer, which there is by the manifest's check.
        let mut encoded = EncoderOutput { output_inputs: x.clone(), x };
        for layer in &self.layers {
            budget.check()?;
            // What went into the last product of a layer is freed before the next layer takes room.
            encoded.output_inputs = encoded.x.clone();
            encoded = layer.forward(&encoded.x, &lengths)?;
        }
        let Pooling::Mean = self.spec.pooling;
        let mut pooled = ops::mean_pool(&encoded.x, &lengths)?;
        if self.spec.normalise {
            let columns = self.spec.hidden;
            pooled = ops::in_place("l2_normalise", pooled, |rows| votive_kernels::l2_normalise(rows, columns))?;
        }
        let rows =
            |(row, inputs)| Ok(Forward { output: ops::values(&pooled.narrow(0, row, 1)?)?, last_layer_inputs: inputs });
        let inputs = ops::take_values(encoded.output_inputs)?;
        in_parts(inputs, &lengths).into_iter().enumerate().map(rows).collect()
    }
}

/// The values of each text, of those of all their rows: texts of `lengths` rows, one after the other.
fn in_parts(values: Vec<f32>, lengths: &[usize]) -> Vec<Vec<f32>> {
    if lengths.len() == 1 {
        return vec![values];
    }
    let columns = values.len() / lengths.iter().sum::<usize>().max(1);
    let mut rest = &values[..];
    let part = |rows: &usize| {
        let (part, further) = rest.split_at(rows * columns);
        rest = further;
        part.to_vec()
    };
    lengths.iter().map(part).collect()
}
