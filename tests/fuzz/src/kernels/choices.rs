//! The largest values and the drawn one, against plain sorting.

use super::operands::Operands;
use votive_kernels::{argmax, sample, top_k, Sampling, MAX_TEMPERATURE_MILLI};

pub fn run(case: &[u8]) {
    let mut operands = Operands::new(case);
    let len = operands.size(300);
    let mut values = operands.floats(len);
    if operands.one_in(2) {
        // Many ties, zeros of both signs among them.
        values.iter_mut().for_each(|value| *value = value.clamp(-4.0, 4.0).trunc());
    }
    let count = operands.size(320);
    let is_finite = values.iter().all(|value| value.is_finite());
    let chosen = top_k(&values, count);
    assert_eq!(chosen.clone().ok(), is_finite.then(|| largest(&values, count)));

    let temperature_milli = if operands.one_in(8) { operands.word() } else { u32::from(operands.byte()) * 20 };
    let mut seed = [0; 32];
    seed.fill_with(|| operands.byte());
    let sampling = Sampling { temperature_milli, top_k: count as u32, seed };
    let drawn = sample(&values, &sampling, u64::from(operands.word()));
    let is_sound = is_finite && len > 0 && temperature_milli <= MAX_TEMPERATURE_MILLI;
    assert_eq!(drawn.is_ok(), is_sound, "{drawn:?}");
    if let (Ok(drawn), Ok(chosen)) = (drawn, chosen) {
        let is_possible = if count == 0 { (drawn as usize) < len } else { chosen.contains(&drawn) };
        assert!(is_possible, "{drawn} is not among the {count} largest");
        assert!(temperature_milli > 0 || drawn as usize == argmax(&values));
    }
}

/// The indices of the `count` largest, by sorting all of them.
fn largest(values: &[f32], count: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    // Stable: of equal values the lower index comes first.
    order.sort_by(|a, b| {
        values[*b as usize].partial_cmp(&values[*a as usize]).expect("finite values are comparable; qed")
    });
    order.truncate(count);
    order
}
