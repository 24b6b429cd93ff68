#!/usr/bin/env bash
# Adds up what the test runners said in the log on standard input, and prints `N passed, N failed`.
set -euo pipefail
exec awk '
  { gsub(/\033\[[0-9;]*m/, "") }
  # cargo test
  /^test result:/ { passed += $4; failed += $6; next }
  # nextest: "Summary [ 1.2s] 7 tests run: 6 passed, 1 failed, 0 skipped"
  /^ *Summary \[/ {
    for (i = 2; i <= NF; i++) {
      if ($i ~ /^passed/) passed += $(i - 1)
      if ($i ~ /^(failed|timed)/) failed += $(i - 1)
    }
    next
  }
  # node --test, in its two formats
  /^(#|ℹ) pass / { passed += $3 }
  /^(#|ℹ) (fail|cancelled) / { failed += $3 }
  END { printf "%d passed, %d failed\n", passed, failed }'
