#!/usr/bin/env bash
# Installs the build in $1 into $2, a folder whose name has blanks, and moves it; then the program must work for another user, from
# another folder, and C++ programs must build with find_package(pskd). $3 is the build's CMAKE_PREFIX_PATH.
set -euo pipefail

build=$1 folder="$2/an installation" libraries=$3
example=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/example
rm -rf "$folder"
mkdir -p "$folder"
folder=$(readlink -f "$folder")
trap 'rm -rf "$folder"' EXIT

cmake --install "$build" --prefix "$folder/first" >"$folder/log"
mv "$folder/first" "$folder/moved"
pskd=$folder/moved/bin/pskd

as_another=()
if [[ $(id -u) -eq 0 ]] && setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$pskd"; then
  as_another=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fi
cd /
"${as_another[@]}" "$pskd" --version | grep '^pskd [0-9.]*, LibTorch [0-9.]*$'
"${as_another[@]}" env HOME=/nonexistent "$pskd" doctor >/dev/null
"${as_another[@]}" "$pskd" config show --config utd | grep 'name: utd-mhad'
"${as_another[@]}" "$pskd" model show --config demo --stage student | grep sensor-cnn

# Where onnxruntime-web was fetched, it is installed for `pskd export --web`.
fetched=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../build/onnxruntime-web/onnxruntime.js
[[ ! -f $fetched ]] || cmp "$fetched" "$folder/moved/share/pskd/onnxruntime-web/onnxruntime.js"

completed() {  # the words that bash proposes after those in $@
  bash -c 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pskd; echo "${COMPREPLY[@]}"' _ \
    "$folder/moved/share/bash-completion/completions/pskd" "$@"
}
[[ $(completed pskd swe) == sweep ]]
[[ $(completed pskd data ch) == check ]]
[[ $(completed pskd train --over) == --overwrite ]]
[[ $(completed pskd table --format m) == markdown ]]
[[ -z $(completed pskd train --config "") ]]  # files, by bash itself

cmake -S "$example" -B "$folder/example" -G Ninja -DCMAKE_PREFIX_PATH="$folder/moved;$libraries" >>"$folder/log"
cmake --build "$folder/example" >>"$folder/log"
"$folder/example/example" "$folder/moved/share/pskd/configs/utd.yaml" | grep -x 'logits \[1, 27\]'
cmake -S "$example/../../../examples/recognize" -B "$folder/recognize" -G Ninja \
      -DCMAKE_PREFIX_PATH="$folder/moved;$libraries" >>"$folder/log"
cmake --build "$folder/recognize" >>"$folder/log"
code=0
"$folder/recognize/recognize" "$folder/moved/bin/pskd" </dev/null 2>"$folder/said" || code=$?
[[ $code == 5 ]]  # no model file
grep -q '^recognize: .*pskd' "$folder/said"
echo "installed, moved and used"
