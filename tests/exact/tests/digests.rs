//! The digests of this machine, at each of its levels and in Wasm, are those of `digests.txt`: whoever changes one bit of an
//! operation fails here.

use std::collections::BTreeSet;
use std::process::Command;

/// The lines that every machine prints.
const EXPECTED: &str = include_str!("../digests.txt");

/// What `votive-exact` prints with these arguments.
fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_votive-exact")).args(arguments).output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("lines of text")
}

/// Fails with the lines that `votive-exact` prints otherwise than expected, and with those that it does not print.
fn assert_printed(arguments: &[&str], is_expected: impl Fn(&str) -> bool) {
    let actual = printed(arguments);
    let actual: BTreeSet<&str> = actual.lines().collect();
    let expected: BTreeSet<&str> = EXPECTED.lines().filter(|line| is_expected(line)).collect();
    let wrong: Vec<_> = actual.difference(&expected).collect();
    let missing: Vec<_> = expected.difference(&actual).collect();
    assert!(wrong.is_empty() && missing.is_empty(), "{arguments:?} gives {wrong:#?} in the place of {missing:#?}");
}

/// The committed models and all kernels: what every run prints.
fn is_always_there(line: &str) -> bool {
    !line.starts_with("minilm/")
}

#[test]
fn every_level_gives_the_digests() {
    for level in printed(&["levels"]).lines() {
        assert_printed(&["run", "--level", level], is_always_there);
    }
}

#[test]
fn threads_do_not_show() {
    assert_printed(&["run", "--threads", "2"], is_always_there);
}

#[test]
fn batches_do_not_show() {
    for rows in ["1", "8"] {
        assert_printed(&["run", "--rows", rows], is_always_there);
    }
}

#[test]
fn wasm_gives_the_digests_of_the_kernels() {
    for rows in ["0", "1", "8"] {
        assert_printed(&["wasm", "--rows", rows], |line| !line.contains("/inputs-"));
    }
}
