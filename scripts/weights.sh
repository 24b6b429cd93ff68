#!/usr/bin/env bash
# Measures the weights of the runtime's pallets and writes runtime/src/weights: scripts/weights.sh [PALLET...].
# Builds in a target folder of its own, since the feature for benchmarks changes every crate of the runtime.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
STEPS=${STEPS:-50}
REPEAT=${REPEAT:-20}
export CARGO_TARGET_DIR=$VOTIVE_CACHE/bench-target
MEASURED=(pallet_inference pallet_models pallet_parameters pallet_workers)
runtime=$CARGO_TARGET_DIR/release/wbuild/votive-runtime/votive_runtime.compact.compressed.wasm

scripts/tools.sh frame-omni-bencher
cargo build --release --locked -p votive-runtime --features runtime-benchmarks

for pallet in "${@:-${MEASURED[@]}}"; do
  stage "weights of $pallet" frame-omni-bencher v1 benchmark pallet \
    --runtime "$runtime" --genesis-builder-preset development \
    --pallet "$pallet" --extrinsic '*' --steps "$STEPS" --repeat "$REPEAT" \
    --output "runtime/src/weights/$pallet.rs" --heap-pages 4096
done
# What is kept tells how it was measured, not where.
sed -i '/^\/\/ Executed Command:/,/^$/d; /HOSTNAME/d' runtime/src/weights/*.rs
cargo fmt -p votive-runtime
