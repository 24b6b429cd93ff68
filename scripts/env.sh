# Sourced by every script: moves to the repository's root, sets the build's environment, and holds the words they share.
# shellcheck shell=bash
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
VOTIVE_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/votive
mkdir -p "$VOTIVE_CACHE"

# One target folder that outlives a checkout: a second clone builds only what differs.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$VOTIVE_CACHE/target}
export VOTIVE_NODE=${VOTIVE_NODE:-$CARGO_TARGET_DIR/release/votive-node}
export VOTIVE_ENGINE=${VOTIVE_ENGINE:-$CARGO_TARGET_DIR/release/votive-engine}

# wasm-target.sh writes the toolchain that builds the runtime here, where it is not the default one.
WASM_CHOICE=$VOTIVE_CACHE/wasm-toolchain
use_wasm_toolchain() {
  if [ -z "${WASM_BUILD_TOOLCHAIN:-}" ] && [ -s "$WASM_CHOICE" ]; then
    WASM_BUILD_TOOLCHAIN=$(cat "$WASM_CHOICE")
    export WASM_BUILD_TOOLCHAIN
  fi
}
use_wasm_toolchain

# build: compiles every binary. Node, tests and demo select the same crates with the same profile: another selection would
# switch features, and what one has compiled the other would compile again.
build() {
  use_wasm_toolchain
  cargo build --release --locked --workspace
}

# say TEXT: one line for the person, on stderr, under the script's name.
say() { echo "$(basename "$0" .sh): $*" >&2; }

# have COMMAND: whether it can be called.
have() { command -v "$1" >/dev/null 2>&1; }

# apt_install PACKAGE...: installs Debian packages; where that is impossible, says what to do and fails.
apt_install() {
  if ! have apt-get; then say "cannot install on this system (no apt-get); please install what Debian calls: $*"; return 1; fi
  if [ "$(id -u)" != 0 ]; then say "is not root; please run: sudo apt-get install $*"; return 1; fi
  say "installing $*"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } \
    </dev/null >"$VOTIVE_CACHE/apt.log" 2>&1 && return 0
  say "apt-get could not install $*:"
  tail -n 5 "$VOTIVE_CACHE/apt.log" >&2
  return 1
}

# stage NAME COMMAND...: runs a command under a heading and prints how long it took. Its status is the command's.
stage() {
  local name=$1 started=$SECONDS status=0 verdict="done"
  shift
  echo "== $name"
  "$@" || { status=$?; verdict=FAILED; }
  echo "== $name: $verdict in $((SECONDS - started)) s"
  return "$status"
}
