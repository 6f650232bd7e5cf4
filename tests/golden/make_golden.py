#!/usr/bin/env python3
"""Writes the golden values of the tests: scores.json, losses.json, baselines.json, signal.json, statistics.json, beside this
script.

They come from an independent implementation: scikit-learn, torch.nn.functional and scipy where they have the function, and
otherwise plain numpy written from the definitions below, with loops over clips, pairs and triples rather than the tensor
expressions of the program. Everything is float64. Run with Debian's python3-torch, python3-scipy and python3-sklearn:

    /usr/bin/python3 tests/golden/make_golden.py

The same versions give the same bytes. Each file maps a group to a list of {"name", "inputs", "expected"}.

Definitions
-----------
N clips, K classes; z: logits [N, K]; e: embeddings [N, D] (the teachers' D may differ); y: labels. p(t) = softmax(z / t).

cross entropy     mean_i of -sum_c q_ic log p_ic with q = (1 - s) onehot(y) + s / K, s the label smoothing.
KD                tau^2 KL(p_t(tau) || p_s(tau)), mean over the batch (Hinton et al. 2015).
smooth L1         l(a, b) = (a - b)^2 / 2 where |a - b| < 1, else |a - b| - 1/2.
relational        (Park et al. 2019, "Relational Knowledge Distillation")
  distance        psi(i, j) = |e_i - e_j| / mu, mu the mean of |e_a - e_b| over the pairs at a distance > 0 (no division where
                  there is none); mean of l(psi_teacher, psi_student) over the N (N - 1) ordered pairs i != j.
                  0 for fewer than 2 clips.
  angle           psi(i, j, k) = <u(e_i - e_j), u(e_k - e_j)>, u(v) = v / |v|, u(0) = 0; mean of l over the
                  N (N - 1) (N - 2) ordered triples of different clips. 0 for fewer than 3 clips.
                  (The authors' code takes the means over all N^2 and N^3 entries; the ones added are all 0, so its values
                  are (N - 1) / N and (N - 1) (N - 2) / N^2 times these.)
words             mean_i of 1 - cos(e_i, v_{y_i}), v [K, D] the classes' word vectors.

ACS, the Adaptive-Confidence Semantic loss, with teachers k of weight g_k:
  confidence      c_ki = softmax(z_k,i / tau_c)[y_i]
  eligible(k, i)  argmax z_k,i = y_i (the first maximum counts) and c_ki >= theta_i, where theta_i is a fixed threshold or, for
                  the threshold "student", softmax(z_s,i / tau_c)[y_i]
  hard            target of clip i: the eligible teacher with the highest g_k c_ki (the first of equals), else the label.
                  L_ac(i) = tau^2 KL(p_k(tau) || p_s(tau)) for a teacher, cross entropy without smoothing for the label.
  soft            w_ki is proportional to g_k c_ki for eligible teachers and 0 for others, w_label,i to 1 - max over the
                  eligible of c_ki (to 1 where none is eligible, so that the label then gets everything); they sum to 1.
                  L_ac(i) = sum_k w_ki tau^2 KL(p_k(tau) || p_s(tau)) + w_label,i CE(i) without smoothing.
  L_ac            mean_i L_ac(i)
  relations       embeddings of different teachers live in different spaces, so relations are compared one teacher at a time:
                  teacher k over B_k, the clips that chose it (hard) or for which it is eligible (soft), weighed by
                  |B_k| / N (hard) or sum_i w_ki / N (soft); summed over teachers. Distance and angle as above.
  L_sem           share_distance * distance + share_angle * angle + share_words * words
  total           w_ac L_ac + w_sem L_sem

Baselines, the losses of other methods; s the student, t the teacher, u(v) = v / |v|, u(0) = 0:
  hint            (FitNet) mean over clips and features of (s - t)^2 / 2.
  attention       a_i(t) = sum over channels (and joints) of the squared features of clip i at frame t.
  transfer        mean_i |u(a_s,i) - u(a_t,i)|^2; of maps of different length the longer is averaged down: of L frames, frame f
                  of l is the mean over the frames floor(f L / l) to ceil((f + 1) L / l), the last one not included.
  similarity      (SP) G_i = u(row i of e e^T); mean over the N^2 entries of (G_t - G_s)^2.
  contrastive     (CRD) x_ij = u(s_i) . u(t_j) / tau; for anchor i with the n_i clips of another label as negatives,
                  h(x) = e^x / (e^x + n_i): -log h(x_ii) - sum_j log(1 - h(x_ij)) - log h(x_ii) - sum_j log(1 -
                  h(x_ji)), mean over i; 0 without negatives.
  decoupled       (DKD) b = (p_y, 1 - p_y) and q the p of the other classes, divided by their sum, all of p(tau): mean_i of
                  tau^2 (alpha KL(b_t || b_s) + beta KL(q_t || q_s)).
  DIST            tau^2 (beta mean over rows + gamma mean over columns) of 1 - cov(s, t) / max(|s||t|, 1e-8), s and t centered
                  rows (columns) of p(tau); no columns for one clip.
  CA-MKD          w_ik = (1 - e^CE_ik / sum_j e^CE_ij) / (teachers - 1), CE_ik the cross entropy of teacher k with y_i; 1 for
                  one teacher. mean_i sum_k w_ik tau^2 KL(p_k(tau) || p_s(tau)).

Statistics, of differences paired by seed:
  interval        scipy's 95 % confidence interval of the mean by Student's t.
  permutation     scipy's paired permutation test of the mean, exact; above 20 values a drawn one with its own error.
  folds           only pairs of one fold and seed that both methods have. A fold's difference is the mean over its seeds; mean,
                  deviation, interval (scipy's, of the t distribution), t test (scipy's ttest_1samp) and sign flips (a loop over
                  all assignments) are over the folds.
  Holm            the k-th smallest of m p values is multiplied by m - k + 1; none is smaller than those before it, or above 1.
  McNemar         scipy's binomial test; chi-square (|b - c| - 1)^2 / (b + c), from 25 differing clips on.
"""

import json
from itertools import permutations, product
from pathlib import Path

import numpy as np
import torch
from scipy import stats
from scipy.spatial.distance import cosine
from scipy.spatial.transform import Rotation
from scipy.special import log_softmax, softmax
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support, recall_score

HERE = Path(__file__).resolve().parent


def plain(value):
    """Numpy values as what JSON knows."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


def case(name, inputs, expected):
    return plain({"name": name, "inputs": inputs, "expected": expected})


def write(name, groups):
    lines = []
    for group, cases in groups.items():
        body = ",\n".join(json.dumps(one, allow_nan=False) for one in cases)
        lines.append(f'"{group}": [\n{body}\n]')
    (HERE / name).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def draw(random, *shape, scale=1.0):
    """Normal numbers with three decimals: short in the file, and exactly what the reader of the file sees."""
    return np.round(random.normal(scale=scale, size=shape), 3)


# ---- scores -------------------------------------------------------------------------------------------------------------


def scores_case(name, classes, labels, predicted):
    every = list(range(classes))
    with_clips = sorted({int(label) for label in labels})
    precision, recall, f1, support = precision_recall_fscore_support(labels, predicted, labels=every, zero_division=0)
    return case(
        name,
        {"classes": classes, "labels": labels, "predicted": predicted},
        {
            "accuracy": accuracy_score(labels, predicted),
            "scored_classes": len(with_clips),
            "balanced_accuracy": recall_score(labels, predicted, labels=with_clips, average="macro", zero_division=0),
            "macro_f1": f1_score(labels, predicted, labels=with_clips, average="macro", zero_division=0),
            "weighted_f1": f1_score(labels, predicted, average="weighted", zero_division=0),
            "precision": precision,
            "recall": recall,
            "f1": f1,
            "support": support,
            "confusion": confusion_matrix(labels, predicted, labels=every),
        },
    )


def scores():
    random = np.random.default_rng(20220817)

    def noisy(labels, classes, wrong):
        replaced = random.integers(0, classes, len(labels))
        return np.where(random.random(len(labels)) < wrong, replaced, labels)

    balanced = np.repeat(np.arange(5), 8)
    utd = random.integers(0, 27, 430)
    skewed = random.choice(6, 60, p=[0.5, 0.3, 0.1, 0.05, 0.03, 0.02])
    return [
        scores_case("balanced classes", 5, balanced, noisy(balanced, 5, 0.3)),
        scores_case("as many clips and classes as the UTD-MHAD test part", 27, utd, noisy(utd, 27, 0.1)),
        scores_case("skewed classes", 6, skewed, noisy(skewed, 6, 0.4)),
        scores_case("class 1 predicted but not present", 4, [0, 0, 2, 2, 3], [0, 1, 2, 1, 3]),
        scores_case("class 2 present but never predicted", 3, [0, 1, 2, 2], [0, 1, 0, 1]),
        scores_case("classes 1 and 4 neither present nor predicted", 5, [0, 0, 2, 3, 3], [0, 2, 2, 3, 0]),
        scores_case("everything right", 3, [2, 0, 1, 1], [2, 0, 1, 1]),
        scores_case("everything wrong", 3, [0, 1, 2], [1, 2, 0]),
        scores_case("one clip", 2, [1], [1]),
    ]


def summaries():
    random = np.random.default_rng(3)
    lists = {
        "one value": [0.934],
        "three seeds": [0.9302, 0.9349, 0.9419],
        "equal values": [0.25, 0.25, 0.25, 0.25],
        "ten seeds": np.round(random.uniform(0.9, 0.95, 10), 4),
    }
    return [
        case(
            name,
            {"values": values},
            {"n": len(values), "mean": np.mean(values), "deviation": np.std(values, ddof=1) if len(values) > 1 else 0.0},
        )
        for name, values in lists.items()
    ]


# ---- losses -------------------------------------------------------------------------------------------------------------


def cross_entropy_case(name, logits, labels, smoothing):
    value = torch.nn.functional.cross_entropy(
        torch.from_numpy(logits), torch.tensor(labels), label_smoothing=smoothing
    ).item()
    return case(name, {"logits": logits, "labels": labels, "label_smoothing": smoothing}, {"loss": value})


def cross_entropies():
    random = np.random.default_rng(11)
    logits = draw(random, 6, 5, scale=2)
    labels = [0, 4, 2, 2, 1, 3]
    sure = 40 * np.eye(3) - 20
    return [
        cross_entropy_case("no smoothing", logits, labels, 0.0),
        cross_entropy_case("smoothing 0.1", logits, labels, 0.1),
        cross_entropy_case("smoothing 0.5", logits, labels, 0.5),
        cross_entropy_case("one clip", logits[:1], labels[:1], 0.1),
        cross_entropy_case("very sure and wrong", sure, [1, 2, 0], 0.1),
    ]


def kd_per_clip(teacher, student, tau):
    log_teacher, log_student = log_softmax(teacher / tau, axis=1), log_softmax(student / tau, axis=1)
    return tau**2 * (np.exp(log_teacher) * (log_teacher - log_student)).sum(axis=1)


def kd_case(name, teacher, student, tau):
    value = kd_per_clip(teacher, student, tau).mean()
    by_torch = tau**2 * torch.nn.functional.kl_div(
        torch.log_softmax(torch.from_numpy(student / tau), 1),
        torch.softmax(torch.from_numpy(teacher / tau), 1),
        reduction="batchmean",
    )
    assert abs(value - by_torch.item()) < 1e-12 * max(1, abs(value))
    return case(name, {"teacher": teacher, "student": student, "temperature": tau}, {"loss": value})


def kds():
    random = np.random.default_rng(12)
    teacher, student = draw(random, 5, 6, scale=3), draw(random, 5, 6, scale=2)
    return [
        *(kd_case(f"temperature {tau}", teacher, student, tau) for tau in (0.5, 1, 2, 4, 20)),
        kd_case("teacher and student agree", student, student, 2),
        kd_case("logits differ by a constant only", student + 5, student, 2),
        kd_case("a teacher that is certain", 100 * np.eye(4), draw(random, 4, 4), 4),
    ]


def smooth_l1(a, b):
    difference = abs(a - b)
    return difference**2 / 2 if difference < 1 else difference - 0.5


def distance_loss(teacher, student):
    pairs = list(permutations(range(len(student)), 2))
    if not pairs:
        return 0.0

    def relations(embeddings):
        lengths = {pair: np.linalg.norm(embeddings[pair[0]] - embeddings[pair[1]]) for pair in pairs}
        positive = [length for length in lengths.values() if length > 0]
        mean = np.mean(positive) if positive else 1.0
        return {pair: length / mean for pair, length in lengths.items()}

    of_teacher, of_student = relations(teacher), relations(student)
    return float(np.mean([smooth_l1(of_teacher[pair], of_student[pair]) for pair in pairs]))


def angle_loss(teacher, student):
    triples = list(permutations(range(len(student)), 3))
    if not triples:
        return 0.0

    def direction(vector):
        length = np.linalg.norm(vector)
        return vector / length if length > 0 else vector

    def cosine(embeddings, i, j, k):
        return direction(embeddings[i] - embeddings[j]) @ direction(embeddings[k] - embeddings[j])

    return float(np.mean([smooth_l1(cosine(teacher, *triple), cosine(student, *triple)) for triple in triples]))


def relational_case(name, teacher, student):
    return case(
        name,
        {"teacher": teacher, "student": student},
        {"distance": distance_loss(teacher, student), "angle": angle_loss(teacher, student)},
    )


def relationals():
    random = np.random.default_rng(13)
    teacher, student = draw(random, 6, 4), draw(random, 6, 4)
    turn = Rotation.from_euler("xyz", [0.4, -1.1, 2.0]).as_matrix()
    shape = draw(random, 5, 3)
    twins = student.copy()
    twins[3] = twins[1]
    outlier = student.copy()
    outlier[0] += 1000
    return [
        relational_case("random", teacher, student),
        relational_case("embeddings of different size", draw(random, 6, 7, scale=10), student),
        relational_case("the same shape turned, moved and twice as large", 2 * shape @ turn.T + 7, shape),
        relational_case("two equal embeddings in the student's batch", teacher, twins),
        relational_case("all embeddings of the student equal", teacher, np.ones((6, 4))),
        relational_case("an outlier: the linear part of smooth L1", teacher, outlier),
        relational_case("three clips", teacher[:3], student[:3]),
        relational_case("two clips have no angle", teacher[:2], student[:2]),
        relational_case("one clip has no relation", teacher[:1], student[:1]),
    ]


def words_loss(embeddings, words, labels):
    return float(
        np.mean(
            [
                1 - e @ words[y] / (np.linalg.norm(e) * np.linalg.norm(words[y]))
                for e, y in zip(embeddings, labels)
            ]
        )
    )


def acs_choose(inputs):
    """confidence and eligible [M][N], weights [M + 1][N] (the label last)."""
    labels, tau_c = inputs["labels"], inputs["confidence_temperature"]
    truth = np.arange(len(labels)), np.asarray(labels)
    fixed = inputs["threshold"]
    of_student = softmax(inputs["student"]["logits"] / tau_c, axis=1)[truth]
    theta = of_student if fixed is None else np.full(len(labels), fixed)

    teachers = inputs["teachers"]
    confidence = np.array([softmax(one["logits"] / tau_c, axis=1)[truth] for one in teachers])
    right = np.array([one["logits"].argmax(axis=1) == labels for one in teachers])
    assert np.abs(confidence - theta)[right].min(initial=1) > 1e-6, "a threshold decided by rounding is no golden value"
    eligible = right & (confidence >= theta)

    weights = np.zeros((len(teachers) + 1, len(labels)))
    for i in range(len(labels)):
        candidates = [k for k in range(len(teachers)) if eligible[k, i]]
        score = {k: teachers[k]["weight"] * confidence[k, i] for k in candidates}
        if not candidates:
            weights[-1, i] = 1
        elif inputs["selection"] == "hard":
            weights[max(candidates, key=lambda k: (score[k], -k)), i] = 1
        else:
            for k in candidates:
                weights[k, i] = score[k]
            weights[-1, i] = 1 - max(confidence[k, i] for k in candidates)
            weights[:, i] /= weights[:, i].sum()
    return confidence, eligible, weights


def acs_case(name, inputs):
    student, teachers, labels = inputs["student"], inputs["teachers"], inputs["labels"]
    clips = len(labels)
    confidence, eligible, weights = acs_choose(inputs)
    against_label = -log_softmax(student["logits"], axis=1)[np.arange(clips), labels]
    per_clip = weights[-1] * against_label
    distance = angle = 0.0
    for k, teacher in enumerate(teachers):
        per_clip = per_clip + weights[k] * kd_per_clip(teacher["logits"], student["logits"], inputs["temperature"])
        members = weights[k] == 1 if inputs["selection"] == "hard" else eligible[k]
        share = weights[k].sum() / clips
        pair = teacher["embeddings"][members], student["embeddings"][members]
        distance += share * distance_loss(*pair)
        angle += share * angle_loss(*pair)
    words = words_loss(student["embeddings"], inputs["words"], labels)
    shares, w_ac, w_sem = inputs["semantic_shares"], inputs["weight"], inputs["semantic_weight"]
    semantic = shares["distance"] * distance + shares["angle"] * angle + shares["words"] * words
    expected = {
        "confidence": confidence,
        "eligible": eligible,
        "weights": weights,
        "per_clip": per_clip,
        "l_ac": per_clip.mean(),
        "distance": distance,
        "angle": angle,
        "words": words,
        "l_sem": semantic,
        "total": w_ac * per_clip.mean() + w_sem * semantic,
    }
    if inputs["selection"] == "hard":
        chosen = weights.argmax(axis=0)
        expected["chosen"] = np.where(chosen == len(teachers), -1, chosen)  # -1: the label
    return case(name, inputs, expected)


def acs_batch(random, clips, classes, teachers, boost):
    """A batch in which the teachers are often right: `boost` is added to the logit of the truth."""
    labels = random.integers(0, classes, clips)

    def logits(by):
        values = draw(random, clips, classes, scale=1.5)
        values[np.arange(clips), labels] = np.round(values[np.arange(clips), labels] + by, 3)
        return values

    return {
        "labels": labels,
        "student": {"logits": logits(0.7), "embeddings": draw(random, clips, 4)},
        "teachers": [
            {"weight": 1.0, "logits": logits(boost), "embeddings": draw(random, clips, 3 + k)} for k in range(teachers)
        ],
        "words": draw(random, classes, 4),
        "selection": "hard",
        "threshold": None,
        "temperature": 4.0,
        "confidence_temperature": 1.0,
        "weight": 1.0,
        "semantic_weight": 1.0,
        "semantic_shares": {"distance": 1.0, "angle": 2.0, "words": 0.0},
    }


def acs():
    random = np.random.default_rng(14)
    batch = acs_batch(random, clips=14, classes=4, teachers=3, boost=2)
    weighed = {**batch, "teachers": [{**one, "weight": g} for one, g in zip(batch["teachers"], (0.5, 1.0, 2.0))]}
    hopeless = acs_batch(random, clips=4, classes=3, teachers=2, boost=-9)
    twins = {**batch, "teachers": [batch["teachers"][0], batch["teachers"][0], batch["teachers"][1]]}

    tied = acs_batch(random, clips=3, classes=3, teachers=1, boost=0)
    tied["labels"] = np.array([1, 0, 2])
    tied["student"]["logits"] = np.zeros((3, 3))
    # Clip 0: the truth is the second of two equal maxima, so the teacher is wrong. Clip 1: the truth is the first of them.
    tied["teachers"][0]["logits"] = np.array([[2.0, 2.0, 0.0], [2.0, 2.0, 0.0], [0.0, 1.0, 3.0]])

    cases = []
    for selection in ("hard", "soft"):
        chosen = {"selection": selection}
        cases += [
            acs_case(f"{selection}, the student's own confidence", {**batch, **chosen}),
            acs_case(f"{selection}, threshold 0.6", {**batch, **chosen, "threshold": 0.6}),
            acs_case(f"{selection}, threshold 0: every teacher that is right", {**batch, **chosen, "threshold": 0.0}),
            acs_case(f"{selection}, teachers of different weight", {**weighed, **chosen}),
            acs_case(
                f"{selection}, other temperatures, weights and word vectors",
                {
                    **batch,
                    **chosen,
                    "temperature": 2.0,
                    "confidence_temperature": 3.0,
                    "weight": 0.5,
                    "semantic_weight": 0.25,
                    "semantic_shares": {"distance": 0.5, "angle": 1.5, "words": 3.0},
                },
            ),
            acs_case(f"{selection}, one teacher", {**batch, **chosen, "teachers": batch["teachers"][:1]}),
            acs_case(f"{selection}, two equal teachers", {**twins, **chosen}),
            acs_case(f"{selection}, the truth among equal maxima", {**tied, **chosen}),
            acs_case(f"{selection}, no teacher is right: the label for every clip", {**hopeless, **chosen}),
        ]
    return cases


# ---- losses of other methods --------------------------------------------------------------------------------------------


def close(a, b, tolerance=1e-12):
    return np.allclose(a, b, rtol=tolerance, atol=tolerance)


def unit(vector):
    length = np.linalg.norm(vector)
    return vector / length if length > 0 else vector


def hint_case(name, student, teacher):
    value = np.mean([(s - t) ** 2 / 2 for row in zip(student, teacher) for s, t in zip(*row)])
    assert close(value, torch.nn.functional.mse_loss(torch.from_numpy(student), torch.from_numpy(teacher)).item() / 2)
    return case(name, {"student": student, "teacher": teacher}, {"loss": value})


def hints():
    random = np.random.default_rng(41)
    student, teacher = draw(random, 5, 4), draw(random, 5, 4, scale=3)
    return [
        hint_case("random", student, teacher),
        hint_case("one clip", student[:1], teacher[:1]),
        hint_case("student and teacher agree", teacher, teacher),
    ]


def attention_case(name, features):
    maps = np.zeros((features.shape[0], features.shape[2]))
    for i in range(features.shape[0]):
        for t in range(features.shape[2]):
            maps[i, t] = sum(value**2 for value in features[i, :, t].ravel())
    return case(name, {"features": features}, {"maps": maps})


def attentions():
    random = np.random.default_rng(42)
    return [
        attention_case("a sensor's features: clip, channel, frame", draw(random, 3, 4, 5)),
        attention_case("a skeleton's features: clip, channel, frame, joint", draw(random, 2, 3, 4, 5)),
    ]


def averaged_down(values, length):
    bounds = [(frame * len(values) // length, -(-(frame + 1) * len(values) // length)) for frame in range(length)]
    return np.array([np.mean(values[begin:end]) for begin, end in bounds])


def transfer_case(name, student, teacher):
    length = min(student.shape[1], teacher.shape[1])
    per_clip = []
    for s, t in zip(student, teacher):
        s, t = averaged_down(s, length), averaged_down(t, length)
        by_torch = torch.nn.functional.adaptive_avg_pool1d(torch.from_numpy(teacher)[:, None], length)[len(per_clip), 0]
        assert close(t, by_torch.numpy())
        per_clip.append(np.sum((unit(s) - unit(t)) ** 2))
        if s.any() and t.any():
            assert close(per_clip[-1], 2 * cosine(s, t))
    return case(name, {"student": student, "teacher": teacher}, {"loss": np.mean(per_clip)})


def transfers():
    random = np.random.default_rng(43)
    short, long = np.abs(draw(random, 4, 6)), np.abs(draw(random, 4, 16, scale=20))
    some_zero = short.copy()
    some_zero[2] = 0
    return [
        transfer_case("as long", short, np.abs(draw(random, 4, 6))),
        transfer_case("a longer teacher, frames shared by neighbors", short, long),
        transfer_case("a longer student", long, short),
        transfer_case("twice as long", short, np.abs(draw(random, 4, 12))),
        transfer_case("one is twice the other", short, 2 * short),
        transfer_case("a map of zeros", some_zero, short),
        transfer_case("one clip, one frame", short[:1, :1], long[:1]),
    ]


def similarity_case(name, student, teacher):
    def rows(embeddings):
        return np.array([unit(np.array([a @ b for b in embeddings])) for a in embeddings])

    of_student, of_teacher = rows(student), rows(teacher)
    clips = len(student)
    value = sum((of_teacher[i, j] - of_student[i, j]) ** 2 for i in range(clips) for j in range(clips)) / clips**2
    if student.any(axis=1).all() and teacher.any(axis=1).all():
        assert close(value, (2 * clips - 2 * np.sum(of_student * of_teacher)) / clips**2)
    return case(name, {"student": student, "teacher": teacher}, {"loss": value})


def similarities():
    random = np.random.default_rng(44)
    student, teacher = draw(random, 6, 4), draw(random, 6, 7, scale=5)
    turn = Rotation.from_euler("xyz", [0.4, -1.1, 2.0]).as_matrix()
    shape = draw(random, 5, 3)
    some_zero = student.copy()
    some_zero[4] = 0
    return [
        similarity_case("embeddings of different size", student, teacher),
        similarity_case("the same turned and twice as large", shape, 2 * shape @ turn.T),
        similarity_case("an embedding of zeros", some_zero, teacher),
        similarity_case("all embeddings equal", np.ones((6, 4)), teacher),
        similarity_case("one clip", student[:1], teacher[:1]),
    ]


def contrastive_case(name, student, teacher, labels, tau):
    clips = len(labels)
    x = np.array([[unit(s) @ unit(t) / tau for t in teacher] for s in student])
    per_clip = np.zeros(clips)
    for i in range(clips):
        others = [j for j in range(clips) if labels[j] != labels[i]]
        if not others:
            continue
        noise = len(others)

        def h(value):
            return np.exp(value) / (np.exp(value) + noise)

        for scores in (x[i], x[:, i]):
            value = -np.log(h(scores[i])) - sum(np.log(1 - h(scores[j])) for j in others)
            # It is the cross entropy of telling the positive from the negatives by the logits x - log(noise).
            logits = torch.from_numpy(scores[[i, *others]] - np.log(noise))
            truth = torch.eye(1, len(logits), dtype=torch.float64)[0]
            by_torch = torch.nn.functional.binary_cross_entropy_with_logits(logits, truth, reduction="sum").item()
            assert close(value, by_torch, 1e-9)
            per_clip[i] += value
    inputs = {
        "student": student,
        "teacher": teacher,
        "labels": labels,
        "temperature": tau,
    }
    return case(name, inputs, {"loss": per_clip.mean()})


def contrastives():
    random = np.random.default_rng(45)
    student, teacher = draw(random, 6, 5), draw(random, 6, 5, scale=4)
    labels = [0, 2, 1, 2, 0, 2]
    some_zero = student.copy()
    some_zero[1] = 0
    return [
        contrastive_case("random", student, teacher, labels, 0.5),
        contrastive_case("a low temperature", student, teacher, labels, 0.07),
        contrastive_case("temperature 1", student, teacher, labels, 1.0),
        contrastive_case("student and teacher agree", student, student, labels, 0.2),
        contrastive_case("every clip a label of its own", student, teacher, [5, 4, 3, 2, 1, 0], 0.2),
        contrastive_case("an embedding of zeros", some_zero, teacher, labels, 0.2),
        contrastive_case("one label: no negatives", student, teacher, [1] * 6, 0.2),
        contrastive_case("one clip", student[:1], teacher[:1], [1], 0.2),
    ]


def kl(p, q):
    return sum(a * np.log(a / b) for a, b in zip(p, q) if a > 0)


def decoupled_case(name, student, teacher, labels, alpha, beta, tau):
    p_student, p_teacher = softmax(student / tau, axis=1), softmax(teacher / tau, axis=1)
    target, others = [], []
    for p_s, p_t, y in zip(p_student, p_teacher, labels):
        rest_s, rest_t = np.delete(p_s, y), np.delete(p_t, y)
        target.append(kl([p_t[y], rest_t.sum()], [p_s[y], rest_s.sum()]))
        others.append(kl(rest_t / rest_t.sum(), rest_s / rest_s.sum()))
        # Weighed by the teacher's doubt, the two are KD.
        assert close(target[-1] + rest_t.sum() * others[-1], kl(p_t, p_s), 1e-10)
    value = tau**2 * np.mean(alpha * np.array(target) + beta * np.array(others))
    inputs = {
        "student": student,
        "teacher": teacher,
        "labels": labels,
        "alpha": alpha,
        "beta": beta,
        "temperature": tau,
    }
    return case(name, inputs, {"loss": value})


def decoupleds():
    random = np.random.default_rng(46)
    student, teacher = draw(random, 5, 6, scale=2), draw(random, 5, 6, scale=3)
    labels = [0, 5, 3, 3, 1]
    return [
        decoupled_case("alpha 1, beta 8, temperature 4", student, teacher, labels, 1.0, 8.0, 4.0),
        decoupled_case("the true class only", student, teacher, labels, 1.0, 0.0, 1.0),
        decoupled_case("the other classes only", student, teacher, labels, 0.0, 1.0, 2.0),
        decoupled_case("one clip", student[:1], teacher[:1], labels[:1], 2.0, 0.5, 3.0),
        decoupled_case("two classes: no others to compare", student[:, :2], teacher[:, :2], [0, 1, 1, 0, 1], 1.0, 8.0, 2.0),
        decoupled_case("student and teacher agree", teacher, teacher, labels, 1.0, 8.0, 4.0),
        decoupled_case("a teacher that is sure", draw(random, 3, 3), 20 * np.eye(3), [0, 1, 0], 1.0, 8.0, 2.0),
    ]


def pearson_distance(a, b):
    x, y = a - np.mean(a), b - np.mean(b)
    lengths = np.linalg.norm(x) * np.linalg.norm(y)
    distance = 1 - x @ y / max(lengths, 1e-8)
    if lengths > 1e-8:
        assert close(distance, 1 - stats.pearsonr(a, b)[0], 1e-10)
    return distance


def dist_case(name, student, teacher, beta, gamma, tau):
    p_student, p_teacher = softmax(student / tau, axis=1), softmax(teacher / tau, axis=1)
    rows = np.mean([pearson_distance(s, t) for s, t in zip(p_student, p_teacher)])
    columns = 0.0
    if len(student) > 1:
        columns = np.mean([pearson_distance(s, t) for s, t in zip(p_student.T, p_teacher.T)])
    inputs = {"student": student, "teacher": teacher, "beta": beta, "gamma": gamma, "temperature": tau}
    return case(name, inputs, {"loss": tau**2 * (beta * rows + gamma * columns)})


def dists():
    random = np.random.default_rng(47)
    student, teacher = draw(random, 6, 5, scale=2), draw(random, 6, 5, scale=3)
    missing = teacher.copy()
    missing[:, 2] = -40
    return [
        dist_case("rows and columns, temperature 4", student, teacher, 1.0, 2.0, 4.0),
        dist_case("rows only", student, teacher, 1.5, 0.0, 1.0),
        dist_case("columns only", student, teacher, 0.0, 0.5, 2.0),
        dist_case("student and teacher agree", teacher, teacher, 1.0, 1.0, 2.0),
        dist_case("a class that the teacher never considers", student, missing, 1.0, 1.0, 1.0),
        dist_case("two clips", student[:2], teacher[:2], 1.0, 1.0, 1.0),
        dist_case("one clip has no columns", student[:1], teacher[:1], 1.0, 1.0, 1.0),
    ]


def ca_mkd_case(name, student, teachers, labels, tau):
    clips, count = len(labels), len(teachers)
    errors = np.array([[-log_softmax(z[i])[labels[i]] for z in teachers] for i in range(clips)])
    weights = np.ones((clips, 1))
    if count > 1:
        weights = np.array([(1 - softmax(row)) / (count - 1) for row in errors])
    if count == 2:
        # Then the weights are the two confidences in the truth, divided by their sum.
        truth = np.array([[softmax(z[i])[labels[i]] for z in teachers] for i in range(clips)])
        assert close(weights, truth / truth.sum(axis=1, keepdims=True))
    value = np.mean([
        sum(weights[i, k] * tau**2 * kl(softmax(teachers[k][i] / tau), softmax(student[i] / tau)) for k in range(count))
        for i in range(clips)
    ])
    inputs = {"student": student, "teachers": teachers, "labels": labels, "temperature": tau}
    return case(name, inputs, {"weights": weights, "loss": value})


def ca_mkds():
    random = np.random.default_rng(48)
    student, labels = draw(random, 5, 4), [3, 0, 2, 2, 1]
    teachers = [draw(random, 5, 4, scale=2) for _ in range(3)]
    truth = 10.0 * np.eye(4)[labels]
    return [
        ca_mkd_case("three teachers", student, teachers, labels, 4.0),
        ca_mkd_case("two teachers", student, teachers[:2], labels, 2.0),
        ca_mkd_case("one teacher", student, teachers[:1], labels, 2.0),
        ca_mkd_case("equal teachers", student, [teachers[0]] * 3, labels, 1.0),
        ca_mkd_case("one is right and one is wrong", student, [truth, -truth], labels, 2.0),
        ca_mkd_case("one clip", student[:1], [z[:1] for z in teachers], labels[:1], 2.0),
    ]


# ---- signal -------------------------------------------------------------------------------------------------------------


def resample_case(name, frames, begin, end, n):
    positions = np.linspace(begin, end, n) * (len(frames) - 1)
    columns = [np.interp(positions, np.arange(len(frames)), frames[:, column]) for column in range(frames.shape[1])]
    return case(
        name, {"frames": frames, "begin": begin, "end": end, "n": n}, {"frames": np.stack(columns, axis=1)}
    )


def resamples():
    random = np.random.default_rng(21)
    frames = draw(random, 9, 3)
    return [
        resample_case("whole span, longer", frames, 0.0, 1.0, 14),
        resample_case("whole span, shorter", frames, 0.0, 1.0, 4),
        resample_case("whole span, as many", frames, 0.0, 1.0, 9),
        resample_case("a part of the span", frames, 0.13, 0.82, 8),
        resample_case("two frames", frames[:2], 0.0, 1.0, 5),
        resample_case("one frame", frames[:1], 0.0, 1.0, 3),
    ]


def rotations():
    random = np.random.default_rng(22)
    cases = []
    for name, axis, degrees in [
        ("a quarter turn about the vertical axis takes z to x", [0, 1, 0], 90.0),
        ("no turn", [1, 0, 0], 0.0),
        ("a half turn", [0, 0, 1], 180.0),
        *((f"random {number}", draw(random, 3), float(random.integers(-180, 180))) for number in range(3)),
    ]:
        unit = np.asarray(axis, dtype=float) / np.linalg.norm(axis)
        matrix = Rotation.from_rotvec(np.radians(degrees) * unit).as_matrix()
        cases.append(case(name, {"axis": axis, "degrees": degrees}, {"matrix": matrix}))
    return cases


def paired_case(name, differences):
    differences = np.array(differences)
    low, high = stats.t.interval(0.95, len(differences) - 1, loc=np.mean(differences), scale=stats.sem(differences))
    exact = len(differences) <= 20
    permutation = stats.permutation_test(
        (differences, np.zeros_like(differences)),
        lambda a, b, axis: np.mean(a - b, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=np.inf if exact else 200_000,
        batch=100_000,
        random_state=1,
    )
    return {
        "name": name,
        "inputs": {"differences": differences.tolist()},
        "expected": {
            "mean": float(np.mean(differences)),
            "deviation": float(np.std(differences, ddof=1)),
            "low": float(low),
            "high": float(high),
            "permutation_p": float(permutation.pvalue),
            "permutation_error": 1e-12 if exact else 0.01,
            "t_p": float(stats.ttest_1samp(differences, 0).pvalue),
        },
    }


def paired():
    random = np.random.default_rng(31)
    cases = [paired_case(f"{n} seeds", np.round(random.normal(0.005, 0.01, n), 4)) for n in (2, 3, 4, 5, 6, 7, 8, 12, 25)]
    return cases + [
        paired_case("all for the method", [0.011, 0.023, 0.005, 0.018, 0.009]),
        paired_case("ties and zeros", [0.01, -0.01, 0.0, 0.02, -0.02, 0.01]),
    ]


def folds_case(name, method, reference):
    """Scores are [fold, seed, value]."""
    differences = []
    for fold in sorted({fold for fold, _, _ in method}):
        of_fold = []
        for other, seed, value in method:
            partners = [score for f, s, score in reference if (f, s) == (other, seed)]
            if other == fold and partners:
                of_fold.append(value - partners[0])
        if of_fold:
            differences.append(sum(of_fold) / len(of_fold))
    n = len(differences)
    mean, error = np.mean(differences), stats.sem(differences)
    low, high = stats.t.interval(0.95, n - 1, loc=mean, scale=error)
    flipped = [np.mean([sign * one for sign, one in zip(signs, differences)]) for signs in product((1, -1), repeat=n)]
    extreme = sum(abs(one) >= abs(mean) - 1e-12 for one in flipped)
    return case(
        name,
        {"method": method, "reference": reference},
        {
            "n": n,
            "mean": mean,
            "deviation": np.std(differences, ddof=1),
            "low": low,
            "high": high,
            "permutation_p": extreme / 2**n,
            "t_p": stats.ttest_1samp(differences, 0).pvalue,
        },
    )


def folds():
    random = np.random.default_rng(18)

    def scores(folds, seeds, mean):
        people = random.normal(mean, 0.06, len(folds))  # some people are harder than others
        return [
            [fold, seed, float(np.round(people[index] + random.normal(0, 0.01), 4))]
            for index, fold in enumerate(folds)
            for seed in seeds
        ]

    eight, four = [str(subject) for subject in range(1, 9)], ["1", "2", "3", "4"]
    first, second = scores(eight, [1, 2], 0.9), scores(eight, [1, 2], 0.87)
    return [
        folds_case("eight folds of two seeds", first, second),
        folds_case("four folds of one seed", scores(four, [1], 0.8), scores(four, [1], 0.8)),
        folds_case("three seeds against one", scores(eight, [1, 2, 3], 0.9), scores(eight, [2], 0.88)),
        folds_case("a fold and a seed are missing", first[2:], second[:-1]),
        folds_case("ten folds, of which 10 is no prefix of 1", scores(eight + ["9", "10"], [1, 2], 0.9),
                   scores(eight + ["9", "10"], [1, 2], 0.9)),
    ]


def holm_case(name, p_values):
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return {"name": name, "inputs": {"p": list(p_values)}, "expected": {"adjusted": adjusted}}


def holms():
    return [
        holm_case("in order", [0.001, 0.01, 0.02, 0.04]),
        holm_case("out of order", [0.04, 0.001, 0.03, 0.02, 0.25]),
        holm_case("ties", [0.02, 0.02, 0.5, 0.02]),
        holm_case("a later one is not smaller", [0.01, 0.011, 0.012]),
        holm_case("0 and 1", [1.0, 0.0, 1.0]),
    ]


def mcnemars():
    cases = []
    for first, second in [(0, 0), (0, 1), (1, 5), (7, 7), (12, 12), (12, 13), (30, 14), (200, 150), (1200, 1100)]:
        differing = first + second
        expected = {"exact_p": float(stats.binomtest(first, differing).pvalue) if differing > 0 else 1.0}
        if differing >= 25:
            expected["chi_square"] = max(0, abs(first - second) - 1) ** 2 / differing
            expected["chi_square_p"] = float(stats.chi2.sf(expected["chi_square"], 1))
        inputs = {"only_first": first, "only_second": second}
        cases.append({"name": f"{first} against {second}", "inputs": inputs, "expected": expected})
    return cases


if __name__ == "__main__":
    write("scores.json", {"scores": scores(), "summaries": summaries()})
    write(
        "losses.json",
        {"cross_entropy": cross_entropies(), "kd": kds(), "relational": relationals(), "acs": acs()},
    )
    write(
        "baselines.json",
        {
            "hint": hints(),
            "attention": attentions(),
            "transfer": transfers(),
            "similarity": similarities(),
            "contrastive": contrastives(),
            "decoupled": decoupleds(),
            "dist": dists(),
            "ca_mkd": ca_mkds(),
        },
    )
    write("signal.json", {"resample": resamples(), "rotation": rotations()})
    write("statistics.json", {"paired": paired(), "folds": folds(), "holm": holms(), "mcnemar": mcnemars()})
