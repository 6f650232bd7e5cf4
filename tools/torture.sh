#!/usr/bin/env bash
# Kills, damages and starves pskd, and looks whether anything was lost, changed or shown wrongly without a word.
#
#   tools/torture.sh [minutes, 30] [part...]   builds the program of preset dev first; parts: see below
#   PSKD_PROGRAM=FILE tools/torture.sh         tortures that program and builds nothing
#   TORTURE_SEED=7 tools/torture.sh            other random choices
#
# It trains a chain of five stages on synthetic recordings, over and over, in a temporary folder:
#   train overwrite sweep build report   killed at their file-system calls; what was killed is started again, and must end with the
#                                        same bits and leave nothing behind
#   moments                              `train` killed at random moments, likewise
#   folds                                `train --jobs 2` of an experiment with folds, likewise
#   pairs                                two trainings on one run, two sweeps on one root, two reports, two store builds, side by side
#   flips                                one random bit in one file of a finished run: the table is what it was, or an error
#   pages                                the same for the page, and for a run that is resumed without its result
#   disks                                full ones and read-only ones, where mounting is allowed
#   sizes                                a limit on the size of files
#
# Each part gets its share of the time, takes its cases in random order and says how many it did. The exit code is 1 when one failed;
# then the folder stays.
set -uo pipefail

repository=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
minutes=${1:-30}
if ! [[ $minutes =~ ^[0-9]+(\.[0-9]+)?$ ]]; then
  echo "tools/torture.sh: expected minutes, found '$minutes'" >&2
  exit 2
fi
RANDOM=${TORTURE_SEED:-1}
if [[ -z ${PSKD_PROGRAM:-} ]]; then
  "$repository/tools/setup.sh" strace || exit
  (cd "$repository" && cmake --preset dev && cmake --build --preset dev --target pskd) || exit
  PSKD_PROGRAM=$repository/build/dev/bin/pskd
fi
pskd=$(readlink -f "$PSKD_PROGRAM")
if ! strace -f -o /dev/null true; then
  echo "tools/torture.sh: strace is missing (Debian's package strace), or this system forbids it to trace" >&2
  exit 2
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/pskd-torture-XXXXXX")
export XDG_CACHE_HOME=$work/cache
export OMP_WAIT_POLICY=passive
unset PSKD_DATA_ROOT
cd "$work" || exit
faults=0
cases=0

# ---- what is trained, and what must come out -------------------------------------------------------------------------------------

write_configs() {
  "$pskd" data synth --like utd --subjects 4 --trials 2 --actions 6 --seed 3 --out data >synth.log || exit
  cat >tiny.yaml <<EOF
include: [$repository/configs/utd.yaml]
data: {root: $work/data}
protocol:
  name: cross-subject
  classes: [swipe_left, swipe_right, wave, clap, throw, arm_cross]
  train: {subjects: [1, 3]}
  test: {subjects: [2, 4]}
seeds: [1]
run: {name: tiny, threads: 1}
training: {batch: 8, epochs: 3, optimizer: {warmup: 0}}
stages:
  skeleton: {model: {width: 4, blocks: 3}, epochs: 3}
  fused: {model: {sensor: {width: 4}}, epochs: 3}
  sensor: {model: {width: 4}, epochs: 3}
  student: {model: {width: 4}, epochs: 3}
  baseline: {model: {width: 4}, epochs: 3}
EOF
  cat >folds.yaml <<EOF
include: [tiny.yaml]
protocol: {name: leave-one-subject-out, train: {subjects: [1, 2, 3, 4]}, test: {subjects: [2, 4]}}
run: {name: folds}
stages: {fused: null, sensor: null, baseline: null, student: {teachers: [skeleton]}}
EOF
  cat >sweep.yaml <<EOF
include: [tiny.yaml]
run: {name: swept}
stages: {fused: null, sensor: null, baseline: null, student: {teachers: [skeleton]}}
sweep:
  paired:
    acs: {}
    kd: {stages.student.loss: !replace {kd: {}}}
EOF
}

train() { "$pskd" train --quiet --config tiny.yaml --set run.root="$1" "${@:2}"; }
sweep() { "$pskd" sweep --config sweep.yaml --jobs 2 --set run.root="$1" "${@:2}"; }
folds() { timeout 120 "$pskd" train --quiet --config folds.yaml --jobs 2 --set run.root="$1" "${@:2}"; }
table() { "$pskd" table "$1"; }

# Everything of the runs below $1 that must be the same again: names of files, hashes of weights, predictions, scores, losses. Times
# are left out, the name of the root, and checksums over them.
state_of() {
  local file
  (cd "$1" && find . -type f ! -name '.*.lock' ! -name '*.lock' ! -path '*/answers/*' | sort | while read -r file; do
    echo "== $file"
    case $file in
      *.ckpt | */log.txt | *tfevents* | */report.html | */stage.json) ;;
      */config.resolved.yaml) grep -vE '^ +root: ' "$file" ;;
      *.jsonl) sed -E 's/,?"seconds":[0-9.e+-]+//' "$file" ;;
      */result.json) sed '/"files": {/,/}/d' "$file" | grep -vE '"(seconds|latency|checksum)"' ;;
      */report.md) sed -E 's/ *[0-9.]+ *\|$//' "$file" ;;
      *) cat "$file" ;;
    esac
  done)
}

# ---- telling ---------------------------------------------------------------------------------------------------------------------

fault() {
  faults=$((faults + 1))
  echo "FAULT: $*"
  if [[ -f last.log ]]; then tail -n 4 last.log | sed 's/^/    /'; fi
}

# Ends as a program should: no crash, no hang, no "unexpected". $1: exit code, $2: of what
require_orderly_end() {
  case $1 in
    0 | 2 | 3 | 4 | 5 | 129 | 130 | 143) return 0 ;;
    124) fault "$2: no end in a minute" ;;
    *) fault "$2: exit code $1" ;;
  esac
  return 1
}

require_same_state() {  # $1: root, $2: reference state, $3: of what
  if ! state_of "$1" | cmp -s - "$2"; then
    fault "$3: another state than undisturbed"
    diff <(state_of "$1") "$2" | head -n 5 | sed 's/^/    /'
  fi
}

# Runs cases of one part until its time is over: part NAME SECONDS FUNCTION < lines of cases. The lines come from a file: beside a
# pipeline that goes on, bash takes exit codes for those of others once process numbers are used again.
part() {
  local name=$1 seconds=$2 run_case=$3 end before line
  end=$(($(date +%s) + seconds))
  cases=0
  before=$faults
  while read -r line; do
    "$run_case" $line </dev/null
    cases=$((cases + 1))
    if [[ $(date +%s) -ge $end ]]; then break; fi
  done
  printf '%-44s %6d cases, %d faults\n' "$name" "$cases" $((faults - before))
}

# ---- kills -----------------------------------------------------------------------------------------------------------------------

calls=openat,write,pwrite64,fsync,fdatasync,rename,renameat2,unlink,unlinkat,mkdir,rmdir,ftruncate,flock

# The calls of "$@" that change files, as "call number", in random order. strace counts each call of each process.
file_system_calls() {
  strace -f -o trace.log -e trace="$calls" "$@" >/dev/null 2>&1
  awk '{ call = $2; sub(/\(.*/, "", call); at = ++count[$1 " " call] }
       call == "openat" && !/O_CREAT/ { next }
       call == "write" && /write\([012],/ { next }
       call ~ /^[a-z0-9]+$/ && /\(/ { print call, at }' trace.log | sort -u | shuf --random-source=<(yes "$RANDOM")
}

killed_at() {  # call number command...; the subshell keeps the word "Killed" to itself
  (strace -f -o /dev/null -e trace="$1" -e inject="$1":signal=SIGKILL:when="$2" "${@:3}" >last.log 2>&1; :) 2>/dev/null
}

# After a kill a table shows the whole result or none.
require_honest_table() {
  table "$1" >table.out 2>last.log
  local code=$?
  require_orderly_end $code "table after $2" || return
  if [[ $code -eq 0 ]] && ! cmp -s table.out "$3"; then fault "table after $2: another table"; fi
}

finish_training() {  # root, of what
  timeout 60 "$pskd" train --quiet --config tiny.yaml --set run.root="$1" --resume >last.log 2>&1
  local code=$?
  if [[ $code -ne 0 ]]; then fault "resume after $2: exit code $code"; return; fi
  require_same_state "$1" reference.state "resume after $2"
}

kill_train() {  # call number
  rm -rf killed cache
  killed_at "$1" "$2" "$pskd" train --quiet --config tiny.yaml --set run.root=killed
  mkdir -p killed
  require_honest_table killed "a kill at $1 $2" reference.table
  finish_training killed "a kill at $1 $2"
}

kill_overwrite() {  # call number
  rm -rf killed
  cp -r reference killed
  killed_at "$1" "$2" "$pskd" train --quiet --config tiny.yaml --set run.root=killed --overwrite
  require_honest_table killed "a kill of --overwrite at $1 $2" reference.table
  finish_training killed "a kill of --overwrite at $1 $2"
}

kill_at_moment() {  # milliseconds
  rm -rf killed
  (timeout -s KILL "$(printf '0.%03d' "$1")" "$pskd" train --quiet --config tiny.yaml --set run.root=killed >/dev/null 2>&1; :) 2>/dev/null
  mkdir -p killed
  require_honest_table killed "a kill after $1 ms" reference.table
  finish_training killed "a kill after $1 ms"
}

kill_sweep() {  # call number
  rm -rf killed
  killed_at "$1" "$2" "$pskd" sweep --config sweep.yaml --jobs 2 --set run.root=killed
  timeout 120 "$pskd" sweep --config sweep.yaml --jobs 2 --set run.root=killed >last.log 2>&1
  local code=$?
  if [[ $code -ne 0 ]]; then fault "sweep again after a kill at $1 $2: exit code $code"; return; fi
  require_same_state killed swept.state "sweep again after a kill at $1 $2"
}

kill_folds() {  # milliseconds
  rm -rf killed
  (timeout -s KILL "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))" "$pskd" train --quiet --config folds.yaml --jobs 2 \
    --set run.root=killed >/dev/null 2>&1; :) 2>/dev/null
  mkdir -p killed
  folds killed --resume >last.log 2>&1
  local code=$?
  if [[ $code -ne 0 ]]; then fault "folds again after a kill at $1 ms: exit code $code"; return; fi
  require_same_state killed folded.state "folds again after a kill at $1 ms"
}

kill_build() {  # call number
  rm -rf cache
  killed_at "$1" "$2" "$pskd" data build --config tiny.yaml
  timeout 60 "$pskd" data build --config tiny.yaml >last.log 2>&1 || fault "data build after a kill at $1 $2: exit code $?"
  local left
  left=$(find cache -name '*.tmp*')
  if [[ -n $left ]]; then fault "data build after a kill at $1 $2 leaves $left"; fi
}

kill_report() {  # call number
  rm -rf killed
  cp -r reference killed
  killed_at "$1" "$2" "$pskd" report killed/$run
  timeout 60 "$pskd" report killed/$run >last.log 2>&1 || fault "report after a kill at $1 $2: exit code $?"
  rm -f killed/$run/report.html
  require_same_state killed reference.state "report after a kill at $1 $2"
}

# ---- two of everything -----------------------------------------------------------------------------------------------------------

side_by_side() {  # what command...: both end 0
  local first second
  timeout 120 "${@:2}" >last.log 2>&1 &
  first=$!
  timeout 120 "${@:2}" >second.log 2>&1 &
  second=$!
  wait $first || fault "$1, the first: exit code $?"
  if ! wait $second; then
    mv second.log last.log
    fault "$1, the second failed"
  fi
}

two_trainings() {
  rm -rf pair
  side_by_side "two trainings on one run" "$pskd" train --quiet --config tiny.yaml --set run.root=pair --resume
  require_same_state pair reference.state "two trainings on one run"
}

two_overwrites() {
  rm -rf pair
  cp -r reference pair
  side_by_side "two --overwrite on one run" "$pskd" train --quiet --config tiny.yaml --set run.root=pair --overwrite
  require_same_state pair reference.state "two --overwrite on one run"
}

two_sweeps() {
  rm -rf pair
  side_by_side "two sweeps on one root" "$pskd" sweep --config sweep.yaml --jobs 2 --set run.root=pair
  require_same_state pair swept.state "two sweeps on one root"
}

two_reports() {
  rm -rf pair
  cp -r reference pair
  side_by_side "two reports of one run" "$pskd" report pair/$run
}

two_builds() {
  rm -rf cache
  side_by_side "two builds of one store" "$pskd" data build --config tiny.yaml
}

run_pair() { "$1"; }

# ---- flipped bits ----------------------------------------------------------------------------------------------------------------

flip() {  # file byte bit
  perl -e 'open(F, "+<", $ARGV[0]) or die; binmode F; seek(F, $ARGV[1], 0); read(F, $b, 1); seek(F, $ARGV[1], 0);
           print F chr(ord($b) ^ (1 << $ARGV[2]));' "$1" "$2" "$3"
}

# Lines "file byte bit", drawn over all files below $1: first a file, then a place in it.
places() {
  find "$1" -type f -size +0 -printf '%s %p\n' | sort -k2 |
    perl -e 'srand($ARGV[0]); @f = map { [split(" ", $_, 2)] } map { chomp; $_ } <STDIN>;
             for (1 .. 50000) { $f = $f[rand @f]; printf "%s %d %d\n", $f->[1], rand $f->[0], rand 8 }' "$RANDOM"
}

flip_table() {  # file byte bit
  flip "$1" "$2" "$3"
  timeout 60 "$pskd" table traced >table.out 2>last.log
  local code=$?
  if require_orderly_end $code "table with bit $3 of byte $2 of $1 flipped" && [[ $code -eq 0 ]] && ! cmp -s table.out reference.table; then
    fault "table with bit $3 of byte $2 of $1 flipped: another table"
  fi
  flip "$1" "$2" "$3"
}

flip_page_and_resume() {  # file byte bit
  local code what="bit $3 of byte $2 of $1 flipped"
  flip "$1" "$2" "$3"
  timeout 60 "$pskd" report flipped/$run --out flipped.html >/dev/null 2>last.log
  code=$?
  if require_orderly_end $code "report with $what" && [[ $code -eq 0 ]] && ! cmp -s flipped.html reference.html &&
    ! grep -q . last.log && ! grep -qF "$(basename "$1")" flipped.html; then
    fault "page with $what: another page, and it says nothing"
  fi
  # The stages are there and the result is not: it is made again from what was damaged.
  mv flipped/$run/seed-1/result.json result.kept
  timeout 60 "$pskd" train --quiet --config tiny.yaml --set run.root=flipped --resume >/dev/null 2>last.log
  code=$?
  if require_orderly_end $code "resume with $what" && [[ $code -eq 0 ]]; then
    timeout 60 "$pskd" table flipped >table.out 2>last.log
    cmp -s table.out reference.table || fault "resume with $what: another table"
  fi
  rm -rf flipped
  cp -r reference flipped
}

# ---- disks -----------------------------------------------------------------------------------------------------------------------

with_small_disk() {  # kB
  mkdir -p disk
  mount -t tmpfs -o size="$1"k tmpfs disk
  timeout 60 "$pskd" train --quiet --config tiny.yaml --set run.root=disk/runs >last.log 2>&1
  local code=$?
  require_orderly_end $code "training on a disk of $1 kB"
  mount -o remount,size=64m disk
  finish_training disk/runs "a full disk of $1 kB"
  umount disk
}

with_small_files() {  # kB
  rm -rf limited
  (ulimit -f "$1"; timeout 60 "$pskd" train --quiet --config tiny.yaml --set run.root=limited >last.log 2>&1)
  require_orderly_end $? "training with files of at most $1 kB"
  finish_training limited "files of at most $1 kB"
}

with_read_only_disk() {
  local code
  mkdir -p disk
  mount -t tmpfs -o size=64m tmpfs disk
  cp -r reference disk/runs
  mount -o remount,ro disk
  timeout 60 "$pskd" table disk/runs >table.out 2>last.log || fault "table of a read-only disk: exit code $?"
  cmp -s table.out reference.table || fault "table of a read-only disk: another table"
  timeout 60 "$pskd" train --quiet --config tiny.yaml --set run.root=disk/runs --resume >last.log 2>&1 ||
    fault "showing a finished run of a read-only disk: exit code $?"
  for options in --overwrite "--set seeds=[2]"; do
    timeout 60 "$pskd" train --quiet --config tiny.yaml --set run.root=disk/runs $options >last.log 2>&1
    code=$?
    if [[ $code -ne 3 ]]; then fault "training on a read-only disk ($options): exit code $code, expected 3"; fi
  done
  umount disk
}

disk_case() { "$@"; }

mounts_allowed() {
  mkdir -p disk
  mount -t tmpfs -o size=64k tmpfs disk 2>/dev/null && umount disk
}

# ---- all of it -------------------------------------------------------------------------------------------------------------------

declare -A weights=([train]=22 [overwrite]=14 [moments]=6 [folds]=6 [sweep]=10 [build]=4 [report]=4 [pairs]=10 [flips]=14 [pages]=10 [disks]=4 [sizes]=2)
parts=("${@:2}")
if [[ ${#parts[@]} -eq 0 ]]; then parts=(train overwrite moments folds sweep build report pairs flips pages disks sizes); fi
sum=0
for name in "${parts[@]}"; do
  if [[ -z ${weights[$name]:-} ]]; then
    echo "tools/torture.sh: unknown part '$name'; there are: ${!weights[*]}" >&2
    exit 2
  fi
  sum=$((sum + weights[$name]))
done

clean_up() {
  umount disk 2>/dev/null
  cd /
  if [[ $faults -eq 0 ]]; then rm -rf "$work"; else echo "kept: $work"; fi
}
trap clean_up EXIT

make_references() {
  write_configs
  train reference >train.log 2>&1 && sweep swept >sweep.log 2>&1 && folds folded >folds.log 2>&1 || return
  run=$(cd reference && echo tiny/*)
  table reference >reference.table
  state_of reference >reference.state
  state_of swept >swept.state
  state_of folded >folded.state
  "$pskd" report "reference/$run" --out reference.html >/dev/null
}

of_time() { awk -v minutes="$minutes" -v weight="${weights[$1]}" -v sum="$sum" 'BEGIN { print int(60 * minutes * weight / sum + 1) }'; }
numbers() { seq "$1" "$2" "$3" | shuf --random-source=<(yes "$RANDOM"); }

run_part() {
  local command=("$pskd" train --quiet --config tiny.yaml)
  rm -rf traced cache
  case $1 in
    train)
      file_system_calls "${command[@]}" --set run.root=traced >cases
      part "train killed at its file-system calls" "$2" kill_train <cases
      ;;
    overwrite)
      cp -r reference traced
      file_system_calls "${command[@]}" --set run.root=traced --overwrite >cases
      part "train --overwrite killed at them" "$2" kill_overwrite <cases
      ;;
    moments)
      numbers 5 1 999 >cases
      part "train killed at random moments" "$2" kill_at_moment <cases
      ;;
    folds)
      numbers 500 7 4000 >cases
      part "folds killed at random moments" "$2" kill_folds <cases
      ;;
    sweep)
      file_system_calls "$pskd" sweep --config sweep.yaml --jobs 2 --set run.root=traced >cases
      part "sweep killed at its file-system calls" "$2" kill_sweep <cases
      ;;
    build)
      file_system_calls "$pskd" data build --config tiny.yaml >cases
      part "data build killed at them" "$2" kill_build <cases
      ;;
    report)
      cp -r reference traced
      file_system_calls "$pskd" report "traced/$run" >cases
      part "report killed at them" "$2" kill_report <cases
      ;;
    pairs)
      for _ in {1..1000}; do printf '%s\n' two_trainings two_sweeps two_overwrites two_reports two_builds; done >cases
      part "two of everything" "$2" run_pair <cases
      ;;
    flips)
      cp -r reference traced
      places traced >cases
      part "a bit flipped, then table" "$2" flip_table <cases
      ;;
    pages)
      rm -rf flipped
      cp -r reference flipped
      places flipped >cases
      part "a bit flipped, then report and resume" "$2" flip_page_and_resume <cases
      ;;
    disks)
      if mounts_allowed; then
        (echo with_read_only_disk; numbers 20 10 900 | sed 's/^/with_small_disk /') >cases
        part "full and read-only disks" "$2" disk_case <cases
      else
        echo "full and read-only disks: not tried, mounting is not allowed here"
      fi
      ;;
    sizes)
      numbers 1 1 60 | sed 's/^/with_small_files /' >cases
      part "files of limited size" "$2" disk_case <cases
      ;;
  esac
}

if ! make_references; then
  cat train.log sweep.log folds.log
  faults=1
  exit
fi
for name in "${parts[@]}"; do run_part "$name" "$(of_time "$name")"; done
echo "$faults faults"
[[ $faults -eq 0 ]]
