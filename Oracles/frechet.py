"""Prints the numbers that Tests/DatasetsTests/FrechetDistanceTests.swift holds: scipy's sqrtm on features given by a formula."""

import numpy as np
import scipy
import scipy.linalg

from fixtures import provenance


def features(n, d, a, b):
    """The same formula as in the Swift test."""
    i, j = np.meshgrid(np.arange(n), np.arange(d), indexing="ij")
    return np.sin(a * (i + 1) * (j + 2)) * (j + 1) + np.cos(b * i + j)


def frechet(x, y):
    m, n = x.mean(0), y.mean(0)
    s, t = np.cov(x.T), np.cov(y.T)
    return ((m - n) ** 2).sum() + np.trace(s + t - 2 * scipy.linalg.sqrtm(s @ t).real)


print(provenance(scipy=scipy.__version__))
for n, m, d in ((50, 40, 4), (200, 300, 12)):
    print(n, m, d, repr(float(frechet(features(n, d, 0.7, 0.3), features(m, d, 1.1, 0.9) * 1.5 + 0.25))))
symmetric = np.array([[4.0, 1.0, -2.0], [1.0, 2.0, 0.5], [-2.0, 0.5, 3.0]])
print([repr(float(v)) for v in np.linalg.eigvalsh(symmetric)[::-1]])
