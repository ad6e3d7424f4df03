#!/usr/bin/env bash
# A floor includes its own headers and those of the floors below, as cpp/CMakeLists.txt lists them, and nothing of
# Python. All floors share one include folder, so the compiler alone would not notice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

declare -A below=(
  [core]="core"
  [demography]="core demography"
  [rates]="core demography rates"
  [engine]="core demography engine"
  [random]="core random"
  [policy]="core demography rates engine random policy"
  [fiscal]="core demography engine fiscal"
  [nursery]="core demography engine nursery"
  [legacy]="core demography rates legacy"
  [ensemble]="core demography rates engine random policy fiscal nursery legacy ensemble"
)

bad=0
while IFS=: read -r file line include; do
  floor=$(sed -E 's#^cpp/(include/sanhai|src)/([a-z_]+)/.*#\2#' <<<"$file")
  if [ -z "${below[$floor]:-}" ]; then
    echo "$file: '$floor' is no floor of the house" >&2
    exit 1
  fi
  if [[ $include =~ [\<\"](pybind11/|Python\.h|numpy/) ]]; then
    echo "$file:$line: $include: only cpp/bindings may see Python" >&2
    bad=1
  elif [[ $include =~ [\<\"]sanhai/([a-z_]+)/ && " ${below[$floor]} " != *" ${BASH_REMATCH[1]} "* ]]; then
    echo "$file:$line: $include: floor $floor may include ${below[$floor]}" >&2
    bad=1
  fi
done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include' cpp/include/sanhai cpp/src)
exit "$bad"
