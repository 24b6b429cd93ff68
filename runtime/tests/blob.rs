//! What the compiled runtime asks of the node that runs it.

use parity_wasm::elements::{External, Module};
use sp_wasm_interface::HostFunctions;
use std::collections::BTreeSet;

/// Far more than the decompressed runtime takes.
const MAX_BLOB_BYTES: usize = 50 * 1024 * 1024;

#[test]
fn the_blob_imports_no_host_function_beyond_the_standard_ones() {
    let compressed = votive_runtime::WASM_BINARY.expect("build without SKIP_WASM_BUILD");
    let blob = sp_maybe_compressed_blob::decompress(compressed, MAX_BLOB_BYTES).unwrap();
    let module = Module::from_bytes(&blob).unwrap();
    let standard: BTreeSet<&str> =
        sp_io::SubstrateHostFunctions::host_functions().into_iter().map(|function| function.name()).collect();
    let imported: BTreeSet<&str> = module
        .import_section()
        .expect("a runtime imports its host functions")
        .entries()
        .iter()
        .filter(|import| matches!(import.external(), External::Function(_)))
        .map(|import| import.field())
        .collect();
    assert!(imported.contains("ext_storage_set_version_1"), "the test reads the imports");
    let foreign: Vec<_> = imported.difference(&standard).collect();
    assert!(foreign.is_empty(), "not standard: {foreign:?}");
}
