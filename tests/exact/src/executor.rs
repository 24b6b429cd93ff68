//! Runs the Wasm build.

use color_eyre::eyre::{eyre, Result, WrapErr};
use wasmtime::{Config, Engine, Instance, Module, OptLevel, Store};

/// The lines of all kernel cases as the Wasm build computes them, `rows` rows at a time (0: all at once).
///
/// The module is compiled as the node's executor compiles a runtime: without vectors, by the same compiler.
///
/// # Errors
/// A build with `SKIP_WASM_BUILD`, and a module that cannot be compiled or traps.
pub fn wasm_kernel_lines(rows: u32) -> Result<String> {
    let blob =
        crate::WASM_BINARY_BLOATY.ok_or_else(|| eyre!("there is no Wasm build; build without SKIP_WASM_BUILD"))?;
    let mut config = Config::new();
    config.cranelift_opt_level(OptLevel::SpeedAndSize);
    config.wasm_simd(false).wasm_relaxed_simd(false).wasm_bulk_memory(false);
    let engine = Engine::new(&config).map_err(|error| eyre!(error))?;
    let module = Module::new(&engine, blob).map_err(|error| eyre!(error))?;
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).map_err(|error| eyre!(error))?;
    let kernel_lines = instance.get_typed_func::<u32, u64>(&mut store, "kernel_lines").map_err(|error| eyre!(error))?;
    let place = kernel_lines.call(&mut store, rows).map_err(|error| eyre!(error))?;
    let memory = instance.get_memory(&mut store, "memory").ok_or_else(|| eyre!("the module exports no memory"))?;
    let (address, length) = ((place >> 32) as usize, place as u32 as usize);
    let lines = memory.data(&store)[address..].get(..length).ok_or_else(|| eyre!("the lines lie beyond the memory"))?;
    String::from_utf8(lines.to_vec()).wrap_err("the lines are no text")
}
