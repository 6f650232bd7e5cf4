#!/usr/bin/python3
"""Measures pskd_bench, pskd and the PyTorch baseline in turn, and prints one Markdown table. Called by run.sh.

A round is pskd, then the baseline as run, then the baseline tuned, so that slow and fast moments of the machine meet all three.
Cells are medians over the rounds; a ratio is the median over the rounds of pskd's speed divided by the baseline's: above 1, pskd
is faster.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
CONFIG = HERE.parent.parent / "configs" / "utd.yaml"
STAGES = ["skeleton", "fused", "sensor", "student", "baseline"]
GROWTH = ["clips/read", "clips/epoch", "frames/read", "frames/epoch", "frames/skeleton", "joints/read", "joints/skeleton",
          "channels/read", "channels/epoch"]

ROWS = {
    "ceiling/convolution_plain": "ceiling: 9x1 convolution, plain memory",
    "ceiling/convolution_channels_last": "ceiling: 9x1 convolution, channels last",
    "ceiling/product": "ceiling: matrix product",
    "ceiling/copy": "ceiling: memory copy",
    "read/utd": "UTD-MHAD, raw files to clips",
    "read/store": "UTD-MHAD, clip store to clips",
    "read/mmact": "MMAct-like tree (CSV and JSON) to clips",
    "read/mmact_csv": "MMAct-like CSV files",
    "views/both": "random augmentation, both modalities",
    "step/skeleton": "step: skeleton GCN, width 24, kernel 5",
    "step/skeleton_reference": "step: skeleton GCN, width 48, kernel 9",
    "step/skeleton_bf16": "step: skeleton GCN, width 24, kernel 5, bf16 (PyTorch: fp32)",
    "step/skeleton_reference_bf16": "step: skeleton GCN, width 48, kernel 9, bf16 (PyTorch: fp32)",
    "step/fused": "step: fused",
    "step/sensor": "step: sensor",
    "step/student": "step: student from labels",
    "step/student_acs": "step: student, ACS with three teachers' outputs",
    "epoch/student": "epoch: student with fresh augmentation",
    "inference/student/1": "inference: student, 1 clip",
    "inference/student/256": "inference: student, 256 clips",
}

# What the baseline does instead, where it has no step of the same name.
BASELINE_ROWS = {"step/skeleton_bf16": "step/skeleton", "step/skeleton_reference_bf16": "step/skeleton_reference"}


def run(command, environment=None):
    """What the command prints on standard output."""
    return subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, **(environment or {})}).stdout


def pskd_bench(arguments, threads, choice, mmact):
    command = [arguments.bench, "--threads", threads, "--utd", arguments.utd, *(["--mmact", arguments.mmact] if mmact else []),
               f"--benchmark_filter={choice}", f"--benchmark_min_time={arguments.seconds}", "--benchmark_format=json"]
    found = {}
    for bench in json.loads(run(command))["benchmarks"]:
        # "step/student/real_time", "growth/clips/read/400/iterations:100/real_time"
        found[bench["name"].split("/iterations:")[0].removesuffix("/real_time")] = bench
    return found


def baseline(arguments, verb, threads, tuned, *more):
    command = [sys.executable, HERE / "pytorch_baseline.py", verb, "--threads", threads, "--utd", arguments.utd, *more]
    return json.loads(run(command + (["--tuned"] if tuned else [])))


def measure_rounds(arguments, threads, mmact):
    rounds = []
    more = ["--seconds", arguments.seconds, *(["--mmact", arguments.mmact] if mmact else [])]
    for number in range(arguments.rounds):
        print(f"{threads} threads, round {number + 1} of {arguments.rounds}", file=sys.stderr)
        rounds.append((pskd_bench(arguments, threads, "-growth", mmact),
                       baseline(arguments, "bench", threads, False, *more),
                       baseline(arguments, "bench", threads, True, *more)))
    return rounds


def middle(rounds, who, name, key):
    return statistics.median(result[who][name][key] for result in rounds)


def show(rounds, who, name):
    if who > 0:
        name = BASELINE_ROWS.get(name, name)
    if name not in rounds[0][who]:
        return "-"
    first = rounds[0][who][name]
    if "p50_s" in first:
        return f"{1e3 * middle(rounds, who, name, 'p50_s'):.3f} ms (p99 {1e3 * middle(rounds, who, name, 'p99_s'):.3f})"
    if "bytes/s" in first:
        return f"{middle(rounds, who, name, 'bytes/s') / 1e9:.1f} GB/s"
    if name.startswith("ceiling/"):
        return f"{middle(rounds, who, name, 'FLOP/s') / 1e9:.1f} GFLOP/s"
    text = f"{middle(rounds, who, name, 'items_per_second'):.0f} {'files' if name.endswith('csv') else 'clips'}/s"
    if "FLOP/s" in first:
        text += f", {middle(rounds, who, name, 'FLOP/s') / 1e9:.1f} GFLOP/s"
    if "share_of_ceiling" in first:
        text += f" ({100 * middle(rounds, who, name, 'share_of_ceiling'):.0f} %)"
    return text


def ratio(rounds, who, name):
    other = BASELINE_ROWS.get(name, name)
    if other not in rounds[0][who] or name not in rounds[0][0]:
        return "-"
    if "p50_s" in rounds[0][0][name]:
        return f"{statistics.median(r[who][other]['p50_s'] / r[0][name]['p50_s'] for r in rounds):.2f}"
    return f"{statistics.median(r[0][name]['items_per_second'] / r[who][other]['items_per_second'] for r in rounds):.2f}"


def rows_of(rounds, threads):
    for name, what in ROWS.items():
        if name in rounds[0][0]:
            yield [f"{what}; {threads} thr.", show(rounds, 0, name), show(rounds, 1, name), show(rounds, 2, name),
                   ratio(rounds, 1, name), ratio(rounds, 2, name)]


def settings(pairs):
    return [word for pair in pairs for word in ("--set", pair)]


def train_command(arguments, folder, seeds, epochs, stages, threads):
    """A short training of `stages`, of which the others are switched off."""
    choice = [f"stages.{stage}.epochs={epochs}" if stage in stages else f"stages.{stage}=null" for stage in STAGES]
    choice += [f"training.optimizer.warmup={min(5, epochs / 2)}", f"seeds={json.dumps(seeds)}", f"data.root={arguments.utd}",
               f"data.store={folder}/store.h5", f"run.root={folder}/runs"]
    return [str(arguments.pskd), "train", "--config", str(CONFIG), "--quiet", "--threads", str(threads), *settings(choice)]


def measure_chain(arguments, threads, epochs):
    """The whole chain with the program itself: clip store, teachers, checkpoints, evaluation, report."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        process = subprocess.Popen(train_command(arguments, folder, [1], epochs, STAGES, threads), stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    if status != 0:
        raise SystemExit("compare.py: pskd train failed; its message stands above")
    return [f"whole chain, 5 stages of {epochs} epochs; {threads} thr.",
            f"{seconds:.1f} s, peak {usage.ru_maxrss / 1024:.0f} MB", "-", "-", "-", "-"]


def measure_seeds(arguments, epochs):
    """Ten seeds of the student from labels: pskd as two jobs of one thread, the baseline seed by seed with two threads."""
    with tempfile.TemporaryDirectory() as folder:
        # The clip store is made before: in practice it is there from the first run on.
        run([arguments.pskd, "data", "build", "--config", CONFIG,
             *settings([f"data.root={arguments.utd}", f"data.store={folder}/store.h5"])])
        start = time.perf_counter()
        jobs = [subprocess.Popen(train_command(arguments, folder, seeds, epochs, ["baseline"], 1), stdout=subprocess.DEVNULL)
                for seeds in ([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])]
        if any([job.wait() for job in jobs]):
            raise SystemExit("compare.py: pskd train failed; its message stands above")
        ours = time.perf_counter() - start
    start = time.perf_counter()
    baseline(arguments, "train", 2, True, "--seeds", 10, "--epochs", epochs)
    theirs = time.perf_counter() - start
    return [f"ten seeds of the student, {epochs} epochs: two jobs of one thread against seed by seed with two threads",
            f"{ours:.1f} s", "-", f"{theirs:.1f} s", "-", f"{theirs / ours:.2f}"]


def measure_growth(arguments, threads):
    for axis in GROWTH if not arguments.quick else GROWTH[:2]:
        rounds = [pskd_bench(arguments, threads, f"growth/{axis}/", False) for _ in range(arguments.rounds)]
        for name in rounds[0]:
            size, cost, peak = name.rsplit("/", 1)[1], *(statistics.median(found[name][key] for found in rounds)
                                                         for key in ("s_per_clip", "peak_bytes"))
            yield [f"growth, {axis.replace('/', ': ')} at {size}; {threads} thr.",
                   f"{1e6 * cost:.1f} us/clip, peak {peak / 2**20:.0f} MB", "-", "-", "-", "-"]


def machine(arguments, load):
    doctor = json.loads(run([arguments.pskd, "doctor", "--json"]))
    libraries = ", ".join(f"{name} {version}" for name, version in doctor["libraries"].items())
    text = f"{doctor['cpu']}, {doctor['cores']} cores; pskd {doctor['git_revision']}; {libraries}; rounds: {arguments.rounds}."
    if load > 0.5:
        text += f" Other programs were running (load {load:.1f}): do not quote these numbers."
    return text


def as_table(rows):
    head = ["what", "pskd", "PyTorch as run", "PyTorch tuned", "ratio to as run", "ratio to tuned"]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("bench", "pskd", "utd", "mmact"):
        parser.add_argument("--" + name, type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true", help="one round, shorter trainings, growth with clips only")
    arguments = parser.parse_args()
    arguments.rounds = 1 if arguments.quick else 5
    arguments.seconds = 0.05 if arguments.quick else 0.2
    return arguments


def main():
    load = os.getloadavg()[0]
    arguments = read_arguments()
    most = min(2, len(os.sched_getaffinity(0)))
    rows = []
    for threads in sorted({1, most}):
        # Reading does not depend on threads: the MMAct-like tree is read in one of the settings.
        rows += rows_of(measure_rounds(arguments, threads, threads == most), threads)
    rows.append(measure_chain(arguments, most, 2))
    rows.append(measure_seeds(arguments, 2 if arguments.quick else 10))
    rows += measure_growth(arguments, most)
    text = machine(arguments, load) + "\n\n" + as_table(rows) + "\n"
    print(text, end="")
    if arguments.out:
        arguments.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
