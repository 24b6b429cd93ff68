#[cfg(all(feature = "std", target_arch = "x86_64"))]
use crate::simd::{avx2::Avx2, avx512::Avx512};
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU8, Ordering};

/// The rank that [`Level::best`] does not exceed. No other memory depends on it, so the weakest ordering will do.
static LIMIT: AtomicU8 = AtomicU8::new(u8::MAX);

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

impl Instructions {
    /// Orders the levels of a processor by speed.
    fn rank(self) -> u8 {
        match self {
            Self::Portable => 0,
            #[cfg(target_arch = "aarch64")]
            Self::Neon => 1,
            #[cfg(all(feature = "std", target_arch = "x86_64"))]
            Self::Avx2(_) => 1,
            #[cfg(all(feature = "std", target_arch = "x86_64"))]
            Self::Avx512(_) => 2,
        }
    }
}

impl Level {
    /// What every processor can do, with the fused multiply-add in software.
    pub const PORTABLE: Self = Self(Instructions::Portable);

    /// The fastest level of this processor, but for one that is faster than [`limit_to`](Self::limit_to) was called for.
    #[inline]
    pub fn best() -> Self {
        #[allow(unused_variables)]
        let is_allowed = |instructions: &Instructions| instructions.rank() <= LIMIT.load(Ordering::Relaxed);
        #[cfg(all(feature = "std", target_arch = "x86_64"))]
        {
            let avx512 = Avx512::detect().map(Instructions::Avx512).filter(is_allowed);
            let best = avx512.or_else(|| Avx2::detect().map(Instructions::Avx2).filter(is_allowed));
            if let Some(instructions) = best {
                return Self(instructions);
            }
        }
        #[cfg(target_arch = "aarch64")]
        if is_allowed(&Instructions::Neon) {
            return Self(Instructions::Neon);
        }
        Self::PORTABLE
    }

    /// Makes this the fastest level of the process, for each operation that is not told another one: so that whole models
    /// can be run at each level. It shows in speed alone.
    pub fn limit_to(self) {
        LIMIT.store(self.0.rank(), Ordering::Relaxed);
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
