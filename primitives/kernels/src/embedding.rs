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

/// Copies the rows of an int8 `table` that `ids` name, in their order, each value times the row's scale: f32(q) × scale,
/// rounded once.
///
/// `table` is rows × columns, `scales` rows, `out` `ids.len()` × columns.
///
/// # Errors
/// As [`embed`]; also [`NotFinite`](KernelError::NotFinite) for a scale that is taken and no number.
pub fn embed_i8(table: &[i8], scales: &[f32], ids: &[u32], out: &mut [f32]) -> Result<(), KernelError> {
    let rows = element_count(&[scales.len()])?;
    let columns = element_count(&[table.len()])? / rows;
    check_len("table", table.len(), element_count(&[rows, columns])?)?;
    check_len("out", out.len(), element_count(&[ids.len(), columns])?)?;
    for (&id, out) in ids.iter().zip(out.chunks_exact_mut(columns)) {
        let index = id as usize;
        let scale = *scales.get(index).ok_or(KernelError::IndexOutOfRange { index, rows })?;
        for (value, &quantised) in out.iter_mut().zip(&table[index * columns..]) {
            *value = f32::from(quantised) * scale;
        }
    }
    check_finite(out)
}
