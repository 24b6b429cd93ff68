use crate::{check_finite, KernelError};
use alloc::vec::Vec;
use core::cmp::Ordering;

/// The index of the largest of `values`, and the lowest one if several are equal (−0 equals +0).
///
/// 0 if `values` is empty. A NaN is never larger, so refuse it before with [`check_finite`](crate::check_finite).
pub fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    for (index, &value) in values.iter().enumerate() {
        if value > values[best] {
            best = index;
        }
    }
    best
}

/// The indices of the `count` largest of `values`, the largest first; of equal values (−0 equals +0) the lower index is
/// the larger. All indices if `count` is not below their number.
///
/// # Errors
/// [`TooLarge`](KernelError::TooLarge) above 2³² values; [`NotFinite`](KernelError::NotFinite) if one is a NaN or an
/// infinity.
pub fn top_k(values: &[f32], count: usize) -> Result<Vec<u32>, KernelError> {
    check_finite(values)?;
    let end = u32::try_from(values.len()).map_err(|_| KernelError::TooLarge)?;
    let descending = |a: &u32, b: &u32| {
        let (left, right) = (values[*a as usize], values[*b as usize]);
        // Finite values are comparable; qed
        right.partial_cmp(&left).unwrap_or(Ordering::Equal).then(a.cmp(b))
    };
    let mut indices: Vec<u32> = (0..end).collect();
    if 0 < count && count < indices.len() {
        indices.select_nth_unstable_by(count - 1, descending);
    }
    indices.truncate(count);
    // The order is total, so that an unstable sort has one result.
    indices.sort_unstable_by(descending);
    Ok(indices)
}

/// The larger of the two, and `a` if they are equal. `f32::max` leaves the sign of a zero to the processor.
#[inline(always)]
pub(crate) fn larger(a: f32, b: f32) -> f32 {
    if b > a {
        b
    } else {
        a
    }
}
