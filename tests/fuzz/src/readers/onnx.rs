//! ONNX files that are imported.

use super::{edit_seeds, wire, Document};
use crate::fixture::onnx::*;
use crate::fixture::{mlp_tensors, seeded};
use crate::memory;
use std::sync::LazyLock;
use tempfile::TempDir;
use votive_engine::import::import_onnx;
use votive_engine::EngineLimits;

/// What an import may take of the heap for a file of `length`: what is read of it, and the package that it becomes.
fn import_bytes(length: usize) -> usize {
    32 * length + (512 << 10)
}

/// Models of each operator that is taken.
static BASES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let image = [
        node("Conv", &["x", "conv.weight", "conv.bias"], "a")
            .with_ints("kernel_shape", &[3, 3])
            .with_ints("pads", &[1, 1, 1, 1])
            .with_ints("strides", &[1, 1]),
        node("BatchNormalization", &["a", "s", "s", "s", "s"], "n").with_float("epsilon", 1e-5),
        node("Relu", &["n"], "b"),
        node("MaxPool", &["b"], "c").with_ints("kernel_shape", &[2, 2]).with_ints("strides", &[2, 2]),
        node("Flatten", &["c"], "d").with_int("axis", 1),
        node("Gemm", &["d", "fc.weight"], "e").with_float("alpha", 0.5).with_int("transB", 1),
        node("Softmax", &["e"], "y").with_int("axis", -1),
    ];
    let image_tensors =
        [seeded("conv.weight", &[2, 1, 3, 3], 5), seeded("conv.bias", &[2], 6), seeded("fc.weight", &[2, 18], 7)];
    let scale = floats("s", &[2], &[1.0, 0.5]);
    let row = [
        node("Scaler", &["x"], "a").classical().with_floats("offset", &[1.0; 4]).with_floats("scale", &[0.5; 4]),
        node("Gemm", &["a", "fc1.weight", "fc1.bias"], "b").with_int("transB", 1),
        node("Tanh", &["b"], "c"),
        node("Identity", &["c"], "d"),
        node("Gemm", &["d", "fc2.weight", "fc2.bias"], "e").with_int("transB", 1),
        node("Sigmoid", &["e"], "y"),
    ];
    let arithmetic = [
        node("Reshape", &["x", "shape"], "a"),
        node("Sub", &["a", "two"], "b"),
        node("Div", &["b", "two"], "c"),
        node("MatMul", &["c", "w"], "d"),
        node("Mul", &["d", "two"], "e"),
        node("Add", &["e", "two"], "y"),
    ];
    let viewed = [
        node("Identity", &["b"], "c"),
        node("Transpose", &["w"], "t").with_ints("perm", &[1, 0]),
        node("Unsqueeze", &["x", "one"], "image"),
        node("ReduceMax", &["image", "pixels"], "d").with_int("keepdims", 1),
        node("Squeeze", &["d", "pixels"], "e"),
        node("Shape", &["e"], "shape").with_int("start", 0),
        node("Gather", &["shape", "zero"], "batch").with_int("axis", 0),
        node("Mul", &["batch", "one"], "product"),
        node("Concat", &["product", "minus"], "sizes").with_int("axis", 0),
        node("Reshape", &["e", "sizes"], "f").with_int("allowzero", 1),
        node("Gemm", &["f", "t", "b"], "g"),
        node("Clip", &["g", "least", ""], "h"),
        node("Gemm", &["h", "v", "c"], "i"),
        node("Max", &["i", "least"], "y"),
    ];
    let view_numbers = [
        ints("zero", &[0]),
        ints("one", &[1]),
        ints("minus", &[-1]),
        ints("pixels", &[2, 3]),
        floats("least", &[], &[0.0]),
        floats("w", &[2, 1], &[1.0, 2.0]),
        floats("v", &[2, 2], &[1.0, 2.0, 3.0, 4.0]),
        floats("b", &[2], &[2.0, 4.0]),
    ];
    let numbers =
        [ints("shape", &[-1, 2]), floats("two", &[2], &[2.0, 4.0]), floats("w", &[2, 2], &[1.0, 2.0, 3.0, 4.0])];
    vec![
        file(graph(input(&[1, 6, 6]), image, image_tensors.iter().map(constant).chain([scale]), &["y"])),
        file(graph(input(&[4]), row, mlp_tensors().iter().map(constant), &["y"])),
        file(graph(input(&[2]), arithmetic, numbers, &["y"])),
        file(graph(input(&[3, 3]), viewed, view_numbers, &["y"])),
    ]
});

pub fn run(case: &[u8]) {
    match Document::of(case) {
        Document::Bytes(bytes) => check(bytes),
        Document::Edits(mut edits) => {
            let base = &BASES[usize::from(edits.arbitrary::<u8>().unwrap_or(0)) % BASES.len()];
            check(&wire::edited(base, &mut edits, 4));
        }
    }
}

fn check(file: &[u8]) {
    let imported = memory::within(import_bytes(file.len()), || import_onnx(file, &options()));
    let Ok(imported) = imported else { return };
    // One in some, by all of its bytes: writing and loading takes a hundred times as long.
    if file.iter().map(|byte| usize::from(*byte)).sum::<usize>() % 32 == 0 {
        let again = import_onnx(file, &options()).map(|again| again.draft.manifest().clone());
        assert_eq!(again.ok().as_ref(), Some(imported.draft.manifest()));
        let folder = TempDir::new().expect("a temporary folder");
        let limits = EngineLimits { max_package_bytes: 1 << 20, max_memory_bytes: 8 << 20 };
        let _ = imported.draft.write(&folder.path().join("package"), &limits);
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    BASES.iter().map(|base| Document::seed(base)).chain(edit_seeds()).collect()
}
