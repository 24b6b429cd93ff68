use crate::{
    check_finite,
    shape::{check_rows, element_count},
    trigonometry::{power, sine_cosine},
    KernelError,
};
use alloc::{vec, vec::Vec};

/// Positions of [`RotaryTable`] are below this: the integers that an f32 holds exactly.
pub const MAX_POSITIONS: usize = 1 << 24;

/// Which two elements of a head turn together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotaryPairs {
    /// Element i and element i + half the head, as Llama's published weights have it.
    Halves,
    /// Elements 2i and 2i + 1.
    Neighbours,
}

/// Sines and cosines of rotary position embeddings, for each position up to a limit.
#[derive(Clone, Debug)]
pub struct RotaryTable {
    /// Position by position, for each pair.
    sines: Vec<f32>,
    cosines: Vec<f32>,
    /// Pairs of a head.
    pairs: usize,
}

impl RotaryTable {
    /// The table of heads of `head_size` for `positions` from 0 on, with the frequencies 1 / `base`^(2i / `head_size`).
    ///
    /// # Errors
    /// [`ParameterOutOfRange`](KernelError::ParameterOutOfRange) for an odd or zero `head_size` or a `base` that is not
    /// finite and at least 1; otherwise as [`with_frequencies`](Self::with_frequencies).
    pub fn new(head_size: usize, base: f32, positions: usize) -> Result<Self, KernelError> {
        if head_size == 0 || !head_size.is_multiple_of(2) {
            return Err(KernelError::ParameterOutOfRange { parameter: "head_size", range: "even and above 0" });
        }
        if !(base >= 1.0 && base.is_finite()) {
            return Err(KernelError::ParameterOutOfRange { parameter: "base", range: "finite and at least 1" });
        }
        element_count(&[head_size, positions])?;
        let exponents = (0..head_size / 2).map(|pair| (2 * pair) as f64 / head_size as f64);
        let frequencies: Vec<f32> = exponents.map(|exponent| 1.0 / power(base, exponent)).collect();
        Self::with_frequencies(&frequencies, positions)
    }

    /// The table for `positions` from 0 on, with a frequency for each pair of a head.
    ///
    /// # Errors
    /// [`ParameterOutOfRange`](KernelError::ParameterOutOfRange) for a frequency outside of 0 to 1;
    /// [`ZeroDimension`](KernelError::ZeroDimension) for no frequency or no position; [`TooLarge`](KernelError::TooLarge)
    /// above [`MAX_POSITIONS`], or if the table has too many elements.
    pub fn with_frequencies(frequencies: &[f32], positions: usize) -> Result<Self, KernelError> {
        if !frequencies.iter().all(|frequency| (0.0..=1.0).contains(frequency)) {
            return Err(KernelError::ParameterOutOfRange { parameter: "frequencies", range: "0 to 1" });
        }
        if positions > MAX_POSITIONS {
            return Err(KernelError::TooLarge);
        }
        let count = element_count(&[frequencies.len(), positions])?;
        let (mut sines, mut cosines) = (vec![0.0; count], vec![0.0; count]);
        let rows = sines.chunks_exact_mut(frequencies.len()).zip(cosines.chunks_exact_mut(frequencies.len()));
        for ((sines, cosines), position) in rows.zip(0u32..) {
            for ((sine, cosine), &frequency) in sines.iter_mut().zip(cosines).zip(frequencies) {
                // The position is below 2²⁴, so that it is exact.
                (*sine, *cosine) = sine_cosine(position as f32 * frequency);
            }
        }
        Ok(Self { sines, cosines, pairs: frequencies.len() })
    }

    /// The positions that the table has.
    pub fn positions(&self) -> usize {
        self.sines.len() / self.pairs
    }

    /// Turns each head of each row of `x`: with sine s and cosine c of the row's position, (a, b) becomes
    /// (a·c − b·s, b·c + a·s), each product and sum rounded by itself.
    ///
    /// `x` is `positions.len()` × heads · head size.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge) and
    /// [`ShapeMismatch`](KernelError::ShapeMismatch) if `x` is not whole heads for each position;
    /// [`IndexOutOfRange`](KernelError::IndexOutOfRange) for a position that the table has not;
    /// [`NotFinite`](KernelError::NotFinite) if a value or a result is a NaN or an infinity.
    pub fn rotate(&self, x: &mut [f32], positions: &[u32], pairs: RotaryPairs) -> Result<(), KernelError> {
        let head_size = 2 * self.pairs;
        let columns = check_rows("x", x.len(), element_count(&[positions.len(), head_size])?)? * head_size;
        check_finite(x)?;
        for (row, &position) in x.chunks_exact_mut(columns).zip(positions) {
            let index = position as usize;
            if index >= self.positions() {
                return Err(KernelError::IndexOutOfRange { index, rows: self.positions() });
            }
            let range = index * self.pairs..(index + 1) * self.pairs;
            let (sines, cosines) = (&self.sines[range.clone()], &self.cosines[range]);
            for head in row.chunks_exact_mut(head_size) {
                match pairs {
                    RotaryPairs::Halves => rotate_halves(head, sines, cosines),
                    RotaryPairs::Neighbours => rotate_neighbours(head, sines, cosines),
                }
            }
        }
        check_finite(x)
    }
}

fn rotate_halves(head: &mut [f32], sines: &[f32], cosines: &[f32]) {
    let (low, high) = head.split_at_mut(sines.len());
    for (((a, b), &sine), &cosine) in low.iter_mut().zip(high).zip(sines).zip(cosines) {
        (*a, *b) = (*a * cosine - *b * sine, *b * cosine + *a * sine);
    }
}

fn rotate_neighbours(head: &mut [f32], sines: &[f32], cosines: &[f32]) {
    for (([a, b], &sine), &cosine) in head.as_chunks_mut::<2>().0.iter_mut().zip(sines).zip(cosines) {
        (*a, *b) = (*a * cosine - *b * sine, *b * cosine + *a * sine);
    }
}
