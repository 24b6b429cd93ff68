//! Operands from fixed sequences, among them those that inexact arithmetic gets wrong.

use alloc::vec::Vec;

/// A kind of floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operands {
    /// Between −2 and 2.
    Ordinary,
    /// Of many magnitudes, so that most of a small addend is lost.
    Wide,
    /// Whose products lie at the subnormal floats, near their ties; subnormals themselves; and zeros of both signs.
    Subnormal,
    /// Of 13 bits, so that products and sums often lie halfway between two floats; and zeros of both signs.
    Ties,
    /// Whose products are near the largest float.
    Large,
}

impl Operands {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Ordinary, Self::Wide, Self::Subnormal, Self::Ties, Self::Large];

    /// The kind's part of a case's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Wide => "wide",
            Self::Subnormal => "subnormal",
            Self::Ties => "ties",
            Self::Large => "large",
        }
    }

    /// `count` floats of the kind.
    pub fn floats(self, sequence: &mut Sequence, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.float(sequence)).collect()
    }

    fn float(self, sequence: &mut Sequence) -> f32 {
        let zero_or = |float: f32, chance: u64| if chance == 0 { 0.0f32.copysign(float) } else { float };
        match self {
            Self::Ordinary => sequence.unit() * 2.0,
            Self::Wide => sequence.of_exponents(-60, 60),
            Self::Subnormal => {
                let float = match sequence.below(8) {
                    0 => sequence.of_exponents(-127, -127),
                    1 => sequence.of_exponents(-2, 2),
                    _ => sequence.of_exponents(-76, -72),
                };
                zero_or(float, sequence.below(8))
            }
            Self::Ties => {
                let mantissa = (4096 + sequence.below(4096)) as f32;
                let float = mantissa / (4096u32 << sequence.below(14)) as f32;
                let signed = if sequence.below(2) == 0 { float } else { -float };
                zero_or(signed, sequence.below(16))
            }
            Self::Large => sequence.of_exponents(50, 58),
        }
    }
}

/// Numbers of a fixed sequence. Source: SplitMix64 (Steele, Lea and Flood, 2014).
#[derive(Clone, Debug)]
pub struct Sequence(u64);

impl Sequence {
    /// The sequence number `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.number() % limit
    }

    /// A float from −1 to 1, 1 not among them, of 24 bits.
    pub fn unit(&mut self) -> f32 {
        (self.below(1 << 24) as i32 - (1 << 23)) as f32 / (1 << 23) as f32
    }

    /// `count` int8 values from −127 to 127.
    pub fn int8s(&mut self, count: usize) -> Vec<i8> {
        (0..count).map(|_| (self.below(255) as i32 - 127) as i8).collect()
    }

    /// A float of any sign and mantissa, with an exponent of 2 from `first` to `last`; −127 makes a subnormal.
    fn of_exponents(&mut self, first: i32, last: i32) -> f32 {
        let exponent = first + self.below((last - first + 1) as u64) as i32;
        let bits = self.number() as u32 & 0x807f_ffff;
        f32::from_bits(bits | ((exponent + 127) as u32) << 23)
    }
}
