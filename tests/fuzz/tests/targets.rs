//! Every target with its seeds and some thousand changes of them: no fuzzer is needed, and every run has the same cases.

use std::panic::{catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError};
use votive_fuzz::{target, Mutator};

/// Changed cases of each target; VOTIVE_CASES sets another number.
const CASES: usize = 3_000;

/// The heap is measured for the whole process: one target at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// What scripts/fuzz.sh cuts cases to.
const CASE_BYTES: usize = 8192;

#[test]
fn every_seed_fits_a_case() {
    for target in votive_fuzz::TARGETS {
        let longest = (target.seeds)().iter().map(Vec::len).max();
        assert!(longest <= Some(CASE_BYTES), "{} has a seed of {longest:?} bytes", target.name);
    }
}

fn holds(name: &str) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let target = target(name).expect("a target of that name");
    let cases = std::env::var("VOTIVE_CASES").map_or(CASES, |cases| cases.parse().expect("VOTIVE_CASES is a number"));
    let mut mutator = Mutator::new((target.seeds)());
    let changed = (0..cases).map(|_| mutator.next_case());
    for case in (target.seeds)().into_iter().chain(changed) {
        if let Err(panic) = catch_unwind(|| (target.run)(&case)) {
            let path = std::env::temp_dir().join(format!("votive-fuzz-{name}"));
            std::fs::write(&path, &case).expect("the case can be kept");
            eprintln!("{name} fails; its case of {} bytes is in {}", case.len(), path.display());
            resume_unwind(panic);
        }
    }
}

macro_rules! targets {
    ($($test:ident $name:literal)*) => {
        $(
            #[test]
            fn $test() {
                holds($name);
            }
        )*

        #[test]
        fn every_target_has_a_test() {
            let names: Vec<&str> = votive_fuzz::TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(names, [$($name),*]);
        }
    };
}

targets! {
    manifests_are_refused_or_hold "manifest"
    golden_vectors_are_refused_or_hold "golden"
    headers_are_refused_or_hold "safetensors"
    gguf_headers_are_refused_or_hold "gguf"
    onnx_files_are_imported_or_refused "onnx"
    tokenizers_are_refused_or_hold "tokenizer"
    byte_level_tokenizers_are_refused_or_hold "byte_level"
    packages_are_refused_or_hold "package"
    folders_are_refused_or_hold "folder"
    f32_products_agree "linear"
    i8_products_agree "linear_i8"
    block_products_agree "linear_blocks"
    quantised_rows_agree "quantise"
    functions_agree "functions"
    rows_agree "rows"
    attention_agrees "attention"
    rotated_rows_agree "rotary"
    tables_agree "tables"
    choices_agree "choices"
    images_agree "images"
}
