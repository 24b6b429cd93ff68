//! Whole packages of sound files, edited: read, loaded, asked, and checked against their golden vectors.

use super::bases::{weights_file, Base, BASES, FEW_WORDS};
use super::edit_seeds;
use super::edits::Sound;
use crate::memory;
use arbitrary::{Result, Unstructured};
use serde_json::Value;
use std::borrow::Cow;
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use votive_digest::{AnswerCode, Parameters};
use votive_engine::{CheckedPackage, EngineLimits, InputSpec, InputType, OutputType, Package, Threads, Verdict};

/// What a machine of these tests may spend.
const LIMITS: EngineLimits = EngineLimits { max_package_bytes: 1 << 20, max_memory_bytes: 16 << 20 };

/// What paths, errors, the manifest and the golden vectors take beyond what a package declares.
const SLACK_BYTES: usize = 128 << 10;

thread_local! {
    static FOLDER: TempDir = TempDir::new().expect("a temporary folder");
}

pub fn run(case: &[u8]) {
    let mut case = Unstructured::new(case);
    let base = &BASES[usize::from(case.arbitrary::<u8>().unwrap_or(0)) % BASES.len()];
    let mut files = Files::of(base);
    let _ = files.spoil(base, &mut case);
    FOLDER.with(|folder| {
        files.write(folder.path(), base.weights_path());
        check(folder.path(), case.take_rest());
    });
}

/// The files of a package: those of its base, but for what is edited.
struct Files<'a> {
    manifest: Cow<'a, str>,
    header: Option<Cow<'a, str>>,
    golden: Cow<'a, str>,
    tokenizer: Option<Cow<'a, str>>,
    tensors: Cow<'a, [u8]>,
}

impl<'a> Files<'a> {
    fn of(base: &'a Base) -> Self {
        let text = |document: &'a Sound| Cow::Borrowed(document.text());
        Self {
            manifest: text(&base.manifest),
            header: base.header.as_ref().map(text),
            golden: text(&base.golden),
            tokenizer: base.tokenizer.as_ref().map(text),
            tensors: Cow::Borrowed(&base.tensors),
        }
    }

    /// Edits one file as a rule, several at times.
    fn spoil(&mut self, base: &'a Base, case: &mut Unstructured<'_>) -> Result<()> {
        let files: u8 = case.arbitrary()?;
        let mut edited = |bit: u8, document: &'a Sound, text: &mut Cow<'a, str>| {
            if files & 1 << bit != 0 {
                *text = document.edited(case, 3);
            }
        };
        edited(0, &base.manifest, &mut self.manifest);
        base.header.as_ref().zip(self.header.as_mut()).into_iter().for_each(|(base, text)| edited(1, base, text));
        edited(2, &base.golden, &mut self.golden);
        base.tokenizer.as_ref().zip(self.tokenizer.as_mut()).into_iter().for_each(|(base, text)| edited(3, base, text));
        if case.arbitrary::<u8>()? >= 250 {
            let count = case.arbitrary()?;
            self.header.iter_mut().for_each(|header| *header = swollen(header, count).into());
        }
        if files & 16 != 0 {
            let at = usize::from(case.arbitrary::<u16>()?) % base.tensors.len();
            let value: [u8; 4] = case.arbitrary()?;
            self.tensors.to_mut().iter_mut().skip(at & !3).zip(value).for_each(|(byte, value)| *byte = value);
        }
        if files & 96 == 96 {
            let len = usize::from(case.arbitrary::<u16>()?) % (2 * base.tensors.len());
            self.tensors.to_mut().resize(len, 0);
        }
        Ok(())
    }

    fn write(&self, folder: &Path, weights_path: &str) {
        let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).expect("a file can be written");
        write("manifest.json", self.manifest.as_bytes());
        write("golden.json", self.golden.as_bytes());
        for left in ["model.safetensors", "model.gguf", "tokenizer.json"] {
            let _ = fs::remove_file(folder.join(left));
        }
        write(weights_path, &weights_file(self.header.as_deref(), &self.tensors));
        if let Some(tokenizer) = &self.tokenizer {
            write("tokenizer.json", tokenizer.as_bytes());
        }
    }
}

/// A header with `count` short remarks: the most memory for the fewest bytes.
fn swollen(header: &str, count: u16) -> String {
    let mut header: Value = serde_json::from_str(header).expect("an edited document is JSON; qed");
    let remarks = (0..count % 6_000).map(|number| (number.to_string(), Value::from("")));
    if let Value::Object(fields) = &mut header {
        fields.insert("__metadata__".into(), Value::Object(remarks.collect()));
    }
    header.to_string()
}

fn check(folder: &Path, request: &[u8]) {
    let ((declared, package), peak) = memory::measure(|| match CheckedPackage::read(folder, None, &LIMITS) {
        Ok(checked) => (checked.memory_bytes() as usize, checked.load(Threads::one()).ok()),
        Err(_) => (LIMITS.max_memory_bytes as usize, None),
    });
    assert!(peak <= declared + SLACK_BYTES, "loading took {peak} bytes, {declared} are declared");
    let Some(package) = package else { return };
    assert!(package.memory_bytes() <= package.manifest().limits.memory_bytes);
    let _ = package.check_golden();
    let [units, temperature, top_k] = [0, 1, 2].map(|place| request.get(place).copied().map_or(0, u32::from));
    let parameters = Parameters { max_units: 1 + units % 12, seed: 7, temperature_milli: temperature * 16, top_k };
    if ask(&package, request, &parameters) == AnswerCode::InputMismatch {
        ask(&package, &fitting(request, &package.manifest().input), &parameters);
    }
}

/// `request` in the form that a package asks for.
fn fitting(request: &[u8], input: &InputSpec) -> Vec<u8> {
    let bytes = request.iter().take(input.values());
    match input.dtype {
        InputType::U32 => bytes.flat_map(|byte| (u32::from(*byte) % FEW_WORDS as u32).to_le_bytes()).collect(),
        InputType::Utf8 => bytes.map(|byte| byte & 0x7f).collect(),
        _ => request.iter().copied().chain(std::iter::repeat(0)).take(input.bytes()).collect(),
    }
}

/// Answers, and verifies the answer, by which it is computed once more.
fn ask(package: &Package, input: &[u8], parameters: &Parameters) -> AnswerCode {
    let run = || package.run(input, parameters);
    if package.manifest().tokenizer.is_some() {
        // The library's regular expression keeps what a text has led it to, for all packages: an engine counts it with its
        // threads, and target `byte_level` bounds it.
        let _ = run();
    }
    let completion =
        memory::within(package.memory_bytes() as usize + SLACK_BYTES, run).expect("this machine lacks nothing");
    let code = completion.code;
    if code != AnswerCode::Complete {
        assert_eq!(completion, run().expect("this machine lacks nothing"), "the same input again");
        assert!(completion.output.is_empty(), "an answer without an output");
        return code;
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
    let verify = |output: &[u8]| package.verify(input, parameters, output).expect("this machine lacks nothing");
    let mut other = completion.output.clone();
    other[length / 2] ^= 1;
    assert!(matches!(verify(&other), Verdict::Wrong(_)), "another answer is verified");
    assert_eq!(verify(&completion.output.clone()), Verdict::Right(completion), "the answer is not verified");
    code
}

pub fn seeds() -> Vec<Vec<u8>> {
    let sound = (0..BASES.len() as u8).map(|base| vec![base, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]);
    let swollen = (0..BASES.len() as u8).map(|base| vec![base, 0, 255, 0x00, 0x10]);
    sound.chain(swollen).chain(edit_seeds()).collect()
}
