#!/usr/bin/env bash
# Makes the `wasm32v1-none` target available: from rustup where it can fetch it, else from Debian's own compiler.
# Remembers the toolchain that builds the runtime for env.sh. VOTIVE_WASM_FROM=debian takes Debian's without asking rustup.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
target=wasm32v1-none
toolchain=debian-wasm
libs=/usr/lib/rustlib/$target/lib

from_rustup() {
  [ -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ] && return
  timeout 120 rustup target add "$target" >/dev/null 2>&1 && say "added $target by rustup"
}

as_root() { [ "$(id -u)" = 0 ] || { say "is not root and cannot write $1; please run scripts/setup.sh once as root"; exit 1; }; }

# Compiles core and alloc from Debian's library sources. Libraries of another compiler version are of no use: "built-by" tells.
build_libraries() {
  as_root "$libs"
  say "building $target from Debian's library sources (about 30 s)"
  work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/src"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n' >"$work/Cargo.toml"
  printf '#![no_std]\n' >"$work/src/lib.rs"
  # Without the bitcode flag, link-time optimisation of the release profile finds no ".llvmbc" section.
  (cd "$work" && PATH=/usr/bin:$PATH RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc RUSTFLAGS=-Cembed-bitcode=yes \
    CARGO_TARGET_DIR="$work/target" /usr/bin/cargo build --quiet --release -Zbuild-std=core,alloc --target "$target")
  rm -rf "$libs" && mkdir -p "$libs"
  for lib in core alloc compiler_builtins; do cp "$work/target/$target/release/deps/lib$lib"-*.rlib "$libs/"; done
  /usr/bin/rustc -vV >"$libs/built-by"
}

has_compiler() {
  [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] && [ -d /usr/lib/rustlib/src ] && compgen -G "/usr/lib/llvm-*/bin/lld" >/dev/null
}

from_debian() {
  has_compiler || apt_install rustc-web cargo-web rust-web-src lld-22
  [ "$(cat "$libs/built-by" 2>/dev/null)" = "$(/usr/bin/rustc -vV)" ] || build_libraries
  host=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
  linker=/usr/lib/rustlib/$host/bin/rust-lld
  if [ ! -x "$linker" ]; then
    as_root "$linker"
    mkdir -p "$(dirname "$linker")"
    ln -sfn "$(compgen -G "/usr/lib/llvm-*/bin/lld" | sort -V | tail -n 1)" "$linker"
  fi
  rustup toolchain list | grep -q "^$toolchain" || rustup toolchain link "$toolchain" /usr >/dev/null
}

if [ "${VOTIVE_WASM_FROM:-rustup}" != debian ] && from_rustup; then
  rm -f "$WASM_CHOICE"
else
  from_debian
  echo "$toolchain" >"$WASM_CHOICE"
fi
