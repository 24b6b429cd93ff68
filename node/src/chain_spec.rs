//! The chains that the node knows by name.

use sc_chain_spec::Properties;
use sc_service::{ChainType, GenericChainSpec};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use votive_runtime::genesis_config_presets::THROUGHPUT_RUNTIME_PRESET;

/// Specification of a chain. Its genesis comes from a preset of the runtime.
pub type ChainSpec = GenericChainSpec;

/// One validator that is a worker too, and a sudo key: for building on.
pub fn development() -> Result<ChainSpec, String> {
    Ok(builder()?
        .with_name("Votive Development")
        .with_id("votive_dev")
        .with_chain_type(ChainType::Development)
        .with_genesis_config_preset_name(DEV_RUNTIME_PRESET)
        .build())
}

/// Several validators and workers on one machine: for trying out what takes more than one.
pub fn local() -> Result<ChainSpec, String> {
    Ok(builder()?
        .with_name("Votive Local Testnet")
        .with_id("votive_local")
        .with_chain_type(ChainType::Local)
        .with_genesis_config_preset_name(LOCAL_TESTNET_RUNTIME_PRESET)
        .build())
}

/// A development chain with workers, seats and bonds for thousands of requests at a time: for measuring.
pub fn throughput() -> Result<ChainSpec, String> {
    Ok(builder()?
        .with_name("Votive Throughput")
        .with_id("votive_throughput")
        .with_chain_type(ChainType::Development)
        .with_genesis_config_preset_name(THROUGHPUT_RUNTIME_PRESET)
        .build())
}

fn builder() -> Result<sc_chain_spec::ChainSpecBuilder, String> {
    let code = votive_runtime::WASM_BINARY
        .ok_or("this node was built without its runtime (SKIP_WASM_BUILD); build it again, or use --chain FILE")?;
    Ok(ChainSpec::builder(code, None).with_protocol_id("votive").with_properties(properties()))
}

/// What wallets show balances and addresses by.
fn properties() -> Properties {
    Properties::from_iter([
        ("tokenSymbol".to_owned(), "VOT".into()),
        ("tokenDecimals".to_owned(), 12.into()),
        ("ss58Format".to_owned(), 42.into()),
    ])
}
