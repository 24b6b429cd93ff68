//! A small llama, end to end.

mod fixture;

use fixture::bert::ids;
use fixture::llama::*;
use fixture::llama_reference::greedy;
use fixture::*;
use serde_json::{json, Value};
use votive_digest::{AnswerCode, Parameters};
use votive_engine::{Budget, Cancel, Completion, Package, RunError, Stopped, VersionFile};

const PROMPT: [u32; 5] = [2, 71, 0, 269, 3];

fn load(manifest: &Value, tensors: &[Raw]) -> Package {
    let store = Store::new();
    let folder = store.add("llama", manifest, &safetensors(tensors));
    Package::load(&folder, None, &Default::default()).expect("the package loads")
}

fn sound() -> Package {
    load(&llama_manifest(), &llama_tensors())
}

fn run(package: &Package, prompt: &[u32], parameters: Parameters) -> Completion {
    package.run(&ids(prompt), &parameters).expect("the package runs")
}

/// The most likely tokens, at most so many.
fn most(max_units: u32) -> Parameters {
    Parameters { max_units, ..Parameters::default() }
}

fn sampled(seed: u64) -> Parameters {
    Parameters { max_units: 10, seed, temperature_milli: 2_000, top_k: 0 }
}

fn tokens(completion: &Completion) -> Vec<u32> {
    completion.output.as_chunks().0.iter().map(|id| u32::from_le_bytes(*id)).collect()
}

#[test]
fn the_most_likely_tokens_are_those_of_the_reference_in_f64() {
    let models = [
        ("plain", (llama_manifest(), llama_tensors())),
        ("tied", tied()),
        ("biased", biased()),
        ("int8", (llama_manifest(), all_quantised(llama_tensors()))),
        ("tied int8", (tied().0, all_quantised(tied().1))),
    ];
    for (name, (manifest, tensors)) in models {
        let package = load(&manifest, &tensors);
        for prompt in [&PROMPT[..], &[5], &[0; MAX_PROMPT]] {
            let count = MAX_ANSWER.min(MAX_TOKENS - prompt.len());
            let completion = run(&package, prompt, most(1_000));
            assert_eq!((completion.code, completion.units as usize), (AnswerCode::Complete, count), "{name}");
            let (expected, margin) = greedy(&tensors, prompt, count);
            assert!(margin > 1e-4, "{name}: the reference is not sure, by {margin}");
            assert_eq!(tokens(&completion), expected, "{name}");
        }
    }
}

#[test]
fn the_seeded_llamas_keep_their_golden_digests() {
    let digest = |package: &Package| votive_engine::hex_hash(&run(package, &PROMPT, sampled(7)).golden_digest());
    let int8 = load(&tied().0, &all_quantised(tied().1));
    assert_eq!(
        [digest(&sound()), digest(&int8)],
        [
            "78918fa06a4db03c63751a23614cf1503ac8e1519adf4a861074dca22f75f5cd",
            "d2cd1ffa8017d0eb4f37e804a742ee11c7aef26b964a09d9535220954a14f22a"
        ]
    );
}

#[test]
fn an_answer_ends_after_the_most_units_and_a_shorter_one_is_its_beginning() {
    let package = sound();
    let longest = tokens(&run(&package, &PROMPT, most(u32::MAX)));
    assert_eq!(longest.len(), MAX_ANSWER);
    for units in 1..=MAX_ANSWER {
        let completion = run(&package, &PROMPT, most(units as u32));
        assert_eq!((tokens(&completion), completion.units), (longest[..units].to_vec(), units as u32));
    }
}

#[test]
fn an_answer_ends_with_its_first_stop_token() {
    let longest = tokens(&run(&sound(), &PROMPT, most(10)));
    let stop = longest[3];
    let end = longest.iter().position(|token| *token == stop).expect("it is there") + 1;
    let mut manifest = llama_manifest();
    manifest["llama"]["stop_tokens"] = json!([VOCABULARY - 1, stop]);
    let completion = run(&load(&manifest, &llama_tensors()), &PROMPT, most(10));
    assert_eq!((tokens(&completion), completion.units as usize), (longest[..end].to_vec(), end));
}

#[test]
fn an_answer_ends_with_the_context() {
    let completion = run(&sound(), &[9; MAX_PROMPT], most(10));
    assert_eq!(completion.units as usize, MAX_TOKENS - MAX_PROMPT);
}

#[test]
fn a_longer_prompt_continues_as_the_answer_did() {
    let package = sound();
    let answer = tokens(&run(&package, &PROMPT, most(10)));
    for count in 1..MAX_PROMPT - PROMPT.len() {
        let prompt = [&PROMPT[..], &answer[..count]].concat();
        assert_eq!(tokens(&run(&package, &prompt, most(1))), [answer[count]]);
    }
}

#[test]
fn the_begin_token_stands_before_every_prompt() {
    let mut manifest = llama_manifest();
    manifest["llama"]["begin_token"] = PROMPT[0].into();
    let package = load(&manifest, &llama_tensors());
    assert_eq!(run(&package, &PROMPT[1..], sampled(1)), run(&sound(), &PROMPT, sampled(1)));
}

#[test]
fn a_seed_is_answered_the_same_each_time_and_another_otherwise() {
    let package = sound();
    let first = run(&package, &PROMPT, sampled(1));
    assert_eq!(first, run(&package, &PROMPT, sampled(1)));
    assert_ne!(tokens(&first), tokens(&run(&package, &PROMPT, sampled(2))));
    assert_ne!(tokens(&first), tokens(&run(&package, &PROMPT, most(10))));
}

#[test]
fn among_one_candidate_the_most_likely_token_is_drawn() {
    let package = sound();
    let one = Parameters { top_k: 1, ..sampled(3) };
    assert_eq!(run(&package, &PROMPT, one), run(&package, &PROMPT, most(10)));
}

#[test]
fn the_trace_is_the_hash_of_the_heads_inputs_at_each_token() {
    let mut tensors = llama_tensors();
    let norm = tensors.iter_mut().find(|tensor| tensor.name == "model.norm.weight").expect("it is there");
    norm.bytes = f32_bytes(&[-0.0; HIDDEN]);
    let completion = run(&load(&llama_manifest(), &tensors), &PROMPT, most(3));
    // Of equal logits the first token is the most likely.
    assert_eq!(tokens(&completion), [0; 3]);
    assert_eq!(completion.trace, votive_digest::trace(&f32_bytes(&[0.0; 3 * HIDDEN])));
}

#[test]
fn a_prompt_or_parameters_out_of_their_range_are_a_completion_without_output() {
    let package = sound();
    let hot = Parameters { temperature_milli: 100_001, ..most(1) };
    let cases = [
        (&[][..], most(1)),
        (&[VOCABULARY as u32], most(1)),
        (&[1; MAX_PROMPT + 1], most(1)),
        (&[1], most(0)),
        (&[1], hot),
    ];
    for (prompt, parameters) in cases {
        let completion = run(&package, prompt, parameters);
        assert_eq!((completion.code, completion.output.len(), completion.units), (AnswerCode::InputMismatch, 0, 1));
        assert_eq!(completion.trace, votive_digest::trace(&[]));
    }
    let torn = package.run(&[1, 0, 0, 0, 1], &most(1)).expect("the package runs");
    assert_eq!(torn.code, AnswerCode::InputMismatch);
}

#[test]
fn an_overflow_inside_of_a_layer_is_a_completion_without_output() {
    let mut tensors = llama_tensors();
    let norm =
        tensors.iter_mut().find(|tensor| tensor.name == "model.layers.1.input_layernorm.weight").expect("it is there");
    norm.bytes = f32_bytes(&[f32::MAX; HIDDEN]);
    let completion = run(&load(&llama_manifest(), &tensors), &PROMPT, most(10));
    assert_eq!((completion.code, completion.output.len(), completion.units), (AnswerCode::NotFinite, 0, 1));
}

#[test]
fn threads_give_the_same_bytes_side_by_side() {
    let package = sound();
    let first = run(&package, &PROMPT, sampled(5));
    std::thread::scope(|scope| {
        let threads = [(); 2].map(|()| scope.spawn(|| [(); 10].map(|()| run(&package, &PROMPT, sampled(5)))));
        for thread in threads {
            assert!(thread.join().expect("the thread ends").iter().all(|again| *again == first));
        }
    });
}

#[test]
fn a_cancelled_call_ends_without_an_answer_and_so_does_a_check() {
    let (package, cancel) = (sound(), Cancel::default());
    let answer = run(&package, &PROMPT, most(10)).output;
    cancel.cancel();
    let budget = Budget::new(std::time::Duration::MAX, cancel);
    let answered = package.run_within(&ids(&PROMPT), &most(10), &budget).expect_err("it ends");
    let checked = package.verify_within(&ids(&PROMPT), &most(10), &answer, &budget).expect_err("it ends");
    assert!(matches!(answered, RunError::Stopped(Stopped::Cancelled)));
    assert!(matches!(checked, RunError::Stopped(Stopped::Cancelled)));
}

#[test]
fn a_golden_vector_runs_with_its_parameters() {
    let store = Store::new();
    let folder = store.add("llama", &llama_manifest(), &llama_weights());
    let digest = |parameters| votive_engine::hex_hash(&run(&sound(), &[1], parameters).golden_digest());
    let parameters = json!({ "max_units": 10, "seed": 4, "temperature_milli": 2000 });
    let vectors = json!({ "vectors": [
        { "input": "01000000", "digest": format!("0x{}", digest(most(1))) },
        { "input": "01000000", "parameters": parameters, "digest": format!("0x{}", digest(sampled(4))) },
    ] });
    write(&folder, "golden.json", vectors.to_string().as_bytes());
    let package = Package::load(&folder, None, &Default::default()).expect("the package loads");
    assert_eq!(package.check_golden().expect("they hold"), 2);
    assert_eq!(serde_json::to_value(package.golden()).expect("JSON")["vectors"][0], vectors["vectors"][0]);
    let version = VersionFile::of(&package, 5).expect("a version");
    assert_eq!((version.limits.max_units as usize, version.limits.max_output as usize), (MAX_ANSWER, 4 * MAX_ANSWER));
}
