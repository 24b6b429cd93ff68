//! What the watch makes of answers.

use super::*;
use crate::metrics::Metrics;
use sp_core::H256;
use votive_engine::{
    remote::RemoteError,
    serve::{Refusal, RefusalKind},
    Completion, Stopped,
};
use votive_primitives::{ids::RequestId, request::Answer, AnswerCode, Parameters};

const TIME: Duration = Duration::from_secs(1);

/// Says of each answer what its first input byte tells.
struct Oracle;

impl Verify for Oracle {
    fn verify(&self, settled: &SettledAnswer, _: Duration) -> Result<Verification, Fault> {
        let refused = |cause| {
            Err(RemoteError::Refused(Refusal::new(RefusalKind::PackageUnavailable, cause, &Stopped::Cancelled)).into())
        };
        match settled.input[0] {
            0 => Ok(Verification::Right(completion(1))),
            1 => Ok(Verification::Right(completion(2))),
            2 => Ok(Verification::Wrong("byte 0 is another".into())),
            3 => refused("unknown_package"),
            _ => refused("io"),
        }
    }
}

fn completion(units: u32) -> Completion {
    Completion { code: AnswerCode::Complete, output: vec![7], units, trace: [1; 32] }
}

fn settled(first: u8) -> SettledAnswer {
    let request = RequestId::repeat_byte(9);
    SettledAnswer {
        request,
        package_root: H256::repeat_byte(1),
        input: vec![first].try_into().unwrap(),
        parameters: Parameters::default(),
        answer: Answer { code: AnswerCode::Complete, output: vec![7].try_into().unwrap() },
        digest: H256(completion(1).digest(request.as_fixed_bytes())),
    }
}

#[test]
fn an_answer_is_right_if_the_whole_digest_is() {
    assert_eq!(check(&Oracle, &settled(0), TIME), Finding::Right);
    assert_eq!(check(&Oracle, &settled(1), TIME), Finding::Wrong);
    assert_eq!(check(&Oracle, &settled(2), TIME), Finding::Wrong);
}

#[test]
fn a_package_that_is_not_here_is_no_failure() {
    assert_eq!(check(&Oracle, &settled(3), TIME), Finding::NotHeld);
    assert_eq!(check(&Oracle, &settled(4), TIME), Finding::Failed);
}

#[test]
fn every_answer_is_counted_also_one_for_which_there_is_no_room() {
    let metrics = Metrics::new(None).unwrap().watch;
    let (answers, waiting) = sync_channel(3);
    for first in [0, 0, 2, 0] {
        leave(&answers, settled(first), &metrics);
    }
    drop(answers);
    check_all(&Oracle, waiting, TIME, &metrics);
    let count = |label| metrics.answers.with_label_values(&[label]).get();
    assert_eq!(["right", "wrong", "skipped", "failed"].map(count), [2, 1, 1, 0]);
}
