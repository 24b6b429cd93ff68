use super::{scale, Panel};
use crate::{
    quantise_blocks::InputBlock,
    simd::{BlockSums, Floats, LineU8, Simd, Sums, LANES},
};
use core::array::from_fn;

/// Values that share a scale.
const PART_INPUTS: usize = 16;

/// Parts of a block.
const PARTS: usize = PanelQ6K::INPUTS / PART_INPUTS;

/// A code less this is its value.
const CODE_OFFSET: i32 = 32;

/// In a file, each 128 values: 64 bytes of their lower four bits and, after those of the whole block, 32 bytes of their
/// upper two; then the block's 16 int8 scales of the parts and the binary16 scale of these.
#[derive(Clone)]
#[repr(C, align(64))]
pub(crate) struct PanelQ6K {
    scales: [f32; LANES],
    part_scales: [[i8; LANES]; PARTS],
    /// Part by part. A byte of a line has an input in its lower four bits, the fourth after it in its upper.
    low: [[LineU8; 2]; PARTS],
    /// Part by part. A byte has the upper bits of an input, and of the fourth, eighth and twelfth after it above them.
    high: [LineU8; PARTS],
}

impl Panel for PanelQ6K {
    const INPUTS: usize = 256;
    const BYTES: usize = 210;

    fn zero() -> Self {
        Self {
            scales: [0.0; LANES],
            part_scales: [[0; LANES]; PARTS],
            low: [[LineU8([0; 4 * LANES]); 2]; PARTS],
            high: [LineU8([0; 4 * LANES]); PARTS],
        }
    }

    fn put(&mut self, lane: usize, bytes: &[u8]) -> bool {
        let (low, rest) = bytes.split_at(128);
        let (high, rest) = rest.split_at(64);
        let (part_scales, rest) = rest.split_at(PARTS);
        self.scales[lane] = scale(rest);
        let code = |input: usize| {
            let (half, quarter, at) = (input / 128, input % 128 / 32, input % 32);
            let low = low[64 * half + quarter % 2 * 32 + at] >> (quarter / 2 * 4) & 0x0f;
            low | (high[32 * half + at] >> (2 * quarter) & 0x03) << 4
        };
        for (part, &part_scale) in part_scales.iter().enumerate() {
            self.part_scales[part][lane] = part_scale as i8;
            for byte in 0..4 {
                let [a, b, c, d]: [u8; 4] = from_fn(|group| code(part * PART_INPUTS + 4 * group + byte));
                self.low[part][0].0[4 * lane + byte] = a & 0x0f | b << 4;
                self.low[part][1].0[4 * lane + byte] = c & 0x0f | d << 4;
                self.high[part].0[4 * lane + byte] = a >> 4 | b >> 4 << 2 | c >> 4 << 4 | d >> 4 << 6;
            }
        }
        self.scales[lane].is_finite()
    }

    fn dequantise(&self, lane: usize, out: &mut [f32]) {
        for (part, out) in out.chunks_exact_mut(PART_INPUTS).enumerate() {
            let scale = self.scales[lane] * f32::from(self.part_scales[part][lane]);
            for (input, out) in out.iter_mut().enumerate() {
                let (group, byte) = (input / 4, 4 * lane + input % 4);
                let low = self.low[part][group / 2].0[byte] >> (group % 2 * 4) & 0x0f;
                let code = low | (self.high[part].0[byte] >> (2 * group) & 0x03) << 4;
                *out = scale * (i32::from(code) - CODE_OFFSET) as f32;
            }
        }
    }

    #[inline(always)]
    fn accumulate<S: Simd, const ROWS: usize, const PANELS: usize>(
        panels: [&Self; PANELS],
        x: [&InputBlock; ROWS],
        _: usize,
        chains: &mut [[S::Floats; PANELS]; ROWS],
    ) {
        for part in 0..PARTS {
            let mut sums = [[S::Sums::splat(0); PANELS]; ROWS];
            for row in 0..ROWS {
                sums[row] = [S::Sums::splat(x[row].sums[part].wrapping_mul(-CODE_OFFSET)); PANELS];
            }
            for panel in 0..PANELS {
                let PanelQ6K { scales, part_scales, low, high } = panels[panel];
                let codes = S::Sums::six_bits([&low[part][0], &low[part][1]], &high[part]);
                for row in 0..ROWS {
                    let groups = &x[row].groups.as_chunks::<4>().0[part];
                    for group in 0..4 {
                        let inputs = S::Sums::inputs(groups[group]);
                        sums[row][panel] = sums[row][panel].add_codes(inputs, codes[group]);
                    }
                }
                // Exact: 11 bits by eight.
                let scales = S::Sums::widen_signed(&part_scales[part]).floats().times(S::Floats::load(scales));
                for row in 0..ROWS {
                    let scales = scales.times(S::Floats::splat(x[row].scale));
                    chains[row][panel] = sums[row][panel].floats().fused(scales, chains[row][panel]);
                }
            }
        }
    }
}
