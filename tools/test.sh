#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors, runs the tests.
#
#   tools/test.sh           all tests
#   tools/test.sh --fast    without those labeled long
#   tools/test.sh --asan    the fast ones under AddressSanitizer and UndefinedBehaviorSanitizer
#   tools/test.sh --wheel   the fast ones with the LibTorch of a Python wheel, in build/dev-wheel
set -euo pipefail

preset=dev
selection=()
wheel=false
for option in "$@"; do
  case $option in
    --fast) selection=(--label-exclude long) ;;
    --asan) preset=asan ;;  # its test preset leaves the long ones out
    --wheel) wheel=true ;;
    *)
      echo "tools/test.sh: unknown option '$option'; there are --fast, --asan and --wheel" >&2
      exit 2
      ;;
  esac
done

# What only tests need.
test_packages=(
  ccache           # two LibTorchs share what does not use them
  chromium         # report.html is opened in it
  slurm-wlm munge  # tests/slurm starts a Slurm of its own
  strace           # tools/torture.sh kills at chosen system calls
  gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm  # tests/micro runs C on an emulated Cortex-M4F
)

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
# What it fetches for tests that skip without it.
fetch() {
  local fetched=0
  tools/setup.sh "$@" || fetched=$?
  case $fetched in
    0) ;;
    4) echo "tools/test.sh: without what '$1' fetches, tests that need it are SKIPPED" >&2 ;;
    *) exit "$fetched" ;;
  esac
}
fetch --onnxruntime "${test_packages[@]}"
fetch --web
export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_DIR=${CCACHE_DIR:-$PWD/build/ccache}
if $wheel; then
  tools/setup.sh --torch wheel
  libtorch=$(echo "$PWD"/build/libtorch-wheel/lib/python3*/site-packages/torch/share/cmake)
  cmake --preset dev -B build/dev-wheel "-DCMAKE_PREFIX_PATH=$libtorch"
  cmake --build build/dev-wheel -j2
  exec ctest --test-dir build/dev-wheel -j2 --output-on-failure --label-exclude long
fi
cmake --preset "$preset"
cmake --build --preset "$preset"
ctest --preset "$preset" --output-on-failure "${selection[@]}"
