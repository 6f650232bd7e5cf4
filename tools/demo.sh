#!/usr/bin/env bash
# From a fresh clone to a results table: installs what is missing, builds, writes the synthetic data, trains
# teachers and students on it. Say it again to go on where it was stopped, or to see the table of the finished run.
set -euo pipefail

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
unset PSKD_DATA_ROOT  # the demo's data lie in data/, wherever this machine keeps its real recordings

tools/setup.sh
cmake --preset release
cmake --build --preset release --target pskd
pskd=build/release/bin/pskd

data=data/synthetic/utd
if [[ ! -d $data ]]; then
  rm -rf "$data.part"
  "$pskd" data synth --like utd --subjects 8 --seed 1 --out "$data.part"
  mv "$data.part" "$data"
fi

exec "$pskd" train --config configs/demo.yaml --resume
