//! The sweep: takes from the agenda what is due and moves it on, as far as its weight goes. What is left over comes first
//! in the next block.

use crate::{
    agenda::{Cursor, Entry, PAGE},
    draw::{draw_seats, Taken, VrfPair},
    ends::Ends,
    AccountIdOf, Agenda, AgendaCursor, AgendaLengths, Answers, CommitteeOf, Config, Pallet, RequestOf, Requests,
    WeightInfo,
};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use frame_support::{
    traits::Get,
    weights::{Weight, WeightMeter},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::{One, Saturating};
use votive_primitives::{
    ids::{ModelId, RequestId, VersionId},
    request::State,
    traits::{Candidate, WorkerPool},
};

/// The candidates of the versions that are drawn from in this sweep, as they are before its first draw.
type Pools<T> = BTreeMap<VersionId, Vec<Candidate<<T as frame_system::Config>::AccountId, crate::BalanceOf<T>>>>;

/// One sweep.
pub(crate) struct Sweep<'a, T: Config> {
    vrf: Option<VrfPair>,
    meter: &'a mut WeightMeter,
    /// Requests to draw for, once the seats that end in this block are free.
    waiting: Vec<(RequestId, RequestOf<T>)>,
    /// What many requests share and this sweep has taken the weight for.
    shared: BTreeSet<SharedOf<T>>,
    pools: Pools<T>,
    taken: Taken<T>,
    ends: Ends<T>,
}

/// State that many requests of one sweep touch, and that is read and written once for all of them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Shared<AccountId, Time> {
    /// An operator's worker, account and list of open seats.
    Operator(AccountId),
    /// The candidates of a version.
    Candidates(VersionId),
    /// A model's owner and its account.
    Owner(ModelId),
    /// The last page of a time in the agenda.
    Time(Time),
    /// The treasury's account and the issuance.
    Treasury,
}

type SharedOf<T> = Shared<AccountIdOf<T>, BlockNumberFor<T>>;

impl<AccountId, Time> Shared<AccountId, Time> {
    fn weight<T: Config>(&self) -> Weight {
        match self {
            Self::Operator(_) => T::WeightInfo::book_operator().saturating_add(T::DbWeight::get().reads_writes(1, 1)),
            Self::Candidates(_) => T::WeightInfo::candidates(),
            Self::Owner(_) => T::DbWeight::get().reads_writes(2, 1),
            Self::Time(_) => T::DbWeight::get().reads_writes(2, 2),
            Self::Treasury => T::WeightInfo::book_money(),
        }
    }
}

/// The sweep has no weight left for this entry.
struct OutOfWeight;

impl<'a, T: Config> Sweep<'a, T> {
    pub fn new(vrf: Option<VrfPair>, meter: &'a mut WeightMeter) -> Self {
        Self {
            vrf,
            meter,
            waiting: Vec::new(),
            shared: BTreeSet::new(),
            pools: Pools::<T>::new(),
            taken: Taken::<T>::new(),
            ends: Ends::new(),
        }
    }

    /// Takes what is due up to `now`, within the meter.
    pub fn run(mut self, now: BlockNumberFor<T>) {
        let mut cursor = AgendaCursor::<T>::get();
        while cursor.time <= now {
            match self.take_page(cursor, now) {
                Ok(next) => cursor = next,
                Err(stopped) => {
                    cursor = stopped;
                    break;
                }
            }
        }
        AgendaCursor::<T>::put(cursor);
        core::mem::replace(&mut self.ends, Ends::new()).book();
        let waiting = core::mem::take(&mut self.waiting);
        for (_, request) in &waiting {
            let candidates = || T::Workers::candidates(request.version);
            self.pools.entry(request.version).or_insert_with(candidates);
        }
        for (id, request) in waiting {
            self.draw(id, request);
        }
        for (operator, (seats, bond)) in self.taken {
            T::Workers::take_seats(&operator, seats, bond);
        }
    }

    /// Goes through the rest of the page that the cursor is at. Returns the cursor after it, or where the weight ended.
    fn take_page(
        &mut self,
        cursor: Cursor<BlockNumberFor<T>>,
        now: BlockNumberFor<T>,
    ) -> Result<Cursor<BlockNumberFor<T>>, Cursor<BlockNumberFor<T>>> {
        let Cursor { time, mut position } = cursor;
        if self.meter.try_consume(T::WeightInfo::agenda_page()).is_err() {
            return Err(cursor);
        }
        let number = position / PAGE;
        let page = Agenda::<T>::get(time, number);
        for entry in page.iter().skip((position % PAGE) as usize) {
            if let Err(OutOfWeight) = self.look(*entry, time, now) {
                return Err(Cursor { time, position });
            }
            position = position.saturating_add(1);
        }
        Agenda::<T>::remove(time, number);
        if page.is_full() {
            return Ok(Cursor { time, position });
        }
        AgendaLengths::<T>::remove(time);
        Ok(Cursor { time: time.saturating_add(One::one()), position: 0 })
    }

    /// Does what is due for one entry.
    fn look(&mut self, entry: Entry, time: BlockNumberFor<T>, now: BlockNumberFor<T>) -> Result<(), OutOfWeight> {
        match entry {
            Entry::Answer(id) => {
                self.afford(T::WeightInfo::forget_answer(), [])?;
                Answers::<T>::remove(id);
                Ok(())
            }
            Entry::Request(id) => {
                self.afford(T::WeightInfo::look(), [])?;
                match Requests::<T>::get(id) {
                    Some(request) if request.due == time => self.move_on(id, request, now),
                    _ => Ok(()),
                }
            }
        }
    }

    fn move_on(&mut self, id: RequestId, mut request: RequestOf<T>, now: BlockNumberFor<T>) -> Result<(), OutOfWeight> {
        let seats = request.seats.count();
        let due = Pallet::<T>::next_look(&request);
        if now < due {
            self.afford(T::WeightInfo::enter_anew(), [Shared::Time(due)])?;
            Pallet::<T>::look_when_due(id, &mut request);
            Requests::<T>::insert(id, request);
            return Ok(());
        }
        match request.state {
            State::Waiting { since, until } => {
                // Where nobody can be drawn, it waits on, or at the end of the wait is refunded. Where the weight ends at the
                // draw, the next block has it.
                let else_due = if now < until { T::WeightInfo::enter_anew() } else { T::WeightInfo::refund(seats) };
                let next_looks = [Pallet::<T>::next_try(since, until), Pallet::<T>::after(1)].map(Shared::Time);
                let shared = next_looks.into_iter().chain([Shared::Candidates(request.version)]);
                self.afford(T::WeightInfo::draw(seats).max(else_due), shared)?;
                self.waiting.push((id, request));
            }
            State::Committing { .. } => {
                let end = T::WeightInfo::close_commits(seats).max(T::WeightInfo::refund(seats));
                let draw = T::WeightInfo::draw(seats);
                let reveals_until = Pallet::<T>::after(Pallet::<T>::windows().reveal_blocks);
                let shared =
                    [Shared::Candidates(request.version), Shared::Time(reveals_until.saturating_add(One::one()))];
                self.afford(end.saturating_add(draw), operators_of::<T>(&request.committee).chain(shared))?;
                self.waiting
                    .extend(Pallet::<T>::close_commits(id, request, &mut self.ends).map(|request| (id, request)));
            }
            State::Revealing { .. } => {
                self.afford(T::WeightInfo::refund(seats), operators_of::<T>(&request.committee))?;
                Pallet::<T>::close_reveals(id, request, &mut self.ends);
            }
            State::Settled { .. } => {
                let shared = operators_of::<T>(&request.committee)
                    .chain([Shared::Owner(request.version.model), Shared::Treasury]);
                self.afford(T::WeightInfo::finalise(seats), shared)?;
                Pallet::<T>::finalise(id, request, &mut self.ends);
            }
            State::Disagreed => {
                self.afford(T::WeightInfo::refund(seats), operators_of::<T>(&request.committee))?;
                Pallet::<T>::end_disagreed(id, request, &mut self.ends);
            }
        }
        Ok(())
    }

    /// Draws for a waiting request, or lets it wait on, or ends its waiting.
    fn draw(&mut self, id: RequestId, mut request: RequestOf<T>) {
        let State::Waiting { since, until } = request.state else { return };
        let pool = self.pools.get(&request.version).map(Vec::as_slice).unwrap_or_default();
        let operators = pool.len() as u32;
        let Some(committee) = self.vrf.and_then(|vrf| draw_seats::<T>(id, &request, pool, &self.taken, vrf)) else {
            return Pallet::<T>::wait_on(id, request, since, until);
        };
        let deadline = Pallet::<T>::commits_until(&request);
        let shared = operators_of::<T>(&committee).chain([Shared::Time(deadline.saturating_add(One::one()))]);
        match self.afford(Weight::zero(), shared) {
            Ok(()) => {
                for seat in &committee {
                    let (seats, bond) = self.taken.entry(seat.operator.clone()).or_default();
                    *seats = seats.saturating_add(1);
                    *bond = bond.saturating_add(request.lock);
                }
                Pallet::<T>::open_commits(id, request, committee, operators, deadline);
            }
            Err(OutOfWeight) => {
                Pallet::<T>::look_by(id, &mut request, Pallet::<T>::after(1));
                Requests::<T>::insert(id, request);
            }
        }
    }

    /// Takes a weight, and that of the shared state which this sweep has not touched yet.
    fn afford(&mut self, weight: Weight, shared: impl IntoIterator<Item = SharedOf<T>>) -> Result<(), OutOfWeight> {
        let new: Vec<_> = shared.into_iter().filter(|shared| !self.shared.contains(shared)).collect();
        let weight = new.iter().fold(weight, |sum, shared| sum.saturating_add(shared.weight::<T>()));
        self.meter.try_consume(weight).map_err(|_| OutOfWeight)?;
        self.shared.extend(new);
        Ok(())
    }
}

/// The operators of a committee.
fn operators_of<T: Config>(committee: &CommitteeOf<T>) -> impl Iterator<Item = SharedOf<T>> + '_ {
    committee.iter().map(|seat| Shared::Operator(seat.operator.clone()))
}

impl<T: Config> Pallet<T> {
    /// The time from which on there is something to be done for a request by itself.
    pub(crate) fn next_look(request: &RequestOf<T>) -> BlockNumberFor<T> {
        let past = |until: BlockNumberFor<T>| until.saturating_add(One::one());
        match request.state {
            State::Waiting { .. } | State::Disagreed => request.due,
            State::Committing { until } | State::Revealing { until } => past(until),
            State::Settled { reveals_until, final_from, .. }
                if request.committee.iter().any(|seat| seat.owes_reveal()) =>
            {
                final_from.max(past(reveals_until))
            }
            State::Settled { final_from, .. } => final_from,
        }
    }
}
