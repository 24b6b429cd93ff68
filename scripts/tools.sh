#!/usr/bin/env bash
# Installs developer's tools at the versions of tools.env: scripts/tools.sh [NAME...]. Without a name, lists them.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
pinned() { grep -v '^#' scripts/tools.env; }

if [ $# = 0 ]; then pinned; exit; fi
for name in "$@"; do
  version=$(pinned | sed -n "s/^$name=//p")
  [ -n "$version" ] || { say "does not know $name; it has: $(pinned | cut -d= -f1 | xargs)"; exit 2; }
  # Cargo's list, and the program itself where cargo has lost that.
  if cargo install --list | grep -q "^$name v$version:" || "$name" --version 2>/dev/null | grep -qwF "$version"; then
    say "$name $version is installed"
  else
    say "installing $name $version (minutes)"
    cargo install --locked --force "$name" --version "$version"
  fi
done
