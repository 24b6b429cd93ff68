//! Rotary positions: a row alone and among others.

use super::bits;
use super::operands::Operands;
use votive_kernels::{RotaryPairs, RotaryTable};

pub fn run(case: &[u8]) {
    let mut operands = Operands::new(case);
    let (pairs, positions, heads) = (operands.size(20), operands.size(40), 1 + operands.size(4) % 4);
    let head_size = 2 * pairs + usize::from(operands.one_in(16));
    let table = match operands.byte() % 4 {
        0 => RotaryTable::with_frequencies(&operands.floats(pairs), positions),
        1 => RotaryTable::new(head_size, f32::from_bits(operands.word()), positions),
        _ => RotaryTable::new(head_size, [10_000.0, 500_000.0, 1.0][usize::from(operands.byte()) % 3], positions),
    };
    let Ok(table) = table else { return };
    assert_eq!(table.positions(), positions);
    let rows = operands.size(12);
    let at: Vec<u32> =
        (0..rows).map(|_| u32::from(operands.byte()) % (positions as u32 + u32::from(operands.one_in(16)))).collect();
    let columns = heads * 2 * pairs;
    let len = operands.near(rows * columns);
    let source = operands.floats(len);
    let kind = if operands.one_in(2) { RotaryPairs::Halves } else { RotaryPairs::Neighbours };
    let mut all = source.clone();
    if table.rotate(&mut all, &at, kind).is_err() {
        return;
    }
    assert!(len == rows * columns, "{len} values are not whole heads of {columns} for {rows} positions");
    for (row, position) in at.iter().enumerate() {
        let range = row * columns..(row + 1) * columns;
        let mut alone = source[range.clone()].to_vec();
        assert_eq!(table.rotate(&mut alone, &[*position], kind), Ok(()));
        assert_eq!(bits(&alone), bits(&all[range]), "row {row} alone");
    }
}
