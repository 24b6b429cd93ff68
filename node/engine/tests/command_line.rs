//! The binary, as an operator calls it.

mod fixture;

use fixture::*;
use std::path::Path;
use std::process::{Command, Output};

fn call(command: &str, folder: &Path, arguments: &[&str]) -> Output {
    let mut binary = Command::new(env!("CARGO_BIN_EXE_votive-engine"));
    binary.arg(command).arg(folder).args(arguments).env_remove("RUST_BACKTRACE").output().expect("the binary starts")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A package of the mlp, with an input of its length as golden vector.
fn package(store: &Store) -> std::path::PathBuf {
    let folder = store.add("package", &mlp_manifest(), &mlp_weights());
    write(&folder, "golden.json", br#"{"vectors":[{"input":"01020304"}]}"#);
    folder
}

#[test]
fn pack_writes_golden_digests_and_a_version_beside_the_folder() {
    let store = Store::new();
    let folder = package(&store);
    let packed = call("pack", &folder, &["--golden"]);
    assert!(packed.status.success(), "{}", error(&packed));
    let root = format!("0x{}", votive_engine::hex_hash(&root(&folder)));
    assert!(out(&packed).contains(&root));
    let version = std::fs::read_to_string(store.folder.path().join("version.json")).expect("it lies beside");
    assert!(version.contains(&root));
    assert!(!folder.join("version.json").exists());
    assert!(call("verify", &folder, &["--root", &root]).status.success());
}

#[test]
fn pack_without_golden_digests_fails_and_says_what_to_do() {
    let store = Store::new();
    let packed = call("pack", &package(&store), &[]);
    assert!(!packed.status.success());
    assert!(error(&packed).contains("pack --golden"));
}

#[test]
fn packing_twice_changes_nothing() {
    let store = Store::new();
    let folder = package(&store);
    let first = out(&call("pack", &folder, &["--golden"]));
    assert_eq!(first, out(&call("pack", &folder, &["--golden"])));
}

#[test]
fn verify_fails_on_another_root() {
    let store = Store::new();
    let verified = call("verify", &package(&store), &["--root", &"11".repeat(32)]);
    assert_eq!(verified.status.code(), Some(1));
    assert!(error(&verified).contains("the package's root is 0x"));
}

#[test]
fn run_prints_the_answer_and_its_hashes() {
    let store = Store::new();
    let folder = package(&store);
    let run = call("run", &folder, &["--input-hex", "0x01020304", "--request", &"22".repeat(32), "--json"]);
    assert!(run.status.success(), "{}", error(&run));
    let report: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!((&report["code"], &report["units"]), (&"complete".into(), &1.into()));
    for hash in ["answer_hash", "trace", "trace_hash", "golden_digest", "digest"] {
        assert_eq!(report[hash].as_str().map(str::len), Some(66), "{hash}");
    }
}

#[test]
fn run_reads_its_input_from_a_file() {
    let store = Store::new();
    let folder = package(&store);
    let input = store.folder.path().join("input");
    std::fs::write(&input, [1, 2, 3, 4]).expect("a file");
    let from_file = call("run", &folder, &["--input-file", &input.to_string_lossy()]);
    assert_eq!(out(&from_file), out(&call("run", &folder, &["--input-hex", "01020304"])));
}

#[test]
fn run_takes_its_input_as_a_text() {
    let store = Store::new();
    let folder =
        fixture::bert::add_text_bert(&store, &fixture::bert::text_manifest(), &fixture::bert::tokenizer().to_string());
    let as_text = call("run", &folder, &["--input-text", "hello world"]);
    assert!(as_text.status.success(), "{}", error(&as_text));
    assert_eq!(out(&as_text), out(&call("run", &folder, &["--input-hex", &hex::encode("hello world")])));
}

/// The llama over texts, a prompt, and the arguments of a sampled answer to it.
const PROMPT: &str = "hello";
const SAMPLED: [&str; 8] = ["--max-units", "6", "--seed", "11", "--temperature-milli", "900", "--top-k", "50"];

fn llama(store: &Store) -> std::path::PathBuf {
    use fixture::llama::*;
    add_prompt_llama(store, &prompt_manifest(), &byte_level_tokenizer().to_string())
}

fn answered(folder: &Path) -> serde_json::Value {
    let request = "33".repeat(32);
    let run = [&["--input-text", PROMPT, "--json", "--request", &request][..], &SAMPLED].concat();
    let run = call("run", folder, &run);
    assert!(run.status.success(), "{}", error(&run));
    serde_json::from_slice(&run.stdout).expect("JSON")
}

fn verified(folder: &Path, output: &str, arguments: &[&str]) -> Output {
    call(
        "verify-answer",
        folder,
        &[&["--input-text", PROMPT, "--output-hex", output][..], &SAMPLED, arguments].concat(),
    )
}

#[test]
fn run_prints_what_the_tokens_of_an_answer_say() {
    let store = Store::new();
    let report = answered(&llama(&store));
    assert_eq!((&report["units"], report["output"].as_str().map(str::len)), (&6.into(), Some(2 + 2 * 4 * 6)));
    assert!(report["text"].is_string());
}

#[test]
fn verify_answer_succeeds_on_the_answer_with_its_hashes_only() {
    let store = Store::new();
    let folder = llama(&store);
    let report = answered(&folder);
    let of = |field: &str| report[field].as_str().expect("a text").to_owned();
    let (output, request, other) = (of("output"), "33".repeat(32), "44".repeat(32));
    let right = verified(
        &folder,
        &output,
        &["--trace-hash", &of("trace_hash"), "--digest", &of("digest"), "--request", &request],
    );
    assert!(right.status.success(), "{}", error(&right));
    assert!(out(&right).contains("right: code Complete, 6 units"));
    for (arguments, difference) in [
        (&["--trace-hash", other.as_str()][..], "trace hash would be 0x"),
        (&["--digest", &other, "--request", &request], "digest would be 0x"),
        (&["--digest", &of("digest"), "--request", &other], "digest would be 0x"),
    ] {
        let wrong = verified(&folder, &output, arguments);
        assert_eq!(wrong.status.code(), Some(1));
        assert!(error(&wrong).contains(difference), "{}", error(&wrong));
    }
}

#[test]
fn verify_answer_says_where_an_answer_is_wrong() {
    let store = Store::new();
    let folder = llama(&store);
    let output = answered(&folder)["output"].as_str().expect("a text").to_owned();
    let cut = verified(&folder, &output[..output.len() - 8], &[]);
    assert!(error(&cut).contains("the output ends after 5 tokens"), "{}", error(&cut));
    let last = if output.ends_with("00000000") { "01000000" } else { "00000000" };
    let changed = verified(&folder, &format!("{}{last}", &output[..output.len() - 8]), &[]);
    assert!(error(&changed).contains("token 5 of the output is"), "{}", error(&changed));
    assert_eq!((cut.status.code(), changed.status.code()), (Some(1), Some(1)));
}

#[test]
fn run_checks_the_root_first() {
    let store = Store::new();
    let run = call("run", &package(&store), &["--input-hex", "01020304", "--root", &"11".repeat(32)]);
    assert_eq!(run.status.code(), Some(1));
    assert!(out(&run).is_empty());
}

#[test]
fn run_without_an_input_is_refused() {
    let store = Store::new();
    let run = call("run", &package(&store), &[]);
    assert_eq!(run.status.code(), Some(2));
    assert!(error(&run).contains("--input-hex"));
}

fn import(model: &Path, folder: &Path) -> Output {
    let folder = folder.to_string_lossy();
    call("import", model, &[&folder, "--name", "m", "--task", "test", "--licence", "Apache-2.0", "--labels", "a,b,c"])
}

#[test]
fn import_makes_a_package_that_verifies() {
    let store = Store::new();
    let folder = store.folder.path().join("package");
    let imported = import(Path::new("../../models/tabular/iris/model.onnx"), &folder);
    assert!(imported.status.success(), "{}", error(&imported));
    assert!(out(&imported).contains("left out  ZipMap (node `ZipMap`)"));
    let root = votive_engine::hex_hash(&root(&folder));
    assert!(out(&imported).contains(&root));
    assert!(call("verify", &folder, &["--root", &root]).status.success());
}

#[test]
fn import_leaves_a_folder_alone_that_is_there() {
    let store = Store::new();
    let folder = package(&store);
    let before = root(&folder);
    let imported = import(Path::new("../../models/tabular/iris/model.onnx"), &folder);
    assert_eq!(imported.status.code(), Some(1));
    assert!(error(&imported).contains("is there already"));
    assert_eq!(root(&folder), before);
}

#[test]
fn import_leaves_nothing_behind_when_it_fails() {
    let store = Store::new();
    let model = store.folder.path().join("model.onnx");
    let nodes = [fixture::onnx::node("Elu", &["x"], "y")];
    let graph = fixture::onnx::graph(fixture::onnx::input(&[2]), nodes, [], &["y"]);
    std::fs::write(&model, fixture::onnx::file(graph)).expect("a file");
    let imported = import(&model, &store.folder.path().join("package"));
    assert_eq!(imported.status.code(), Some(1));
    assert!(error(&imported).contains("cannot take operator Elu (node `Elu_0`)"));
    let small = ["--max-memory-bytes", "1000"];
    let model = Path::new("../../models/tabular/iris/model.onnx");
    let folder = store.folder.path().join("package").to_string_lossy().into_owned();
    let arguments = [&[folder.as_str(), "--name", "m", "--task", "t", "--licence", "MIT"][..], &small].concat();
    assert!(error(&call("import", model, &arguments)).contains("raise"));
    assert_eq!(std::fs::read_dir(store.folder.path()).expect("the folder").count(), 1);
}
