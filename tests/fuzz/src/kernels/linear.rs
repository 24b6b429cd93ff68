//! f32 products, packed and not, whole, by columns and row by row.

use super::operands::Operands;
use super::{agreed, bits, outcome, within};
use votive_kernels::{at, fma, linear, LinearShape, PackedLinear};

/// The most multiplications of a case: the portable level computes each in software.
pub const MOST_PRODUCTS: usize = 1 << 13;

pub fn run(case: &[u8]) {
    let mut operands = Operands::new(case);
    let shape = shape(&mut operands);
    let LinearShape { rows, inputs, outputs } = shape;
    let x_len = operands.near(rows * inputs);
    let weight_len = operands.near(outputs * inputs);
    let out_len = operands.near(rows * outputs);
    let (x, weight) = (operands.floats(x_len), operands.floats(weight_len));
    let bias = operands.one_in(2).then(|| operands.floats(outputs));
    let bias = bias.as_deref();

    let plain = agreed(|level| {
        let mut out = vec![1.0; out_len];
        outcome(at::linear(level, &x, &weight, bias, shape, &mut out), &out)
    });
    let mut out = vec![1.0; out_len];
    assert_eq!(outcome(linear(&x, &weight, bias, shape, &mut out), &out), plain);
    let packed = PackedLinear::new(&weight, inputs, outputs);
    let whole = agreed(|level| {
        let mut out = vec![1.0; out_len];
        let packed = packed.as_ref().map_err(|error| *error)?;
        let workspace = PackedLinear::workspace_bytes_of(inputs, outputs, rows);
        outcome(within(workspace, || packed.apply_at(level, &x, bias, rows, &mut out)), &out)
    });
    let (Ok(packed), Ok(values)) = (packed, &plain) else {
        // Where several things are wrong, each may find another of them first.
        let has_sound_shape = rows * inputs * outputs > 0
            && (x_len, weight_len, out_len) == (rows * inputs, outputs * inputs, rows * outputs);
        assert!(
            if has_sound_shape { whole == plain } else { whole.is_err() },
            "packed {whole:?}, not packed {plain:?}"
        );
        return;
    };
    assert_eq!(whole, plain, "packed and not packed");
    assert_eq!(*values, chains(&x, &weight, bias, shape), "the chain of its definition");
    some_columns(&mut operands, &packed, (&x, bias, values), shape);
}

/// Rows, inputs and outputs, on both sides of tiles, panels and blocks.
pub fn shape(operands: &mut Operands<'_>) -> LinearShape {
    let (mut rows, mut inputs, mut outputs) = (operands.size(230), operands.size(700), operands.size(150));
    while rows * inputs * outputs > MOST_PRODUCTS {
        let largest = [&mut rows, &mut inputs, &mut outputs].into_iter().max();
        *largest.expect("there are three; qed") /= 2;
    }
    LinearShape { rows, inputs, outputs }
}

/// The definition, output by output.
fn chains(x: &[f32], weight: &[f32], bias: Option<&[f32]>, shape: LinearShape) -> Vec<u32> {
    let LinearShape { inputs, outputs, .. } = shape;
    let chain =
        |row: &[f32], weight: &[f32]| row.iter().zip(weight).fold(0.0, |sum, (x, weight)| fma(*x, *weight, sum));
    let value = |row: &[f32], output: usize| {
        let sum = chain(row, &weight[output * inputs..]);
        bias.map_or(sum, |bias| sum + bias[output])
    };
    let rows = x.chunks_exact(inputs);
    rows.flat_map(|row| (0..outputs).map(move |output| value(row, output).to_bits())).collect()
}

/// A range of outputs, and one row alone, have the bits that they have among all.
fn some_columns(
    operands: &mut Operands<'_>,
    packed: &PackedLinear,
    (x, bias, values): (&[f32], Option<&[f32]>, &[u32]),
    shape: LinearShape,
) {
    let LinearShape { rows, inputs, outputs } = shape;
    let start = usize::from(operands.byte()) % outputs.div_ceil(PackedLinear::PANEL) * PackedLinear::PANEL;
    let Ok(columns) = packed.columns(start..outputs) else { panic!("{start} is at a panel of {outputs}") };
    let row = usize::from(operands.byte()) % rows;
    let mut out = vec![1.0; outputs - start];
    let applied = columns.apply(&x[row * inputs..][..inputs], bias.map(|bias| &bias[start..]), 1, &mut out);
    assert_eq!(applied, Ok(()));
    assert_eq!(bits(&out), values[row * outputs..][start..outputs], "row {row}, columns from {start}");
}
