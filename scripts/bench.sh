#!/usr/bin/env bash
# Measures: scripts/bench.sh NAME [ARGUMENT...]. Prints figures beside their targets; with --check it exits 1 where one is missed.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
usage() {
  cat >&2 <<'USAGE'
usage: scripts/bench.sh NAME [ARGUMENT...]
  latency [--network] [--requests N] [--check]   blocks and seconds from a request to its settlement on an idle chain of one
                                                 process, or of four (100 requests, 25 min)
  throughput [--rate N] [--seconds N] [--check]  requests a second through their whole life, beside transfers, and what the
                                                 weights allow (5 min)
  spam [--check]                                 blocks under 10,000 invalid transactions a minute, beside blocks without (5 min)
  fuzz [all | TARGET] [CASES]                    readers of hostile files, and kernels against the portable level, under libFuzzer
                                                 (1,000,000 cases of each)
  soak [STEPS]                                   random calls against a reference ledger (1,000,000 steps)
  engine [--check] [SECTION...]                  speed and memory of the engine beside candle, onnxruntime and llama.cpp, on one thread
                                                 but in the last section (10 min; sections: products int8 minilm memory batches llama threads)
  exact                                          digests of kernels and models at every level, in Wasm, under foreign caches and
                                                 on emulated processors: fails where one differs
  weights [PALLET...]                            measures all weights anew and writes runtime/src/weights (an hour)
USAGE
  exit 2
}

# typescript NAME ARGUMENT...: a benchmark that talks to nodes.
typescript() {
  [ -d dapp/node_modules ] || { say "dapp/node_modules is missing: run scripts/setup.sh first"; exit 1; }
  say "building (seconds where nothing has changed)"
  build
  (cd dapp && node --import tsx "bench/$1.ts" "${@:2}")
}

# rust_test NAME: one test of the workspace, with what it prints.
rust_test() {
  cargo test --release --locked --workspace --test "$1" -- --nocapture --include-ignored "$2"
}

name=${1:-}
[ $# = 0 ] || shift
case $name in
  engine) scripts/bench-engine.sh "$@" ;;
  latency | spam) typescript "$name" "$@" ;;
  throughput)
    rust_test ceiling the_weights_allow
    typescript throughput "$@"
    ;;
  fuzz) scripts/fuzz.sh "$@" ;;
  soak) VOTIVE_STEPS=${1:-1000000} rust_test state_machine soak ;;
  exact) scripts/exact.sh ;;
  weights) scripts/weights.sh "$@" ;;
  *) usage ;;
esac
