#!/usr/bin/env bash
# Checks what the compiler does not: lengths of files, arrows between crates, doubled Substrate crates, names, links, scripts.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
wrong=0
bad() { echo "tree: $*"; wrong=1; }

files() { git ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do [ ! -f "$file" ] || echo "$file"; done; }

# Length: 600 lines are a reason to split, 1000 never.
while read -r lines file; do
  if [ "$lines" -gt 1000 ]; then bad "$file has $lines lines; 1000 are the limit"
  elif [ "$lines" -gt 600 ]; then echo "tree: note: $file has $lines lines; consider splitting it"; fi
done < <(files '*.rs' '*.ts' '*.tsx' '*.sh' '*.py' '*.md' '*.toml' | grep -v '/weights/' | xargs -r -d '\n' wc -l | grep -v ' total$')
while read -r lines file; do
  [ "$lines" -le 60 ] || bad "$file has $lines lines; a script has at most 60"
done < <(files 'scripts/*.sh' '.ci/run' | xargs -r -d '\n' wc -l | grep -v ' total$')

# Arrows: which folders a crate's dependencies inside the workspace may lie in (scripts/crate-arrows.jq).
metadata=$(cargo metadata --locked --no-deps --format-version 1)
while read -r arrow; do bad "$arrow"; done < <(jq -r --arg root "$PWD/" -f scripts/crate-arrows.jq <<<"$metadata")

# One frame-support: a Substrate crate that stands twice in the lock file comes from two release lines.
while read -r crate; do bad "$crate stands twice in Cargo.lock"; done < <(
  sed -n 's/^name = "\(.*\)"$/\1/p' Cargo.lock | grep -E '^(sp|sc|frame|pallet)-' | sort | uniq -d)

# Names: docs/glossary.md has the words; these say nothing, or another thing than they seem to.
banned='job|vote|manager|helper|helpers|util|utils|common'
while read -r file; do bad "$file: its name uses a banned word (docs/glossary.md)"; done < <(
  files '*.rs' '*.ts' '*.tsx' '*.sh' '*.py' | grep -iE "(^|[/_.-])($banned|info|data)([/_.-]|\$)")
while read -r place; do bad "$place: declares a name with a banned word (docs/glossary.md)"; done < <(
  files '*.rs' | xargs -r -d '\n' grep -nHoE '\b(mod|fn|struct|enum|trait) +[A-Za-z0-9_]+' |
    sed -E 's/([a-z0-9])([A-Z])/\1_\2/g' | grep -iE "[ _]($banned)(_|\$)" |
    # The library's trait names this one.
    grep -v ':fn default_vote$')

# Links between pages.
while IFS=: read -r file link; do
  [ -e "$(dirname "$file")/${link%%#*}" ] || bad "$file: its link to $link leads nowhere"
done < <(files '*.md' | xargs -r -d '\n' grep -HoE '\]\([^)#: ][^): ]*\)' | sed -E 's/\]\(([^)]*)\)$/\1/')

if have shellcheck; then
  files 'scripts/*.sh' '.ci/run' | xargs -r -d '\n' shellcheck -x || bad "shellcheck found something in the scripts"
else
  echo "tree: note: scripts are not checked: shellcheck is not installed"
fi
[ "$wrong" = 0 ] && echo "tree: in order"
