#!/usr/bin/env bash
# Measures the engine beside candle and onnxruntime, on one thread: scripts/bench.sh engine [--check] [SECTION...].
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
crate=benches/engine
venv=$VOTIVE_CACHE/bench-venv

# install_python: what is measured beside the engine, at the versions that the crate's requirements pin. Without it, that is left out.
install_python() {
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv" || return 1
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes -r $crate/requirements.txt
}

places=(--scratch "$CARGO_TARGET_DIR/bench-engine")
say "building (minutes where candle-transformers is new)"
cargo build --release --locked --quiet --manifest-path $crate/Cargo.toml
if scripts/models.sh; then places+=(--minilm models/minilm/package); fi
if install_python; then places+=(--python "$venv/bin/python"); fi
exec "$CARGO_TARGET_DIR/release/votive-engine-bench" "${places[@]}" "$@"
