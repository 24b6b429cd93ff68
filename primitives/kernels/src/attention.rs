mod unmasked;

pub use unmasked::{attend_unmasked, attend_unmasked_at, Sequence};

use crate::{
    check_finite,
    finite::are_finite,
    product::{Begin, Product},
    shape::{check_len, check_rows, element_count},
    simd::{dispatch, Kernel, Simd, LANES},
    softmax::softmax_row,
    KernelError, KeyValueCache, Level,
};
use alloc::vec::Vec;

/// Queries whose scores are computed together: they stay in the second-level cache.
const BLOCK_QUERIES: usize = 48;

/// Queries of a block where each sees another number of keys: what they do not share is computed one by one.
const BLOCK_CAUSAL_QUERIES: usize = 12;

/// Which keys a query sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttentionMask {
    /// All of them.
    Full,
    /// The queries belong to the last keys, and each sees its own and those before.
    Causal,
    /// As [`Causal`](Self::Causal), but so many keys follow those of the queries: for some of the queries, as a thread has them.
    CausalBefore(usize),
}

/// How queries attend to keys.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attention {
    /// Heads of a query: a multiple of those of the keys; consecutive ones share a head of the keys.
    pub heads: usize,
    /// The factor of the scores, 1/√(head size) as a rule.
    pub scale: f32,
    /// Which keys a query sees.
    pub mask: AttentionMask,
}

/// Attention of `queries` to the keys and values of `cache`: for each head the [`linear`](crate::linear) of the query
/// with the keys it sees, each score times the scale; their [`softmax`](crate::softmax); and the chain of fused
/// multiply-adds over keys, ascending, of these weights and the values.
///
/// A row has the same bits alone, in a batch, and whatever keys follow those it sees. `queries` and `out` are
/// rows × heads · head size.
///
/// # Errors
/// [`ParameterOutOfRange`](KernelError::ParameterOutOfRange) if the heads are not a multiple of the cache's or the scale
/// is not finite; [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge) and
/// [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong shape, fewer keys than causal queries need among them;
/// [`NotFinite`](KernelError::NotFinite) if a score that is seen or an output is a NaN or an infinity.
pub fn attend(
    queries: &[f32],
    cache: &KeyValueCache,
    attention: Attention,
    out: &mut [f32],
) -> Result<(), KernelError> {
    attend_at(Level::best(), queries, cache, attention, out)
}

/// [`attend`](crate::attend) at `level`.
///
/// # Errors
/// As [`attend`](crate::attend).
pub fn attend_at(
    level: Level,
    queries: &[f32],
    cache: &KeyValueCache,
    attention: Attention,
    out: &mut [f32],
) -> Result<(), KernelError> {
    let Attention { heads, scale, mask } = attention;
    if !heads.is_multiple_of(cache.heads()) {
        return Err(KernelError::ParameterOutOfRange { parameter: "heads", range: "a multiple of the cache's heads" });
    }
    if !scale.is_finite() {
        return Err(KernelError::ParameterOutOfRange { parameter: "scale", range: "finite" });
    }
    element_count(&[cache.len()])?;
    let columns = element_count(&[heads, cache.head_size()])?;
    let rows = check_rows("queries", queries.len(), columns)?;
    check_len("out", out.len(), queries.len())?;
    let own_keys = rows.saturating_add(mask.keys_after());
    if mask != AttentionMask::Full && own_keys > cache.len() {
        return Err(KernelError::ShapeMismatch { operand: "cache", expected: own_keys, actual: cache.len() });
    }
    check_finite(queries)?;
    let block = if mask == AttentionMask::Full { BLOCK_QUERIES } else { BLOCK_CAUSAL_QUERIES };
    let mut workspace = Workspace::default();
    for head in 0..heads {
        for start in (0..rows).step_by(block) {
            let rows = start..rows.min(start + block);
            let seen: Vec<usize> =
                rows.clone().map(|row| mask.seen(row, queries.len() / columns, cache.len())).collect();
            let part = Part { head, key_head: head * cache.heads() / heads, seen: &seen, columns };
            workspace.gather(&queries[rows.start * columns..], &part, cache.head_size());
            workspace.weigh(level, cache, &part, scale)?;
            workspace.mix(level, cache, &part);
            workspace.scatter(&part, cache.head_size(), &mut out[rows.start * columns..]);
        }
    }
    check_finite(out)
}

impl AttentionMask {
    /// Keys that follow those of the queries.
    fn keys_after(self) -> usize {
        match self {
            Self::CausalBefore(keys) => keys,
            Self::Full | Self::Causal => 0,
        }
    }

    /// The keys, of `keys`, that the query `row` of `rows` sees.
    fn seen(self, row: usize, rows: usize, keys: usize) -> usize {
        match self {
            Self::Full => keys,
            Self::Causal | Self::CausalBefore(_) => keys - self.keys_after() - rows + row + 1,
        }
    }
}

/// Some queries of one head.
struct Part<'a> {
    head: usize,
    /// The head of keys and values.
    key_head: usize,
    /// The keys that each query sees, ascending.
    seen: &'a [usize],
    /// The length of a row of queries.
    columns: usize,
}

/// Memory that one block after the other uses.
#[derive(Default)]
struct Workspace {
    /// Queries × head size.
    queries: Vec<f32>,
    /// Queries × `width`.
    scores: Vec<f32>,
    width: usize,
    /// The weights that all queries have: a row each.
    shared: Vec<f32>,
    /// Queries × head size.
    mixed: Vec<f32>,
}

impl Workspace {
    /// Copies the head's part of each query.
    fn gather(&mut self, queries: &[f32], part: &Part<'_>, head_size: usize) {
        self.queries.clear();
        for row in queries.chunks_exact(part.columns).take(part.seen.len()) {
            self.queries.extend_from_slice(&row[part.head * head_size..][..head_size]);
        }
    }

    /// Computes the softmax of the scores of the keys that each query sees.
    fn weigh(&mut self, level: Level, cache: &KeyValueCache, part: &Part<'_>, scale: f32) -> Result<(), KernelError> {
        let most = part.seen[part.seen.len() - 1];
        self.width = most.next_multiple_of(LANES);
        self.scores.resize(part.seen.len() * self.width, 0.0);
        let product = Product {
            x: &self.queries,
            inputs: cache.head_size(),
            weight: cache.keys_of(part.key_head),
            begin: Begin::Zero,
            bias: None,
            outputs: self.width,
            out: &mut self.scores,
        };
        dispatch(level, product);
        let mut is_finite = true;
        let Self { scores, width, .. } = self;
        dispatch(level, Weigh { scores, width: *width, seen: part.seen, scale, is_finite: &mut is_finite });
        if is_finite {
            Ok(())
        } else {
            Err(KernelError::NotFinite)
        }
    }

    /// Computes the chains of weights and values: as tiles over the keys that all queries see, then row by row.
    fn mix(&mut self, level: Level, cache: &KeyValueCache, part: &Part<'_>) {
        let least = part.seen[0];
        let outputs = cache.head_size();
        self.shared.clear();
        for row in self.scores.chunks_exact(self.width) {
            self.shared.extend_from_slice(&row[..least]);
        }
        self.mixed.resize(part.seen.len() * outputs, 0.0);
        let weight = cache.values_of(part.key_head, 0);
        let product = Product {
            x: &self.shared,
            inputs: least,
            weight,
            begin: Begin::Zero,
            bias: None,
            outputs,
            out: &mut self.mixed,
        };
        dispatch(level, product);
        let rows = self.scores.chunks_exact(self.width).zip(self.mixed.chunks_exact_mut(outputs));
        for ((row, out), &seen) in rows.zip(part.seen).filter(|(_, &seen)| seen > least) {
            let weight = cache.values_of(part.key_head, least);
            let (x, inputs) = (&row[least..seen], seen - least);
            dispatch(level, Product { x, inputs, weight, begin: Begin::Out, bias: None, outputs, out });
        }
    }

    /// Writes the head's part of each output.
    fn scatter(&self, part: &Part<'_>, head_size: usize, out: &mut [f32]) {
        for (row, mixed) in out.chunks_exact_mut(part.columns).zip(self.mixed.chunks_exact(head_size)) {
            row[part.head * head_size..][..head_size].copy_from_slice(mixed);
        }
    }
}

/// Scales the scores of the keys that each query sees, and takes their softmax.
struct Weigh<'a> {
    /// Queries × `width`.
    scores: &'a mut [f32],
    width: usize,
    seen: &'a [usize],
    scale: f32,
    /// Becomes false if a score is not.
    is_finite: &'a mut bool,
}

impl Kernel for Weigh<'_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        for (row, &seen) in self.scores.chunks_exact_mut(self.width).zip(self.seen) {
            let row = &mut row[..seen];
            for score in row.iter_mut() {
                *score *= self.scale;
            }
            *self.is_finite &= are_finite(row);
            softmax_row(row);
        }
    }
}
