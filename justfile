# What one does in this repository, one command each. `just` lists them. Everything here is also a plain script in scripts/.

_list:
    @just --list --unsorted

# Turns a bare Debian 12 with rustup into a machine that builds everything
setup:
    scripts/setup.sh

# Asks a handwritten digit on a development chain of your own, and shows the whole way to payment and back
demo *options:
    scripts/demo.sh {{ options }}

# All tests: all, rust or dapp
test part="all":
    scripts/test.sh {{ part }}

# Prints figures beside their targets, for instance `just bench latency --check`
bench *arguments:
    scripts/bench.sh {{ arguments }}

# Builds every binary
build:
    bash -c '. scripts/env.sh && build'

# Formats Rust and TOML
fmt:
    cargo fmt --all
    taplo fmt

# Lints: clippy without warnings, TOML formatting, lengths, arrows, names, scripts
lint:
    bash -c '. scripts/env.sh && cargo clippy --release --locked --workspace --all-targets -- -D warnings'
    taplo fmt --check
    scripts/check-tree.sh

# Licences, forbidden crates and sources of the dependencies
deny:
    cargo deny --locked check --hide-inclusion-graph bans licenses sources

# Installs the tools that fmt, lint and deny use, at their pinned versions
tools *names:
    scripts/tools.sh {{ names }}

# The documentation of all crates
doc:
    bash -c '. scripts/env.sh && cargo doc --release --locked --workspace --no-deps'
