#!/usr/bin/python3
"""The PyTorch baseline of pskd: the same networks, losses, augmentation and readers, written plainly on PyTorch, numpy, scipy and pandas.

  pytorch_baseline.py parity FOLDER                     compares with what `pskd_bench --parity FOLDER` wrote; exits 1 where they differ
  pytorch_baseline.py bench [--tuned] [--threads N] ... measures, and prints JSON: name -> items per second, or latencies in seconds
  pytorch_baseline.py train [--tuned] [--threads N] ... trains the student from its labels, seed after seed, and prints JSON

"As run" is what a user gets: PyTorch's defaults. --tuned gives it what pskd gives itself: an allocator that keeps freed memory,
OpenMP threads that wait passively, denormals flushed, and channels-last memory where that is faster.

Symbols: N clips, C channels, T frames, V joints, S sensor channels, D embedding, K classes.
"""
import argparse
import ctypes
import json
import os
import pathlib
import sys
import time

CORES = len(os.sched_getaffinity(0))


def kept_memory():
    """The largest mmap threshold that this glibc takes, as pskd finds it."""
    most, most_of_old_glibc, m_mmap_threshold = 2**31 - 1, 32 << 20, -3
    return most if ctypes.CDLL(None).mallopt(m_mmap_threshold, most) == 1 else most_of_old_glibc


def start_again_tuned(threads):
    """Libraries read these variables when they are loaded: sets them and starts this program again, once."""
    wanted = {
        "MALLOC_MMAP_THRESHOLD_": str(kept_memory()),
        "MALLOC_TRIM_THRESHOLD_": str(2**31 - 1),
        "MALLOC_TOP_PAD_": str(64 << 20),
        "OMP_NUM_THREADS": str(threads),
        "OPENBLAS_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "passive",
        "GOMP_SPINCOUNT": "3000",
    }
    if all(os.environ.get(name) == value for name, value in wanted.items()):
        return
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **wanted})


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("parity").add_argument("folder", type=pathlib.Path)
    for name in ("bench", "train"):
        verb = verbs.add_parser(name)
        verb.add_argument("--tuned", action="store_true")
        verb.add_argument("--threads", type=int, default=CORES)
        verb.add_argument("--utd", type=pathlib.Path, required=name == "train", help="folder of UTD-MHAD")
        if name == "bench":
            verb.add_argument("--mmact", type=pathlib.Path, help="folder of MMAct")
            verb.add_argument("--seconds", type=float, default=0.5, help="spent on each measurement")
            verb.add_argument("--device", default="cpu", help="where steps are computed; cuda measures nothing but steps")
        else:
            verb.add_argument("--seeds", type=int, default=10)
            verb.add_argument("--epochs", type=int, default=10)
    return parser.parse_args()


ARGUMENTS = read_arguments() if __name__ == "__main__" else None
if ARGUMENTS and getattr(ARGUMENTS, "tuned", False):
    start_again_tuned(ARGUMENTS.threads)

import numpy as np  # noqa: E402  after the environment
import pandas as pd  # noqa: E402
import scipy.io  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from scipy.spatial.transform import Rotation  # noqa: E402
from torch import nn  # noqa: E402

CLASSES, EMBEDDING, BATCH = 27, 300, 32

# ---- the skeleton of UTD-MHAD ------------------------------------------------------------------

PARENTS = [1, -1, 1, 2, 1, 4, 5, 6, 1, 8, 9, 10, 3, 12, 13, 14, 3, 16, 17, 18]
PARTS = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15], [16, 17, 18, 19]]
CENTER, JOINTS = 3, len(PARENTS)


def adjacency():
    """Each joint itself, its parent, its children: [3, V, V], rows sum to 1 or are 0."""
    a = torch.zeros(3, JOINTS, JOINTS)
    for joint, parent in enumerate(PARENTS):
        a[0, joint, joint] = 1
        if parent >= 0:
            a[1, joint, parent] = 1
            a[2, parent, joint] = 1
    return a / a.sum(2, keepdim=True).clamp_min(1)


def part_means():
    """[V, P], column p averages the joints of part p."""
    means = torch.zeros(JOINTS, len(PARTS))
    for part, joints in enumerate(PARTS):
        means[joints, part] = 1 / len(joints)
    return means


# ---- networks ----------------------------------------------------------------------------------


class SemanticHead(nn.Module):
    def __init__(self, features, dropout):
        super().__init__()
        self.semantic = nn.Linear(features, EMBEDDING, bias=False)
        self.classifier = nn.Linear(EMBEDDING, CLASSES)
        self.norm = nn.BatchNorm1d(EMBEDDING)
        self.dropout = nn.Dropout(dropout)
        self.classifier_dropout = nn.Dropout(min(dropout, 0.3))

    def forward(self, features):
        embedding = self.norm(self.semantic(self.dropout(features)))
        return embedding, self.classify(embedding)

    def classify(self, embedding):
        return self.classifier(self.classifier_dropout(F.relu(embedding)))


class GraphConvolution(nn.Module):
    def __init__(self, channels, out):
        super().__init__()
        self.adjacency = nn.Parameter(adjacency())
        self.weights = nn.Conv2d(channels * 3, out, 1, bias=False)

    def forward(self, x):
        return self.weights(torch.einsum("kvu,nctu->nkctv", self.adjacency, x).flatten(1, 2))


class GcnBlock(nn.Module):
    def __init__(self, channels, out, kernel, stride, residual):
        super().__init__()
        self.graph = GraphConvolution(channels, out)
        self.temporal = nn.Conv2d(out, out, (kernel, 1), (stride, 1), (kernel // 2, 0), bias=False)
        self.graph_norm, self.temporal_norm = nn.BatchNorm2d(out), nn.BatchNorm2d(out)
        self.residual, self.shortcut = residual, None
        if residual and (channels != out or stride != 1):
            self.shortcut = nn.Conv2d(channels, out, 1, (stride, 1), bias=False)
            self.shortcut_norm = nn.BatchNorm2d(out)

    def forward(self, x):
        y = self.temporal_norm(self.temporal(F.relu(self.graph_norm(self.graph(x)))))
        if not self.residual:
            return F.relu(y)
        return F.relu(y + (self.shortcut_norm(self.shortcut(x)) if self.shortcut else x))


class SkeletonGcn(nn.Module):
    def __init__(self, width=24, blocks=6, kernel=5, segments=8, dropout=0.5):
        super().__init__()
        self.segments, self.memory = segments, torch.contiguous_format
        self.register_buffer("parts", part_means())
        self.input_norm = nn.BatchNorm1d(9 * JOINTS, eps=1e-8)
        self.blocks = nn.ModuleList()
        channels = 9
        for block in range(blocks):
            out = width << (3 * block // blocks)
            stride = 2 if block == 0 or out != channels else 1
            self.blocks.append(GcnBlock(channels, out, kernel, stride, block > 0))
            channels = out
        self.head = SemanticHead(channels * len(PARTS) * segments, dropout)

    def use_channels_last(self):
        self.memory = torch.channels_last
        return self.to(memory_format=torch.channels_last)

    def forward(self, skeleton, sensor=None):
        n, c, t, v = skeleton.shape
        x = self.input_norm(skeleton.transpose(2, 3).reshape(n, c * v, t)).reshape(n, c, v, t).transpose(2, 3)
        x = x.contiguous(memory_format=self.memory)
        for block in self.blocks:
            x = block(x)
        parts = torch.matmul(x, self.parts).transpose(2, 3).flatten(1, 2)  # [N, C * P, T]
        return *self.head(F.adaptive_avg_pool1d(parts, self.segments).flatten(1)), []


class SensorCnn(nn.Module):
    def __init__(self, width=48, kernel=7, segments=4, dropout=0.3, channels=3):
        super().__init__()
        self.segments = segments
        self.convolutions, self.norms = nn.ModuleList(), nn.ModuleList()
        for out in (width, width * 3 // 2, width * 2, width * 2):
            self.convolutions.append(nn.Conv1d(channels, out, kernel, padding=kernel // 2, bias=False))
            self.norms.append(nn.BatchNorm1d(out))
            channels = out
        self.head = SemanticHead(channels * segments, dropout)

    def forward(self, skeleton, sensor):
        x = sensor
        for i, (convolution, norm) in enumerate(zip(self.convolutions, self.norms)):
            x = F.relu(norm(convolution(x)))
            if i + 1 < len(self.convolutions):
                x = F.max_pool1d(x, 2)
        return *self.head(F.adaptive_avg_pool1d(x, self.segments).flatten(1)), []


class Fused(nn.Module):
    def __init__(self, dropout=None):
        super().__init__()
        options = {} if dropout is None else {"dropout": dropout}
        self.skeleton, self.sensor = SkeletonGcn(**options).requires_grad_(False), SensorCnn(**options)

    def train(self, mode=True):
        super().train(mode)
        self.skeleton.eval()
        return self

    def use_channels_last(self):
        self.skeleton.use_channels_last()
        return self

    def forward(self, skeleton, sensor):
        known = self.skeleton(skeleton)[0]
        own, branch, _ = self.sensor(None, sensor)
        embedding = (known + own) / 2
        return embedding, self.sensor.head.classify(embedding), [branch]


NETWORKS = {
    "skeleton": SkeletonGcn,
    "skeleton_reference": lambda **options: SkeletonGcn(width=48, kernel=9, **options),
    "fused": Fused,
    "sensor": lambda **options: SensorCnn(width=96, **options),
    "student": SensorCnn,
    "student_acs": SensorCnn,
}

# ---- losses ------------------------------------------------------------------------------------


def label_loss(logits, labels):
    return F.cross_entropy(logits, labels, label_smoothing=0.1)


def relative_distances(embeddings):
    pairs = torch.pdist(embeddings)
    mean = pairs.sum() / (pairs > 0).sum().clamp_min(1)
    return pairs / torch.where(mean.detach() > 0, mean, torch.ones_like(mean))


def angle_cosines(embeddings):
    directions = F.normalize(embeddings.unsqueeze(0) - embeddings.unsqueeze(1), dim=2)
    return torch.bmm(directions, directions.transpose(1, 2)) * (1 - torch.eye(len(embeddings), device=embeddings.device))


def relations(student, teacher):
    n, loss = len(student), 0
    if n >= 2:
        loss = loss + F.smooth_l1_loss(relative_distances(student), relative_distances(teacher))
    if n >= 3:
        total = F.smooth_l1_loss(angle_cosines(student), angle_cosines(teacher), reduction="sum")
        loss = loss + 2 * total / (n * (n - 1) * (n - 2))
    return loss


def acs_loss(embedding, logits, labels, teachers, temperature=4):
    """`teachers`: pairs of embedding [N, D] and logits [N, K]. Selection hard, threshold the student's own confidence."""

    def confidence(of):
        return F.softmax(of, 1).gather(1, labels[:, None]).squeeze(1)

    with torch.no_grad():
        own = confidence(logits)
        sure = torch.stack(
            [confidence(z) * ((z.argmax(1) == labels) & (confidence(z) >= own)) for _, z in teachers], 1)
        highest, chosen = sure.max(1)
        chosen = torch.where(highest > 0, chosen, torch.full_like(chosen, len(teachers)))
    student = F.log_softmax(logits / temperature, 1)
    columns = [F.kl_div(student, F.log_softmax(z / temperature, 1), reduction="none", log_target=True).sum(1) *
               temperature**2 for _, z in teachers]
    columns.append(F.cross_entropy(logits, labels, reduction="none"))
    loss = torch.stack(columns, 1).gather(1, chosen[:, None]).mean()
    for k, (e, _) in enumerate(teachers):
        follows = (chosen == k).nonzero().squeeze(1)
        loss = loss + len(follows) / len(labels) * relations(embedding[follows], e[follows])
    return loss


def total_loss(output, labels, teachers):
    embedding, logits, branches = output
    loss = label_loss(logits, labels) + sum(label_loss(branch, labels) for branch in branches)
    return loss + acs_loss(embedding, logits, labels, teachers) if teachers else loss


# ---- training ----------------------------------------------------------------------------------


def make_optimizer(network):
    trained = [p for p in network.parameters() if p.requires_grad]
    return torch.optim.AdamW([{"params": [p for p in trained if p.dim() > 1], "weight_decay": 0.02},
                              {"params": [p for p in trained if p.dim() <= 1], "weight_decay": 0}], lr=2e-3)


def train_step(network, optimizer, skeleton, sensor, labels, teachers=()):
    optimizer.zero_grad()
    loss = total_loss(network(skeleton, sensor), labels, teachers)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 5)
    optimizer.step()
    return loss.item()


def learning_rate(epoch, epochs, peak=2e-3, warmup=5):
    if epoch < warmup:
        return peak * epoch / warmup
    return peak * 0.5 * (1 + np.cos(np.pi * (epoch - warmup) / (epochs - warmup)))


# ---- augmentation: the random distortions of configs/base/views.yaml --------------------------------------


def interpolate(frames, times):
    """`frames` [T, F] at `times` (0 .. 1)."""
    position = times * (len(frames) - 1)
    before = np.minimum(position.astype(np.int64), max(len(frames) - 2, 0))
    after = np.minimum(before + 1, len(frames) - 1)
    share = (position - before)[:, None].astype(np.float32)
    return frames[before] * (1 - share) + frames[after] * share


def view_times(begin, end, speeds, n):
    """`n` moments from begin to end at a speed that changes along a line through equally spaced knots."""
    knots, u = np.linspace(0, 1, len(speeds)), np.linspace(0, 1, n)
    until = np.concatenate([[0], np.cumsum((speeds[1:] + speeds[:-1]) / 2) * knots[1]])
    knot = np.minimum((u / knots[1]).astype(np.int64), len(speeds) - 2)
    integral = until[knot] + (speeds[knot] + np.interp(u, knots, speeds)) / 2 * (u - knots[knot])
    return begin + (end - begin) * integral / until[-1]


def draw_view(rng):
    kept = 1 - rng.uniform(0, 0.2)
    begin = rng.uniform(0, 1 - kept)
    axis = rng.normal(size=3)
    direction = rng.uniform(0, 2 * np.pi)
    tilt = np.array([np.cos(direction), 0, np.sin(direction)]) * np.radians(rng.uniform(-15, 15))
    turn = np.array([0, np.radians(rng.uniform(-45, 45)), 0])
    return {
        "begin": begin, "end": begin + kept, "speeds": np.exp(rng.normal(0, 0.2, 5)),
        "rotation": Rotation.from_rotvec(axis / np.linalg.norm(axis) * np.radians(rng.uniform(-20, 20))).as_matrix(),
        "gains": rng.normal(1, 0.1) * rng.normal(1, 0.2, (3, 4)),
        "turn": (Rotation.from_rotvec(tilt) * Rotation.from_rotvec(turn)).as_matrix() * rng.normal(1, 0.2),
    }


def render_sensor(sensor, view, mean, deviation, rng, frames=128):
    """[3, frames], standardized. `sensor` is [T, 3]."""
    times = view_times(view["begin"], view["end"], view["speeds"], frames)
    values = interpolate(sensor, times) @ view["rotation"].T
    u, knots = np.linspace(0, 1, frames), np.linspace(0, 1, 4)
    gains = np.stack([np.interp(u, knots, gain) for gain in view["gains"]], 1)
    values = (gains * values - mean) / deviation + rng.normal(0, 0.05, values.shape)
    return values.T.astype(np.float32)


def parents_first():
    order = []
    while len(order) < JOINTS:
        order += [j for j in range(JOINTS) if j not in order and (PARENTS[j] < 0 or PARENTS[j] in order)]
    return order


ORDER = parents_first()


def render_skeleton(skeleton, view, rng, frames=64):
    """Joint, bone and motion streams, [9, frames, V]. `skeleton` is [T, V * 3], meters."""
    times = view_times(view["begin"], view["end"], view["speeds"], frames)
    poses = interpolate(skeleton, times).reshape(frames, JOINTS, 3)
    poses = poses - poses[:, CENTER].mean(0)
    factors, stretched = rng.normal(1, 0.15, JOINTS), poses.copy()
    for joint in ORDER:
        parent = PARENTS[joint]
        if parent >= 0:
            stretched[:, joint] = stretched[:, parent] + (poses[:, joint] - poses[:, parent]) * factors[joint]
    poses = stretched @ view["turn"].T
    poses = poses + rng.normal(0, 0.015, poses.shape)
    bones = poses - poses[:, [max(p, 0) for p in PARENTS]]
    bones[:, PARENTS.index(-1)] = 0
    motion = np.diff(poses, axis=0, append=poses[-1:])
    return np.concatenate([poses, bones, motion], 2).transpose(2, 0, 1).astype(np.float32)


# ---- reading -----------------------------------------------------------------------------------


def read_utd(root):
    """Name -> (sensor [T, 6], skeleton [T, V * 3])."""
    clips = {}
    for file in sorted((root / "Inertial").glob("*_inertial.mat")):
        name = file.name.removesuffix("_inertial.mat")
        skeleton = scipy.io.loadmat(root / "Skeleton" / f"{name}_skeleton.mat")["d_skel"]
        sensor = scipy.io.loadmat(file)["d_iner"]
        clips[name] = (sensor.astype(np.float32), skeleton.transpose(2, 0, 1).reshape(-1, 60).astype(np.float32))
    return clips


def read_mmact_csv(file):
    """Seconds [T] and values [T, 3]."""
    table = pd.read_csv(file, header=None, names=["stamp", "x", "y", "z"])
    times = pd.to_datetime(table["stamp"], format="%Y%m%d_%H:%M:%S.%f").astype(np.int64).to_numpy() / 1e9
    return times, table[["x", "y", "z"]].to_numpy(np.float32)


def read_mmact_pose(file):
    """[T, 17 * 3] of the first person, from the first frame to the last."""
    with open(file, encoding="utf-8") as stream:
        seen = {int(frame): people["person1"] for frame, people in json.load(stream).items() if people}
    frames = np.arange(min(seen), max(seen) + 1)
    known = np.array(sorted(seen))
    values = np.array([seen[frame] for frame in known], np.float32)
    return np.stack([np.interp(frames, known, column) for column in values.T], 1).astype(np.float32)


def read_mmact(root):
    """Watch and camera 1 of each recording, the sensor at equal intervals."""
    clips = []
    for file in sorted((root / "acc_watch_clip").rglob("*.csv")):
        subject, scene, session = file.relative_to(root / "acc_watch_clip").parts[:3]
        pose = root / "pose" / subject / "cam1" / scene / session / (file.stem + ".json")
        if not pose.exists():
            continue
        times, values = read_mmact_csv(file)
        even = np.linspace(times[0], times[-1], len(times))
        sensor = np.stack([np.interp(even, times, column) for column in values.T], 1)
        clips.append((sensor.astype(np.float32), read_mmact_pose(pose)))
    return clips


class Recordings:
    """UTD-MHAD, cross-subject: odd subjects train, even ones test."""

    def __init__(self, root):
        self.train, self.test = [], []
        for name, (sensor, skeleton) in read_utd(root).items():
            action, subject, _ = (int(part[1:]) for part in name.split("_"))
            (self.train if subject % 2 else self.test).append((sensor[:, :3], skeleton, action - 1))
        samples = np.concatenate([sensor for sensor, _, _ in self.train])
        self.mean, self.deviation = samples.mean(0), samples.std(0)
        self.labels = torch.tensor([label for _, _, label in self.train])

    def sensor_views(self, rng):
        return torch.from_numpy(np.stack(
            [render_sensor(sensor, draw_view(rng), self.mean, self.deviation, rng) for sensor, _, _ in self.train]))

    def both_views(self, rng):
        sensors, skeletons = [], []
        for sensor, skeleton, _ in self.train:
            view = draw_view(rng)
            sensors.append(render_sensor(sensor, view, self.mean, self.deviation, rng))
            skeletons.append(render_skeleton(skeleton, view, rng))
        return torch.from_numpy(np.stack(sensors)), torch.from_numpy(np.stack(skeletons))

    def plain_sensors(self):
        plain = [((interpolate(s, np.linspace(0, 1, 128)) - self.mean) / self.deviation).T for s, _, _ in self.test]
        return torch.from_numpy(np.stack(plain).astype(np.float32))


def train_epoch(network, optimizer, recordings, rng, set_rate=lambda share: None):
    """Batches of nearly equal size, as pskd cuts them."""
    views = recordings.sensor_views(rng)
    order = torch.from_numpy(rng.permutation(len(views)))
    batches = order.tensor_split(-(-len(views) // BATCH))
    for number, rows in enumerate(batches):
        set_rate((number + 1) / len(batches))
        train_step(network, optimizer, None, views[rows], recordings.labels[rows])


# ---- measuring ---------------------------------------------------------------------------------


def time_runs(action, seconds, least=1):
    """Seconds of each run; the first, which pays for set-up, is not counted."""
    action()
    durations, start = [], time.perf_counter()
    while len(durations) < least or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        action()
        durations.append(time.perf_counter() - before)
    return durations


def rate(items, action, seconds):
    return {"items_per_second": items / float(np.median(time_runs(action, seconds)))}


def make_teachers(name, labels):
    if name != "student_acs":
        return []
    right = 10 * F.one_hot(labels, CLASSES)
    drawn = [(torch.randn(len(labels), EMBEDDING), torch.randn(len(labels), CLASSES)) for _ in range(3)]
    return [(embedding.to(labels.device), logits.to(labels.device) + right) for embedding, logits in drawn]


def measure_step(name, arguments):
    def measure(channels_last):
        network = NETWORKS[name]().train().to(arguments.device)
        if channels_last:
            network.use_channels_last()
        optimizer = make_optimizer(network)
        skeleton, sensor, labels = (part.to(arguments.device) for part in (
            torch.randn(BATCH, 9, 64, JOINTS), torch.randn(BATCH, 3, 128), torch.randint(CLASSES, (BATCH,))))
        teachers = make_teachers(name, labels)
        return rate(BATCH, lambda: train_step(network, optimizer, skeleton, sensor, labels, teachers),
                    arguments.seconds)

    ways = [False]
    if arguments.tuned and hasattr(NETWORKS[name](), "use_channels_last"):
        ways.append(True)
    return max((measure(way) for way in ways), key=lambda result: result["items_per_second"])


def measure_latency(batch, seconds):
    network, sensor = SensorCnn().eval(), torch.randn(batch, 3, 128)
    with torch.no_grad():
        durations = time_runs(lambda: network(None, sensor), min(seconds, 0.3), least=50)
    return {"p50_s": float(np.quantile(durations, 0.5)), "p99_s": float(np.quantile(durations, 0.99))}


def measure_reading(arguments, results):
    seconds = arguments.seconds
    if arguments.utd:
        clips = len(read_utd(arguments.utd))
        results["read/utd"] = rate(clips, lambda: read_utd(arguments.utd), seconds)
    if arguments.mmact:
        clips = len(read_mmact(arguments.mmact))
        results["read/mmact"] = rate(clips, lambda: read_mmact(arguments.mmact), seconds)
        files = sorted(arguments.mmact.rglob("*.csv"))
        results["read/mmact_csv"] = rate(len(files), lambda: [read_mmact_csv(file) for file in files], seconds)


def measure_epochs(arguments, results):
    recordings, rng = Recordings(arguments.utd), np.random.default_rng(1)
    network = SensorCnn().train()
    optimizer = make_optimizer(network)
    clips = len(recordings.train)
    results["views/both"] = rate(clips, lambda: recordings.both_views(rng), arguments.seconds)
    results["epoch/student"] = rate(clips, lambda: train_epoch(network, optimizer, recordings, rng), arguments.seconds)


def bench(arguments):
    results = {}
    for name in NETWORKS:
        results["step/" + name] = measure_step(name, arguments)
    if arguments.device != "cpu":
        print(json.dumps(results, indent=2))
        return
    for batch in (1, 256):
        results[f"inference/student/{batch}"] = measure_latency(batch, arguments.seconds)
    measure_reading(arguments, results)
    if arguments.utd:
        measure_epochs(arguments, results)
    print(json.dumps(results, indent=2))


def train(arguments):
    start = time.perf_counter()
    recordings = Recordings(arguments.utd)
    truth, accuracies = torch.tensor([label for _, _, label in recordings.test]), []
    for seed in range(1, arguments.seeds + 1):
        torch.manual_seed(seed)
        rng, network = np.random.default_rng(seed), SensorCnn()
        optimizer = make_optimizer(network)
        for epoch in range(arguments.epochs):
            def set_rate(share):
                for group in optimizer.param_groups:
                    group["lr"] = learning_rate(epoch + share, arguments.epochs)

            train_epoch(network.train(), optimizer, recordings, rng, set_rate)
        with torch.no_grad():
            logits = network.eval()(None, recordings.plain_sensors())[1]
        accuracies.append((logits.argmax(1) == truth).float().mean().item())
    print(json.dumps({"accuracy": accuracies, "seconds": time.perf_counter() - start}))


# ---- parity ------------------------------------------------------------------------------------


def ours(name, tensor):
    """pskd keeps a graph convolution's weights as [C', C, 1, K], the baseline as [C', K * C, 1, 1]."""
    if not name.endswith("graph.weights.weight"):
        return tensor
    out, channels, _, subsets = tensor.shape
    return tensor.permute(0, 3, 1, 2).reshape(out, subsets * channels, 1, 1)


def difference(mine, theirs, floor=0.0):
    """Largest of the norm of the difference, and the difference of the norms, in units of the norm (at least `floor`)."""
    mine, theirs = mine.double(), theirs.double()  # a norm over many float32 squares is itself 1e-5 off
    norm = max(theirs.norm().item(), floor, 1e-12)
    return max((mine - theirs).norm().item(), abs(mine.norm().item() - theirs.norm().item())) / norm


def compare_stage(name, tensors):
    """Differences by what was compared."""
    network = NETWORKS[name](dropout=0.0).to(tensors["sensor"].dtype)
    state = {key[len("state."):]: value for key, value in tensors.items() if key.startswith("state.")}
    network.load_state_dict({key: ours(key, value) for key, value in state.items()}, strict=True)
    skeleton, sensor, labels = tensors["skeleton"], tensors["sensor"], tensors["labels"]
    teachers = [(tensors[f"teacher.{k}.embedding"], tensors[f"teacher.{k}.logits"]) for k in range(3)
                if f"teacher.{k}.logits" in tensors]
    differences = {}
    for mode in ("eval", "train"):
        network.train(mode == "train")
        output = network(skeleton, sensor)
        differences[mode + " embedding"] = difference(output[0].detach(), tensors[mode + ".embedding"])
        differences[mode + " logits"] = difference(output[1].detach(), tensors[mode + ".logits"])
    loss = total_loss(output, labels, teachers)
    loss.backward()
    differences["loss"] = difference(loss.detach(), tensors["loss"])
    gradients = {key: p.grad for key, p in network.named_parameters() if p.grad is not None}
    theirs = {key[len("grad."):]: ours(key, value) for key, value in tensors.items() if key.startswith("grad.")}
    if gradients.keys() != theirs.keys():
        raise SystemExit(f"{name}: other parameters have gradients: {sorted(gradients.keys() ^ theirs.keys())}")
    total = torch.stack([g.norm() for g in theirs.values()]).norm().item()
    differences["gradients"] = max(difference(gradients[key], theirs[key], 1e-3 * total) for key in theirs)
    return differences


def parity(arguments):
    """Gradients are held to the tolerance in float64: in float32 a ReLU whose input is within rounding of 0 may switch, and takes
    some thousandths of the gradient along."""
    sound = True
    for name in NETWORKS:
        for precision, tolerance in (("float64", 1e-4), ("float32", 2e-2)):
            differences = compare_stage(name, torch.load(arguments.folder / f"{name}.{precision}.pt"))
            allowed = {what: tolerance if what == "gradients" else 1e-4 for what in differences}
            sound &= all(value <= allowed[what] for what, value in differences.items())
            print(f"{name:<20}{precision}" + "".join(f"  {what} {value:.1e}" for what, value in differences.items()))
    print("parity holds" if sound else "PARITY IS BROKEN: pskd and the PyTorch baseline compute different things")
    return 0 if sound else 1


def main():
    arguments = ARGUMENTS
    if arguments.verb == "parity":
        return parity(arguments)
    if arguments.tuned or arguments.threads != CORES:
        torch.set_num_threads(arguments.threads)
    if arguments.tuned:
        torch.set_flush_denormal(True)
    (bench if arguments.verb == "bench" else train)(arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
