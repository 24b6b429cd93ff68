//! How long each step of a request may take.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Windows in blocks of the settlement's clock. A parameter of the runtime that governance changes; a request's deadlines
/// are fixed when each step begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Windows {
    /// How long a request waits for free workers: 1 to 1,000.
    pub waiting_blocks: u32,
    /// The shortest window for commits: 2 to 1,000.
    pub commit_min_blocks: u32,
    /// The longest window for commits: at least the shortest, at most 1,000.
    pub commit_max_blocks: u32,
    /// How long reveals are taken: 2 to 1,000.
    pub reveal_blocks: u32,
    /// From settled to final: 0 to 100,000.
    pub final_blocks: u32,
    /// How long an answer stays in state after its request's end: 1 to 10,000,000.
    pub answer_blocks: u32,
}

impl Default for Windows {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Windows {
    /// A minute to wait and to reveal, answers for a day.
    pub const DEFAULT: Self = Self {
        waiting_blocks: 20,
        commit_min_blocks: 5,
        commit_max_blocks: 200,
        reveal_blocks: 20,
        final_blocks: 0,
        answer_blocks: 28_800,
    };

    /// The same windows, each moved to the nearest of its bounds where it lies outside of them: no change of parameters can
    /// leave a step without time, or a request without an end.
    pub fn bounded(self) -> Self {
        let commit_min_blocks = self.commit_min_blocks.clamp(2, 1_000);
        Self {
            waiting_blocks: self.waiting_blocks.clamp(1, 1_000),
            commit_min_blocks,
            commit_max_blocks: self.commit_max_blocks.clamp(commit_min_blocks, 1_000),
            reveal_blocks: self.reveal_blocks.clamp(2, 1_000),
            final_blocks: self.final_blocks.min(100_000),
            answer_blocks: self.answer_blocks.clamp(1, 10_000_000),
        }
    }

    /// Window for commits: twice the time that the declared speed needs, and four blocks to get them in.
    pub fn commit_blocks(&self, max_units: u32, units_per_block: u32) -> u32 {
        max_units
            .div_ceil(units_per_block.max(1))
            .saturating_mul(2)
            .saturating_add(4)
            .clamp(self.commit_min_blocks, self.commit_max_blocks.max(self.commit_min_blocks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commit_window_follows_the_declared_speed_within_its_bounds() {
        let windows = Windows::default();
        assert_eq!(windows.commit_blocks(1, 1), 6);
        assert_eq!(windows.commit_blocks(1, 1_000), 6);
        assert_eq!(windows.commit_blocks(100, 10), 24);
        assert_eq!(windows.commit_blocks(u32::MAX, 1), 200);
        assert_eq!(windows.commit_blocks(1, 0), 6);
    }

    #[test]
    fn the_default_windows_are_within_their_bounds_and_others_are_moved_there() {
        assert_eq!(Windows::default().bounded(), Windows::default());
        let none = Windows {
            waiting_blocks: 0,
            commit_min_blocks: 0,
            commit_max_blocks: 0,
            reveal_blocks: 0,
            final_blocks: 0,
            answer_blocks: 0,
        };
        let least = Windows {
            waiting_blocks: 1,
            commit_min_blocks: 2,
            commit_max_blocks: 2,
            reveal_blocks: 2,
            final_blocks: 0,
            answer_blocks: 1,
        };
        assert_eq!(none.bounded(), least);
    }
}
