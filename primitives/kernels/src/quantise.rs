use crate::{
    check_finite,
    exp::ROUNDING,
    select::larger,
    shape::{check_len, element_count},
    simd::{dispatch, Kernel, Simd},
    KernelError, Level,
};
use alloc::{vec, vec::Vec};

/// The most inputs of an int8 product: 133,144 products of 127 · 127 are the most that an i32 holds.
pub const MAX_INPUTS_I8: usize = 133_144;

/// Inputs that an int8 product takes at once.
pub(crate) const GROUP: usize = 4;

/// The largest magnitude of a quantised value.
pub(crate) const LEVELS: f32 = 127.0;

/// Rows whose largest magnitude is below 2⁻¹²⁰ count as zero: 127 divided by it might overflow.
pub(crate) const SMALLEST_MAGNITUDE: f32 = f32::from_bits(0x0380_0000);

/// Rows of int8 with one scale each, as an int8 product takes its input; also the way to quantise a weight.
///
/// Each row is quantised by its largest magnitude m: q(v) = v · (127 / m) to the nearest integer, ties to even, and the
/// scale is m / 127. A row whose m is below 2⁻¹²⁰ becomes zeros with the scale +0.
#[derive(Clone, Debug)]
pub struct QuantisedRows {
    /// Rows of `inputs` and zeros up to a multiple of [`GROUP`].
    values: Vec<i8>,
    scales: Vec<f32>,
    inputs: usize,
}

impl QuantisedRows {
    /// Quantises `x`, which is rows × inputs.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge) (also above [`MAX_INPUTS_I8`]
    /// inputs) and [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong shape;
    /// [`NotFinite`](KernelError::NotFinite) if a value is a NaN or an infinity.
    pub fn new(x: &[f32], inputs: usize, rows: usize) -> Result<Self, KernelError> {
        Self::new_at(Level::best(), x, inputs, rows)
    }

    /// [`new`](Self::new) at `level`.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn new_at(level: Level, x: &[f32], inputs: usize, rows: usize) -> Result<Self, KernelError> {
        check_inputs(inputs)?;
        check_len("x", x.len(), element_count(&[rows, inputs])?)?;
        check_finite(x)?;
        let mut values = vec![0; rows * inputs.next_multiple_of(GROUP)];
        let mut scales = vec![0.0; rows];
        dispatch(level, Quantise { x, inputs, values: &mut values, scales: &mut scales });
        Ok(Self { values, scales, inputs })
    }

    /// Bytes of memory that so many rows of so many inputs take, for a budget; saturated.
    pub fn size_bytes_of(inputs: usize, rows: usize) -> usize {
        let row = inputs.div_ceil(GROUP).saturating_mul(GROUP).saturating_add(size_of::<f32>());
        rows.saturating_mul(row)
    }

    /// Elements of a row.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The scale of each row.
    pub fn scales(&self) -> &[f32] {
        &self.scales
    }

    /// The quantised values of each row.
    pub fn rows(&self) -> impl Iterator<Item = &[i8]> {
        self.values.chunks_exact(self.padded_inputs()).map(|row| &row[..self.inputs])
    }

    /// The quantised values, with zeros after each row up to a multiple of [`GROUP`].
    pub(crate) fn padded(&self) -> &[i8] {
        &self.values
    }

    pub(crate) fn padded_inputs(&self) -> usize {
        self.inputs.next_multiple_of(GROUP)
    }
}

/// Refuses more inputs than an int8 product sums exactly.
pub(crate) fn check_inputs(inputs: usize) -> Result<(), KernelError> {
    if inputs > MAX_INPUTS_I8 {
        return Err(KernelError::TooLarge);
    }
    element_count(&[inputs]).map(drop)
}

struct Quantise<'a> {
    x: &'a [f32],
    inputs: usize,
    values: &'a mut [i8],
    scales: &'a mut [f32],
}

impl Kernel for Quantise<'_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        let values = self.values.chunks_exact_mut(self.inputs.next_multiple_of(GROUP));
        let rows = self.x.chunks_exact(self.inputs).zip(values);
        for ((x, values), scale) in rows.zip(self.scales) {
            *scale = quantise_row(x, values);
        }
    }
}

/// Quantises one row of finite values and returns its scale.
#[inline(always)]
fn quantise_row(x: &[f32], values: &mut [i8]) -> f32 {
    let magnitude = largest_magnitude(x);
    if magnitude < SMALLEST_MAGNITUDE {
        values.fill(0);
        return 0.0;
    }
    let inverse = LEVELS / magnitude;
    for (quantised, &value) in values.iter_mut().zip(x) {
        // |value · inverse| ≤ 127 · (1 + 2⁻²³), which rounds to 127 at most; the low byte of the sum is the integer; qed
        *quantised = (value * inverse + ROUNDING).to_bits() as i8;
    }
    magnitude / LEVELS
}

/// In lanes for speed: the order of a maximum of magnitudes shows in no bit.
#[inline(always)]
fn largest_magnitude(x: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 32];
    let (blocks, rest) = x.as_chunks::<32>();
    for block in blocks {
        for (lane, value) in lanes.iter_mut().zip(block) {
            *lane = larger(*lane, value.abs());
        }
    }
    rest.iter().chain(&lanes).fold(0.0, |max, value| larger(max, value.abs()))
}
