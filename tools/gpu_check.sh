#!/usr/bin/env bash
# Holds a machine with an NVIDIA card to what its processor computes: the first 20 losses of every network with every loss, the
# losses and accuracies of a small chain, a run that changes over in the middle; and prints clips a second beside the PyTorch
# baseline.
# Needs no network. Takes some five minutes on 16 cores.
#
#   tools/gpu_check.sh [--deps FOLDER] [--out FOLDER]
#
#   --deps   libraries from `tools/setup.sh --into FOLDER`, where this machine has not got them all
#   --out    where the build, the runs and the tables go; build/gpu-check unless told
#
# LibTorch is that of the python3 here. Once it is built every part runs, even when one before it failed; exits 1 when any did.
set -uo pipefail

deps= out=
while [[ $# -gt 0 ]]; do
  case $1 in
    --deps) deps=$(readlink -f "$2"); shift 2 ;;
    --out) mkdir -p "$2"; out=$(readlink -f "$2"); shift 2 ;;
    *) echo "tools/gpu_check.sh: unknown option '$1'; there are --deps and --out" >&2; exit 2 ;;
  esac
done
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." || exit 1
out=${out:-$PWD/build/gpu-check}
build=$out/build runs=$out/runs
mkdir -p "$out" "$build"
failed=()

# part <name> <command...>: runs it with its output in <name>.log, and says how long it took and how it ended.
part() {
  local name=$1 start=$SECONDS
  shift
  if "$@" >"$out/$name.log" 2>&1; then
    echo "ok      $name ($((SECONDS - start)) s)"
  else
    echo "FAILED  $name ($((SECONDS - start)) s):"
    { grep -E -m 40 'error|Error|FAILED|Failure|differ' "$out/$name.log" || tail -n 20 "$out/$name.log"; } | cut -c 1-300
    failed+=("$name")
    return 1
  fi
}

configure() {
  local arguments=() prefix
  prefix=$(python3 -c 'import torch; print(torch.utils.cmake_prefix_path)') || return 1
  if [[ -n $deps ]]; then
    local libraries=$deps/usr/lib/x86_64-linux-gnu
    printf '#!/bin/sh\nLD_LIBRARY_PATH=%q PKG_CONFIG_LIBDIR=%q PKG_CONFIG_SYSROOT_DIR=%q exec %q "$@"\n' \
      "$libraries" "$libraries/pkgconfig" "$deps" "$deps/usr/bin/pkgconf" >"$build/pkg-config"
    chmod +x "$build/pkg-config"
    prefix+=";$deps/usr"
    # An old-style run path: the libraries find one another by it as well.
    arguments+=("-DPKG_CONFIG_EXECUTABLE=$build/pkg-config" "-DHDF5_C_COMPILER_EXECUTABLE=$deps/usr/bin/h5cc"
      "-DBoost_NO_SYSTEM_PATHS=ON" "-DBOOST_ROOT=$deps/usr"
      "-DPSKD_CHART_JS=$deps/usr/share/javascript/chart.js/chart.min.js"
      "-DCMAKE_EXE_LINKER_FLAGS=-Wl,--disable-new-dtags -Wl,-rpath-link,$libraries")
  fi
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release "-DCMAKE_PREFIX_PATH=$prefix" "${arguments[@]}"
}

# The chain, small; and its first epoch without dropout, whose masks a card draws otherwise than a processor.
write_configs() {
  cat >"$out/chain.yaml" <<YAML
include: [$PWD/configs/utd.yaml]
data: {root: $out/utd, store: $out/utd.h5}
seeds: [1, 2]
run: {name: chain, threads: 4}
stages:
  skeleton: {model: {width: 16, blocks: 3}, epochs: 12}
  fused: {model: {sensor: {width: 16}}, epochs: 12}
  sensor: {model: {width: 32}, epochs: 20}
  student: {model: {width: 16}, epochs: 20}
  baseline: {model: {width: 16}, epochs: 20}
YAML
  cat >"$out/first.yaml" <<YAML
include: [$out/chain.yaml]
seeds: [1]
run: {name: first}
stages:
  skeleton: {model: {dropout: 0, classifier_dropout: 0}, epochs: 1, optimizer: {warmup: 0}}
  fused: {model: {sensor: {dropout: 0, classifier_dropout: 0}}, epochs: 1, optimizer: {warmup: 0}}
  sensor: {model: {dropout: 0, classifier_dropout: 0}, epochs: 1, optimizer: {warmup: 0}}
  student: {model: {dropout: 0, classifier_dropout: 0}, epochs: 1, optimizer: {warmup: 0}}
  baseline: {model: {dropout: 0, classifier_dropout: 0}, epochs: 1, optimizer: {warmup: 0}}
YAML
}

pskd=$build/bin/pskd

train() { "$pskd" train --config "$out/chain.yaml" --set run.root="$runs/$1" "${@:2}"; }

make_data() {
  "$pskd" data synth --like utd --subjects 8 --seed 1 --out "$out/utd" && write_configs && train none --dry-run --set run.device=cuda
}

# The losses of the first epoch on both devices.
first_epoch() {
  local device
  for device in cpu cuda; do
    "$pskd" train --config "$out/first.yaml" --set run.root="$runs/first-$device" --set run.device=$device || return 1
  done
  python3 - "$runs" <<'PYTHON'
import json, pathlib, sys
def losses(device):
    return {file.parent.name: json.loads(file.read_text().splitlines()[0])["loss"]
            for file in (pathlib.Path(sys.argv[1]) / f"first-{device}" / "first").rglob("metrics.jsonl")}
cpu, card = losses("cpu"), losses("cuda")
assert len(cpu) == 5 and cpu.keys() == card.keys(), (sorted(cpu), sorted(card))
for stage in cpu:
    print(f"{stage:10s} first epoch: processor {cpu[stage]:.6f}   card {card[stage]:.6f}   {card[stage] / cpu[stage] - 1:+.1e}")
# The student's teachers are chosen clip by clip: a small difference may choose another one.
sys.exit(any(abs(card[stage] / cpu[stage] - 1) > 1e-3 for stage in cpu if stage != "student"))
PYTHON
}

# A run that one device begins and the other ends.
change_over() {
  local root=$1-$2
  "$pskd" train --config "$out/chain.yaml" --set run.root="$runs/$root" --set seeds=[1] --set run.device="$1" &
  local run=$!
  until [[ -n $(find "$runs/$root" -path '*fused*' -name last.ckpt 2>/dev/null) ]] || ! kill -0 $run 2>/dev/null; do sleep 0.2; done
  kill -TERM $run
  wait $run
  train "$root" --set seeds=[1] --set run.device="$2" --resume 2>&1 | tee "$out/$root.second" &&
    grep -q 'started with card' "$out/$root.second" && [[ -n $(find "$runs/$root" -name result.json) ]]
}

compare() {
  python3 - "$runs" <<'PYTHON'
import json, pathlib, sys
def accuracies(folder):
    return {(r["seed"], stage): scores["test"]["accuracy"] for f in folder.rglob("result.json")
            for r in [json.loads(f.read_text())] for stage, scores in r["stages"].items()}
root = pathlib.Path(sys.argv[1])
cpu, card = accuracies(root / "cpu"), accuracies(root / "cuda")
assert cpu and cpu.keys() == card.keys(), (sorted(cpu), sorted(card))
differences = [100 * (card[key] - cpu[key]) for key in sorted(cpu)]
for name in dict.fromkeys(stage for _, stage in sorted(cpu)):
    of = lambda table: " ".join(f"{100 * table[key]:6.2f}" for key in sorted(cpu) if key[1] == name)
    print(f"{name:10s} processor {of(cpu)}   card {of(card)}")
mean = sum(differences) / len(differences)
print(f"card minus processor: mean {mean:+.2f} points")
sys.exit(abs(mean) > 3)
PYTHON
}

bench() {
  echo "-- pskd, processor"
  "$pskd" bench --config configs/utd.yaml --set run.device=cpu --threads 8 --seconds 0.3
  for flag in true false; do
    echo "-- pskd, card, deterministic: $flag"
    "$pskd" bench --config configs/utd.yaml --set run.device=cuda --set training.deterministic=$flag --seconds 0.5
  done
  echo "-- PyTorch, card"
  python3 tools/bench/pytorch_baseline.py bench --device cuda --seconds 0.5
}

part configure configure && part build cmake --build "$build" -j "$(nproc)" --target pskd test_card || exit 1
part doctor "$pskd" doctor && cat "$out/doctor.log"
part card "$build/tests/test_card"
grep -E '^[a-z_]+ +loss|FAILED|PASSED' "$out/card.log"
part data make_data && tail -n 7 "$out/data.log"
part first-epoch first_epoch
grep 'first epoch' "$out/first-epoch.log"
# Side by side: nothing here is timed.
part train-cpu train cpu --set run.device=cpu &
on_cpu=$!
part cuda-cpu change_over cuda cpu &
to_cpu=$!
part cpu-cuda change_over cpu cuda &
to_card=$!
part train-cuda train cuda --set run.device=cuda
wait $on_cpu || failed+=(train-cpu)
wait $to_cpu || failed+=(cuda-cpu)
wait $to_card || failed+=(cpu-cuda)
part compare compare && cat "$out/compare.log"
part bench bench
cat "$out/bench.log"
if [[ ${#failed[@]} -gt 0 ]]; then
  echo "failed: ${failed[*]}"
  exit 1
fi
echo "the card holds"
