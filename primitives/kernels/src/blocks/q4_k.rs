use super::{scale, Panel};
use crate::{
    quantise_blocks::InputBlock,
    simd::{BlockSums, Floats, LineU8, Simd, Sums, LANES},
};
use core::array::from_fn;

/// Values that share a scale and a minimum.
const PART_INPUTS: usize = 32;

/// Parts of a block.
const PARTS: usize = PanelQ4K::INPUTS / PART_INPUTS;

/// Lines of a part: eight inputs each.
const LINES: usize = PART_INPUTS / 8;

/// In a file: two binary16, the scale of the scales and that of the minima; 12 bytes of their six bits; and 128 bytes, each
/// 32 of which hold the values of one part in their lower and of the next in their upper four bits.
#[derive(Clone)]
#[repr(C, align(64))]
pub(crate) struct PanelQ4K {
    scales: [f32; LANES],
    minima: [f32; LANES],
    part_scales: [[u8; LANES]; PARTS],
    part_minima: [[u8; LANES]; PARTS],
    /// Part by part. A byte of a line has an input in its lower four bits, the fourth after it in its upper.
    lines: [[LineU8; LINES]; PARTS],
}

impl Panel for PanelQ4K {
    const INPUTS: usize = 256;
    const BYTES: usize = 144;

    fn zero() -> Self {
        Self {
            scales: [0.0; LANES],
            minima: [0.0; LANES],
            part_scales: [[0; LANES]; PARTS],
            part_minima: [[0; LANES]; PARTS],
            lines: [[LineU8([0; 4 * LANES]); LINES]; PARTS],
        }
    }

    fn put(&mut self, lane: usize, bytes: &[u8]) -> bool {
        self.scales[lane] = scale(bytes);
        self.minima[lane] = scale(&bytes[2..]);
        let (six_bits, values) = bytes[4..].split_at(12);
        for part in 0..PARTS {
            let (scale, minimum) = scale_and_minimum(six_bits, part);
            self.part_scales[part][lane] = scale;
            self.part_minima[part][lane] = minimum;
            let values = &values[part / 2 * PART_INPUTS..][..PART_INPUTS];
            let value = |input: usize| values[input] >> (part % 2 * 4) & 0x0f;
            for (line, eight) in self.lines[part].iter_mut().zip((0..).step_by(8)) {
                let packed: [u8; 4] = from_fn(|byte| value(eight + byte) | value(eight + 4 + byte) << 4);
                line.0[4 * lane..][..4].copy_from_slice(&packed);
            }
        }
        self.scales[lane].is_finite() && self.minima[lane].is_finite()
    }

    fn dequantise(&self, lane: usize, out: &mut [f32]) {
        for (part, out) in out.chunks_exact_mut(PART_INPUTS).enumerate() {
            let scale = self.scales[lane] * f32::from(self.part_scales[part][lane]);
            let minimum = self.minima[lane] * f32::from(self.part_minima[part][lane]);
            for (line, out) in self.lines[part].iter().zip(out.chunks_exact_mut(8)) {
                for (input, out) in out.iter_mut().enumerate() {
                    let code = line.0[4 * lane + input % 4] >> (input / 4 * 4) & 0x0f;
                    *out = scale * f32::from(code) - minimum;
                }
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
            for line in 0..LINES {
                let mut codes = [S::Sums::nibbles(&panels[0].lines[part][line]); PANELS];
                for panel in 1..PANELS {
                    codes[panel] = S::Sums::nibbles(&panels[panel].lines[part][line]);
                }
                for row in 0..ROWS {
                    let groups = &x[row].groups.as_chunks::<2>().0[part * LINES + line];
                    for half in 0..2 {
                        let inputs = S::Sums::inputs(groups[half]);
                        for panel in 0..PANELS {
                            sums[row][panel] = sums[row][panel].add_codes(inputs, codes[panel][half]);
                        }
                    }
                }
            }
            for panel in 0..PANELS {
                let PanelQ4K { scales, minima, part_scales, part_minima, .. } = panels[panel];
                // Both products are exact: 11 bits by six.
                let scales = S::Sums::widen(&part_scales[part]).floats().times(S::Floats::load(scales));
                let minima = S::Sums::widen(&part_minima[part]).floats().times(S::Floats::load(minima));
                for row in 0..ROWS {
                    let scales = scales.times(S::Floats::splat(x[row].scale));
                    let chain = sums[row][panel].floats().fused(scales, chains[row][panel]);
                    chains[row][panel] = minima.fused(S::Floats::splat(x[row].minimum_factors[part]), chain);
                }
            }
        }
    }
}

/// The six bits each of a part's scale and minimum. Source: ggml's `get_scale_min_k4`.
fn scale_and_minimum(bytes: &[u8], part: usize) -> (u8, u8) {
    if part < 4 {
        return (bytes[part] & 0x3f, bytes[part + 4] & 0x3f);
    }
    let (both, above_scale, above_minimum) = (bytes[part + 4], bytes[part - 4] >> 6, bytes[part] >> 6);
    (both & 0x0f | above_scale << 4, both >> 4 | above_minimum << 4)
}
