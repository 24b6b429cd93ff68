//! Embedding, pooling, and operations element by element, against their definitions.

use super::operands::Operands;
use super::{bits, outcome};
use votive_kernels::{add, canonicalise, embed, mean_pool, multiply};

pub fn run(case: &[u8]) {
    let mut operands = Operands::new(case);
    match operands.byte() % 3 {
        0 => embedding(&mut operands),
        1 => pooling(&mut operands),
        _ => elementwise(&mut operands),
    }
}

fn embedding(operands: &mut Operands<'_>) {
    let (rows, columns, count) = (operands.size(40), operands.size(40), operands.size(40));
    let ids: Vec<u32> = (0..count)
        .map(|_| if operands.one_in(64) { operands.word() } else { u32::from(operands.byte()) % rows.max(1) as u32 })
        .collect();
    let table_len = operands.near(rows * columns);
    let table = operands.floats(table_len);
    let mut out = vec![1.0; operands.near(count * columns)];
    if embed(&table, columns, &ids, &mut out).is_ok() {
        let expected: Vec<f32> =
            ids.iter().flat_map(|id| &table[*id as usize * columns..][..columns]).copied().collect();
        assert_eq!(bits(&out), bits(&expected));
    }
}

fn pooling(operands: &mut Operands<'_>) {
    let (rows, columns) = (operands.size(40), operands.size(60));
    let (len, mask_len) = (operands.near(rows * columns), operands.near(rows));
    let x = operands.floats(len);
    let mask: Vec<bool> = (0..mask_len).map(|_| operands.one_in(2)).collect();
    let mut out = vec![1.0; columns];
    if mean_pool(&x, &mask, &mut out).is_ok() {
        let count = mask.iter().filter(|selected| **selected).count() as f32;
        let selected = || x.chunks(columns).zip(&mask).filter(|(_, selected)| **selected);
        let expected: Vec<f32> =
            (0..columns).map(|column| selected().fold(0.0, |sum, (row, _)| sum + row[column]) / count).collect();
        assert_eq!(bits(&out), bits(&expected));
    }
}

fn elementwise(operands: &mut Operands<'_>) {
    let count = operands.size(100);
    let other_len = operands.near(count);
    let (values, other) = (operands.floats(count), operands.floats(other_len));
    let both = || values.iter().zip(&other);
    let expected: [Vec<f32>; 2] = [both().map(|(a, b)| a + b).collect(), both().map(|(a, b)| a * b).collect()];
    for (operation, expected) in [add, multiply].into_iter().zip(expected) {
        let mut out = values.clone();
        let result = outcome(operation(&mut out, &other), &out);
        let is_sound = other_len == count && expected.iter().all(|value| value.is_finite());
        assert_eq!(result.ok(), is_sound.then(|| bits(&expected)));
    }
    let mut canonical = values.clone();
    match canonicalise(&mut canonical) {
        Ok(()) => assert!(canonical.iter().all(|value| value.is_finite() && value.to_bits() != 0x8000_0000)),
        Err(_) => assert_eq!(bits(&canonical), bits(&values), "an error leaves the values as they were"),
    }
}
