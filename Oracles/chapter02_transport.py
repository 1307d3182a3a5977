"""Writes the fixtures of the exercises 2.1–2.7: optimal transport by POT and SciPy, in double precision.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install "torch==2.13.0+cpu" POT scipy numpy
    /tmp/oracle/bin/python Oracles/chapter02_transport.py

Each value that POT and SciPy can both compute is computed by both, and the script stops where they disagree.
"""

import warnings

import numpy as np
import ot
import scipy
from scipy.optimize import linprog
from scipy.spatial.distance import cdist

from fixtures import number, provenance, write

FOLDER = "Tests/Chapter02WGANTests/Fixtures/"
SOURCE = provenance(POT=ot.__version__, scipy=scipy.__version__)
rng = np.random.default_rng(20170126)  # the day WGAN appeared


def nested(a, digits=15):
    a = np.asarray(a, dtype=np.float64)
    return [number(v, digits) for v in a] if a.ndim == 1 else [nested(row, digits) for row in a]


def save(name, method, cases):
    write(FOLDER + name, {"provenance": {"method": method, **SOURCE}, "cases": cases})


def weights(n, zeros=0):
    """Multiples of 1/1024 that add up to 1 exactly."""
    cuts = np.sort(rng.choice(np.arange(1, 1024), size=n - zeros - 1, replace=False))
    parts = np.diff(np.concatenate([[0], cuts, [1024]]))
    return rng.permutation(np.concatenate([parts, np.zeros(zeros)])) / 1024


def agree(a, b, tolerance, what):
    if not np.allclose(a, b, rtol=tolerance, atol=tolerance):
        raise SystemExit(f"{what}: {a} and {b}")


def program(p, q, cost):
    """The linear programme by Kronecker products: no index arithmetic."""
    n, m = cost.shape
    return np.vstack([np.kron(np.eye(n), np.ones((1, m))), np.kron(np.ones((1, n)), np.eye(m))]), np.concatenate([p, q])


def line():
    cases = []
    for n, m, zeros in ((5, 5, 0), (4, 7, 1), (9, 3, 2), (12, 10, 0)):
        x, y = np.round(rng.normal(0, 2, n), 3), np.round(rng.normal(1, 1, m), 3)
        x[1] = x[0]  # two points in one place
        a, b = weights(n, zeros), weights(m)
        w1 = scipy.stats.wasserstein_distance(x, y, a, b)
        agree(w1, ot.wasserstein_1d(x, y, a, b, p=1), 1e-12, "W1")
        for order in (1, 1.5, 2, 3):
            power = ot.wasserstein_1d(x, y, a, b, p=order)  # this is W_p^p
            agree(power, ot.emd2(a, b, cdist(x[:, None], y[:, None]) ** order), 1e-9, "W_p")
            cases.append({
                "x": nested(x), "a": nested(a), "y": nested(y), "b": nested(b), "order": order,
                "w1": number(w1, 15), "distance": number(power ** (1 / order), 15),
            })
    save(
        "line.json",
        "w1: scipy.stats.wasserstein_distance; distance: ot.wasserstein_1d(p=order) ** (1/order), equal to ot.emd2 to 1e-9", cases)


def problems():
    """Exact transport: the value by three programs, the (unique) plan by POT."""
    shapes = [("square, equal weights", 7, 7), ("square", 6, 6), ("wide", 4, 9), ("tall", 10, 3), ("one source", 1, 5),
              ("points without mass", 6, 7), ("negative costs", 5, 6), ("forty", 40, 40)]
    cases = []
    for name, n, m in shapes:
        if name == "square, equal weights":
            p, q = np.full(n, 1 / n), np.full(m, 1 / m)
        elif name == "points without mass":
            p, q = weights(n, 2), weights(m, 3)
        else:
            p, q = weights(n), weights(m)
        cost = np.round(rng.uniform(0, 4, (n, m)), 4) - (2 if name == "negative costs" else 0)
        plan, log = ot.emd(p, q, cost, log=True)
        matrix, right = program(p, q, cost)
        highs = linprog(cost.ravel(), A_eq=matrix, b_eq=right, method="highs")
        agree(log["cost"], highs.fun, 1e-10, name)
        agree(right @ highs.eqlin.marginals, highs.fun, 1e-10, name + ", dual")
        agree(plan, highs.x.reshape(n, m), 1e-9, name + ", plan")
        cases.append({
            "name": name, "p": nested(p), "q": nested(q), "cost": nested(cost), "value": number(highs.fun, 15),
            "plan": nested(np.where(plan < 1e-14, 0, plan), 12), "rank": int(np.linalg.matrix_rank(matrix)),
        })
    save(
        "problems.json",
        "value: scipy.optimize.linprog(method='highs'), its dual and ot.emd agree to 1e-10; plan: ot.emd, equal to linprog's to 1e-9; "
        "rank: numpy.linalg.matrix_rank of the constraints, made by numpy.kron", cases)


def rubinstein():
    """W1 as a linear programme over 1-Lipschitz functions, and the largest 1-Lipschitz function below f."""
    cases = []
    for n in (4, 7, 10):
        points = np.round(rng.normal(0, 1.5, (n, 2)), 3)
        d = cdist(points, points)
        p, q = weights(n), weights(n, 1)
        pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
        slopes = np.zeros((len(pairs), n))
        for row, (i, j) in enumerate(pairs):
            slopes[row, i], slopes[row, j] = 1, -1
        bounds = np.array([d[i, j] for i, j in pairs])
        best = linprog(q - p, A_ub=slopes, b_ub=bounds, bounds=[(0, 0)] + [(None, None)] * (n - 1), method="highs")
        agree(-best.fun, ot.emd2(p, q, d), 1e-9, "Kantorovich–Rubinstein")
        f = np.round(rng.normal(0, 3, n), 3)
        below = linprog(-np.ones(n), A_ub=slopes, b_ub=bounds, bounds=[(None, v) for v in f], method="highs")
        cases.append({
            "points": nested(points), "p": nested(p), "q": nested(q), "w1": number(-best.fun, 15), "f": nested(f),
            "projection": nested(below.x, 12),
        })
    save(
        "rubinstein.json",
        "w1: scipy.optimize.linprog(method='highs'), maximise Σφ(p − q) over 1-Lipschitz φ, equal to ot.emd2 to 1e-9; projection: "
        "linprog, maximise the sum of a 1-Lipschitz function that stays below f", cases)


def sinkhorn():
    cases = []
    for name, n, m, epsilons in (("small", 5, 5, (1, 0.1)), ("wide", 4, 7, (0.5, 0.05)), ("tall", 8, 3, (0.2,)), ("hopeless", 6, 5, (0.002,))):
        p, q = weights(n), weights(m)
        cost = np.round(rng.uniform(0, 4, (n, m)), 4)
        for epsilon in epsilons:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="overflow")  # exp(u), a by-product that nobody needs
                warnings.filterwarnings("error", message="Sinkhorn did not converge")
                plan, log = ot.bregman.sinkhorn_log(p, q, cost, epsilon, numItermax=1_000_000, stopThr=1e-13, log=True)
            agree(plan.sum(1), p, 1e-11, "rows")
            agree(plan.sum(0), q, 1e-11, "columns")
            # POT: plan = exp(log_u + log_v − C/ε). Here the potentials are relative to p and q.
            f, g = epsilon * (log["log_u"] - np.log(p)), epsilon * (log["log_v"] - np.log(q))
            entropy = -scipy.special.xlogy(plan, plan).sum()
            relative = scipy.special.rel_entr(plan, np.outer(p, q)).sum()
            transport = (plan * cost).sum()
            cases.append({
                "name": name, "p": nested(p), "q": nested(q), "cost": nested(cost), "epsilon": epsilon, "plan": nested(plan, 12),
                "f": nested(f, 12), "g": nested(g, 12), "transportCost": number(transport, 12),
                "relativeToProduct": number(transport + epsilon * relative, 12),
                "negativeEntropy": number(transport - epsilon * entropy, 12), "exact": number(ot.emd2(p, q, cost), 12),
                "underflows": bool((np.exp(-cost.astype(np.float32) / np.float32(epsilon)) == 0).any()),
            })
    save(
        "sinkhorn.json",
        "ot.bregman.sinkhorn_log(stopThr=1e-13); f, g from its log_u, log_v; penalties by scipy.special.rel_entr and xlogy; exact: ot.emd2; "
        "underflows: whether exp(−C/ε) has a zero in float32", cases)


def gaussians():
    pairs = [
        ([0.0, 0.0], [[1, 0.8], [0.8, 1]], [0.0, 0.0], [[0.2, -0.3], [-0.3, 1.5]]),
        ([1.5], [[4.0]], [-0.5], [[0.25]]),
    ]
    for d in (2, 3, 5):
        a, b = np.round(rng.normal(size=(d, d)), 2), np.round(rng.normal(size=(d, d)), 2)
        pairs.append((np.round(rng.normal(size=d), 2), a @ a.T + 0.1 * np.eye(d), np.round(rng.normal(size=d), 2), b @ b.T + 0.05 * np.eye(d)))
    cases = []
    for m1, s1, m2, s2 in pairs:
        m1, s1, m2, s2 = map(np.array, (m1, s1, m2, s2))
        squared = ot.gaussian.bures_wasserstein_distance(m1, m2, s1, s2) ** 2
        frechet = ((m1 - m2) ** 2).sum() + np.trace(s1 + s2 - 2 * scipy.linalg.sqrtm(s1 @ s2).real)
        agree(squared, frechet, 1e-9, "Bures")
        matrix, shift = ot.gaussian.bures_wasserstein_mapping(m1, m2, s1, s2)
        cases.append({
            "mean1": nested(m1), "covariance1": nested(s1), "mean2": nested(m2), "covariance2": nested(s2),
            "squared": number(frechet, 14), "root1": nested(scipy.linalg.sqrtm(s1).real, 13), "matrix": nested(matrix, 13),
        })
    save(
        "gaussians.json",
        "squared: ‖m₁ − m₂‖² + tr(S₁ + S₂ − 2 scipy.linalg.sqrtm(S₁S₂)), equal to ot.gaussian.bures_wasserstein_distance² to 1e-9; root1: "
        "scipy.linalg.sqrtm(S₁); matrix: ot.gaussian.bures_wasserstein_mapping", cases)


def sliced():
    cases = []
    for n, m, d, count in ((6, 6, 2, 5), (5, 8, 3, 7), (9, 4, 4, 12)):
        x, y = np.round(rng.normal(size=(n, d)), 3), np.round(rng.normal(0.5, 2, (m, d)), 3)
        a, b = weights(n), weights(m)
        directions = rng.normal(size=(d, count))
        directions /= np.linalg.norm(directions, axis=0)
        for order in (1, 2, 3):
            value = ot.sliced_wasserstein_distance(x, y, a, b, projections=directions, p=order)
            cases.append({
                "x": nested(x), "a": nested(a), "y": nested(y), "b": nested(b), "directions": nested(directions.T), "order": order,
                "distance": number(value, 13),
            })
    save("sliced.json", "ot.sliced_wasserstein_distance with the given projections", cases)


if __name__ == "__main__":
    for fixture in (line, problems, rubinstein, sinkhorn, gaussians, sliced):
        fixture()
