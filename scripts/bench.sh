#!/usr/bin/env bash
# Measures: scripts/bench.sh NAME [--check]. Prints figures beside their targets; with --check it exits 1 where one is missed.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
usage() {
  cat >&2 <<'USAGE'
usage: scripts/bench.sh NAME [--check]
  latency [--requests N]   blocks and seconds from a request to its settlement on an idle development chain (100 requests, 25 min)
USAGE
  exit 2
}

name=${1:-}
[ "$name" = latency ] || usage
shift
[ -d dapp/node_modules ] || { say "dapp/node_modules is missing: run scripts/setup.sh first"; exit 1; }
say "building (seconds where nothing has changed)"
build
cd dapp
exec node --import tsx "bench/$name.ts" "$@"
