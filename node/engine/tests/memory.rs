//! What calls hold of the heap, beside what their package counts for them.

mod fixture;

use fixture::bert::{bert_manifest, bert_tensors_of, ids};
use fixture::{all_quantised, safetensors, Raw, Store};
use peak_alloc::PeakAlloc;
use votive_digest::Parameters;
use votive_engine::{Budget, EngineLimits, ModelCall, Package};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const TOKENS: usize = 400;

/// What inputs, answers and the tensors themselves take beside values.
const SLACK_BYTES: usize = 16 << 10;

fn bert(hidden: usize, intermediate: usize, tensors: &[Raw]) -> Package {
    let store = Store::new();
    let mut manifest = bert_manifest();
    manifest["input"]["shape"] = [TOKENS].into();
    manifest["output"]["shape"] = [hidden].into();
    for (size, value) in
        [("hidden", hidden), ("intermediate", intermediate), ("max_positions", TOKENS), ("max_tokens", TOKENS)]
    {
        manifest["bert"][size] = value.into();
    }
    manifest["limits"]["memory_bytes"] = (64 << 20).into();
    let folder = store.add("bert", &manifest, &safetensors(tensors));
    Package::load(&folder, None, &EngineLimits::default()).expect("the package loads")
}

/// The most bytes that `count` of the longest calls, run together, hold at once.
fn held(package: &Package, count: usize) -> usize {
    let call = ModelCall { input: ids(&[7; TOKENS]), parameters: Parameters::default(), budget: Budget::unlimited() };
    let calls = vec![call; count];
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let ends = package.run_all(calls);
    assert!(ends.into_iter().all(|end| !end.expect("it completes").output.is_empty()));
    HEAP.peak_usage() - before
}

// One test for all cases: the heap is that of the whole process.
#[test]
fn calls_of_a_bert_hold_what_is_counted_for_them_and_not_much_less() {
    for (hidden, intermediate) in [(32, 32), (32, 300), (64, 520)] {
        let tensors = || bert_tensors_of(hidden, intermediate, TOKENS);
        for (kind, tensors) in [("f32", tensors()), ("int8", all_quantised(tensors()))] {
            let package = bert(hidden, intermediate, &tensors);
            let counted = usize::try_from(package.call_bytes()).expect("some megabytes");
            let held = [1, 4].map(|count| (count, held(&package, count)));
            for (count, held) in held {
                let most = count * counted + SLACK_BYTES;
                assert!(held <= most, "{count} of {hidden}, {intermediate}, {kind}: {held} of {most}");
            }
            assert!(held.iter().any(|(count, held)| 10 * held > 9 * count * counted), "{kind} {held:?} of {counted}");
        }
    }
}
