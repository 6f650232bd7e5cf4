#!/usr/bin/env bash
# Runs the commands of README.md and docs/quickstart.md as they are written, page by page and in their order.
#
#   tests/docs/commands.sh PROGRAM FOLDER [PAGE...]
#
# PROGRAM is a built pskd, FOLDER a scratch folder, which is deleted at the end. Each page begins in a fresh copy of the files that git
# tracks. Only the build is left out: PROGRAM is put where the build would put it, and `cmake` and tools/setup.sh do nothing.
# A block runs when its fence says `sh`, unless the line above it is a comment `<!-- not run by the test: why -->`.
set -euo pipefail
unset PSKD_DATA_ROOT  # as for a reader who has just cloned the repository: data lies in ./data

program=$(readlink -f "${1:?a built pskd}")
folder=${2:?a scratch folder}
shift 2
pages=("$@")
if [[ ${#pages[@]} -eq 0 ]]; then
  pages=(README.md docs/quickstart.md)
fi
source=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..

# The text of the blocks of a page, one after the other.
commands_of() {
  awk '/^```/ { if (inside) { inside = 0; next } inside = 1; run = ($0 == "```sh" && last !~ /^<!-- not run by the test/); next }
       inside && run { print }
       { last = $0 }' "$1"
}

fresh_copy() {
  rm -rf "$folder"
  mkdir -p "$folder/clone/build/release" "$folder/bin"
  (cd "$source" && git ls-files -z | xargs -0 cp --parents --target-directory="$folder/clone")
  ln -s "$(dirname "$program")" "$folder/clone/build/release/bin"
  for skipped in "$folder/bin/cmake" "$folder/clone/tools/setup.sh"; do
    rm -f "$skipped"
    printf '#!/bin/sh\nexit 0\n' > "$skipped"
    chmod +x "$skipped"
  done
}

mkdir -p "$folder"
folder=$(readlink -f "$folder")
trap 'rm -rf "$folder"' EXIT
for page in "${pages[@]}"; do
  fresh_copy
  commands_of "$source/$page" > "$folder/commands"
  if [[ ! -s $folder/commands ]]; then
    echo "$page: no command found in it" >&2
    exit 1
  fi
  if ! (cd "$folder/clone" && PATH="$folder/bin:$PATH" XDG_CACHE_HOME="$folder/cache" bash -euxo pipefail "$folder/commands"); then
    echo "$page: the last command shown above failed" >&2
    exit 1
  fi
done
