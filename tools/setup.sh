#!/usr/bin/env bash
# Installs what the build needs and this machine lacks, from the Debian distribution. Does nothing when nothing is missing.
#
#   tools/setup.sh [package...]     also these: tools/fuzz.sh wants clang, tools/test.sh chromium
#   tools/setup.sh --torch wheel    with the LibTorch of a Python wheel, in build/libtorch-wheel; says how to build with it
#   tools/setup.sh --onnxruntime    with a Python that has onnxruntime, in build/onnxruntime, for the tests of ONNX files
#   tools/setup.sh --web            with onnxruntime-web, in build/onnxruntime-web, for `pskd export --web`
#                                   these three exit 4 where PyPI or npm did not give the package, or npm is not to be had
#   tools/setup.sh --into FOLDER    unpacks the libraries, without LibTorch, into FOLDER, to take along to a machine that has a
#                                   LibTorch, a compiler, CMake and ninja, but no network; tools/gpu_check.sh builds with it
set -euo pipefail

torch_version=2.13.0
onnxruntime_version=1.32.0
onnxruntime_web_version=1.30.0
wheel=false
onnxruntime=false
web=false
into=
while [[ ${1:-} == --* ]]; do
  case $1 in
    --onnxruntime)
      onnxruntime=true
      shift
      continue
      ;;
    --web)
      web=true
      shift
      continue
      ;;
    --torch)
      [[ ${2:-} == wheel ]] || { echo "tools/setup.sh: --torch: expected wheel, found '${2:-}'" >&2; exit 2; }
      wheel=true
      ;;
    --into)
      [[ -n ${2:-} ]] || { echo "tools/setup.sh: --into: expected a folder" >&2; exit 2; }
      into=$2
      ;;
    *)
      echo "tools/setup.sh: unknown option '$1'; there are --torch wheel, --onnxruntime, --web and --into FOLDER" >&2
      exit 2
      ;;
  esac
  shift 2
done

libraries=(
  libeigen3-dev libyaml-cpp-dev libspdlog-dev libcli11-dev nlohmann-json3-dev libboost-dev libxxhash-dev libutf8proc-dev
  libhdf5-dev libmatio-dev libdeflate-dev zlib1g-dev libonnx-dev libprotobuf-dev
  libjs-chart.js
  libgtest-dev libgmock-dev
)

# Downloads the libraries and what they need, but for what every system with a compiler has, and unpacks them, so that they can
# be used wherever the folder is moved to.
unpack_libraries() {
  local folder=$1 everywhere packages
  everywhere='^(lib(c6|c-dev|crypt|gcc|stdc|[alt]san|ubsan|atomic|itm|gomp|nsl|tirpc)|gcc-|linux-libc|rpcsvc|catch2)'
  mapfile -t packages < <(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
    --no-enhances "${libraries[@]}" pkg-config | grep -E '^[a-z]' | grep -Ev "$everywhere" | sort -u)
  mkdir -p "$folder/packages"
  (cd "$folder/packages" && apt-get -q download "${packages[@]}")
  for package in "$folder"/packages/*.deb; do dpkg -x "$package" "$folder"; done
  rm -rf "$folder/packages" "$folder/etc" "$folder"/usr/share/{doc,man,lintian,locale}
  cp -a "$folder/lib/." "$folder/usr/lib/"
  rm -r "$folder/lib"
  find "$folder" -type l -lname '/*' | while read -r link; do
    ln -sfr "$folder/usr/lib/x86_64-linux-gnu/$(basename "$(readlink "$link")")" "$link"
  done
  # shellcheck disable=SC2016
  sed -i 's|^prefix="/usr"|prefix="$(cd "$(dirname "$(readlink -f "$0")")/.." \&\& pwd)"|' "$folder"/usr/bin/h5*
}

if [[ -n $into ]]; then
  unpack_libraries "$into"
  exit 0
fi

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
web_runtime=build/onnxruntime-web/onnxruntime.js
has_web_runtime() { grep -qs "onnxruntime-web $onnxruntime_web_version," "$web_runtime"; }

packages=(
  build-essential cmake ninja-build pkg-config git
  "${libraries[@]}" clang-format
  "$@"
)
if $wheel || $onnxruntime; then
  packages+=(python3-venv)
fi
if $web && ! has_web_runtime && ! command -v npm >/dev/null; then
  packages+=(npm)
fi
if ! $wheel; then
  # Without OpenBLAS, LibTorch multiplies matrices with the slow reference BLAS.
  packages+=(libtorch-dev libdnnl-dev libopenblas0-openmp)
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "tools/setup.sh: this system has no dpkg and apt-get, so nothing can be installed for you." >&2
  echo "Install these (Debian's names) your own way, then build as docs/installation.md says:" >&2
  echo "  ${packages[*]}" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  if ! dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed; then
    missing+=("$package")
  fi
done

# A Python environment in $1 with the packages that follow, whole or not there.
python_with() {
  local folder=$1
  shift
  [[ -d $folder ]] && return
  rm -rf "$folder.part"
  python3 -m venv "$folder.part"
  if ! "$folder.part/bin/pip" install --quiet --disable-pip-version-check "$@"; then
    echo "tools/setup.sh: pip could not install $*; see above. Is PyPI out of reach?" >&2
    exit 4
  fi
  mv "$folder.part" "$folder"
}

# A file of npm's package in folder $1, packed for a string of a script.
packed() { gzip -9nc "$1/package/dist/$2" | base64 -w0; }

# onnxruntime-web for one thread, as a script: a page from file:// can load neither modules nor WebAssembly as files.
fetch_web_runtime() {
  local folder package=onnxruntime-web@$onnxruntime_web_version
  has_web_runtime && return
  folder=$(dirname "$web_runtime")
  rm -rf "$folder.part"
  mkdir -p "$folder.part"
  if ! (cd "$folder.part" && npm pack --loglevel error "$package" >/dev/null && tar -xzf ./*.tgz); then
    echo "tools/setup.sh: npm could not fetch $package; see above. Is its registry out of reach?" >&2
    rm -rf "$folder.part"
    exit 4
  fi
  {
    echo "// onnxruntime-web $onnxruntime_web_version, for one thread; Copyright (c) Microsoft Corporation, MIT license"
    echo "const ONNXRUNTIME = {"
    printf 'module: "'
    packed "$folder.part" ort.wasm.bundle.min.mjs
    printf '",\nwasm: "'
    packed "$folder.part" ort-wasm-simd-threaded.wasm
    printf '",\n'
    echo "};"
  } >"$folder.part/onnxruntime.js"
  mkdir -p "$folder"
  mv "$folder.part/onnxruntime.js" "$web_runtime"
  rm -rf "$folder.part"
}

# The last thing to do, once the packages are there.
finish() {
  if $onnxruntime; then python_with build/onnxruntime "onnxruntime==$onnxruntime_version"; fi
  if $web; then fetch_web_runtime; fi
  $wheel || exit 0
  local folder=build/libtorch-wheel
  python_with "$folder" "torch==$torch_version"
  local prefix
  prefix=$(echo "$PWD/$folder"/lib/python3*/site-packages/torch/share/cmake)
  echo "build with it:  cmake --preset release -B build/release-wheel -DCMAKE_PREFIX_PATH=$prefix"
  exit 0
}

if [[ ${#missing[@]} -eq 0 ]]; then
  finish
fi

failed=1
if [[ ${missing[*]} == npm ]]; then failed=4; fi  # the build does not need it

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  if ! command -v sudo >/dev/null; then
    echo "tools/setup.sh: these packages are missing, and installing them needs root. Ask an administrator for:" >&2
    echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
    exit "$failed"
  fi
  as_root=(sudo)
fi

echo "installing: ${missing[*]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
if ! { "${apt[@]}" update && "${apt[@]}" install --yes --no-install-recommends "${missing[@]}"; }; then
  echo "tools/setup.sh: the installation failed; the lines above say why. By hand, as root:" >&2
  echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
  exit "$failed"
fi
finish
