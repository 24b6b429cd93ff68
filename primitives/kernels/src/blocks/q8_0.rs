use super::{scale, Panel};
use crate::{
    quantise_blocks::InputBlock,
    simd::{BlockSums, Floats, LineI8, Simd, Sums, LANES},
};

/// Lines of a panel: four inputs each.
const LINES: usize = PanelQ8_0::INPUTS / 4;

/// In a file: a binary16 scale, then 32 int8 values.
#[derive(Clone)]
#[repr(C, align(64))]
pub(crate) struct PanelQ8_0 {
    scales: [f32; LANES],
    lines: [LineI8; LINES],
}

impl Panel for PanelQ8_0 {
    const INPUTS: usize = 32;
    const BYTES: usize = 34;

    fn zero() -> Self {
        Self { scales: [0.0; LANES], lines: [LineI8([0; 4 * LANES]); LINES] }
    }

    fn put(&mut self, lane: usize, bytes: &[u8]) -> bool {
        self.scales[lane] = scale(bytes);
        for (line, values) in self.lines.iter_mut().zip(bytes[2..].as_chunks::<4>().0) {
            line.0[4 * lane..][..4].copy_from_slice(&values.map(|value| value as i8));
        }
        self.scales[lane].is_finite()
    }

    fn dequantise(&self, lane: usize, out: &mut [f32]) {
        let values = self.lines.iter().flat_map(|line| &line.0[4 * lane..][..4]);
        for (out, &value) in out.iter_mut().zip(values) {
            *out = self.scales[lane] * f32::from(value);
        }
    }

    #[inline(always)]
    fn accumulate<S: Simd, const ROWS: usize, const PANELS: usize>(
        panels: [&Self; PANELS],
        x: [&InputBlock; ROWS],
        part: usize,
        chains: &mut [[S::Floats; PANELS]; ROWS],
    ) {
        let mut sums = [[S::Sums::splat(0); PANELS]; ROWS];
        for row in 0..ROWS {
            let inputs = x[row].sums[2 * part].wrapping_add(x[row].sums[2 * part + 1]);
            sums[row] = [S::Sums::splat(inputs.wrapping_mul(-S::Sums::INT8_OFFSET)); PANELS];
        }
        let groups = x.map(|block| &block.groups.as_chunks::<LINES>().0[part]);
        #[allow(clippy::needless_range_loop, reason = "it indexes the panels too")]
        for line in 0..LINES {
            let mut weights = [S::Sums::int8s(&panels[0].lines[line]); PANELS];
            for panel in 1..PANELS {
                weights[panel] = S::Sums::int8s(&panels[panel].lines[line]);
            }
            for row in 0..ROWS {
                let inputs = S::Sums::inputs(groups[row][line]);
                for panel in 0..PANELS {
                    sums[row][panel] = sums[row][panel].add_int8s(inputs, weights[panel]);
                }
            }
        }
        for panel in 0..PANELS {
            let scales = S::Floats::load(&panels[panel].scales);
            for row in 0..ROWS {
                let scales = scales.times(S::Floats::splat(x[row].scale));
                chains[row][panel] = sums[row][panel].floats().fused(scales, chains[row][panel]);
            }
        }
    }
}
