//! Weights of pallet-inference. The runtime's are measured; see runtime/src/weights.

use frame_support::weights::Weight;

/// Weights that pallet-inference needs.
pub trait WeightInfo {
    /// [`crate::Call::submit_request`] with an input of `i` bytes.
    fn submit_request(i: u32) -> Weight;
    /// [`crate::Call::cancel_request`].
    fn cancel_request() -> Weight;
    /// [`crate::Call::commit`] of `n` items.
    fn commit(n: u32) -> Weight;
    /// The check of a bundle of `n` commits.
    fn authorize_commit(n: u32) -> Weight;
    /// [`crate::Call::reveal`] of `n` items with outputs of `b` bytes in all.
    fn reveal(n: u32, b: u32) -> Weight;
    /// The check of a bundle of `n` reveals with outputs of `b` bytes in all.
    fn authorize_reveal(n: u32, b: u32) -> Weight;
    /// The hook without any entry of the agenda.
    fn on_initialize() -> Weight;
    /// Taking a full page of the agenda.
    fn agenda_page() -> Weight;
    /// A look at a request.
    fn look() -> Weight;
    /// Entering a request anew that is not due yet.
    fn enter_anew() -> Weight;
    /// Reading the 64 candidates of a version.
    fn candidates() -> Weight;
    /// Drawing `s` seats among 64 candidates.
    fn draw(s: u32) -> Weight;
    /// Ending the window for commits of `s` seats, with one too few of them.
    fn close_commits(s: u32) -> Weight;
    /// Paying `s` seats and all others.
    fn finalise(s: u32) -> Weight;
    /// Returning an escrow after `s` seats, with those who withheld paying those who revealed.
    fn refund(s: u32) -> Weight;
    /// Booking the seats of an operator that began and ended in a sweep.
    fn book_operator() -> Weight;
    /// Booking what a sweep took in for the treasury and what it burns.
    fn book_money() -> Weight;
    /// Forgetting an answer.
    fn forget_answer() -> Weight;
}

/// Weights for tests: none is measured.
impl WeightInfo for () {
    fn submit_request(_: u32) -> Weight {
        micros(60)
    }
    fn cancel_request() -> Weight {
        micros(50)
    }
    fn commit(n: u32) -> Weight {
        micros(35).saturating_mul(n.into())
    }
    fn authorize_commit(n: u32) -> Weight {
        micros(95).saturating_mul(n.into())
    }
    fn reveal(n: u32, _: u32) -> Weight {
        micros(70).saturating_mul(n.into())
    }
    fn authorize_reveal(n: u32, _: u32) -> Weight {
        micros(120).saturating_mul(n.into())
    }
    fn on_initialize() -> Weight {
        micros(20)
    }
    fn agenda_page() -> Weight {
        micros(100)
    }
    fn look() -> Weight {
        micros(20)
    }
    fn enter_anew() -> Weight {
        micros(20)
    }
    fn candidates() -> Weight {
        micros(500)
    }
    fn draw(s: u32) -> Weight {
        micros(100).saturating_mul(s.into())
    }
    fn close_commits(s: u32) -> Weight {
        micros(100).saturating_mul(s.into())
    }
    fn finalise(s: u32) -> Weight {
        micros(200).saturating_mul(s.into())
    }
    fn refund(s: u32) -> Weight {
        micros(200).saturating_mul(s.into())
    }
    fn book_operator() -> Weight {
        micros(100)
    }
    fn book_money() -> Weight {
        micros(50)
    }
    fn forget_answer() -> Weight {
        micros(20)
    }
}

fn micros(count: u64) -> Weight {
    Weight::from_parts(count.saturating_mul(1_000_000), 0)
}
