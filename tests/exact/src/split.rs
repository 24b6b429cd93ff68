use alloc::{vec, vec::Vec};
use core::{num::NonZeroUsize, ops::Range};
use votive_kernels::{KernelError, PackedLinear};

/// How the work of a case is divided. No digest may depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Split {
    /// Threads side by side: they share the rows or the columns of a kernel's case. Without std there is one.
    pub threads: NonZeroUsize,
    /// The most rows of a product, or inputs of a model, that are computed together.
    pub rows: NonZeroUsize,
}

impl Split {
    /// Everything at once, on one thread.
    pub const WHOLE: Self = Self { threads: NonZeroUsize::MIN, rows: NonZeroUsize::MAX };

    /// What `compute` makes of each of `parts`, in their order.
    pub fn each<P: Send, T: Send>(&self, parts: Vec<P>, compute: impl Fn(P) -> T + Sync) -> Vec<T> {
        #[cfg(feature = "std")]
        if self.threads.get() > 1 {
            return self.each_on_threads(parts, compute);
        }
        parts.into_iter().map(compute).collect()
    }

    /// Threads take turns at the parts, so that neighbours are computed side by side.
    #[cfg(feature = "std")]
    fn each_on_threads<P: Send, T: Send>(&self, parts: Vec<P>, compute: impl Fn(P) -> T + Sync) -> Vec<T> {
        let mut shares: Vec<Vec<(usize, P)>> = (0..self.threads.get()).map(|_| Vec::new()).collect();
        for (index, part) in parts.into_iter().enumerate() {
            shares[index % self.threads].push((index, part));
        }
        let compute = &compute;
        let mut results: Vec<(usize, T)> = std::thread::scope(|scope| {
            let work = |share: Vec<(usize, P)>| share.into_iter().map(|(index, part)| (index, compute(part))).collect();
            let threads: Vec<_> =
                shares.into_iter().map(|share| scope.spawn(move || -> Vec<_> { work(share) })).collect();
            threads.into_iter().flat_map(|thread| thread.join().expect("a case does not panic")).collect()
        });
        results.sort_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    }

    /// An operation from rows of `x` to as many rows of the result, some of `rows` at a time.
    pub fn by_rows(
        &self,
        x: &[f32],
        rows: usize,
        columns: usize,
        compute: impl Fn(&[f32], &mut [f32]) -> Result<(), KernelError> + Sync,
    ) -> Result<Vec<f32>, KernelError> {
        let step = self.rows.get().min(rows);
        let mut out = vec![0.0; rows * columns];
        let parts = x.chunks(step * (x.len() / rows)).zip(out.chunks_mut(step * columns)).collect();
        self.each(parts, |(x, out): (&[f32], &mut [f32])| compute(x, out)).into_iter().collect::<Result<(), _>>()?;
        Ok(out)
    }

    /// An operation whose `columns` threads share by whole panels: `compute` fills the rows of a range of them.
    pub fn by_columns(
        &self,
        rows: usize,
        columns: usize,
        compute: impl Fn(Range<usize>, &mut [f32]) -> Result<(), KernelError> + Sync,
    ) -> Result<Vec<f32>, KernelError> {
        let panels = columns.div_ceil(PackedLinear::PANEL);
        let step = panels.div_ceil(self.threads.get()) * PackedLinear::PANEL;
        let ranges: Vec<_> = (0..columns).step_by(step).map(|start| start..columns.min(start + step)).collect();
        let blocks = self.each(ranges.clone(), |range| {
            let mut block = vec![0.0; rows * range.len()];
            compute(range, &mut block).map(|()| block)
        });
        let mut out = vec![0.0; rows * columns];
        for (range, block) in ranges.into_iter().zip(blocks) {
            let block = block?;
            for (out, block) in out.chunks_mut(columns).zip(block.chunks(range.len())) {
                out[range.clone()].copy_from_slice(block);
            }
        }
        Ok(out)
    }
}
