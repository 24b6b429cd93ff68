//! A convolution against a plain one in `f64`, and against a product over patches.

use crate::sequence::{bits, floats};
use proptest::prelude::*;
use votive_kernels::*;

/// Shapes with every relation of window, stride and padding, a window all in the padding among them.
fn shapes() -> impl Strategy<Value = Conv2dShape> {
    let image = (1..3usize, 1..4usize, 1..8usize, 1..8usize);
    let window = (1..11usize, 1..5usize, 1..5usize, 1..4usize, 0..6usize);
    (image, window).prop_filter_map("the window exceeds the image", |(image, window)| {
        let (batch, in_channels, height, width) = image;
        let (out_channels, kernel_height, kernel_width, stride, padding) = window;
        let shape = Conv2dShape {
            batch,
            in_channels,
            height,
            width,
            out_channels,
            kernel_height,
            kernel_width,
            stride,
            padding,
        };
        shape.output_size().is_ok().then_some(shape)
    })
}

struct Case {
    shape: Conv2dShape,
    out_height: usize,
    out_width: usize,
    x: Vec<f32>,
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Case {
    fn new(shape: Conv2dShape, seed: u32) -> Self {
        let (out_height, out_width) = shape.output_size().unwrap();
        let x = floats(seed, shape.batch * shape.in_channels * shape.height * shape.width);
        let weight = floats(!seed, shape.out_channels * Self::taps(&shape).len());
        let bias = floats(seed ^ 0x5555, shape.out_channels);
        Self { shape, out_height, out_width, x, weight, bias }
    }

    /// Channel, row and column of each tap, in the order of the chain.
    fn taps(shape: &Conv2dShape) -> Vec<(usize, usize, usize)> {
        let mut taps = Vec::new();
        for channel in 0..shape.in_channels {
            for row in 0..shape.kernel_height {
                taps.extend((0..shape.kernel_width).map(|column| (channel, row, column)));
            }
        }
        taps
    }

    /// Image, row and column of each output pixel.
    fn pixels(&self) -> Vec<(usize, usize, usize)> {
        let mut pixels = Vec::new();
        for image in 0..self.shape.batch {
            for row in 0..self.out_height {
                pixels.extend((0..self.out_width).map(|column| (image, row, column)));
            }
        }
        pixels
    }

    /// The inputs of one output pixel, +0 in the padding.
    fn patch(&self, (image, row, column): (usize, usize, usize)) -> Vec<f32> {
        let shape = &self.shape;
        let input = |(channel, u, v): (usize, usize, usize)| {
            let y = (row * shape.stride + u).checked_sub(shape.padding).filter(|&y| y < shape.height)?;
            let x = (column * shape.stride + v).checked_sub(shape.padding).filter(|&x| x < shape.width)?;
            Some(self.x[((image * shape.in_channels + channel) * shape.height + y) * shape.width + x])
        };
        Self::taps(shape).into_iter().map(|tap| input(tap).unwrap_or(0.0)).collect()
    }

    /// The index in the output of a pixel's `channel`.
    fn index(&self, (image, row, column): (usize, usize, usize), channel: usize) -> usize {
        ((image * self.shape.out_channels + channel) * self.out_height + row) * self.out_width + column
    }

    fn conv2d(&self) -> Vec<f32> {
        let mut out = vec![0.0; self.pixels().len() * self.shape.out_channels];
        conv2d(&self.x, &self.weight, Some(&self.bias), self.shape, &mut out).unwrap();
        out
    }
}

proptest! {
    #[test]
    fn conv2d_is_linear_over_patches(shape in shapes(), seed: u32) {
        let case = Case::new(shape, seed);
        let out = case.conv2d();
        let pixels = case.pixels();
        let patches: Vec<f32> = pixels.iter().flat_map(|&pixel| case.patch(pixel)).collect();
        let outputs = shape.out_channels;
        let product = LinearShape { rows: pixels.len(), inputs: patches.len() / pixels.len(), outputs };
        let mut rows = vec![0.0; out.len()];
        linear(&patches, &case.weight, Some(&case.bias), product, &mut rows).unwrap();
        for (&pixel, row) in pixels.iter().zip(rows.chunks(outputs)) {
            let channels: Vec<f32> = (0..outputs).map(|channel| out[case.index(pixel, channel)]).collect();
            prop_assert_eq!(bits(&channels), bits(row));
        }
    }

    #[test]
    fn conv2d_is_close_to_f64(shape in shapes(), seed: u32) {
        let case = Case::new(shape, seed);
        let out = case.conv2d();
        for pixel in case.pixels() {
            let patch = case.patch(pixel);
            for (channel, weight) in case.weight.chunks(patch.len()).enumerate() {
                let products = patch.iter().zip(weight).map(|(&x, &w)| f64::from(x) * f64::from(w));
                let exact = products.sum::<f64>() + f64::from(case.bias[channel]);
                let error = (f64::from(out[case.index(pixel, channel)]) - exact).abs();
                // |terms| ≤ 4, and each of the roundings errs by half a unit in the last place of the sum so far.
                let terms = patch.len() as f64 + 1.0;
                prop_assert!(error <= terms * 4.0 * terms * f64::from(f32::EPSILON) / 2.0);
            }
        }
    }

    #[test]
    fn an_image_alone_has_the_bits_it_has_in_a_batch(shape in shapes(), seed: u32) {
        let case = Case::new(shape, seed);
        let out = case.conv2d();
        let alone = Conv2dShape { batch: 1, ..shape };
        let (image, out_image) = (case.x.len() / shape.batch, out.len() / shape.batch);
        for (x, expected) in case.x.chunks(image).zip(out.chunks(out_image)) {
            let mut out = vec![0.0; out_image];
            conv2d(x, &case.weight, Some(&case.bias), alone, &mut out).unwrap();
            prop_assert_eq!(bits(&out), bits(expected));
        }
    }
}

/// The window's first tap underflows to −0, and the second lies in the padding: +0 · w turns it into +0, but for a
/// negative w.
#[test]
fn a_tap_in_the_padding_takes_part() {
    let shape = Conv2dShape {
        batch: 1,
        in_channels: 1,
        height: 1,
        width: 1,
        out_channels: 2,
        kernel_height: 3,
        kernel_width: 3,
        stride: 1,
        padding: 1,
    };
    let tiny = f32::from_bits(1);
    let mut weight = [0.0; 18];
    (weight[4], weight[5]) = (-tiny, 1.0);
    weight[9..].fill(-1.0);
    weight[9 + 4] = -tiny;
    let mut out = [1.0; 2];
    conv2d(&[tiny], &weight, None, shape, &mut out).unwrap();
    assert_eq!(bits(&out), bits(&[0.0, -0.0]));

    weight[0] = f32::INFINITY;
    assert_eq!(conv2d(&[tiny], &weight, None, shape, &mut out), Err(KernelError::NotFinite));
}
