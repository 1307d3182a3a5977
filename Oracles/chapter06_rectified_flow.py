"""Writes the fixtures of Chapter 6's tests: values that do not come from this course's code.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install torch diffusers==0.42.1 torchdiffeq flow_matching scipy scikit-learn mpmath POT
    /tmp/oracle/bin/pip install --no-deps torchcfm
    /tmp/oracle/bin/python Oracles/chapter06_rectified_flow.py

Every JSON says in "provenance" which library computed it and how. All arithmetic is in double precision unless it says otherwise.
Time runs as in the chapter: noise at t = 0, data at t = 1. Diffusers runs the other way; where its numbers are kept, the file says so.
"""

import importlib.metadata
import itertools
import json
import math
import pathlib

import diffusers
import mpmath
import numpy as np
import ot
import scipy
import sklearn.datasets
import torch
import torchdiffeq
from flow_matching.solver import ODESolver
from scipy.integrate import solve_ivp
from scipy.integrate._ivp import rk
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from torchcfm.conditional_flow_matching import ConditionalFlowMatcher
from torchcfm.optimal_transport import OTPlanSampler

FIXTURES = pathlib.Path(__file__).parent.parent / "Tests" / "Chapter06RectifiedFlowTests" / "Fixtures"
torch.set_default_dtype(torch.float64)


def write(name, method, libraries, content):
    provenance = {
        "script": "Oracles/chapter06_rectified_flow.py",
        "method": method,
        "libraries": {library: importlib.metadata.version(library) for library in libraries},
    }
    text = json.dumps({"provenance": provenance, **content}, ensure_ascii=False, indent=1, allow_nan=False)
    (FIXTURES / name).write_text(text + "\n")


def nested(array):
    return torch.as_tensor(array, dtype=torch.float64).tolist()


# Unequal in everything.
TRIO = {
    "weights": [0.5, 0.3, 0.2],
    "means": [[-1.0, 0.25], [0.75, 1.0], [0.5, -1.25]],
    "variances": [0.04, 0.25, 0.01],
}
LINE = {"weights": [0.3, 0.5, 0.2], "means": [[-2.0], [0.5], [1.5]], "variances": [0.09, 0.25, 0.04]}


def mixture(weights, means, variances, t=1.0):
    """The law of Xₜ = tX₁ + (1 − t)X₀ with X₁ from the mixture, X₀ standard normal: Σ wₖ N(tμₖ, (t²sₖ² + (1 − t)²)I)."""
    means = t * torch.tensor(means)
    deviations = (t**2 * torch.tensor(variances) + (1 - t) ** 2).sqrt()
    components = torch.distributions.Independent(
        torch.distributions.Normal(means, deviations[:, None].expand_as(means)), 1
    )
    return torch.distributions.MixtureSameFamily(torch.distributions.Categorical(torch.tensor(weights)), components)


def score(law, x):
    x = x.detach().requires_grad_()
    return torch.autograd.grad(law.log_prob(x).sum(), x)[0]


def interpolation():
    generator = torch.Generator().manual_seed(3)
    x0 = torch.randn(5, 3, generator=generator)
    x1 = torch.randn(5, 3, generator=generator)
    t = torch.tensor([0.0, 0.1, 0.45, 0.8, 1.0])
    matcher = ConditionalFlowMatcher(sigma=0.0)
    t, xt, ut = matcher.sample_location_and_conditional_flow(x0, x1, t=t)
    slope = torch.tensor(0.6, requires_grad=True)
    loss = torch.zeros(())
    # One sample at a time, as a plain sum: nothing is broadcast.
    for row in range(5):
        predicted = slope * torch.tanh(xt[row]) + t[row]
        loss = loss + ((predicted - ut[row]) ** 2).sum()
    loss = loss / x0.numel()
    write(
        "interpolation.json",
        "torchcfm's ConditionalFlowMatcher(sigma=0).sample_location_and_conditional_flow; loss: the mean over samples and "
        "coordinates of the squared error of v(x, t) = a·tanh(x) + t at a = 0.6, and its derivative by a, by torch.autograd",
        ["torchcfm", "torch"],
        {
            "x0": nested(x0), "x1": nested(x1), "t": nested(t), "xt": nested(xt), "ut": nested(ut),
            "slope": 0.6, "loss": loss.item(), "gradient": torch.autograd.grad(loss, slope)[0].item(),
        },
    )


# dx/dt = tanh(Ax + bt) + ct: bent in x and t, and nothing in it is symmetric.
FIELD = {"matrix": [[0.5, -2.0], [1.5, 0.25]], "offset": [1.0, -0.5], "drift": [0.3, -0.7]}


def field(t, x):
    matrix, offset, drift = (torch.tensor(FIELD[key]) for key in ("matrix", "offset", "drift"))
    return torch.tanh(x @ matrix.T + offset * t) + drift * t


def flat_field(t, y):
    return field(t, torch.as_tensor(y).reshape(-1, 2)).reshape(-1).numpy()


def solvers():
    generator = torch.Generator().manual_seed(5)
    x = torch.randn(3, 2, generator=generator)
    flat = x.reshape(-1).numpy()
    content = {"field": FIELD, "initial": nested(x), "fixed": [], "adaptive": []}
    for count in (4, 10):
        for start, end in ((0.0, 1.0), (1.0, 0.0), (0.25, 0.75)):
            times = torch.linspace(start, end, count + 1)
            case = {"count": count, "from": start, "to": end}
            for name, method in (("euler", "euler"), ("heun", "heun2")):
                case[name] = nested(torchdiffeq.odeint(field, x, times, method=method))
            content["fixed"].append(case)
    for start, end in ((0.0, 1.0), (1.0, 0.0)):
        exact = solve_ivp(flat_field, (start, end), flat, method="DOP853", rtol=1e-12, atol=1e-13).y[:, -1]
        case = {"from": start, "to": end, "exact": nested(exact.reshape(-1, 2)), "runs": []}
        for tolerance, first in ((1e-3, 0.01), (1e-4, 0.01), (1e-5, 0.01), (1e-4, 0.8)):
            run = solve_ivp(
                flat_field, (start, end), flat, method="RK45", rtol=tolerance, atol=tolerance, first_step=first
            )
            case["runs"].append({
                "tolerance": tolerance, "firstStep": first, "evaluations": run.nfev, "times": run.t.tolist(), "end": nested(run.y[:, -1].reshape(-1, 2))
            })
        content["adaptive"].append(case)
    # A pulse in time: a long first step runs into it, is cut to the 0.2 that is the limit, and must not grow at once.
    pulse = lambda t, x: -x + 30 * np.exp(-(((t - 0.6) / 0.05) ** 2))
    content["pulse"] = []
    for first in (0.6,):
        run = solve_ivp(pulse, (0, 1), [1.0, -2.0], method="RK45", rtol=1e-5, atol=1e-5, first_step=first)
        content["pulse"].append({"firstStep": first, "evaluations": run.nfev, "times": run.t.tolist(), "end": run.y[:, -1].tolist()})
    method = rk.RK45
    stages = np.empty((method.n_stages + 1, flat.size))
    t, h = 0.2, 0.5
    new, slope = rk.rk_step(flat_field, t, flat, flat_field(t, flat), h, method.A, method.B, method.C, stages)
    content["step"] = {
        "t": t, "h": h, "next": nested(new.reshape(-1, 2)), "slope": nested(slope.reshape(-1, 2)),
        "error": nested((stages.T @ method.E * h).reshape(-1, 2)),
    }
    write(
        "solvers.json",
        "torchdiffeq.odeint, methods euler and heun2, every node; scipy solve_ivp: exact is DOP853 with rtol 1e-12, runs are RK45 with "
        "rtol = atol = tolerance and first_step = firstStep on the flattened batch; pulse is RK45 with rtol = atol = 1e-5 on −x + 30·exp(−((t − 0.6)/0.05)²); step is scipy.integrate._ivp.rk.rk_step with RK45's tableau",
        ["torchdiffeq", "scipy"],
        content,
    )


def velocities():
    generator = torch.Generator().manual_seed(7)
    mpmath.mp.dps = 30
    gaussians = []
    for m0, s0, m1, s1 in ((0.0, 1.0, 2.0, 0.5), (0.0, 1.0, -1.0, 2.0), (0.5, 0.75, 1.5, 0.25)):
        for t in (0.1, 0.5, 0.9):
            for z in (-1.25, 0.5):
                # a path keeps its place among the quantiles: x(t) = m(t) + z·s(t) with z fixed
                m = lambda u: (1 - u) * m0 + u * m1
                s = lambda u: mpmath.sqrt((1 - u) ** 2 * s0**2 + u**2 * s1**2)
                path = lambda u: m(u) + z * s(u)
                gaussians.append({
                    "startMean": m0, "startDeviation": s0, "endMean": m1, "endDeviation": s1, "t": t,
                    "x": float(path(t)), "velocity": float(mpmath.diff(path, t)),
                })
    line = []
    for t in (0.05, 0.4, 0.85):
        for x in (-1.5, 0.2, 1.1):
            # the mean of X₁ − X₀ over all pairs whose line passes x at time t, by quadrature over X₁
            def weight(y):
                start = (x - t * y) / (1 - t)
                law = sum(w * mpmath.npdf(y, m[0], math.sqrt(v)) for w, m, v in zip(*LINE.values()))
                return law * mpmath.npdf(start)
            nodes = [-8, -2, -1, 0, 0.5, 1, 1.5, 2, 4, 8]
            mass = mpmath.quad(weight, nodes)
            mean = mpmath.quad(lambda y: weight(y) * (y - (x - t * y) / (1 - t)), nodes) / mass
            line.append({"t": t, "x": x, "velocity": float(mean)})
    plane = []
    for t in (0.1, 0.5, 0.95):
        x = torch.randn(6, 2, generator=generator)
        law = mixture(**TRIO, t=t)
        gradient = score(law, x)
        plane.append({
            "t": t, "x": nested(x), "score": nested(gradient),
            "velocity": nested((x + (1 - t) * gradient) / t), "denoised": nested((x + (1 - t) ** 2 * gradient) / t),
        })
    digits = sklearn.datasets.load_digits().data[:12]
    data = digits / 8 - 1
    finite = []
    for t in (0.0, 0.3, 0.8, 0.99):
        noise = torch.randn(3, 64, generator=generator).numpy()
        x = np.round(t * data[[2, 5, 9]] + (1 - t) * noise, 6)
        weights = scipy.special.softmax(-((x[:, None] - t * data[None]) ** 2).sum(-1) / (2 * (1 - t) ** 2), axis=1)
        finite.append({"t": t, "x": x.tolist(), "velocity": np.round((weights @ data - x) / (1 - t), 6).tolist()})
    write(
        "velocities.json",
        "gaussians: mpmath.diff of the exact path of a quantile; line: E[X₁ − X₀ | Xₜ = x] by mpmath.quad over X₁; plane: ∇log pₜ of "
        "torch.distributions by torch.autograd, velocity (x + (1 − t)∇log pₜ)/t and mean of X₁ (x + (1 − t)²∇log pₜ)/t (Tweedie); "
        "finite: the first 12 pictures of sklearn.datasets.load_digits (Alpaydin and Kaynak 1998, UCI), as p/8 − 1, weights by scipy.special.softmax",
        ["mpmath", "torch", "scipy", "scikit-learn"],
        {
            "gaussians": gaussians, "line": {"mixture": LINE, "cases": line}, "plane": {"mixture": TRIO, "cases": plane},
            "finite": {"pixels": digits.astype(int).tolist(), "cases": finite},
        },
    )


def schedulers():
    """Diffusers' scheduler walks σ from 1 (noise) to 0 (data) and takes the velocity noise − data."""
    generator = torch.Generator().manual_seed(11)
    start = torch.randn(4, 2, generator=generator)
    data = torch.randn(4, 2, generator=generator)
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler(num_train_timesteps=1000, shift=1.0)
    count = 8
    # Without the sigmas given it would end its grid at 1/1000 before the final 0: uneven steps.
    scheduler.set_timesteps(sigmas=[1 - i / count for i in range(count)])
    x, path = start.clone(), []
    for i, timestep in enumerate(scheduler.timesteps):
        sigma = scheduler.sigmas[i].item()
        if sigma == 1:
            # at σ = 1 the mean of the data given the noise is the mean of the data
            clean = (torch.tensor(TRIO["weights"])[:, None] * torch.tensor(TRIO["means"])).sum(0).expand_as(x)
            velocity = x - clean
        else:
            velocity = -(x + sigma * score(mixture(**TRIO, t=1 - sigma), x)) / (1 - sigma)
        x = scheduler.step(velocity, timestep, x).prev_sample
        path.append(nested(x))
    noised = []
    for sigma, timestep in zip(scheduler.sigmas[:-1], scheduler.timesteps):
        noised.append(nested(scheduler.scale_noise(data, timestep[None].repeat(4), start)))
    write(
        "schedulers.json",
        "FlowMatchEulerDiscreteScheduler.step from σ = 1 (noise) to 0 (data), fed with the velocity noise − data of the mixture by "
        "torch.autograd; scale_noise at the same σ; its tables are float32. The default shift is 1; by default set_timesteps(8) would end "
        "at σ = 0.001 before 0, so the levels are given",
        ["diffusers", "torch"],
        {"mixture": TRIO, "sigmas": nested(scheduler.sigmas), "initial": nested(start), "data": nested(data), "path": path, "noised": noised},
    )


def gaussian_maps():
    start = np.array([[1, 0.8], [0.8, 1]])
    end = np.array([[0.2, -0.3], [-0.3, 1.5]])

    def slope(t, flat):
        covariance = (1 - t) ** 2 * start + t**2 * end
        return ((t * end - (1 - t) * start) @ np.linalg.solve(covariance, flat.reshape(2, 2))).ravel()

    flow = solve_ivp(slope, (0, 1), np.eye(2).ravel(), method="DOP853", rtol=1e-13, atol=1e-14).y[:, -1].reshape(2, 2)
    best = ot.gaussian.bures_wasserstein_mapping(np.zeros(2), np.zeros(2), start, end)[0]
    cost = lambda a: float(np.trace((a - np.eye(2)) @ start @ (a - np.eye(2)).T))
    velocities = []
    generator = np.random.default_rng(13)
    for t in (0.0, 0.3, 0.7, 1.0):
        x = generator.standard_normal((3, 2))
        # regression of X₁ − X₀ on Xₜ from the joint covariance of (X₀, X₁), by scipy.linalg.block_diag and numpy.linalg.solve
        joint = scipy.linalg.block_diag(start, end)
        difference = np.hstack([-np.eye(2), np.eye(2)])
        position = np.hstack([(1 - t) * np.eye(2), t * np.eye(2)])
        matrix = np.linalg.solve(position @ joint @ position.T, position @ joint @ difference.T).T
        velocities.append({"t": t, "x": x.tolist(), "velocity": (x @ matrix.T).tolist()})
    write(
        "gaussian-maps.json",
        "flow: scipy solve_ivp DOP853 (rtol 1e-13) of the linear ODE of independent N(0, start) → N(0, end); best: POT's "
        "ot.gaussian.bures_wasserstein_mapping; bures: POT's bures_wasserstein_distance squared; velocities: Gaussian conditioning by numpy.linalg.solve",
        ["scipy", "POT", "numpy"],
        {
            "start": start.tolist(), "end": end.tolist(), "flow": flow.tolist(), "best": np.asarray(best).tolist(),
            "independentCost": float(np.trace(start + end)), "flowCost": cost(flow), "bestCost": cost(np.asarray(best)),
            "bures": float(ot.gaussian.bures_wasserstein_distance(np.zeros(2), np.zeros(2), start, end) ** 2), "velocities": velocities,
        },
    )


def line_measures():
    cases = []
    for deviation in (0.5, 1.0, 2.0):
        rate = lambda t: (t * deviation**2 - (1 - t)) / ((1 - t) ** 2 + t**2 * deviation**2)
        spread = lambda t: math.sqrt((1 - t) ** 2 + t**2 * deviation**2)
        straightness = scipy.integrate.quad(lambda t: (deviation - 1 - rate(t) * spread(t)) ** 2, 0, 1, epsabs=1e-12)[0]
        intersection = scipy.integrate.quad(lambda t: 1 + deviation**2 - (rate(t) * spread(t)) ** 2, 0, 1, epsabs=1e-12)[0]
        cases.append({"deviation": deviation, "straightness": straightness, "intersection": intersection})
    # Two points: everything by quadrature, nothing by sampling.
    pairing = scipy.integrate.quad(lambda z: (abs(z) - 1) ** 2 * scipy.stats.norm.pdf(z), -10, 10, points=[0])[0]

    def spread_at(t):
        law = lambda x: 0.5 * (scipy.stats.norm.pdf(x, t, 1 - t) + scipy.stats.norm.pdf(x, -t, 1 - t))
        kernel = lambda x: (1 - math.tanh(t * x / (1 - t) ** 2) ** 2) * law(x) / (1 - t) ** 2
        return scipy.integrate.quad(kernel, -8, 8, points=[-t, t], limit=400)[0]

    crossing = scipy.integrate.quad(spread_at, 0, 0.999, limit=200)[0]
    write(
        "line-measures.json",
        "scipy.integrate.quad. gaussians: N(0, 1) → N(0, deviation²), independent pairs; points: N(0, 1) → ±1 with probability ½ each, "
        "flowCost = E(|Z| − 1)² of the monotone map, intersection = ∫E[Var(X₁ | Xₜ)]/(1 − t)² dt",
        ["scipy"],
        {"gaussians": cases, "points": {"flowCost": pairing, "intersection": crossing, "straightness": 2 - pairing - crossing}},
    )


def likelihoods():
    generator = torch.Generator().manual_seed(17)
    x = torch.cat([
        torch.tensor(TRIO["means"]) + 0.3 * torch.randn(3, 2, generator=generator),
        0.8 * torch.randn(5, 2, generator=generator),
    ])

    class Velocity(torch.nn.Module):
        def forward(self, x, t, **_):
            time = min(max(float(t), 1e-6), 1.0)
            law = mixture(**TRIO, t=time)
            leaf = x if x.requires_grad else x.detach().requires_grad_()
            gradient = torch.autograd.grad(law.log_prob(leaf).sum(), leaf, create_graph=True)[0]
            return (leaf + (1 - time) * gradient) / time

    normal = torch.distributions.Independent(torch.distributions.Normal(torch.zeros(2), torch.ones(2)), 1)
    _, followed = ODESolver(Velocity()).compute_likelihood(
        x_1=x, log_p0=normal.log_prob, step_size=None, method="dopri5", rtol=1e-9, atol=1e-9, exact_divergence=True,
        enable_grad=True,
    )
    line = torch.linspace(-3, 2.5, 12)[:, None]
    matrices = []
    generator = np.random.default_rng(19)
    for size in (1, 2, 3, 4):
        matrix = generator.standard_normal((size, size))
        for h in (0.1, 0.01):
            matrices.append({"matrix": matrix.tolist(), "h": h, "determinant": float(np.linalg.det(np.eye(size) + h * matrix))})
    write(
        "likelihoods.json",
        "plane, line: log-densities by torch.distributions.MixtureSameFamily; followed: the same by flow_matching's "
        "ODESolver.compute_likelihood (dopri5, exact divergence, rtol = atol = 1e-9) along (x + (1 − t)∇log pₜ)/t; determinants: numpy.linalg.det(I + hA)",
        ["torch", "flow_matching", "numpy"],
        {
            "plane": {"mixture": TRIO, "x": nested(x), "logDensity": nested(mixture(**TRIO).log_prob(x)), "followed": nested(followed.detach())},
            "line": {"mixture": LINE, "x": nested(line), "logDensity": nested(mixture(**LINE).log_prob(line))},
            "determinants": matrices,
        },
    )


def heat():
    """The heat equation ∂p/∂τ = ½Δp turns a mixture of variances v into one of variances v + τ."""
    generator = torch.Generator().manual_seed(23)
    cases = []
    for time in (0.05, 0.5, 2.0):
        hot = {**TRIO, "variances": [v + time for v in TRIO["variances"]]}
        x = torch.randn(5, 2, generator=generator)
        cases.append({"time": time, "x": nested(x), "velocity": nested(-0.5 * score(mixture(**hot), x))})
    write(
        "heat.json", "−½∇log p of torch.distributions.MixtureSameFamily (variances v + time) by torch.autograd", ["torch"],
        {"mixture": TRIO, "cases": cases},
    )


def pairings():
    generator = np.random.default_rng(29)
    cases = []
    for count, dimensions in ((4, 1), (6, 2), (16, 2), (12, 5)):
        x0 = np.round(generator.standard_normal((count, dimensions)), 6)
        x1 = np.round(generator.standard_normal((count, dimensions)) * 0.7 + 1.5 * generator.choice([-1, 1], (count, 1)), 6)
        squared = cdist(x0, x1, "sqeuclidean")
        rows, columns = linear_sum_assignment(squared)
        plan = OTPlanSampler(method="exact").get_map(torch.tensor(x0), torch.tensor(x1))
        assert np.array_equal(plan.argmax(1), columns) and np.allclose(plan.max(1), 1 / count)
        other = linear_sum_assignment(np.sqrt(squared))[1]
        cases.append({
            "x0": x0.tolist(), "x1": x1.tolist(), "partners": columns.tolist(), "cost": float(squared[rows, columns].mean()),
            "independentCost": float(squared.mean()), "partnersOfDistances": other.tolist(),
        })
    assert any(case["partners"] != case["partnersOfDistances"] for case in cases)
    count = 5
    tiny = generator.standard_normal((count, 2)), generator.standard_normal((count, 2))
    tiny = tuple(np.round(a, 6) for a in tiny)
    squared = cdist(*tiny, "sqeuclidean")
    best = min(itertools.permutations(range(count)), key=lambda p: squared[range(count), p].sum())
    write(
        "pairings.json",
        "scipy.optimize.linear_sum_assignment on squared Euclidean distances, checked against the plan of torchcfm's OTPlanSampler('exact'); "
        "partnersOfDistances: the same on plain distances; tiny: the best of all 120 permutations, tried one by one",
        ["scipy", "torchcfm"],
        {"cases": cases, "tiny": {"x0": tiny[0].tolist(), "x1": tiny[1].tolist(), "partners": list(best)}},
    )


if __name__ == "__main__":
    FIXTURES.mkdir(parents=True, exist_ok=True)
    for fixture in (
        interpolation, solvers, velocities, schedulers, gaussian_maps, line_measures, likelihoods, heat, pairings
    ):
        fixture()
