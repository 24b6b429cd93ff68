//! Calls that run together complete as each does alone.

mod fixture;

use fixture::bert::{bert_manifest, bert_tensors, ids};
use fixture::llama::*;
use fixture::*;
use serde_json::Value;
use votive_digest::{AnswerCode, Parameters};
use votive_engine::{
    Batch, Budget, Cancel, Completion, Engine, EngineLimits, ModelCall, Package, RunError, Stopped, Verdict,
};

/// A call's input, how it is asked, and what it may take.
type Asked = (Vec<u8>, Parameters, Budget);

fn asked(input: impl Into<Vec<u8>>, parameters: Parameters) -> Asked {
    (input.into(), parameters, Budget::unlimited())
}

fn load(manifest: &Value, weights: &[u8]) -> Package {
    let store = Store::new();
    let folder = store.add("package", manifest, weights);
    Package::load(&folder, None, &EngineLimits::default()).expect("the package loads")
}

fn call((input, parameters, budget): &Asked) -> ModelCall {
    ModelCall { input: input.clone(), parameters: *parameters, budget: budget.clone() }
}

/// A batch of which all calls are there at once, but those that come late.
struct Told<T> {
    calls: std::vec::IntoIter<(usize, ModelCall)>,
    /// How often the batch is asked for a call before each of these comes.
    late: Vec<(u32, (usize, ModelCall))>,
    asked: u32,
    ends: Vec<Option<T>>,
    /// The numbers of the calls, as they ended.
    order: Vec<usize>,
}

impl<T> Told<T> {
    fn new(asked: &[Asked]) -> Self {
        Self::with_late(asked, &[])
    }

    fn with_late(asked: &[Asked], late: &[(u32, Asked)]) -> Self {
        let calls: Vec<_> = asked.iter().map(call).enumerate().collect();
        let late = late.iter().zip(calls.len()..).map(|((after, asked), number)| (*after, (number, call(asked))));
        let late: Vec<_> = late.collect();
        let ends = (0..calls.len() + late.len()).map(|_| None).collect();
        Self { calls: calls.into_iter(), late, asked: 0, ends, order: Vec::new() }
    }

    fn into_ends(self) -> Vec<T> {
        self.ends.into_iter().map(|end| end.expect("each call ends")).collect()
    }
}

impl<T> Batch<ModelCall, T> for Told<T> {
    fn next(&mut self) -> Option<(usize, ModelCall)> {
        self.calls.next().or_else(|| {
            self.asked += 1;
            let place = self.late.iter().position(|(after, _)| *after <= self.asked)?;
            Some(self.late.remove(place).1)
        })
    }

    fn ended(&mut self, number: usize, end: T) {
        assert!(self.ends[number].replace(end).is_none(), "call {number} ends twice");
        self.order.push(number);
    }
}

/// How each call of a batch ends, and the places of the calls in the order in which they ended.
fn batch(package: &Package, asked: &[Asked]) -> (Vec<Result<Completion, RunError>>, Vec<usize>) {
    let mut told = Told::new(asked);
    package.run_batch(&mut told);
    let order = told.order.clone();
    (told.into_ends(), order)
}

/// Checks that a batch completes as its calls do alone, and returns the codes.
fn complete_as_alone(package: &Package, asked: &[Asked]) -> Vec<AnswerCode> {
    let (ends, _) = batch(package, asked);
    let completions: Vec<Completion> = ends.into_iter().map(|end| end.expect("it completes")).collect();
    for ((input, parameters, _), completion) in asked.iter().zip(&completions) {
        assert_eq!(*completion, package.run(input, parameters).expect("it completes alone"));
    }
    completions.iter().map(|completion| completion.code).collect()
}

fn parameters(index: u32) -> Parameters {
    let (temperature_milli, top_k) = [(0, 0), (700, 40), (2_000, 0)][index as usize % 3];
    Parameters { max_units: 3 + index % 5, seed: index.into(), temperature_milli, top_k }
}

#[test]
fn rows_of_a_perceptron_and_images_of_a_network() {
    use AnswerCode::{Complete, InputMismatch};
    let mlp = load(&mlp_manifest(), &mlp_weights());
    let rows: [&[u8]; 5] = [&[1, 2, 3, 4], &[0; 4], &[255; 4], &[1, 2, 3], &[9, 8, 7, 6]];
    let rows: Vec<Asked> = rows.into_iter().map(|row| asked(row, Parameters::default())).collect();
    assert_eq!(complete_as_alone(&mlp, &rows), [Complete, Complete, Complete, InputMismatch, Complete]);

    let cnn = load(&cnn_manifest(), &cnn_weights());
    let images = [0.0, 0.25, -1.0, 7.5].map(|value| asked(f32_bytes(&[value; 36]), Parameters::default()));
    assert_eq!(complete_as_alone(&cnn, &images), [Complete; 4]);
}

#[test]
fn texts_of_all_lengths() {
    for tensors in [bert_tensors(), all_quantised(bert_tensors())] {
        let bert = load(&bert_manifest(), &safetensors(&tensors));
        let texts: [&[u32]; 5] = [&[2, 7, 0, 19, 3], &[1], &[5; 6], &[9, 9], &[2, 7, 0, 19, 3]];
        let texts: Vec<Asked> = texts.into_iter().map(|text| asked(ids(text), Parameters::default())).collect();
        assert_eq!(complete_as_alone(&bert, &texts), [AnswerCode::Complete; 5]);
    }
}

#[test]
fn answers_of_tokens_of_all_lengths() {
    let models = [(llama_manifest(), llama_tensors()), biased(), (tied().0, all_quantised(tied().1))];
    for (manifest, tensors) in models {
        let llama = load(&manifest, &safetensors(&tensors));
        let prompts: [&[u32]; 4] = [&[2, 71, 0, 269, 3], &[5], &[0; MAX_PROMPT], &[]];
        let mut all: Vec<Asked> =
            (0..8).map(|index| asked(ids(prompts[index as usize % 3]), parameters(index))).collect();
        all.push(asked([1, 2, 3], parameters(0)));
        let codes = complete_as_alone(&llama, &all);
        assert_eq!(codes[..8], [AnswerCode::Complete; 8]);
        assert_eq!(codes[8], AnswerCode::InputMismatch);
        for (input, parameters, _) in &all[..8] {
            let completion = llama.run(input, parameters).expect("it completes");
            let verdict = llama.verify(input, parameters, &completion.output).expect("it is checked");
            assert_eq!(verdict, Verdict::Right(completion));
        }
    }
}

#[test]
fn a_shorter_answer_does_not_wait_for_a_longer_one() {
    let llama = load(&llama_manifest(), &llama_weights());
    let most = |max_units| asked(ids(&[5]), Parameters { max_units, ..Parameters::default() });
    let (ends, order) = batch(&llama, &[most(6), most(1), most(3)]);
    let units: Vec<u32> = ends.into_iter().map(|end| end.expect("it completes").units).collect();
    assert_eq!((units, order), (vec![6, 1, 3], vec![1, 2, 0]));
}

#[test]
fn a_call_that_comes_late_joins_at_the_next_token() {
    let llama = load(&llama_manifest(), &llama_weights());
    let most = |prompt: &[u32], max_units| asked(ids(prompt), Parameters { max_units, ..Parameters::default() });
    let (long, short) = (most(&[5], 6), most(&[7, 8, 9], 1));
    // It comes after the first token, with one that the model does not take, and another one when all have ended.
    let late = [(2, short.clone()), (3, asked([1, 2, 3], parameters(0))), (9, short.clone())];
    let mut told = Told::with_late(std::slice::from_ref(&long), &late);
    llama.run_batch(&mut told);
    assert_eq!(told.order, [2, 1, 0, 3]);
    let completions: Vec<Completion> = told.into_ends().into_iter().map(|end| end.expect("it completes")).collect();
    for ((input, parameters, _), completion) in [long, short].iter().zip(&completions) {
        assert_eq!(*completion, llama.run(input, parameters).expect("it completes alone"));
    }
    assert_eq!(completions[2].code, AnswerCode::InputMismatch);
    assert_eq!(completions[3], completions[1]);
}

#[test]
fn long_prompts_run_block_by_block_between_the_tokens_of_others() {
    let mut manifest = llama_manifest();
    manifest["input"]["shape"] = serde_json::json!([700]);
    manifest["llama"]["max_tokens"] = 720.into();
    manifest["limits"]["memory_bytes"] = (64 << 20).into();
    let llama = load(&manifest, &llama_weights());
    let most = |length, max_units| {
        let prompt: Vec<u32> = (0..length).map(|index| index * 7 % VOCABULARY as u32).collect();
        asked(ids(&prompt), Parameters { max_units, ..Parameters::default() })
    };
    // Three blocks of each of the long prompts. Beside the last of the first one there is room for two short ones, of which the second
    // ends before the other long prompt has run; the third has room once that has.
    let all = [most(700, 2), most(600, 3), most(3, 2), most(200, 1), most(256, 1), most(40, 1)];
    let (ends, order) = batch(&llama, &all);
    for ((input, parameters, _), end) in all.iter().zip(ends) {
        assert_eq!(end.expect("it completes"), llama.run(input, parameters).expect("it completes alone"));
    }
    assert_eq!(order, [5, 0, 2, 3, 1, 4]);
}

#[test]
fn a_value_that_is_not_finite_ends_its_own_call_only() {
    let tensors = [f32_tensor("hidden.weight", &[2, 1], &[3e38, 1.0]), f32_tensor("out.weight", &[1, 2], &[1.0, 1.0])];
    let layers = serde_json::json!([
        { "type": "linear", "weight": "hidden.weight" },
        { "type": "linear", "weight": "out.weight" },
    ]);
    let input = serde_json::json!({ "dtype": "f32", "shape": [1] });
    let mlp = load(&manifest("mlp", input, 1, layers), &safetensors(&tensors));
    let values = [1.0, 2.0, 0.5, f32::NAN].map(|value| asked(f32_bytes(&[value]), Parameters::default()));
    use AnswerCode::{Complete, NotFinite};
    assert_eq!(complete_as_alone(&mlp, &values), [Complete, NotFinite, Complete, NotFinite]);
}

#[test]
fn a_cancelled_call_ends_and_the_others_go_on() {
    let llama = load(&llama_manifest(), &llama_weights());
    let cancel = Cancel::default();
    cancel.cancel();
    let cancelled = Budget::new(std::time::Duration::MAX, cancel);
    let mut all = [0, 1, 2].map(|index| asked(ids(&[5, 6]), parameters(index)));
    all[1].2 = cancelled;
    let (ends, _) = batch(&llama, &all);
    assert!(matches!(ends[1], Err(RunError::Stopped(Stopped::Cancelled))));
    for place in [0, 2] {
        let alone = llama.run(&all[place].0, &all[place].1).expect("it completes");
        assert_eq!(*ends[place].as_ref().expect("it completes"), alone);
    }
}

#[test]
fn calls_for_which_there_is_no_memory_run_after_the_others() {
    let store = Store::new();
    let (mut manifest, weights) = (bert_manifest(), safetensors(&bert_tensors()));
    let declared = load(&manifest, &weights).memory_bytes().next_multiple_of(1_000);
    manifest["limits"]["memory_bytes"] = declared.into();
    let folder = store.add("package", &manifest, &weights);
    let package = Package::load(&folder, None, &EngineLimits::default()).expect("the package loads");
    // Room for some calls at once, but not for all.
    let max_memory_bytes = declared + package.call_bytes();
    let at_once = 1 + (max_memory_bytes - package.memory_bytes()) / package.call_bytes();
    assert!((2..6).contains(&at_once), "{at_once}");
    let engine = Engine::new(store.open(), EngineLimits { max_memory_bytes, ..EngineLimits::default() });
    let all: Vec<Asked> = (1..=6).map(|length| asked(ids(&vec![7; length]), Parameters::default())).collect();
    let mut told = Told::new(&all);
    engine.run_batch(&package.root(), &mut told);
    for ((input, parameters, _), end) in all.iter().zip(told.into_ends()) {
        assert_eq!(end.expect("it completes"), package.run(input, parameters).expect("it completes alone"));
    }
    assert_eq!(engine.usage().package_bytes, package.memory_bytes());
}
