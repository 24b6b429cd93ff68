//! Attention of all queries to all keys, over rows as products leave them. Scores lie key by key with a query in each lane, so
//! that a softmax is one vector operation for each key, and its weights are at once the lines of the product with the values.

use crate::{
    check_finite,
    exp::exp_of,
    finite::are_finite,
    product::{pack_columns, pack_rows, pack_transposed, tiles, Begin, Part, Rows},
    quotient::{divide, reciprocals},
    select::larger,
    shape::{check_len, check_rows, element_count},
    simd::{dispatch, Kernel, Line, Simd, LANES},
    KernelError, Level,
};
use alloc::{vec, vec::Vec};
use core::ops::Range;

/// The most panels of 16 queries that are computed together: those of a tile.
const MAX_PANELS: usize = 2;

/// A value for each of 16 queries.
type Lanes = [f32; LANES];

/// What attention without a mask is computed of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sequence<'a> {
    /// Rows × heads · head size.
    pub queries: &'a [f32],
    /// Keys × heads · head size.
    pub keys: &'a [f32],
    /// As many as keys.
    pub values: &'a [f32],
    /// Heads of queries, keys and values alike.
    pub heads: usize,
    /// Elements of a head.
    pub head_size: usize,
}

/// Attention of every query of `sequence` to all of its keys, to the bit what [`attend`](crate::attend) gives without a mask, where
/// no key stays for later queries: faster, and nothing is arranged for them.
///
/// `scale` is the factor of the scores, 1/√(head size) as a rule. `out` is rows × heads · head size.
///
/// # Errors
/// [`ParameterOutOfRange`](KernelError::ParameterOutOfRange) if the scale is not finite;
/// [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge) and
/// [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong shape; [`NotFinite`](KernelError::NotFinite) if an operand, a score or
/// an output is a NaN or an infinity.
pub fn attend_unmasked(sequence: Sequence<'_>, scale: f32, out: &mut [f32]) -> Result<(), KernelError> {
    attend_unmasked_at(Level::best(), sequence, scale, out)
}

/// [`attend_unmasked`](crate::attend_unmasked) at `level`.
///
/// # Errors
/// As [`attend_unmasked`](crate::attend_unmasked).
pub fn attend_unmasked_at(
    level: Level,
    sequence: Sequence<'_>,
    scale: f32,
    out: &mut [f32],
) -> Result<(), KernelError> {
    let Sequence { queries, keys, values, heads, head_size } = sequence;
    if !scale.is_finite() {
        return Err(KernelError::ParameterOutOfRange { parameter: "scale", range: "finite" });
    }
    let columns = element_count(&[heads, head_size])?;
    check_rows("queries", queries.len(), columns)?;
    check_rows("keys", keys.len(), columns)?;
    check_len("values", values.len(), keys.len())?;
    check_len("out", out.len(), queries.len())?;
    // What is not finite in an operand stays so in each chain that it enters, and so comes to a score or an output; qed
    let mut is_finite = true;
    dispatch(level, Unmasked { sequence, scale, out: &mut *out, is_finite: &mut is_finite });
    if !is_finite {
        return Err(KernelError::NotFinite);
    }
    check_finite(out)
}

/// An [`attend_unmasked`] whose lengths are checked.
struct Unmasked<'a> {
    sequence: Sequence<'a>,
    scale: f32,
    out: &'a mut [f32],
    /// Becomes false if a score is not.
    is_finite: &'a mut bool,
}

impl Kernel for Unmasked<'_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        let Sequence { queries, keys, values, heads, head_size } = self.sequence;
        let columns = heads * head_size;
        let (panel, part) = (LANES * columns, S::TILE_PANELS * LANES * columns);
        let mut workspace = Workspace::new(keys.len() / columns, head_size);
        for head in 0..heads {
            let head = Head { columns, range: head * head_size..(head + 1) * head_size };
            pack_rows::<S::Floats>(keys, columns, head.range.clone(), S::TILE_ROWS, &mut workspace.keys);
            pack_columns(values, columns, head.range.clone(), S::TILE_ROWS, &mut workspace.values);
            for (queries, out) in queries.chunks(part).zip(self.out.chunks_mut(part)) {
                *self.is_finite &= if S::TILE_PANELS == MAX_PANELS && queries.len() > panel {
                    workspace.attend::<S, MAX_PANELS>(&head, queries, self.scale, out)
                } else {
                    workspace.attend::<S, 1>(&head, queries, self.scale, out)
                };
            }
        }
    }
}

/// Where the elements of a head lie in a row.
struct Head {
    /// The length of a row.
    columns: usize,
    range: Range<usize>,
}

/// Memory for one head, and for the queries that are computed together.
struct Workspace {
    /// The head's keys, packed as rows.
    keys: Vec<f32>,
    /// The head's values, packed as columns.
    values: Vec<f32>,
    /// Panels × head size.
    queries: Vec<Line>,
    /// Keys × panels · 16.
    scores: Vec<f32>,
    /// Panels × keys.
    weights: Vec<Line>,
    /// Head size × panels · 16.
    mixed: Vec<f32>,
}

impl Workspace {
    fn new(keys: usize, head_size: usize) -> Self {
        let line = Line([0.0; LANES]);
        Self {
            keys: vec![0.0; keys * head_size],
            values: vec![0.0; keys * head_size],
            queries: vec![line; MAX_PANELS * head_size],
            scores: vec![0.0; keys * MAX_PANELS * LANES],
            weights: vec![line; MAX_PANELS * keys],
            mixed: vec![0.0; head_size * MAX_PANELS * LANES],
        }
    }

    /// Attention of at most `PANELS` · 16 `queries`; whether all scores are finite.
    #[inline(always)]
    fn attend<S: Simd, const PANELS: usize>(
        &mut self,
        head: &Head,
        queries: &[f32],
        scale: f32,
        out: &mut [f32],
    ) -> bool {
        let head_size = head.range.len();
        let (count, width) = (self.keys.len() / head_size, PANELS * LANES);
        let part = Part { stride: width, column: 0, begin: Begin::Zero, bias: None };

        let panels = self.queries.chunks_exact_mut(head_size);
        for (queries, lines) in queries.chunks(LANES * head.columns).zip(panels) {
            pack_transposed::<S::Floats>(queries, head.columns, head.range.clone(), lines);
        }
        let lines = panels_of::<PANELS>(&self.queries, head_size);
        let scores = &mut self.scores[..count * width];
        tiles::<S, PANELS>(&Rows { x: &self.keys, tile_rows: S::TILE_ROWS }, lines, &part, scores);

        let is_finite = weigh::<PANELS>(scores, scale, &mut self.weights[..PANELS * count]);

        let lines = panels_of::<PANELS>(&self.weights, count);
        let mixed = &mut self.mixed[..head_size * width];
        tiles::<S, PANELS>(&Rows { x: &self.values, tile_rows: S::TILE_ROWS }, lines, &part, mixed);
        scatter::<S>(mixed, width, head, out);
        is_finite
    }
}

/// The first panels of `lines`, each of which has `length`.
#[inline(always)]
fn panels_of<const PANELS: usize>(lines: &[Line], length: usize) -> [&[Line]; PANELS] {
    core::array::from_fn(|panel| &lines[panel * length..][..length])
}

/// Writes the softmax over keys of `scores` (keys × panels · 16), times `scale`, to `weights` (panels × keys); whether all
/// scores are finite.
#[inline(always)]
fn weigh<const PANELS: usize>(scores: &mut [f32], scale: f32, weights: &mut [Line]) -> bool {
    for score in scores.iter_mut() {
        *score *= scale;
    }
    let (scores, _) = scores.as_chunks::<LANES>();
    let is_finite = are_finite(scores.as_flattened());
    for (panel, weights) in weights.chunks_exact_mut(scores.len() / PANELS).enumerate() {
        weigh_panel(scores[panel..].iter().step_by(PANELS), weights);
    }
    is_finite
}

/// The softmax over keys of 16 queries, in the order of [`softmax`](crate::softmax).
#[inline(always)]
fn weigh_panel<'a>(scores: impl Iterator<Item = &'a Lanes> + Clone, weights: &mut [Line]) {
    // In any order: that shows in the sign of a zero at most, and the exponential of the difference is 1 for both.
    let mut maxima = [f32::NEG_INFINITY; LANES];
    for scores in scores.clone() {
        for (max, &score) in maxima.iter_mut().zip(scores) {
            *max = larger(*max, score);
        }
    }
    // A lane of the softmax' sum holds each sixteenth key.
    let mut sums = [[0.0; LANES]; LANES];
    for ((scores, weights), key) in scores.zip(weights.iter_mut()).zip(0..) {
        let mut exponentials = *scores;
        for (value, max) in exponentials.iter_mut().zip(maxima) {
            *value = exp_of(*value - max);
        }
        weights.0 = exponentials;
        add(&mut sums[key % LANES], &exponentials);
    }
    let mut width = LANES / 2;
    while width > 0 {
        let (low, high) = sums.split_at_mut(width);
        for (low, high) in low.iter_mut().zip(high.iter()) {
            add(low, high);
        }
        width /= 2;
    }
    let [sum, ..] = sums;
    let reciprocals = reciprocals(&sum);
    for weights in weights {
        divide(&mut weights.0, &sum, &reciprocals);
    }
}

#[inline(always)]
fn add(sums: &mut Lanes, addends: &Lanes) {
    for (sum, addend) in sums.iter_mut().zip(addends) {
        *sum += addend;
    }
}

/// Writes the head's part of each row of `out` from `mixed`, which is head size × `width` queries.
#[inline(always)]
fn scatter<S: Simd>(mixed: &[f32], width: usize, head: &Head, out: &mut [f32]) {
    let mut lines = [Line([0.0; LANES]); MAX_PANELS * LANES];
    let lines = &mut lines[..width];
    for (mixed, start) in mixed.chunks(LANES * width).zip(head.range.clone().step_by(LANES)) {
        pack_transposed::<S::Floats>(mixed, width, 0..width, lines);
        let count = mixed.len() / width;
        for (row, line) in out.chunks_exact_mut(head.columns).zip(lines.iter()) {
            match row[start..].first_chunk_mut() {
                Some(row) if count == LANES => *row = line.0,
                _ => row[start..][..count].copy_from_slice(&line.0[..count]),
            }
        }
    }
}
