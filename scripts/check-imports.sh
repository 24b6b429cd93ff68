#!/usr/bin/env bash
# Checks that the engine calls no inexact mathematical function, of the C library or of Rust's libm: scripts/check-imports.sh [PROGRAM].
# What computes an answer is votive-kernels alone (docs/determinism.md).
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
program=${1:-$VOTIVE_ENGINE}
[ -x "$program" ] || { say "$program is missing; build it first: cargo build --release"; exit 1; }

# The functions whose results differ between libraries and versions. Not among them are those that IEEE 754 rounds correctly or that are
# exact: sqrt, ceil, floor, trunc, round, rint, fmod, remainder. fma should be, but libraries round subnormals wrongly.
inexact='^_*(a?(sin|cos|tan)h?|sincos|atan2|exp(2|10|m1)?|log(2|10|1p)?|pow|cbrt|hypot|erfc?|[lt]?gamma|[jy][01n]|fma|scalb)[fl]?(32|64|128)?x?(_r|_finite)?$|^_ZGV'

# The exceptions: NAME REASON, where the reason says why its results cannot reach an answer. There are none.
exceptions='
'

imports=$(nm -D --undefined-only "$program" | sed 's/.* //; s/@.*//')
found=$(grep -E "$inexact" <<<"$imports" | grep -vxFf <(sed -n 's/^\([^ ]\+\) .*/\1/p' <<<"$exceptions") || true)
# A function that is linked in is no import. gemm multiplies for candle, in an order that depends on the caches.
inside=$(nm -C --defined-only "$program" | sed -nE 's/^[0-9a-f]+ [a-zA-Z] //p' | grep -E '^<?&?(libm|gemm|gemm_[a-z0-9]+|compiler_builtins::math)::' || true)

[ "$(nm --defined-only "$program" 2>/dev/null | wc -l)" -gt 0 ] || { say "$program is stripped, so that nothing can be told of it"; exit 1; }
[ -z "$found" ] || say "$program imports $(xargs <<<"$found")"
[ -z "$inside" ] || say "$program contains $(head -n 5 <<<"$inside")"
[ -z "$found$inside" ] || { say "an answer may depend on them; use votive-kernels, or list an exception with its reason here"; exit 1; }
echo "imports: $(wc -l <<<"$imports") functions, none of them inexact"
