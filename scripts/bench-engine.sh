#!/usr/bin/env bash
# Measures the engine beside candle, onnxruntime and llama.cpp, on one thread: scripts/bench.sh engine [--check] [SECTION...].
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
crate=benches/engine
venv=$VOTIVE_CACHE/bench-venv

# install NAME: what is measured beside the engine, at the versions that NAME.txt pins. What cannot be installed is left out.
install() {
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv" || return 1
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$crate/$1.txt" && return 0
  say "cannot install $crate/$1.txt: what it is for is left out"
  return 1
}

places=(--scratch "$CARGO_TARGET_DIR/bench-engine")
say "building (minutes where candle-transformers is new)"
cargo build --release --locked --quiet --manifest-path $crate/Cargo.toml
if scripts/models.sh; then places+=(--minilm models/minilm/package); fi
if install requirements; then places+=(--python "$venv/bin/python"); fi
sections=" ${*/--check/} "
if [[ $sections = *" llama "* || -z ${sections// /} ]]; then
  say "building llama.cpp (half an hour where it is new)"
  if install requirements-llama; then places+=(--llama-cpp "$venv/bin/python"); fi
fi
exec "$CARGO_TARGET_DIR/release/votive-engine-bench" "${places[@]}" "$@"
