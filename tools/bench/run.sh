#!/usr/bin/env bash
# Builds the benchmarks, checks that the PyTorch baseline computes the same as pskd, then measures both in turn and prints one table.
#
#   tools/bench/run.sh [--quick] [--out FILE]
#
# Takes some fifteen minutes, --quick two. Nothing else should run on the machine. docs/dev/performance.md says what is measured.
set -euo pipefail

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
options=()
while [[ $# -gt 0 ]]; do
  case $1 in
    --quick) options+=(--quick) ;;
    --out)
      options+=(--out "${2:?tools/bench/run.sh: --out needs a file}")
      shift
      ;;
    *)
      echo "tools/bench/run.sh: unknown option '$1'; there are --quick and --out FILE" >&2
      exit 2
      ;;
  esac
  shift
done

tools/setup.sh libbenchmark-dev python3-torch python3-scipy python3-pandas
cmake --preset release -DPSKD_BENCH=ON
cmake --build --preset release --target pskd pskd_bench
pskd=build/release/bin/pskd
bench=build/release/tools/bench/pskd_bench

work=$(mktemp -d "${TMPDIR:-/tmp}/pskd-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT

# Real recordings where there are any, else synthetic ones of the same number and format.
utd=${PSKD_DATA_ROOT:-data}/utd-mhad
if [[ ! -d $utd ]]; then
  utd=$work/utd
  "$pskd" data synth --like utd --out "$utd"
fi
"$pskd" data synth --like mmact --subjects 4 --scenes 2 --trials 2 --actions 10 --traps 0 --out "$work/mmact"

"$bench" --parity "$work/parity"
/usr/bin/python3 tools/bench/pytorch_baseline.py parity "$work/parity"
/usr/bin/python3 tools/bench/compare.py --bench "$bench" --pskd "$pskd" --utd "$(readlink -f "$utd")" --mmact "$work/mmact" \
  "${options[@]}"
