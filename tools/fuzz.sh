#!/usr/bin/env bash
# Builds the fuzz targets with clang, under AddressSanitizer and UndefinedBehaviorSanitizer, and runs them one after the other.
#
#   tools/fuzz.sh [seconds for each target, 60] [target...]      e.g. tools/fuzz.sh 600 mat shimmer
#
# Each begins with its seeds, the regression inputs, and the corpus that earlier runs left in build/fuzz/corpus/<target>. Inputs that
# break a reader go to build/fuzz/findings/<target>; then the exit code is 1.
set -euo pipefail

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
seconds=${1:-60}
if ! [[ $seconds =~ ^[1-9][0-9]*$ ]]; then
  echo "tools/fuzz.sh: expected seconds for each target, found '$seconds'" >&2
  exit 2
fi
known=()
while read -r name; do known+=("$name"); done < <(sed -nE '/TORCH/! s/^pskd_fuzz\((\w+) .*/\1/p' tests/fuzz/CMakeLists.txt)
targets=("${@:2}")
if [[ ${#targets[@]} -eq 0 ]]; then
  targets=("${known[@]}")
fi
for target in "${targets[@]}"; do
  if [[ " ${known[*]} " != *" $target "* ]]; then
    echo "tools/fuzz.sh: unknown target '$target'; there are: ${known[*]}" >&2
    exit 2
  fi
done

tools/setup.sh clang libclang-rt-dev
cmake --preset fuzz
cmake --build --preset fuzz --target "${targets[@]/#/fuzz_}"

# The inputs pass through files: in memory where there is such a folder.
memory=/dev/shm
if [[ ! -w $memory ]]; then
  memory=${TMPDIR:-/tmp}
fi
TMPDIR=$(mktemp -d "$memory/pskd-fuzz-XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# HDF5 asks for as much memory as a damaged file claims, and says so itself when there is none.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}allocator_may_return_null=1

regressions=$PWD/tests/fuzz/regressions
cd build/fuzz
found=0
for target in "${targets[@]}"; do
  inputs=("corpus/$target" "seeds/$target")
  if [[ -d $regressions/$target ]]; then
    inputs+=("$regressions/$target")
  fi
  log=findings/$target.log
  result=sound
  if ! "tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=30 -rss_limit_mb=2048 -print_final_stats=1 \
      -artifact_prefix="findings/$target/" "${inputs[@]}" </dev/null >"$log" 2>&1; then
    result="a finding: see build/fuzz/$log"
    found=1
  fi
  executions=$(sed -nE 's/^stat::number_of_executed_units: *([0-9]+)/\1/p' "$log")
  printf '%-12s %10s executions, %s\n' "$target" "${executions:-unknown}" "$result"
done
exit "$found"
