#!/usr/bin/env bash
# Runs targets of tests/fuzz under libFuzzer: scripts/fuzz.sh [all | TARGET] [CASES]. Prints a line for each; fails where a case does.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
wanted=${1:-all} cases=${2:-1000000}
mapfile -t targets < <(grep -oP '\bname: "\K\w+' tests/fuzz/src/lib.rs)
if [ "$wanted" != all ]; then
  [[ " ${targets[*]} " = *" $wanted "* ]] || { say "there is no target $wanted; there are: all ${targets[*]}"; exit 2; }
  targets=("$wanted")
fi

# libFuzzer is C++. What it steers by is a pass of LLVM that every rustc has: no nightly, no sanitizer.
have c++ || apt_install g++
pass="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
pass+=" -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
host=$(rustc -vV | sed -n 's/^host: //p')
say "building with libFuzzer's counters (10 minutes the first time)"
# With --target, what runs while building (procedural macros, build scripts) has no counters.
RUSTFLAGS="--cfg fuzzing $pass" cargo build --release --locked --manifest-path fuzz/Cargo.toml --target "$host" \
  --target-dir "$CARGO_TARGET_DIR/fuzz"

# In memory where that is possible: some targets write folders in each case.
scratch=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
trap 'rm -rf "$scratch"' EXIT
failed=()

# fuzz TARGET: its corpus grows from run to run in the cache.
fuzz() {
  local folder=$VOTIVE_CACHE/fuzz/$1 seeds=$scratch/$1 log=$scratch/$1.log status=0
  mkdir -p "$folder/corpus" "$seeds"
  # A failed case's trace would be searched for in every case that candle refuses.
  env -u RUST_BACKTRACE TMPDIR="$scratch" VOTIVE_FUZZ_TARGET="$1" VOTIVE_FUZZ_SEEDS="$seeds" \
    "$CARGO_TARGET_DIR/fuzz/$host/release/votive" -runs="$cases" -max_len=8192 -timeout=20 -rss_limit_mb=4096 \
    -dict=fuzz/json.dict -artifact_prefix="$folder/" -print_final_stats=1 "$folder/corpus" "$seeds" >"$log" 2>&1 || status=$?
  if [ "$status" != 0 ]; then
    grep -E 'panicked at|^[a-z].*assert|ERROR|Test unit written' -A 2 "$log" | tail -n 20
    failed+=("$1")
    return
  fi
  awk -v target="$1" '/DONE +cov:/ { edges = $4 } /stat::number_of_executed_units/ { cases = $2 }
    /^Done/ { seconds = $5 } /stat::peak_rss_mb/ { peak = $2 }
    END { printf "%-12s %9d cases %6d s %8d cases/s %6d edges %5d MiB\n", target, cases, seconds, cases / (seconds ? seconds : 1), edges, peak }' "$log"
}

for target in "${targets[@]}"; do fuzz "$target"; done
[ ${#failed[@]} = 0 ] || { say "failed: ${failed[*]}; the cases are in $VOTIVE_CACHE/fuzz/TARGET/crash-*"; exit 1; }
