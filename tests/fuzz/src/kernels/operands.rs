//! Shapes and values out of a case's bytes.

use arbitrary::Unstructured;

/// Values that go wrong most easily.
const SPECIAL: [u32; 12] = [
    0x0000_0000, // +0
    0x8000_0000, // −0
    0x0000_0001, // the smallest subnormal
    0x807f_ffff, // the largest subnormal, negative
    0x0080_0000, // the smallest normal
    0x7f7f_ffff, // the largest
    0xff7f_ffff,
    0x7f80_0000, // ∞
    0xff80_0000,
    0x7fc0_0000, // NaN
    0xffa0_0001, // a signalling NaN with a sign
    0x3f80_0000, // 1
];

/// Draws shapes and values from a case. Where the case ends, zeros follow.
pub struct Operands<'a> {
    case: Unstructured<'a>,
    /// Of the sequence that stretches few bytes to many values.
    state: u32,
}

/// How the values of an operand are spread.
#[derive(Clone, Copy)]
enum Spread {
    /// Exponents (of 2) within `reach` of `centre`.
    Near { centre: i32, reach: u32 },
    /// The bits of the case.
    Raw,
}

impl<'a> Operands<'a> {
    pub fn new(case: &'a [u8]) -> Self {
        let mut case = Unstructured::new(case);
        let state = case.arbitrary().unwrap_or(0);
        Self { case, state }
    }

    /// A byte of the case.
    pub fn byte(&mut self) -> u8 {
        self.case.arbitrary().unwrap_or(0)
    }

    /// Four bytes of the case.
    pub fn word(&mut self) -> u32 {
        self.case.arbitrary().unwrap_or(0)
    }

    /// Whether a byte says so, one of `n` times.
    pub fn one_in(&mut self, n: u8) -> bool {
        self.byte() % n == n - 1
    }

    /// A size from 0 to `most`: small as a rule, 0 rarely.
    pub fn size(&mut self, most: usize) -> usize {
        match self.byte() {
            255 => 0,
            low @ 0..200 => 1 + usize::from(low) % most.min(24),
            _ => 1 + self.case.arbitrary::<u16>().map_or(0, usize::from) % most,
        }
    }

    /// `count`, or rarely another number beside it.
    pub fn near(&mut self, count: usize) -> usize {
        match self.byte() {
            254 => count + 1,
            255 => count.saturating_sub(1),
            _ => count,
        }
    }

    /// Values of one spread, now and then with one that is special among them.
    pub fn floats(&mut self, count: usize) -> Vec<f32> {
        let near = |centre, reach| Spread::Near { centre, reach };
        let kind = self.byte();
        let spread = match kind % 8 {
            0 | 1 => near(0, 3),
            // Products of two such are subnormal near-ties.
            2 => near(-74, 2),
            3 => near(-126, 4),
            4 => near(0, 40),
            5 => near(50, 20),
            6 => near(-60, 66),
            _ => Spread::Raw,
        };
        let mut values: Vec<f32> = (0..count).map(|_| self.float(spread)).collect();
        if kind >= 0xe0 && count > 0 {
            let at = self.word() as usize % count;
            values[at] = f32::from_bits(SPECIAL[usize::from(self.byte()) % SPECIAL.len()]);
        }
        values
    }

    /// Weights, rarely with −128 among them.
    pub fn int8s(&mut self, count: usize) -> Vec<i8> {
        let is_extreme = self.one_in(4);
        let weight =
            |bits: u32| if is_extreme { [-127, 127, 0, 1][bits as usize % 4] } else { (bits % 255) as i32 - 127 };
        let mut values: Vec<i8> = (0..count).map(|_| weight(self.next() >> 8) as i8).collect();
        if count > 0 && self.byte() == 255 {
            values[self.state as usize % count] = i8::MIN;
        }
        values
    }

    /// Bytes of a block format.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| (self.next() >> 12) as u8).collect()
    }

    fn float(&mut self, spread: Spread) -> f32 {
        let pattern = self.next();
        match spread {
            Spread::Raw if !self.case.is_empty() => f32::from_bits(self.word()),
            Spread::Raw => f32::from_bits(pattern & 0xbfff_ffff),
            Spread::Near { centre, reach } => {
                let offset = (self.next() >> 8) % (2 * reach + 1);
                let exponent = (centre + 127 + offset as i32 - reach as i32).clamp(0, 254) as u32;
                f32::from_bits((pattern & 0x807f_ffff) | exponent << 23)
            }
        }
    }

    /// Xorshift by Marsaglia, kept from its fixed point 0.
    fn next(&mut self) -> u32 {
        let mut state = self.state | 1;
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        self.state = state.wrapping_add(0x6d2b_79f5);
        state
    }
}
