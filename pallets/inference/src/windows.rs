//! How long each step of a request may take.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Windows in blocks. Set at genesis and by root; a request's deadlines are fixed when each step begins.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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
        Self {
            waiting_blocks: 20,
            commit_min_blocks: 5,
            commit_max_blocks: 200,
            reveal_blocks: 20,
            final_blocks: 0,
            answer_blocks: 28_800,
        }
    }
}

impl Windows {
    /// Whether each window is within its bounds.
    pub fn is_valid(&self) -> bool {
        (1..=1_000).contains(&self.waiting_blocks)
            && (2..=1_000).contains(&self.commit_min_blocks)
            && (self.commit_min_blocks..=1_000).contains(&self.commit_max_blocks)
            && (2..=1_000).contains(&self.reveal_blocks)
            && self.final_blocks <= 100_000
            && (1..=10_000_000).contains(&self.answer_blocks)
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
    fn the_default_windows_are_valid_and_a_zero_reveal_window_is_not() {
        assert!(Windows::default().is_valid());
        assert!(!Windows { reveal_blocks: 0, ..Windows::default() }.is_valid());
    }
}
