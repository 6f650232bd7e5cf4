#!/usr/bin/env bash
# Formats our own C++ files with clang-format; with --check, changes nothing and fails where a file would change.
set -euo pipefail

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
mode=(-i)
if [[ ${1:-} == --check ]]; then
  mode=(--dry-run -Werror)
fi
find examples include src tests tools -name '*.hpp' -print0 -o -name '*.cpp' -print0 | xargs -0 clang-format "${mode[@]}"
