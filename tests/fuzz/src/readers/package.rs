//! Whole packages of sound files, edited: read, loaded, asked, and checked against their golden vectors.

use super::bases::{weights_file, Base, BASES};
use super::{edit_seeds, edits};
use crate::memory;
use arbitrary::{Result, Unstructured};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use votive_digest::{AnswerCode, Parameters};
use votive_engine::{CheckedPackage, EngineLimits, OutputType, Package, Verdict};

/// What a machine of these tests may spend.
const LIMITS: EngineLimits = EngineLimits { max_package_bytes: 1 << 20, max_memory_bytes: 16 << 20 };

/// What paths, errors, the manifest and the golden vectors take beyond what a package declares.
const SLACK_BYTES: usize = 128 << 10;

thread_local! {
    static FOLDER: TempDir = TempDir::new().expect("a temporary folder");
}

pub fn run(case: &[u8]) {
    let mut case = Unstructured::new(case);
    let mut base = BASES[usize::from(case.arbitrary::<u8>().unwrap_or(0)) % BASES.len()].clone();
    let _ = spoil(&mut base, &mut case);
    FOLDER.with(|folder| {
        write(folder.path(), &base);
        check(folder.path(), case.take_rest());
    });
}

/// Edits one file as a rule, several at times.
fn spoil(base: &mut Base, case: &mut Unstructured<'_>) -> Result<()> {
    let files: u8 = case.arbitrary()?;
    for (bit, document) in [&mut base.manifest, &mut base.header, &mut base.golden].into_iter().enumerate() {
        if files & 1 << bit != 0 {
            edits::edit(document, case, 3)?;
        }
    }
    if let (true, Some(tokenizer)) = (files & 8 != 0, &mut base.tokenizer) {
        edits::edit(tokenizer, case, 3)?;
    }
    if case.arbitrary::<u8>()? >= 250 {
        swell(&mut base.header, case.arbitrary::<u16>()?);
    }
    if files & 16 != 0 {
        let at = usize::from(case.arbitrary::<u16>()?) % base.tensors.len();
        let value: [u8; 4] = case.arbitrary()?;
        base.tensors.iter_mut().skip(at & !3).zip(value).for_each(|(byte, value)| *byte = value);
    }
    if files & 96 == 96 {
        let len = usize::from(case.arbitrary::<u16>()?) % (2 * base.tensors.len());
        base.tensors.resize(len, 0);
    }
    Ok(())
}

/// Adds `count` short remarks to a header: the most memory for the fewest bytes.
fn swell(header: &mut Value, count: u16) {
    let remarks = (0..count % 6_000).map(|number| (number.to_string(), Value::from("")));
    if let Value::Object(fields) = header {
        fields.insert("__metadata__".into(), Value::Object(remarks.collect()));
    }
}

fn write(folder: &Path, base: &Base) {
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).expect("a file can be written");
    write("manifest.json", base.manifest.to_string().as_bytes());
    write("golden.json", base.golden.to_string().as_bytes());
    for left in ["model.safetensors", "model.gguf", "tokenizer.json"] {
        let _ = fs::remove_file(folder.join(left));
    }
    write(base.weights_path(), &weights_file(&base.header, &base.tensors));
    if let Some(tokenizer) = &base.tokenizer {
        write("tokenizer.json", tokenizer.to_string().as_bytes());
    }
}

fn check(folder: &Path, request: &[u8]) {
    let ((declared, package), peak) = memory::measure(|| match CheckedPackage::read(folder, None, &LIMITS) {
        Ok(checked) => (checked.memory_bytes() as usize, checked.load().ok()),
        Err(_) => (LIMITS.max_memory_bytes as usize, None),
    });
    assert!(peak <= declared + SLACK_BYTES, "loading took {peak} bytes, {declared} are declared");
    let Some(package) = package else { return };
    assert!(package.memory_bytes() <= package.manifest().limits.memory_bytes);
    let _ = package.check_golden();
    let mut whole = request.to_vec();
    whole.resize(package.manifest().input.bytes(), 0);
    for input in [request, &whole] {
        ask(&package, input);
    }
}

fn ask(package: &Package, input: &[u8]) {
    let [units, temperature, top_k] = [0, 1, 2].map(|place| input.get(place).copied().map_or(0, u32::from));
    let parameters = Parameters { max_units: 1 + units % 12, seed: 7, temperature_milli: temperature * 16, top_k };
    let run = || package.run(input, &parameters);
    let completion =
        memory::within(package.memory_bytes() as usize + SLACK_BYTES, run).expect("this machine lacks nothing");
    assert_eq!(completion, run().expect("this machine lacks nothing"), "the same input again");
    if completion.code != AnswerCode::Complete {
        assert!(completion.output.is_empty(), "an answer without an output");
        return;
    }
    let (length, most) = (completion.output.len(), package.manifest().output.bytes());
    let (words, _) = completion.output.as_chunks();
    match package.manifest().output.dtype {
        OutputType::F32 => {
            assert_eq!(length, most);
            assert!(words.iter().all(|word| f32::from_le_bytes(*word).is_finite()));
        }
        _ => assert!((1..=most).contains(&length) && length % 4 == 0, "{length} bytes of tokens"),
    }
    let verify = |output: &[u8]| package.verify(input, &parameters, output).expect("this machine lacks nothing");
    let mut other = completion.output.clone();
    other[length / 2] ^= 1;
    assert!(matches!(verify(&other), Verdict::Wrong(_)), "another answer is verified");
    assert_eq!(verify(&completion.output.clone()), Verdict::Right(completion), "the answer is not verified");
}

pub fn seeds() -> Vec<Vec<u8>> {
    let sound = (0..BASES.len() as u8).map(|base| vec![base, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]);
    let swollen = (0..BASES.len() as u8).map(|base| vec![base, 0, 255, 0x00, 0x10]);
    sound.chain(swollen).chain(edit_seeds()).collect()
}
