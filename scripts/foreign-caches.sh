#!/usr/bin/env bash
# Runs a command as if the processor had other caches: scripts/foreign-caches.sh L1_SIZE L1_WAYS L2_SIZE L2_WAYS COMMAND...
# Mounts made-up descriptions over those of /sys, where only the command sees them. Needs root.
set -euo pipefail
[ $# -ge 5 ] || { echo "usage: scripts/foreign-caches.sh L1_SIZE L1_WAYS L2_SIZE L2_WAYS COMMAND..." >&2; exit 2; }
folder=$(mktemp -d -t votive-caches.XXXXXX)
trap 'rm -rf "$folder"' EXIT

# cache INDEX LEVEL TYPE SIZE WAYS
cache() {
  mkdir "$folder/index$1"
  (
    cd "$folder/index$1"
    echo "$2" >level
    echo "$3" >"type"
    echo "$4" >size
    echo "$5" >ways_of_associativity
    echo 0-1 >shared_cpu_list
    echo 64 >coherency_line_size
  )
}
cache 0 1 Data "$1" "$2"
cache 1 1 Instruction "$1" "$2"
cache 2 2 Unified "$3" "$4"
cache 3 3 Unified 8192K 16
shift 4
# shellcheck disable=SC2016 # The inner shell expands these.
unshare --mount bash -euc '
  for caches in /sys/devices/system/cpu/cpu[0-9]*/cache; do mount --bind "$0" "$caches"; done
  exec "$@"' "$folder" "$@"
