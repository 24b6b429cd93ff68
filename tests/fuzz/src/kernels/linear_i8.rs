//! int8 products, packed and not, whole and by columns.

use super::linear::shape;
use super::operands::Operands;
use super::{agreed, bits, outcome, within};
use votive_kernels::{linear_i8, Level, LinearShape, PackedLinearI8, QuantisedRows};

pub fn run(case: &[u8]) {
    let mut operands = Operands::new(case);
    let shape = shape(&mut operands);
    let LinearShape { rows, inputs, outputs } = shape;
    let weight_len = operands.near(outputs * inputs);
    let weight = operands.int8s(weight_len);
    let (x, scales) = (operands.floats(rows * inputs), operands.floats(outputs));
    let bias = operands.one_in(2).then(|| operands.floats(outputs));
    let bias = bias.as_deref();
    let out_len = operands.near(rows * outputs);
    let mut out = vec![1.0; out_len];
    let plain = outcome(linear_i8(&x, &weight, &scales, bias, shape, &mut out), &out);

    let packed = PackedLinearI8::new(&weight, &scales, inputs, outputs);
    let quantised = QuantisedRows::new_at(Level::PORTABLE, &x, inputs, rows);
    let (Ok(packed), Ok(quantised)) = (packed, quantised) else {
        assert!(plain.is_err(), "packing is refused, the product is not");
        return;
    };
    let whole = agreed(|level| {
        let mut out = vec![1.0; out_len];
        let workspace = PackedLinearI8::workspace_bytes_of(inputs, outputs, rows);
        outcome(within(workspace, || packed.apply_at(level, &quantised, bias, &mut out)), &out)
    });
    assert_eq!(whole, plain, "packed and not packed");
    let Ok(values) = whole else { return };
    let start = usize::from(operands.byte()) % outputs.div_ceil(PackedLinearI8::PANEL) * PackedLinearI8::PANEL;
    let Ok(columns) = packed.columns(start..outputs) else { panic!("{start} is at a panel of {outputs}") };
    let mut out = vec![1.0; rows * (outputs - start)];
    assert_eq!(columns.apply(&quantised, bias.map(|bias| &bias[start..]), &mut out), Ok(()));
    let expected: Vec<u32> = values.chunks(outputs).flat_map(|row| &row[start..]).copied().collect();
    assert_eq!(bits(&out), expected, "columns from {start}");
}
