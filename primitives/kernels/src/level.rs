#[cfg(all(feature = "std", target_arch = "x86_64"))]
use crate::simd::{avx2::Avx2, avx512::Avx512};
use alloc::vec::Vec;

/// A set of vector instructions that this processor has. All of them give the same bits; they differ in speed.
///
/// Operations take the best one by themselves. Tests and benches choose one through [`at`](crate::at).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level(pub(crate) Instructions);

/// The levels there are. Each but the portable one holds the proof that this processor has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Instructions {
    Portable,
    /// Part of every aarch64 processor.
    #[cfg(target_arch = "aarch64")]
    Neon,
    #[cfg(all(feature = "std", target_arch = "x86_64"))]
    Avx2(Avx2),
    #[cfg(all(feature = "std", target_arch = "x86_64"))]
    Avx512(Avx512),
}

impl Level {
    /// What every processor can do, with the fused multiply-add in software.
    pub const PORTABLE: Self = Self(Instructions::Portable);

    /// The fastest level of this processor.
    pub fn best() -> Self {
        #[cfg(all(feature = "std", target_arch = "x86_64"))]
        {
            let avx512 = Avx512::detect().map(Instructions::Avx512);
            if let Some(instructions) = avx512.or_else(|| Avx2::detect().map(Instructions::Avx2)) {
                return Self(instructions);
            }
        }
        #[cfg(target_arch = "aarch64")]
        return Self(Instructions::Neon);
        #[cfg(not(target_arch = "aarch64"))]
        Self::PORTABLE
    }

    /// All levels of this processor, the slowest first.
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut)]
        let mut levels = alloc::vec![Self::PORTABLE];
        #[cfg(target_arch = "aarch64")]
        levels.push(Self(Instructions::Neon));
        #[cfg(all(feature = "std", target_arch = "x86_64"))]
        {
            levels.extend(Avx2::detect().map(|proof| Self(Instructions::Avx2(proof))));
            levels.extend(Avx512::detect().map(|proof| Self(Instructions::Avx512(proof))));
        }
        levels
    }

    /// The name of the level, for a log or a table.
    pub fn name(self) -> &'static str {
        match self.0 {
            Instructions::Portable => "portable",
            #[cfg(target_arch = "aarch64")]
            Instructions::Neon => "NEON",
            #[cfg(all(feature = "std", target_arch = "x86_64"))]
            Instructions::Avx2(_) => "AVX2",
            #[cfg(all(feature = "std", target_arch = "x86_64"))]
            Instructions::Avx512(_) => "AVX-512",
        }
    }
}
