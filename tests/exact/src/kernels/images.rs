//! Convolutions and pooling, some images at a time.

use crate::{
    operands::{Operands, Sequence},
    Split, Transcript,
};
use votive_kernels::{self as kernels, Conv2dShape, Pool2dShape};

/// Images of a case.
const BATCH: usize = 9;

/// Channels, height, width, output channels, kernel height and width, stride, padding.
const CONVOLUTIONS: [[usize; 8]; 5] = [
    [1, 1, 1, 1, 1, 1, 1, 0],
    [1, 28, 28, 8, 3, 3, 1, 1],
    [3, 12, 9, 17, 5, 3, 2, 2],
    [16, 7, 7, 20, 1, 1, 1, 0],
    [2, 6, 33, 3, 4, 7, 3, 3],
];

/// Channels, height, width, kernel, stride.
const POOLS: [[usize; 5]; 4] = [[1, 1, 1, 1, 1], [4, 14, 14, 2, 2], [3, 9, 11, 3, 2], [2, 8, 5, 5, 1]];

pub fn conv2d(operands: Operands, split: Split) -> Transcript {
    let mut transcript = Transcript::default();
    for (sizes, seed) in CONVOLUTIONS.into_iter().zip(100..) {
        let [in_channels, height, width, out_channels, kernel_height, kernel_width, stride, padding] = sizes;
        let image = in_channels * height * width;
        let shape = Conv2dShape {
            batch: BATCH,
            in_channels,
            height,
            width,
            out_channels,
            kernel_height,
            kernel_width,
            stride,
            padding,
        };
        let (out_height, out_width) = shape.output_size().expect("the window fits");
        let mut sequence = Sequence::new(seed);
        let mut floats = |count| operands.floats(&mut sequence, count);
        let x = floats(BATCH * image);
        let weight = floats(out_channels * in_channels * kernel_height * kernel_width);
        let bias = floats(out_channels);
        for bias in [None, Some(bias.as_slice())] {
            transcript.outcome(split.by_rows(&x, BATCH, out_channels * out_height * out_width, |x, out| {
                kernels::conv2d(x, &weight, bias, Conv2dShape { batch: x.len() / image, ..shape }, out)
            }));
        }
    }
    transcript
}

pub fn max_pool2d(operands: Operands, split: Split) -> Transcript {
    let mut transcript = Transcript::default();
    for ([channels, height, width, kernel, stride], seed) in POOLS.into_iter().zip(200..) {
        let image = channels * height * width;
        let shape = Pool2dShape { batch: BATCH, channels, height, width, kernel, stride };
        let (out_height, out_width) = shape.output_size().expect("the window fits");
        let x = operands.floats(&mut Sequence::new(seed), BATCH * image);
        transcript.outcome(split.by_rows(&x, BATCH, channels * out_height * out_width, |x, out| {
            kernels::max_pool2d(x, Pool2dShape { batch: x.len() / image, ..shape }, out)
        }));
    }
    transcript
}
