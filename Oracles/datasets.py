"""Values from SciPy and scikit-learn for Tests/DatasetsTests/Fixtures/densities.json.

python3 -m venv /tmp/v && /tmp/v/bin/pip install scipy scikit-learn
/tmp/v/bin/python Oracles/datasets.py
"""

import datetime
import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy import integrate, stats
from sklearn.datasets import make_moons, make_swiss_roll

points = [[0.3, -0.2], [1.2, 0.9], [-2.0, 1.5], [0.0, 0.0], [6.0, -5.0]]

# One Gaussian with a full covariance, with and without noise.
mean, covariance = [0.5, -1.0], [[1.0, 0.8], [0.8, 1.0]]
gaussian = [
    {
        "noise": noise,
        "logDensity": [
            stats.multivariate_normal(mean, np.array(covariance) + noise**2 * np.eye(2)).logpdf(p) for p in points
        ],
    }
    for noise in [0.0, 0.7]
]

# The ring of eight.
centers = [[2 / 1.414 * np.cos(k * np.pi / 4), 2 / 1.414 * np.sin(k * np.pi / 4)] for k in range(8)]
ring = [
    {
        "noise": noise,
        "logDensity": [
            float(
                scipy.special.logsumexp(
                    [stats.multivariate_normal(c, ((0.05 / 1.414) ** 2 + noise**2) * np.eye(2)).logpdf(p) for c in centers]
                )
                - np.log(8)
            )
            for p in points
        ],
    }
    for noise in [0.0, 0.5]
]


def curve_density(curves, sd, p):
    """The integral over the curve's parameter, adaptively."""
    total = 0.0
    for curve in curves:
        def f(u):
            x, y = curve(u)
            return np.exp(-((p[0] - x) ** 2 + (p[1] - y) ** 2) / (2 * sd * sd)) / (2 * np.pi * sd * sd)

        total += integrate.quad(f, 0, 1, limit=2000, epsabs=0, epsrel=1e-11, points=np.linspace(0, 1, 60)[1:-1])[0]
    return total / len(curves)


def roll(u):
    t = 1.5 * np.pi * (1 + 2 * u)
    return t * np.cos(t) / 7.5, t * np.sin(t) / 7.5


moons = [
    lambda u: (np.cos(np.pi * u), np.sin(np.pi * u)),
    lambda u: (1 - np.cos(np.pi * u), 0.5 - np.sin(np.pi * u)),
]
curve_points = [[0.3, -0.2], [-1.25, 0.1], [0.0, -0.6], [1.0, 0.0], [0.95, 0.15], [0.0, -0.65]]
swiss = [curve_density([roll], 0.25 / 7.5, p) for p in curve_points]
moon = [curve_density(moons, 0.1, p) for p in curve_points]

# Moments of scikit-learn's own samplers.
roll_sample = make_swiss_roll(400_000, noise=0.25, random_state=1)[0][:, [0, 2]] / 7.5
moon_sample = make_moons(400_000, noise=0.1, random_state=1)[0]

# Distances of two small sets of numbers, of different sizes.
a = [(i * 37 % 101) / 101 for i in range(40)]
b = [(i * 53 % 97) / 97 * 1.5 - 0.2 for i in range(25)]
distances = {
    "wasserstein1": stats.wasserstein_distance(a, b),
    "energyV": stats.energy_distance(a, b) ** 2,
}

out = pathlib.Path(__file__).parents[1] / "Tests/DatasetsTests/Fixtures/densities.json"
out.write_text(
    json.dumps(
        {
            "provenance": {
                "packages": {"scipy": scipy.__version__, "scikit-learn": sklearn.__version__, "numpy": np.__version__},
                "command": "python Oracles/datasets.py",
                "date": datetime.date.today().isoformat(),
            },
            "points": points,
            "gaussian": gaussian,
            "ring8": ring,
            "curvePoints": curve_points,
            "swissRoll": swiss,
            "twoMoons": moon,
            "swissRollMoments": {"mean": roll_sample.mean(0).tolist(), "covariance": np.cov(roll_sample.T).tolist()},
            "twoMoonsMoments": {"mean": moon_sample.mean(0).tolist(), "covariance": np.cov(moon_sample.T).tolist()},
            "distances": distances,
        },
        indent=2,
    )
    + "\n"
)
