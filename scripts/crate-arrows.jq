# Reads `cargo metadata --no-deps`; prints a line for each dependency that points the wrong way. $root: the repository with "/".
# primitives <- pallets <- runtime <- node; primitives/{kernels,digest} <- node/engine <- node/inference <- node.
# Crates in tests/ may use all of them, and nothing may use those.
# Pallets meet through traits in primitives, wired in the runtime: none depends on another.
def folder: sub("/Cargo.toml$"; "") | ltrimstr($root);
def allowed:
  if . == "primitives/kernels" or . == "primitives/digest" then []
  elif startswith("primitives/") then ["primitives/"]
  elif startswith("pallets/") then ["primitives/"]
  elif . == "runtime" then ["primitives/", "pallets/"]
  elif . == "node/engine" then ["primitives/kernels", "primitives/digest"]
  elif . == "node/inference" then ["primitives/", "node/engine"]
  elif . == "node" then ["primitives/", "runtime", "node/inference"]
  elif startswith("tests/") then ["primitives/", "pallets/", "runtime", "node/engine"]
  else null end;
# Crates that know nothing of Substrate beyond its hashing.
def knows_no_substrate: . == "primitives/kernels" or . == "primitives/digest" or . == "node/engine";
# Crates that may use the client (sc-*), whose licence is the GPL with the classpath exception.
def is_client: . == "node" or . == "node/inference";

.packages[]
| (.manifest_path | folder) as $crate
| ($crate | allowed) as $to
| if $to == null then "\($crate): no rule says which crates it may depend on; add one to scripts/crate-arrows.jq"
  else
    .dependencies[]
    | if .path then
        ((.path | ltrimstr($root)) as $target
        | select($target != $crate and ([$to[] | . as $prefix | $target | startswith($prefix)] | any | not))
        | "\($crate) must not depend on \($target)")
      else
        if ($crate | knows_no_substrate) and (.name | test("^(sp|sc|frame|pallet)-")) and .name != "sp-crypto-hashing" then
          "\($crate) must not depend on \(.name): it knows nothing of Substrate"
        elif .kind != "dev" and ($crate | is_client | not) and (.name | startswith("sc-")) then
          "\($crate) must not depend on \(.name): only the node may use the client"
        else empty end
      end
  end
