#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors, runs the tests.
#
#   tools/test.sh           all tests
#   tools/test.sh --fast    without those labelled long
#   tools/test.sh --asan    the fast ones under AddressSanitizer and UndefinedBehaviorSanitizer
set -euo pipefail

preset=dev
selection=()
for option in "$@"; do
  case $option in
    --fast) selection=(--label-exclude long) ;;
    --asan) preset=asan ;;  # its test preset leaves the long ones out
    *)
      echo "tools/test.sh: unknown option '$option'; there are --fast and --asan" >&2
      exit 2
      ;;
  esac
done

# What only tests need.
test_packages=(
  chromium         # report.html is opened in it
  slurm-wlm munge  # tests/slurm starts a Slurm of its own
  strace           # tools/torture.sh kills at chosen system calls
)

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
tools/setup.sh "${test_packages[@]}"
cmake --preset "$preset"
cmake --build --preset "$preset"
ctest --preset "$preset" --output-on-failure "${selection[@]}"
