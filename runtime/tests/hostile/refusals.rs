//! Bundles that are not let in: each with one flaw, which the check must name, and which leaves no trace.

use super::{
    bundles::{
        commit, commit_of, commits, committed_seat, genesis, open_seat, reveal, reveal_of, reveals, FOREIGN, REQUEST,
    },
    case::{operator_pair, pair, root, undone, world},
};
use frame_support::traits::Authorize;
use frame_system::offchain::CreateAuthorizedTransaction;
use pallet_inference::{Call as AnyCall, Requests};
use sp_core::{Pair, H256};
use sp_runtime::transaction_validity::{
    InvalidTransaction::{self, BadProof, Custom, Stale},
    TransactionSource::{External, InBlock, Local},
    TransactionValidityError,
};
use votive_primitives::request::State;
use votive_runtime::*;

type Call = AnyCall<Runtime>;

/// A flaw, what is in state when the bundle comes, and how the bundle is refused.
type Flaw = (&'static str, fn(), Call, InvalidTransaction);

/// Signed at another time.
fn commit_at(signed_at: BlockNumber) -> Call {
    let mut bundle = commits(vec![commit_of(REQUEST, 0)]);
    bundle.signed_at = signed_at;
    let signature = operator_pair().sign(&bundle.message(&genesis()));
    Call::commit { bundle, signature }
}

fn reveal_at(signed_at: BlockNumber) -> Call {
    let mut bundle = reveals(vec![reveal_of(REQUEST, 0)]);
    bundle.signed_at = signed_at;
    let signature = operator_pair().sign(&bundle.message(&genesis()));
    Call::reveal { bundle, signature }
}

/// A commit whose signature covers another message.
fn forged(message: &[u8], seed: &str) -> Call {
    Call::commit { bundle: commits(vec![commit_of(REQUEST, 0)]), signature: pair(seed).sign(message) }
}

/// A reveal with a change.
fn reveal_with(change: impl FnOnce(&mut votive_primitives::payload::RevealItem)) -> Call {
    let mut item = reveal_of(REQUEST, 0);
    change(&mut item);
    reveal(vec![item])
}

fn stand(state: State<BlockNumber>) {
    Requests::<Runtime>::mutate(REQUEST, |request| request.as_mut().unwrap().state = state);
}

fn flaws_of_commits() -> Vec<Flaw> {
    let (good, unknown) = (commit_of(REQUEST, 0), commit_of(H256::zero(), 0));
    let worker = "//Alice//worker//1";
    let message = |signed: &H256| commits(vec![commit_of(REQUEST, 0)]).message(signed);
    vec![
        ("no items", open_seat, commit(vec![]), Custom(1)),
        ("an item twice", open_seat, commit(vec![good, good]), Custom(1)),
        ("signed in the future", open_seat, commit_at(102), Custom(2)),
        ("signed 33 blocks ago", open_seat, commit_at(67), Custom(2)),
        ("an unknown request", open_seat, commit(vec![unknown]), Stale),
        ("half of it stale", open_seat, commit(vec![good, unknown]), Stale),
        ("another attempt", open_seat, commit(vec![commit_of(REQUEST, 1)]), Stale),
        ("another worker's seat", open_seat, commit(vec![commit_of(FOREIGN, 0)]), Stale),
        ("committed already", committed_seat, commit(vec![good]), Stale),
        ("too late", || (open_seat(), pallet_inference::Clock::<Runtime>::put(51)).0, commit(vec![good]), Stale),
        ("no bond left to lock", no_bond, commit(vec![good]), Stale),
        ("another key's signature", open_seat, forged(&message(&genesis()), "//Free"), BadProof),
        ("another chain's signature", open_seat, forged(&message(&H256([1; 32])), worker), BadProof),
        ("a signature of something else", open_seat, forged(b"something else", worker), BadProof),
    ]
}

fn no_bond() {
    open_seat();
    pallet_workers::Workers::<Runtime>::mutate(super::case::operator(), |worker| {
        let worker = worker.as_mut().unwrap();
        worker.locked = worker.bond;
    });
}

fn flaws_of_reveals() -> Vec<Flaw> {
    let good = || reveal_of(REQUEST, 0);
    let unknown = || reveal_of(H256::zero(), 0);
    let another_key = Call::reveal {
        bundle: reveals(vec![good()]),
        signature: pair("//Free").sign(&reveals(vec![good()]).message(&genesis())),
    };
    vec![
        ("no items", committed_seat, reveal(vec![]), Custom(1)),
        ("an item twice", committed_seat, reveal(vec![good(), good()]), Custom(1)),
        ("signed in the future", committed_seat, reveal_at(102), Custom(2)),
        ("signed 33 blocks ago", committed_seat, reveal_at(67), Custom(2)),
        ("half of it stale", committed_seat, reveal(vec![good(), unknown()]), Stale),
        ("another attempt", committed_seat, reveal(vec![reveal_of(REQUEST, 1)]), Stale),
        ("another salt", committed_seat, reveal_with(|item| item.salt = H256::zero()), Stale),
        ("other units", committed_seat, reveal_with(|item| item.units = 2), Stale),
        ("another trace", committed_seat, reveal_with(|item| item.trace_hash = H256::zero()), Stale),
        ("another answer", committed_seat, reveal_with(|item| item.answer.as_mut().unwrap().output.clear()), Stale),
        ("no answer", committed_seat, reveal_with(|item| item.answer = None), Stale),
        ("the digests differ", || (committed_seat(), stand(State::Disagreed)).0, reveal(vec![good()]), Stale),
        ("too late", || (committed_seat(), stand(State::Revealing { until: 0 })).0, too_late(), Stale),
        ("another key's signature", committed_seat, another_key, BadProof),
    ]
}

fn too_late() -> Call {
    pallet_inference::Clock::<Runtime>::put(1);
    reveal(vec![reveal_of(REQUEST, 0)])
}

/// How the pool judges a call: on the state of the block before.
fn judged(call: &RuntimeCall) -> Result<(), TransactionValidityError> {
    let extension = <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_extension();
    let transaction = UncheckedExtrinsic::new_transaction(call.clone(), extension);
    Executive::validate_transaction(External, transaction, Hash::zero()).map(|_| ())
}

fn check(flaws: Vec<Flaw>) {
    for (flaw, given, call, refused) in flaws {
        let call = RuntimeCall::from(call);
        undone(|| {
            given();
            let before = root();
            for source in [InBlock, External, Local] {
                let authorised = call.authorize(source).expect("the call authorises itself").map(|_| ());
                assert_eq!(authorised, Err(refused.into()), "{flaw}, {source:?}");
                assert!(root() == before, "a check has changed the state: {flaw}");
            }
            undone(|| assert_eq!(judged(&call), Err(refused.into()), "{flaw}, in the pool"));
        });
    }
}

#[test]
fn what_is_wrong_with_a_bundle_is_named_and_leaves_no_trace() {
    world().execute_with(|| {
        check(flaws_of_commits());
        check(flaws_of_reveals());
    });
}

#[test]
fn the_same_bundles_without_a_flaw_are_let_in_once() {
    use frame_support::dispatch::RawOrigin;
    use sp_runtime::traits::Dispatchable;
    let bundles = || [(open_seat as fn(), commit(vec![commit_of(REQUEST, 0)])), (committed_seat, reveal_good())];
    world().execute_with(|| {
        for (given, call) in bundles() {
            let call = RuntimeCall::from(call);
            undone(|| {
                given();
                undone(|| assert_eq!(judged(&call), Ok(())));
                assert!(call.authorize(InBlock).unwrap().is_ok());
                call.clone().dispatch(RawOrigin::Authorized.into()).unwrap();
                assert_eq!(call.authorize(InBlock).unwrap().map(|_| ()), Err(Stale.into()));
            });
        }
    });
}

fn reveal_good() -> Call {
    reveal(vec![reveal_of(REQUEST, 0)])
}
