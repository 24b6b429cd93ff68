#!/usr/bin/env bash
# Runs all tests: scripts/test.sh [all | rust | dapp]. Says what it leaves out, and ends with `N passed, N failed`.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
part=${1:-all}
case $part in all | rust | dapp) ;; *) say "usage: scripts/test.sh [all | rust | dapp]"; exit 2 ;; esac
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=()

# attempt NAME COMMAND...: a stage whose failure is remembered, so that one run shows everything that is wrong.
attempt() { stage "$@" 2>&1 | tee -a "$log" || failed+=("$1"); }

formatting() {
  if ! cargo fmt --version >/dev/null 2>&1; then echo "not checked: rustfmt is not installed"; return; fi
  cargo fmt --all --check -- --color never
}

rust_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --release --locked --workspace
  else
    cargo test --release --locked --workspace --no-fail-fast --lib --bins --tests
  fi
}

doc_tests() { cargo test --release --locked --workspace --no-fail-fast --doc; }

dapp_tests() {
  if [ ! -d dapp/node_modules ]; then echo "dapp/node_modules is missing: run scripts/setup.sh first"; return 1; fi
  npm --prefix dapp test
}

if [ "$part" != dapp ]; then
  attempt "formatting" formatting
  attempt "tree" scripts/check-tree.sh
fi
attempt "build" build
if [[ " ${failed[*]} " = *" build "* ]]; then
  echo "not run, because the build failed: all tests"
else
  [ "$part" = dapp ] || attempt "imports" scripts/check-imports.sh
  [ "$part" = dapp ] || attempt "Rust tests" rust_tests
  [ "$part" = rust ] || attempt "models" scripts/models.sh
  [ "$part" = dapp ] || attempt "documentation tests" doc_tests
  [ "$part" = rust ] || attempt "TypeScript and end-to-end tests" dapp_tests
fi
[ "$part" = all ] || echo "not run: what \`scripts/test.sh $part\` leaves out"

echo "== all: $((SECONDS / 60)) min $((SECONDS % 60)) s on $(nproc) cores"
[ ${#failed[@]} = 0 ] || printf 'failed: %s\n' "${failed[@]}"
count=$(scripts/count-tests.sh <"$log")
echo "$count"
[ ${#failed[@]} = 0 ] && [[ $count != "0 passed"* ]] && [[ $count = *" 0 failed" ]]
