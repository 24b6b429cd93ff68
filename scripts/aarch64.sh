#!/usr/bin/env bash
# Builds votive-exact for aarch64 and prints the path of the program, for qemu-aarch64. The target comes from rustup where it can
# fetch it, else from Debian's compiler and the library's sources.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
target=aarch64-unknown-linux-gnu
# A folder of its own: another compiler must not replace what the native one has built.
export CARGO_TARGET_DIR=$CARGO_TARGET_DIR/aarch64
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
# The kernels' Wasm build is the same on every machine.
export SKIP_WASM_BUILD=1

have aarch64-linux-gnu-gcc || apt_install gcc-aarch64-linux-gnu libc6-dev-arm64-cross
options=()
if ! timeout 120 rustup target add "$target" >/dev/null 2>&1; then
  [ -d /usr/lib/rustlib/src ] || apt_install rustc-web cargo-web rust-web-src
  export PATH=/usr/bin:$PATH RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
  options=('-Zbuild-std=std,panic_unwind')
fi
say "building for aarch64 (minutes the first time)"
cargo build --quiet --release --locked --target "$target" "${options[@]}" --no-default-features --features std -p votive-exact >&2
echo "$CARGO_TARGET_DIR/$target/release/votive-exact"
