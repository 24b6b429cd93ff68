#!/usr/bin/env bash
# Turns a bare Debian 12 with rustup into a machine that builds everything. Idempotent; one line when nothing is left to do.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
failed=0

# Debian packages, each beside the command that shows that it is there.
missing=()
want() { have "$2" || missing+=("$1"); }
want build-essential g++
want build-essential make
want perl perl                      # OpenSSL's own build
want protobuf-compiler protoc       # the network crates
want pkg-config pkg-config
want git git
want curl curl
want jq jq
want shellcheck shellcheck

# polkadot.js and the test runner need Node 18.19 or newer; Debian 12 has 18.20.
node_is_new_enough() {
  have node && node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 18 || (a == 18 && b >= 19) ? 0 : 1)'
}
node_is_new_enough || missing+=(nodejs)
want npm npm

# Python 3.11 builds the packages of models whose weights are not in the repository.
{ have python3 && python3 -c 'import ensurepip' 2>/dev/null; } || missing+=(python3-venv)

if [ ${#missing[@]} -gt 0 ]; then
  mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
  apt_install "${missing[@]}" || failed=1
  node_is_new_enough || { say "needs Node 18.19 or newer, and finds $(node --version 2>/dev/null || echo none)"; failed=1; }
fi

# Rust. Its formatter and linter are used where they are there, and never fetched.
if have cargo && have rustup; then
  scripts/wasm-target.sh || { say "cannot build the runtime without the Wasm target"; failed=1; }
else
  say "needs Rust 1.95 or newer, installed by rustup"
  failed=1
fi

# TypeScript: the lock file's copy beside the modules tells whether they are the ones that it names.
stamp=dapp/node_modules/.votive-lock
if have npm && ! cmp -s dapp/package-lock.json "$stamp"; then
  say "installing the dApp's npm packages"
  if npm --prefix dapp ci --no-audit --no-fund --loglevel=error </dev/null >"$VOTIVE_CACHE/npm.log" 2>&1; then
    cp dapp/package-lock.json "$stamp"
  else
    say "npm ci failed in dapp/:"
    tail -n 5 "$VOTIVE_CACHE/npm.log" >&2
    failed=1
  fi
fi

[ "$failed" = 0 ] || { say "this machine is not ready: see above"; exit 1; }
say "this machine has everything that the build needs"
