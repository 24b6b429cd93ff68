#!/usr/bin/env bash
# Compares the digests of votive-exact (tests/exact) over levels, threads, batches, caches, processors and Wasm with the committed ones.
# A row for each run; ends with `0 differing of N digests`, or fails. What cannot run here is named and left out.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
program=$CARGO_TARGET_DIR/release/votive-exact
folder=$(mktemp -d -t votive-exact.XXXXXX)
trap 'rm -rf "$folder"' EXIT
total=0 differing=0 left_out=() minilm=()

say "building (seconds where nothing has changed)"
cargo build --release --locked --workspace --bin votive-exact
sort tests/exact/digests.txt >"$folder/models"
if [ -d models/minilm/package ]; then minilm=(--minilm models/minilm/package); else
  left_out+=("MiniLM everywhere: its package is not built (models/minilm/README.md)")
  sed -i /^minilm/d "$folder/models"
fi
sed '/\/inputs-/d' "$folder/models" >"$folder/kernels"

# row NAME EXPECTED COMMAND...: runs it, and counts the lines that it prints otherwise or not at all.
row() {
  local name=$1 expected=$folder/$2 started=${EPOCHREALTIME/./} cases wrong status=0
  shift 2
  "$@" </dev/null 2> >(grep -v "TCG doesn't support" >&2) | sort >"$folder/actual" || status=$?
  cases=$(wc -l <"$expected")
  wrong=$(comm -3 "$folder/actual" "$expected" | awk '{ print $1 }' | sort -u | tee "$folder/wrong" | wc -l)
  printf '%-42s %6d %10d %9d ms\n' "$name" "$cases" "$wrong" "$(((${EPOCHREALTIME/./} - started) / 1000))"
  sed 's/^/  differs: /' "$folder/wrong"
  [ "$status" = 0 ] || say "$name: the program failed"
  total=$((total + cases)) differing=$((differing + wrong))
}
models() { row "$1" models "${@:2}" "${minilm[@]}"; }
emulated() { if have "$2"; then models "$@"; else left_out+=("$1: $2 is not installed"); fi; }

printf '%-42s %6s %10s %12s\n' run digests differing time
while read -r level; do
  for threads in 1 2; do
    for rows in 1 8; do
      models "$level, $threads threads, $rows rows" "$program" run --level "$level" --threads "$threads" --rows "$rows"
    done
  done
done < <("$program" levels)
models "all rows at once" "$program" run
for caches in "16K 2 256K 4" "128K 8 16384K 16"; do
  read -ra caches <<<"$caches"
  if scripts/foreign-caches.sh "${caches[@]}" true 2>/dev/null; then
    models "caches of ${caches[*]}" scripts/foreign-caches.sh "${caches[@]}" "$program" run
  else left_out+=("caches of ${caches[*]}: this user may not mount over /sys"); fi
done
for rows in 0 1 8; do row "Wasm in wasmtime, $rows rows" kernels "$program" wasm --rows "$rows"; done
have qemu-x86_64 || apt_install qemu-user || true
emulated "Haswell (QEMU)" qemu-x86_64 -cpu Haswell "$program" run
emulated "Nehalem (QEMU)" qemu-x86_64 -cpu Nehalem "$program" run
if arm=$(scripts/aarch64.sh); then emulated "aarch64 (QEMU)" qemu-aarch64 -L /usr/aarch64-linux-gnu "$arm" run
else left_out+=("aarch64: its target cannot be built here"); fi

printf 'left out: %s\n' "${left_out[@]:-nothing}"
echo "$differing differing of $total digests"
[ "$differing" = 0 ]
