//! Scales and shifts, folded into the weights of the layer before or after them.
//!
//! Computed in 64-bit floats from the file's 32-bit weights and rounded once, so that the package is the same on every machine. Its
//! answers differ from the file's in the last bits, as one multiplication takes the place of two.

use super::{Affine, Conv2d, Linear};

impl Linear {
    /// Appends `affine` to this layer.
    pub fn then(&mut self, affine: &Affine) {
        self.bias = Some(scale_outputs(&mut self.weight, self.bias.as_deref(), self.inputs, affine));
    }

    /// Puts `affine` before this layer.
    pub fn after(&mut self, affine: &Affine) {
        self.bias = Some(scale_inputs(&mut self.weight, self.bias.as_deref(), (self.inputs, 1), affine));
    }
}

impl Conv2d {
    /// Appends `affine` to this convolution.
    pub fn then(&mut self, affine: &Affine) {
        let columns = self.shape.in_channels * self.taps();
        self.bias = Some(scale_outputs(&mut self.weight, self.bias.as_deref(), columns, affine));
    }

    /// Puts `affine` before this convolution, whose padding, if it has any, must not miss a shift.
    pub fn after(&mut self, affine: &Affine) {
        let inputs = (self.shape.in_channels, self.taps());
        self.bias = Some(scale_inputs(&mut self.weight, self.bias.as_deref(), inputs, affine));
    }

    /// Weights of one input for one output.
    fn taps(&self) -> usize {
        self.shape.kernel_height * self.shape.kernel_width
    }
}

/// Scales the `columns` weights of each output, and returns its bias, scaled and shifted.
fn scale_outputs(weight: &mut [f32], bias: Option<&[f32]>, columns: usize, affine: &Affine) -> Vec<f32> {
    let outputs = weight.chunks_exact_mut(columns).enumerate();
    outputs
        .map(|(output, weights)| {
            let (scale, shift) = affine.at(output);
            weights.iter_mut().for_each(|weight| *weight = (f64::from(*weight) * scale) as f32);
            (bias_of(bias, output) * scale + shift) as f32
        })
        .collect()
}

/// Scales the weights of each of `inputs`, which has `taps` of them for each output, and returns the biases, to which comes what the
/// shifts of the inputs add to each output.
fn scale_inputs(weight: &mut [f32], bias: Option<&[f32]>, (inputs, taps): (usize, usize), affine: &Affine) -> Vec<f32> {
    let outputs = weight.chunks_exact_mut(inputs * taps).enumerate();
    outputs
        .map(|(output, weights)| {
            let mut sum = bias_of(bias, output);
            for (index, weight) in weights.iter_mut().enumerate() {
                let (scale, shift) = affine.at(index / taps);
                sum += f64::from(*weight) * shift;
                *weight = (f64::from(*weight) * scale) as f32;
            }
            sum as f32
        })
        .collect()
}

fn bias_of(bias: Option<&[f32]>, output: usize) -> f64 {
    bias.map_or(0.0, |bias| f64::from(bias[output]))
}
