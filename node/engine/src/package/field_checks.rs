//! Checks that the sections of several architectures share.

use super::ManifestError;

/// Refuses the first size of `section` that is zero or above its bound. A size is its field, its value and the bound.
pub(super) fn check_sizes(
    section: &'static str,
    sizes: impl IntoIterator<Item = (&'static str, usize, usize)>,
) -> Result<(), ManifestError> {
    match sizes.into_iter().find(|(_, value, most)| !(1..=*most).contains(value)) {
        Some((field, value, most)) => Err(ManifestError::Size { section, field, value, most }),
        None => Ok(()),
    }
}

/// Refuses an `epsilon` that is no positive float, or of which parsers might disagree.
pub(super) fn check_epsilon(section: &'static str, epsilon: f64) -> Result<(), ManifestError> {
    let nearest = epsilon as f32;
    if nearest > 0.0 && nearest.is_finite() && is_plain(epsilon) {
        return Ok(());
    }
    Err(ManifestError::Epsilon(section))
}

/// Whether a decimal is not so near to the middle of two floats that parsers might disagree about the nearest.
pub(super) fn is_plain(decimal: f64) -> bool {
    [decimal.next_down(), decimal.next_up()].iter().all(|near| *near as f32 == decimal as f32)
}
