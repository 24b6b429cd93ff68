//! Cases without a fuzzer: seeds, changed by a fixed sequence of numbers.

/// Makes cases out of seeds, the same ones in every run.
#[derive(Debug)]
pub struct Mutator {
    seeds: Vec<Vec<u8>>,
    state: u64,
}

impl Mutator {
    /// Changes `seeds`, of which there may be none.
    pub fn new(mut seeds: Vec<Vec<u8>>) -> Self {
        seeds.push(Vec::new());
        Self { seeds, state: 0x9e37_79b9_7f4a_7c15 }
    }

    /// The next case: one seed with a few changes, or bytes alone.
    pub fn next_case(&mut self) -> Vec<u8> {
        let mut case = self.seed();
        for _ in 0..=self.below(6) {
            self.change(&mut case);
        }
        case
    }

    fn change(&mut self, case: &mut Vec<u8>) {
        let at = self.below(case.len() + 1);
        let end = at + self.below(16).min(case.len() - at);
        match self.below(6) {
            0 => drop(case.splice(at..at, self.bytes(64))),
            1 => drop(case.drain(at..end)),
            2 => drop(case.splice(at..end, self.bytes(16))),
            3 if at < case.len() => case[at] ^= 1 << self.below(8),
            4 => {
                let other = self.seed();
                let from = self.below(other.len() + 1);
                let to = from + self.below(64).min(other.len() - from);
                drop(case.splice(at..end, other[from..to].iter().copied()));
            }
            _ => case.extend(self.bytes(128)),
        }
    }

    fn seed(&mut self) -> Vec<u8> {
        let index = self.below(self.seeds.len());
        self.seeds[index].clone()
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        (0..self.below(most)).map(|_| self.next() as u8).collect()
    }

    /// A number below `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        self.next() as usize % end
    }

    /// Vigna's `splitmix64`.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
