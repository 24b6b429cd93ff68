//! Builds the kernels' cases for Wasm beside the native program.

fn main() {
    #[cfg(feature = "std")]
    substrate_wasm_builder::WasmBuilder::new().with_current_project().disable_runtime_version_section_check().build();
}
