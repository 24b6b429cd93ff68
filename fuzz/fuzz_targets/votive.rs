//! One of the targets of `votive-fuzz` under libFuzzer: that which the environment names.
//!
//! `VOTIVE_FUZZ_TARGET` is its name. Its seeds are written into the folder `VOTIVE_FUZZ_SEEDS`, if there is one, before
//! libFuzzer reads its corpus.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::path::PathBuf;
use std::sync::LazyLock;
use votive_fuzz::{target, Target, TARGETS};

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("VOTIVE_FUZZ_TARGET").unwrap_or_default();
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    target(&name).unwrap_or_else(|| panic!("VOTIVE_FUZZ_TARGET is `{name}`; set it to one of {}", names.join(", ")))
});

fuzz_target!(
    init: {
        if let Some(folder) = std::env::var_os("VOTIVE_FUZZ_SEEDS").map(PathBuf::from) {
            for (number, seed) in (TARGET.seeds)().iter().enumerate() {
                std::fs::write(folder.join(number.to_string()), seed).expect("the folder of seeds can be written");
            }
        }
    },
    |case: &[u8]| (TARGET.run)(case)
);
