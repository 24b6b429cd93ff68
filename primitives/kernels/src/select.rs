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

/// The larger of the two, and `a` if they are equal. `f32::max` leaves the sign of a zero to the processor.
#[inline(always)]
pub(crate) fn larger(a: f32, b: f32) -> f32 {
    if b > a {
        b
    } else {
        a
    }
}
