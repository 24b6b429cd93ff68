#!/usr/bin/env bash
# Shows Votive at work: scripts/demo.sh [--keep] [--digit N]. Sets up, builds, starts a development chain in a temporary
# folder, asks it what a handwritten digit is, checks the receipt, and cleans up. --keep leaves the chain running.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
keep='' digit=7
while [ $# -gt 0 ]; do
  case $1 in
    --keep) keep=yes ;;
    --digit) digit=${2:?--digit takes a digit}; shift ;;
    *) say "usage: scripts/demo.sh [--keep] [--digit N]"; exit 2 ;;
  esac
  shift
done

scripts/setup.sh
say "building the node and the engine (about 25 minutes the first time on two cores, seconds after that)"
build
say "built"

folder=$(mktemp -d -t votive-demo.XXXXXX)
node=''
clean_up() {
  [ -z "$node" ] || { kill "$node" && wait "$node"; } 2>/dev/null || true
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

free_port() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'; }
rpc_port=$(free_port)
url=ws://127.0.0.1:$rpc_port
mkdir "$folder/packages"
for model in digits tiny-llama; do ln -s "$PWD/models/$model/package" "$folder/packages/$model"; done
"$VOTIVE_NODE" --dev --base-path "$folder/chain" --package-folder "$folder/packages" --rpc-port "$rpc_port" \
  --port "$(free_port)" --no-prometheus --no-telemetry --no-mdns >"$folder/log" 2>&1 &
node=$!
say "starting a development chain in $folder (its log is there, too)"
for ((tenths = 0; ; tenths++)); do
  if (: <"/dev/tcp/127.0.0.1/$rpc_port") 2>/dev/null; then break; fi
  if ! kill -0 "$node" 2>/dev/null || [ "$tenths" -ge 1200 ]; then
    say "the node did not start:"
    tail -n 20 "$folder/log" >&2
    exit 1
  fi
  sleep 0.1
done
say "the chain answers at $url after $((tenths / 10)).$((tenths % 10)) s"

(cd dapp/examples && VOTIVE_URL=$url node --import tsx src/demo.ts --digit "$digit")

[ -n "$keep" ] || exit 0
trap 'exit 0' INT TERM HUP
say "the chain stays up until Ctrl-C: $url"
say "explorer: https://polkadot.js.org/apps/?rpc=$url"
say "a text: cd dapp/examples && VOTIVE_URL=$url node --import tsx src/generate.ts --prompt 'And God said'"
wait "$node"
