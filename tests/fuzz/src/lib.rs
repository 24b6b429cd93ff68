#![doc = include_str!("../README.md")]

mod kernels;
pub mod memory;
mod mutation;
mod readers;

pub use mutation::Mutator;

#[path = "../../../node/engine/tests/fixture/mod.rs"]
mod fixture;

/// Something that takes any bytes, and panics if it does what it must not.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// What it is called by.
    pub name: &'static str,
    /// Runs one case.
    pub run: fn(&[u8]),
    /// Cases to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All targets: readers of hostile files first, then kernels.
pub const TARGETS: &[Target] = &[
    Target { name: "manifest", run: readers::manifest::run, seeds: readers::manifest::seeds },
    Target { name: "golden", run: readers::golden::run, seeds: readers::golden::seeds },
    Target { name: "safetensors", run: readers::safetensors::run, seeds: readers::safetensors::seeds },
    Target { name: "gguf", run: readers::gguf::run, seeds: readers::gguf::seeds },
    Target { name: "onnx", run: readers::onnx::run, seeds: readers::onnx::seeds },
    Target { name: "tokenizer", run: readers::tokenizer::run, seeds: readers::tokenizer::seeds },
    Target { name: "byte_level", run: readers::byte_level::run, seeds: readers::byte_level::seeds },
    Target { name: "package", run: readers::package::run, seeds: readers::package::seeds },
    Target { name: "folder", run: readers::folder::run, seeds: readers::folder::seeds },
    Target { name: "linear", run: kernels::linear::run, seeds: kernels::seeds },
    Target { name: "linear_i8", run: kernels::linear_i8::run, seeds: kernels::seeds },
    Target { name: "linear_blocks", run: kernels::linear_blocks::run, seeds: kernels::seeds },
    Target { name: "quantise", run: kernels::quantise::run, seeds: kernels::seeds },
    Target { name: "functions", run: kernels::functions::run, seeds: kernels::seeds },
    Target { name: "rows", run: kernels::rows::run, seeds: kernels::seeds },
    Target { name: "attention", run: kernels::attention::run, seeds: kernels::seeds },
    Target { name: "rotary", run: kernels::rotary::run, seeds: kernels::seeds },
    Target { name: "tables", run: kernels::tables::run, seeds: kernels::seeds },
    Target { name: "choices", run: kernels::choices::run, seeds: kernels::seeds },
    Target { name: "images", run: kernels::images::run, seeds: kernels::seeds },
];

/// The target of that name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
