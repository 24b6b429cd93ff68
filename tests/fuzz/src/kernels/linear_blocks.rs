//! Products with block-quantised weights, whole and by columns, and the rows of the weights.

use super::operands::Operands;
use super::{agreed, bits, outcome};
use votive_kernels::{BlockFormat, Level, PackedLinearBlocks, QuantisedBlocks};

/// The formats, and where in a block their binary16 scales have the byte of the exponent.
const FORMATS: [(BlockFormat, &[usize]); 3] =
    [(BlockFormat::Q8_0, &[1]), (BlockFormat::Q4K, &[1, 3]), (BlockFormat::Q6K, &[209])];

/// The most multiplications of a case.
const MOST_PRODUCTS: usize = 1 << 14;

pub fn run(case: &[u8]) {
    let mut operands = Operands::new(case);
    let (format, exponents) = FORMATS[usize::from(operands.byte()) % FORMATS.len()];
    let (mut rows, mut outputs) = (operands.size(40), operands.size(70));
    let inputs = operands.size(1024 / format.block_inputs()) * format.block_inputs();
    while rows * inputs * outputs > MOST_PRODUCTS {
        *(&mut rows).max(&mut outputs) /= 2;
    }
    let weight_len = operands.near(outputs * inputs / format.block_inputs() * format.block_bytes());
    let mut weight = operands.bytes(weight_len);
    if !operands.one_in(16) {
        for block in weight.chunks_exact_mut(format.block_bytes()) {
            // The largest exponent is that of infinities and NaNs.
            exponents.iter().for_each(|at| block[*at] &= 0xbf);
        }
    }
    let x = operands.floats(rows * inputs);
    let bias = operands.one_in(2).then(|| operands.floats(outputs));
    let (Ok(packed), Ok(quantised)) = (
        PackedLinearBlocks::new(format, &weight, inputs, outputs),
        QuantisedBlocks::new_at(Level::PORTABLE, &x, inputs, rows),
    ) else {
        return;
    };
    let out_len = operands.near(rows * outputs);
    let whole = agreed(|level| {
        let x = QuantisedBlocks::new_at(level, &x, inputs, rows).expect("the portable level quantises it");
        assert!(x.values().eq(quantised.values()), "quantising at {} and the portable level differ", level.name());
        let mut out = vec![1.0; out_len];
        outcome(packed.apply_at(level, &x, bias.as_deref(), &mut out), &out)
    });
    let Ok(values) = whole else { return };
    let start = usize::from(operands.byte()) % outputs.div_ceil(PackedLinearBlocks::PANEL) * PackedLinearBlocks::PANEL;
    let Ok(columns) = packed.columns(start..outputs) else { panic!("{start} is at a panel of {outputs}") };
    let mut out = vec![1.0; rows * (outputs - start)];
    assert_eq!(columns.apply(&quantised, bias.as_ref().map(|bias| &bias[start..]), &mut out), Ok(()));
    let expected: Vec<u32> = values.chunks(outputs).flat_map(|row| &row[start..]).copied().collect();
    assert_eq!(bits(&out), expected, "columns from {start}");
}
