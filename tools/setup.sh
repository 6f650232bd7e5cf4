#!/usr/bin/env bash
# Installs what the build needs and this machine lacks, from the Debian distribution. Does nothing when nothing is missing.
#
#   tools/setup.sh [package...]     also these: tools/fuzz.sh wants clang, tools/test.sh chromium
set -euo pipefail

packages=(
  build-essential cmake ninja-build pkg-config git
  libtorch-dev libdnnl-dev libopenblas0-openmp  # without OpenBLAS, LibTorch multiplies matrices with the slow reference BLAS
  libeigen3-dev libyaml-cpp-dev libspdlog-dev libcli11-dev nlohmann-json3-dev libboost-dev libxxhash-dev libutf8proc-dev
  libhdf5-dev libmatio-dev libdeflate-dev zlib1g-dev
  libjs-chart.js
  libgtest-dev libgmock-dev clang-format
  "$@"
)

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "tools/setup.sh: this system has no dpkg and apt-get, so nothing can be installed for you." >&2
  echo "Install these (Debian's names) your own way, then build with cmake as CONTRIBUTING.md says:" >&2
  echo "  ${packages[*]}" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  if ! dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed; then
    missing+=("$package")
  fi
done
if [[ ${#missing[@]} -eq 0 ]]; then
  exit 0
fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  if ! command -v sudo >/dev/null; then
    echo "tools/setup.sh: these packages are missing, and installing them needs root. Ask an administrator for:" >&2
    echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "installing: ${missing[*]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
if ! { "${apt[@]}" update && "${apt[@]}" install --yes --no-install-recommends "${missing[@]}"; }; then
  echo "tools/setup.sh: the installation failed; the lines above say why. By hand, as root:" >&2
  echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
