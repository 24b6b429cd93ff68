//! The agenda: what is looked at when.
//!
//! Each open request has an entry at the time at which it is looked at next, its `due`; so has each answer that is kept
//! after its request's end. Entries lie in pages, so that scheduling one costs an append. An entry is never taken out:
//! one that its request's `due` does not name any more is dropped when its time comes.

use crate::{Agenda, AgendaLengths, Config, Pallet, RequestOf};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::defensive;
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use sp_runtime::traits::{One, Saturating};
use votive_primitives::ids::RequestId;

/// How many entries a page of the agenda holds.
pub const PAGE: u32 = 128;
const _: () = assert!(PAGE > 0, "a page of the agenda holds something");

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Entry {
    /// An open request, to move it on.
    #[codec(index = 0)]
    Request(RequestId),
    /// A kept answer, to forget it.
    #[codec(index = 1)]
    Answer(RequestId),
}

/// How far the sweep has come: everything before it is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Cursor<Time> {
    /// The time whose entries it is at.
    pub time: Time,
    /// The first entry of that time that is not done.
    pub position: u32,
}

impl<T: Config> Pallet<T> {
    /// Enters something at a time, at the earliest the next.
    pub(crate) fn schedule(time: BlockNumberFor<T>, entry: Entry) -> BlockNumberFor<T> {
        let time = time.max(Self::now().saturating_add(One::one()));
        let position = AgendaLengths::<T>::mutate(time, |length| {
            let position = *length;
            *length = length.saturating_add(1);
            position
        });
        if Agenda::<T>::try_append(time, position / PAGE, entry).is_err() {
            defensive!("a page has room for each of its positions; qed");
        }
        time
    }

    /// Sees to it that a request is looked at by `time`. An earlier look that is due anyway will do: it sees that nothing is
    /// to be done yet, and enters the request anew.
    pub(crate) fn look_by(id: RequestId, request: &mut RequestOf<T>, time: BlockNumberFor<T>) {
        if request.due <= Self::now() || time < request.due {
            request.due = Self::schedule(time, Entry::Request(id));
        }
    }

    /// Sees to it that a request is looked at when its present state asks for it.
    pub(crate) fn look_when_due(id: RequestId, request: &mut RequestOf<T>) {
        let time = Self::next_look(request);
        Self::look_by(id, request, time);
    }
}
