//! Answers that others gave are checked.

mod fixture;

use fixture::bert::ids;
use fixture::llama::*;
use fixture::*;
use serde_json::{json, Value};
use votive_digest::{AnswerCode, Parameters};
use votive_engine::{Completion, Difference, Package, Verdict};

const PROMPT: [u32; 5] = [2, 71, 0, 269, 3];

fn load(manifest: &Value, tensors: &[Raw]) -> Package {
    let store = Store::new();
    let folder = store.add("package", manifest, &safetensors(tensors));
    Package::load(&folder, None, &Default::default()).expect("the package loads")
}

fn sampled() -> Parameters {
    Parameters { max_units: 8, seed: 9, temperature_milli: 1_500, top_k: 40 }
}

fn verify(package: &Package, parameters: &Parameters, output: &[u8]) -> Verdict {
    package.verify(&ids(&PROMPT), parameters, output).expect("it is checked")
}

/// The small llama, and its answer.
fn answered() -> (Package, Completion) {
    let package = load(&llama_manifest(), &llama_tensors());
    let completion = package.run(&ids(&PROMPT), &sampled()).expect("it runs");
    (package, completion)
}

#[test]
fn the_answer_is_right_and_one_pass_finds_its_trace() {
    for (manifest, tensors) in [
        (llama_manifest(), llama_tensors()),
        tied(),
        biased(),
        (llama_manifest(), all_quantised(llama_tensors())),
        (tied().0, all_quantised(tied().1)),
    ] {
        let package = load(&manifest, &tensors);
        for prompt in [&PROMPT[..], &[1]] {
            for parameters in [sampled(), Parameters { max_units: 10, ..Parameters::default() }] {
                let completion = package.run(&ids(prompt), &parameters).expect("it runs");
                let verdict = package.verify(&ids(prompt), &parameters, &completion.output).expect("it is checked");
                assert_eq!(verdict, Verdict::Right(completion));
            }
        }
    }
}

#[test]
fn one_pass_over_many_tokens_gives_the_bits_of_one_token_at_a_time() {
    let mut manifest = llama_manifest();
    // Longer than the rows that go through the layers, and those that go through the head, at once.
    manifest["llama"]["max_tokens"] = 700.into();
    manifest["input"]["shape"] = json!([600]);
    manifest["output"]["shape"] = json!([300]);
    manifest["limits"]["memory_bytes"] = (16 << 20).into();
    for tensors in [llama_tensors(), all_quantised(llama_tensors())] {
        let package = load(&manifest, &tensors);
        for (prompt, units) in [(1, 300), (250, 300), (600, 90)] {
            let prompt: Vec<u32> = (0..prompt).map(|i| i * 7 % VOCABULARY as u32).collect();
            let parameters = Parameters { max_units: units, ..sampled() };
            let completion = package.run(&ids(&prompt), &parameters).expect("it runs");
            assert_eq!(completion.units, units);
            let verdict = package.verify(&ids(&prompt), &parameters, &completion.output).expect("it is checked");
            assert_eq!(verdict, Verdict::Right(completion));
        }
    }
}

#[test]
fn a_changed_token_is_found_at_its_place() {
    let (package, completion) = answered();
    for position in 0..8 {
        let mut output = completion.output.clone();
        output[4 * position] ^= 1;
        let Verdict::Wrong(Difference::Token { position: found, answer, model }) =
            verify(&package, &sampled(), &output)
        else {
            panic!("it is wrong");
        };
        assert_eq!((found, answer ^ 1), (position, model));
    }
}

#[test]
fn an_answer_that_is_cut_or_goes_on_is_wrong() {
    let (package, completion) = answered();
    for tokens in 1..8 {
        let verdict = verify(&package, &sampled(), &completion.output[..4 * tokens]);
        assert_eq!(verdict, Verdict::Wrong(Difference::EndsEarly { tokens }));
    }
    let longer = [&completion.output[..], &[1, 0, 0, 0]].concat();
    assert_eq!(verify(&package, &sampled(), &longer), Verdict::Wrong(Difference::GoesOn { tokens: 8 }));
    let empty = verify(&package, &sampled(), &[]);
    assert_eq!(empty, Verdict::Wrong(Difference::Length { answer: 0, model: 32 }));
}

#[test]
fn an_answer_that_goes_on_after_a_stop_token_is_wrong() {
    let (_, completion) = answered();
    let stop: [u8; 4] = completion.output[8..12].try_into().expect("a token");
    let mut manifest = llama_manifest();
    manifest["llama"]["stop_tokens"] = json!([u32::from_le_bytes(stop)]);
    let package = load(&manifest, &llama_tensors());
    let right = package.run(&ids(&PROMPT), &sampled()).expect("it runs");
    assert!(right.units <= 3);
    assert_eq!(verify(&package, &sampled(), &right.output), Verdict::Right(right.clone()));
    let tokens = right.units as usize;
    assert_eq!(verify(&package, &sampled(), &completion.output), Verdict::Wrong(Difference::GoesOn { tokens }));
}

#[test]
fn an_answer_to_other_parameters_is_wrong() {
    let (package, completion) = answered();
    let others = [
        Parameters { seed: 10, ..sampled() },
        Parameters { temperature_milli: 4_000, ..sampled() },
        Parameters { top_k: 2, ..sampled() },
        Parameters { max_units: 9, ..sampled() },
        Parameters { max_units: 7, ..sampled() },
    ];
    for parameters in others {
        assert!(matches!(verify(&package, &parameters, &completion.output), Verdict::Wrong(_)), "{parameters:?}");
    }
}

#[test]
fn an_output_that_is_no_tokens_of_the_model_is_wrong() {
    let (package, completion) = answered();
    let torn = verify(&package, &sampled(), &completion.output[..31]);
    assert_eq!(torn, Verdict::Wrong(Difference::NotTokens(31)));
    let mut unknown = completion.output;
    unknown[12..16].copy_from_slice(&(VOCABULARY as u32).to_le_bytes());
    assert_eq!(verify(&package, &sampled(), &unknown), Verdict::Wrong(Difference::UnknownToken { position: 3 }));
}

#[test]
fn tokens_are_wrong_where_the_model_ends_without_output_and_nothing_is_right() {
    let package = load(&llama_manifest(), &llama_tensors());
    let refused = Parameters { max_units: 0, ..sampled() };
    let verdict = verify(&package, &refused, &ids(&[1]));
    assert_eq!(verdict, Verdict::Wrong(Difference::Code(AnswerCode::InputMismatch)));
    assert!(
        matches!(verify(&package, &refused, &[]), Verdict::Right(failed) if failed.code == AnswerCode::InputMismatch)
    );

    let mut tensors = llama_tensors();
    let norm = tensors.iter_mut().find(|tensor| tensor.name == "model.norm.weight").expect("it is there");
    norm.bytes = f32_bytes(&[f32::MAX; HIDDEN]);
    let package = load(&llama_manifest(), &tensors);
    let verdict = verify(&package, &sampled(), &ids(&[1; 8]));
    assert_eq!(verdict, Verdict::Wrong(Difference::Code(AnswerCode::NotFinite)));
    assert!(
        matches!(verify(&package, &sampled(), &[]), Verdict::Right(failed) if failed.code == AnswerCode::NotFinite)
    );
}

#[test]
fn an_answer_of_values_is_checked_by_running_the_model() {
    let store = Store::new();
    let folder = store.add("mlp", &mlp_manifest(), &mlp_weights());
    let (engine, root) = (store.engine(), root(&folder));
    let parameters = Parameters::default();
    let completion = engine.run(&root, &[1, 2, 3, 4], &parameters).expect("it runs");
    let verify = |output: &[u8]| engine.verify(&root, &[1, 2, 3, 4], &parameters, output).expect("it is checked");
    let mut changed = completion.output.clone();
    changed[5] ^= 1;
    assert_eq!(verify(&changed), Verdict::Wrong(Difference::Byte { position: 5 }));
    assert_eq!(verify(&changed[..8]), Verdict::Wrong(Difference::Length { answer: 8, model: 12 }));
    assert_eq!(verify(&completion.output), Verdict::Right(completion));
    let mismatch = engine.verify(&root, &[1], &parameters, &changed).expect("it is checked");
    assert_eq!(mismatch, Verdict::Wrong(Difference::Code(AnswerCode::InputMismatch)));
}
