"""Writes Tests/OptimalTransportTests/Fixtures/transport.json: exact and entropic transport by POT and SciPy.

    venv/bin/pip install POT scipy numpy
    venv/bin/python Oracles/transport.py

The cost of the exact plan is computed by POT's network simplex and by SciPy's HiGHS, and the script stops where they
disagree by more than 1e-9.
"""

import numpy as np
import ot
import scipy
from scipy.optimize import linprog

from fixtures import number, provenance, write

rng = np.random.default_rng(4)


def weights(n):
    """Multiples of 1/4096 that add up to 1 exactly."""
    cuts = np.sort(rng.choice(np.arange(1, 4096), size=n - 1, replace=False))
    return np.diff(np.concatenate([[0], cuts, [4096]])) / 4096


def cloud(n):
    return np.round(rng.normal(size=(n, 2)), 3)


def problem(name, p, q, cost):
    n, m = cost.shape
    cost = np.round(cost, 6)
    exact = float((ot.emd(p, q, cost) * cost).sum())
    rows, columns = np.kron(np.eye(n), np.ones((1, m))), np.kron(np.ones((1, n)), np.eye(m))
    program = linprog(cost.reshape(-1), A_eq=np.vstack([rows, columns]), b_eq=np.concatenate([p, q]), method="highs")
    if abs(program.fun - exact) > 1e-9 * max(1, abs(exact)):
        raise SystemExit(f"{name}: POT {exact}, SciPy {program.fun}")
    entropic = []
    for epsilon in (1.0, 0.2, 0.05):
        plan = ot.bregman.sinkhorn_log(p, q, cost, epsilon, numItermax=200_000, stopThr=1e-12)
        entropic.append({"epsilon": epsilon, "cost": number((plan * cost).sum(), 12)})
    return {"name": name, "p": [number(v, 17) for v in p], "q": [number(v, 17) for v in q],
            "cost": [number(v, 12) for v in cost.reshape(-1)], "exact": number(exact, 13), "entropic": entropic}


x, y = cloud(30), cloud(40) + 0.5
u, v = cloud(32), cloud(32) * 1.5
cases = [
    problem("squared distances, any masses", weights(30), weights(40), ot.dist(x, y)),
    problem("distances, uniform masses", np.full(32, 1 / 32), np.full(32, 1 / 32), ot.dist(u, v, "euclidean")),
    problem("random costs, some negative", weights(25), weights(12), rng.uniform(-1, 1, (25, 12))),
    problem("one sender", np.ones(1), weights(9), rng.uniform(0, 1, (1, 9))),
]
write("Tests/OptimalTransportTests/Fixtures/transport.json",
      {"provenance": provenance(POT=ot.__version__, scipy=scipy.__version__), "cases": cases})
