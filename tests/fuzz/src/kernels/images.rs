//! Convolutions and pools over images.

use super::operands::Operands;
use super::{agreed, outcome, within};
use votive_kernels::{at, conv2d_packed, fma, max_pool2d, Conv2dShape, PackedLinear, Pool2dShape};

pub fn run(case: &[u8]) {
    let mut operands = Operands::new(case);
    if operands.one_in(4) {
        pool(&mut operands);
    } else {
        convolution(&mut operands);
    }
}

fn convolution(operands: &mut Operands<'_>) {
    let mut next = |most: usize| match operands.byte() {
        255 => 0,
        byte => 1 + usize::from(byte) % most,
    };
    let mut shape = Conv2dShape {
        batch: next(2),
        in_channels: next(4),
        height: next(14),
        width: next(14),
        out_channels: next(20),
        kernel_height: next(4),
        kernel_width: next(4),
        stride: next(3),
        padding: next(4).saturating_sub(1),
    };
    if operands.one_in(32) {
        shape.padding = operands.word() as usize * 0x8000_0001;
    }
    let Conv2dShape { batch, in_channels, height, width, out_channels, kernel_height, kernel_width, .. } = shape;
    let (out_height, out_width) = shape.output_size().unwrap_or((1, 1));
    let pixels = out_height.saturating_mul(out_width).min(1 << 12);
    if pixels * batch * in_channels * out_channels * kernel_height * kernel_width > 1 << 13 {
        return;
    }
    let x_len = operands.near(batch * in_channels * height * width);
    let weight_len = operands.near(out_channels * in_channels * kernel_height * kernel_width);
    let out_len = operands.near(batch * out_channels * pixels);
    let (x, weight) = (operands.floats(x_len), operands.floats(weight_len));
    let bias = operands.one_in(2).then(|| operands.floats(out_channels));
    let result = agreed(|level| {
        let mut out = vec![1.0; out_len];
        outcome(at::conv2d(level, &x, &weight, bias.as_deref(), shape, &mut out), &out)
    });
    let Ok(bits) = result else { return };
    let packed = PackedLinear::new(&weight, weight_len / out_channels, out_channels).expect("the weight is sound; qed");
    let mut out = vec![1.0; out_len];
    let workspace = shape.workspace_elements().map(|elements| 4 * elements);
    let result = within(workspace, || conv2d_packed(&x, &packed, bias.as_deref(), shape, &mut out));
    assert_eq!(outcome(result, &out), Ok(bits.clone()), "packed and not packed");
    for (index, bits) in bits.into_iter().enumerate() {
        let at = [
            index / (out_channels * pixels),
            index / pixels % out_channels,
            index / out_width % out_height,
            index % out_width,
        ];
        let sum = window(&x, &weight, &shape, at);
        let expected = bias.as_ref().map_or(sum, |bias| sum + bias[at[1]]);
        assert_eq!(bits, expected.to_bits(), "the chain of output {at:?}");
    }
}

/// One output by its definition: a chain over input channel, kernel row and kernel column.
fn window(x: &[f32], weight: &[f32], shape: &Conv2dShape, [image, output, row, column]: [usize; 4]) -> f32 {
    let Conv2dShape { in_channels, height, width, kernel_height, kernel_width, stride, padding, .. } = *shape;
    let mut sum = 0.0;
    for channel in 0..in_channels {
        for (i, j) in (0..kernel_height).flat_map(|i| (0..kernel_width).map(move |j| (i, j))) {
            let place = |start: usize, offset: usize, end: usize| {
                (start * stride + offset).checked_sub(padding).filter(|at| *at < end)
            };
            let tap = place(row, i, height).zip(place(column, j, width));
            let value = tap.map_or(0.0, |(y, z)| x[((image * in_channels + channel) * height + y) * width + z]);
            sum = fma(value, weight[((output * in_channels + channel) * kernel_height + i) * kernel_width + j], sum);
        }
    }
    sum
}

fn pool(operands: &mut Operands<'_>) {
    let shape = Pool2dShape {
        batch: operands.size(2),
        channels: operands.size(3),
        height: operands.size(20),
        width: operands.size(20),
        kernel: operands.size(5) % 8,
        stride: if operands.one_in(32) { operands.word() as usize } else { operands.size(4) % 8 },
    };
    let Pool2dShape { batch, channels, height, width, kernel, stride } = shape;
    let (out_height, out_width) = shape.output_size().unwrap_or((1, 1));
    let len = operands.near(batch * channels * height * width);
    let x = operands.floats(len);
    let mut out = vec![1.0; operands.near(batch * channels * out_height * out_width)];
    if max_pool2d(&x, shape, &mut out).is_err() {
        return;
    }
    for (index, value) in out.iter().enumerate() {
        let plane = &x[index / (out_height * out_width) * height * width..];
        let (row, column) = (index / out_width % out_height * stride, index % out_width * stride);
        let taps = (0..kernel).flat_map(|i| &plane[(row + i) * width + column..][..kernel]);
        let largest = taps.copied().reduce(|largest, value| if value > largest { value } else { largest });
        assert_eq!(Some(value.to_bits()), largest.map(f32::to_bits), "output {index}");
    }
}
