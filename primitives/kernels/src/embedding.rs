use crate::{
    check_finite,
    shape::{check_len, check_rows, element_count},
    KernelError,
};

/// Copies the rows of `table` that `ids` name, in their order.
///
/// `table` is rows × `columns`, `out` `ids.len()` × `columns`.
///
/// # Errors
/// [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge) and
/// [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong shape;
/// [`IndexOutOfRange`](KernelError::IndexOutOfRange) for an id that the table has no row for;
/// [`NotFinite`](KernelError::NotFinite) if a copied value is a NaN or an infinity.
pub fn embed(table: &[f32], columns: usize, ids: &[u32], out: &mut [f32]) -> Result<(), KernelError> {
    let rows = check_rows("table", table.len(), columns)?;
    check_len("out", out.len(), element_count(&[ids.len(), columns])?)?;
    for (&id, out) in ids.iter().zip(out.chunks_exact_mut(columns)) {
        let index = id as usize;
        if index >= rows {
            return Err(KernelError::IndexOutOfRange { index, rows });
        }
        out.copy_from_slice(&table[index * columns..][..columns]);
    }
    check_finite(out)
}
