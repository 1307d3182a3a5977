"""Writes the fixtures of Chapter 4's tests: values that do not come from this course's code.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install torch diffusers==0.42.1 scipy scikit-learn mpmath
    /tmp/oracle/bin/python Oracles/chapter04_ddpm.py            # the fixtures
    /tmp/oracle/bin/python Oracles/chapter04_ddpm.py tables     # prints the tables of the lesson, from NumPy alone

Every JSON says in "provenance" which library computed it and how. All arithmetic is in double precision unless it says otherwise:
diffusers keeps its tables in float32, so they are replaced by the same tables in float64 wherever a step is tested. Its defaults are
not ours: clip_sample is True, timestep_spacing is 'leading', and DDIM's step goes down by T/S steps whatever the spacing. A
subsequence is therefore given to it as a chain of its own, with the ᾱ of the visited times.
"""

import json
import math
import pathlib
import sys
from unittest import mock

import diffusers
import mpmath
import numpy as np
import scipy
import sklearn
import sklearn.datasets
import torch
from scipy.integrate import solve_ivp
from scipy.stats import norm

FIXTURES = pathlib.Path(__file__).parent.parent / "Tests" / "Chapter04DDPMTests" / "Fixtures"
VERSIONS = {m.__name__: m.__version__ for m in (diffusers, mpmath, np, scipy, sklearn, torch)}
torch.set_default_dtype(torch.float64)

# DDPM's own chain, in float64.
BETAS = np.linspace(1e-4, 0.02, 1000)
ALPHA_BARS = np.cumprod(1 - BETAS)


def write(name, method, libraries, content):
    provenance = {
        "script": "Oracles/chapter04_ddpm.py",
        "method": method,
        "libraries": {library: VERSIONS[library] for library in libraries},
    }
    text = json.dumps({"provenance": provenance, **content}, ensure_ascii=False, indent=1)
    (FIXTURES / name).write_text(text + "\n")


def nested(tensor):
    return torch.as_tensor(tensor, dtype=torch.float64).tolist()


# Two equal Gaussians, mirror images of each other: the law that samplers are tested on.
TWIN = {"centre": [1.0, 0.5], "standardDeviation": 0.3}
# Unequal in everything.
TRIO = {
    "weights": [0.5, 0.3, 0.2],
    "means": [[-1.0, 0.25], [0.75, 1.0], [0.5, -1.25]],
    "variances": [0.04, 0.25, 0.01],
}
TWO = {
    "weights": [0.5, 0.5],
    "means": [TWIN["centre"], [-c for c in TWIN["centre"]]],
    "variances": [TWIN["standardDeviation"] ** 2] * 2,
}


def mixture(weights, means, variances, alpha_bar):
    """The law of √ᾱ·x₀ + √(1 − ᾱ)·ε, as torch.distributions has it."""
    means = math.sqrt(alpha_bar) * torch.tensor(means)
    deviations = (alpha_bar * torch.tensor(variances) + 1 - alpha_bar).sqrt()
    components = torch.distributions.Independent(
        torch.distributions.Normal(means, deviations[:, None].expand_as(means)), 1
    )
    return torch.distributions.MixtureSameFamily(torch.distributions.Categorical(torch.tensor(weights)), components)


def noise_of(law, x, alpha_bar):
    """E[ε | x] = −√(1 − ᾱ)·∇log p(x)."""
    x = x.detach().requires_grad_()
    score = torch.autograd.grad(mixture(**law, alpha_bar=alpha_bar).log_prob(x).sum(), x)[0]
    return -math.sqrt(1 - alpha_bar) * score


def in_double(scheduler, alpha_bars):
    """The scheduler with these ᾱ for tables, in float64."""
    alpha_bars = torch.as_tensor(np.array(alpha_bars))
    scheduler.alphas_cumprod = alpha_bars
    scheduler.alphas = alpha_bars / torch.cat([torch.ones(1), alpha_bars[:-1]])
    scheduler.betas = 1 - scheduler.alphas
    scheduler.one = torch.tensor(1.0)
    scheduler.final_alpha_cumprod = torch.tensor(1.0)
    scheduler.set_timesteps(len(alpha_bars))
    return scheduler


def ddpm(alpha_bars, **settings):
    return in_double(diffusers.DDPMScheduler(num_train_timesteps=len(alpha_bars), clip_sample=False, **settings), alpha_bars)


def ddim(alpha_bars, **settings):
    return in_double(
        diffusers.DDIMScheduler(
            num_train_timesteps=len(alpha_bars), clip_sample=False, set_alpha_to_one=True, **settings
        ),
        alpha_bars,
    )


def ancestral(scheduler, output, index, x, z):
    """DDPMScheduler.step with this z instead of a random one."""
    with mock.patch("diffusers.schedulers.scheduling_ddpm.randn_tensor", lambda *a, **k: z):
        return scheduler.step(output, index, x).prev_sample


def schedules():
    mpmath.mp.dps = 50
    exact = {}
    product = mpmath.mpf(1)
    for t in range(1, 1001):
        product *= 1 - (mpmath.mpf("1e-4") + (mpmath.mpf("0.02") - mpmath.mpf("1e-4")) * (t - 1) / 999)
        if t in (1, 2, 10, 100, 500, 1000):
            exact[t] = float(product)

    def f(t, steps):
        return mpmath.cos((mpmath.mpf(t) / steps + mpmath.mpf("0.008")) / mpmath.mpf("1.008") * mpmath.pi / 2) ** 2

    cosine = [{"t": t, "alphaBar": float(f(t, 1000) / f(0, 1000))} for t in (1, 10, 100, 500, 900, 999)]
    divergences = []
    for alpha_bar, squared_norm, dimensions in [(0.5, 3, 4), (1e-3, 100, 64), (4e-5, 700, 784), (1e-9, 0, 784)]:
        a = mpmath.mpf(alpha_bar)
        nats = (a * squared_norm - dimensions * (a + mpmath.log(1 - a))) / 2
        divergences.append(
            {"alphaBar": alpha_bar, "squaredNorm": squared_norm, "dimensions": dimensions, "nats": float(nats)}
        )
    write(
        "schedules.json",
        "betas of DDPMScheduler(beta_schedule='linear' and 'squaredcos_cap_v2'), in float32 as diffusers keeps them; ᾱ and divergences with mpmath, 50 digits",
        ["diffusers", "mpmath"],
        {
            "linear": nested(diffusers.DDPMScheduler(beta_start=1e-4, beta_end=0.02).betas[::37]),
            "cosine": nested(diffusers.DDPMScheduler(beta_schedule="squaredcos_cap_v2").betas),
            "linearAlphaBars": [{"t": t, "alphaBar": a} for t, a in exact.items()],
            "cosineAlphaBars": cosine,
            "divergences": divergences,
        },
    )


def forward():
    generator = torch.Generator().manual_seed(3)
    x0 = torch.randn(5, 2, 3, generator=generator)
    noise = torch.randn(5, 2, 3, generator=generator)
    times = [1, 10, 100, 500, 1000]
    noisy = ddpm(ALPHA_BARS).add_noise(x0, noise, torch.tensor(times) - 1)
    write(
        "forward.json",
        "DDPMScheduler.add_noise at timesteps t − 1, tables in float64",
        ["diffusers"],
        {"x0": nested(x0), "noise": nested(noise), "times": times, "noisy": nested(noisy)},
    )


def posterior():
    generator = torch.Generator().manual_seed(4)
    x0 = torch.randn(4, generator=generator)
    xt = torch.randn(4, generator=generator)
    scheduler = ddpm(ALPHA_BARS, prediction_type="sample", variance_type="fixed_small")
    cases = []
    for t in [1, 2, 3, 10, 100, 500, 1000]:
        mean = ancestral(scheduler, x0[None], t - 1, xt[None], torch.zeros(1, 4))[0]
        # Bayes' rule on a fine grid, for one pair of numbers: no formula of the posterior is used.
        bar, before, beta = ALPHA_BARS[t - 1], ALPHA_BARS[t - 2] if t > 1 else 1.0, BETAS[t - 1]
        grid_mean = grid_variance = None
        if t > 1:
            centre, width = mean[0].item(), math.sqrt(beta)
            y = np.linspace(centre - 14 * width, centre + 14 * width, 200001)
            density = norm.logpdf(xt[0].item(), math.sqrt(1 - beta) * y, math.sqrt(beta))
            density = density + norm.logpdf(y, math.sqrt(before) * x0[0].item(), math.sqrt(1 - before))
            density = np.exp(density - density.max())
            density /= density.sum()
            grid_mean = float((density * y).sum())
            grid_variance = float((density * (y - grid_mean) ** 2).sum())
        cases.append({"t": t, "mean": nested(mean), "gridMean": grid_mean, "gridVariance": grid_variance})
    write(
        "posterior.json",
        "mean: DDPMScheduler.step with prediction_type 'sample', tables in float64, its noise replaced by 0; "
        "gridMean, gridVariance: Bayes' rule on 200,001 points for the first of the four numbers",
        ["diffusers", "numpy", "scipy"],
        {"x0": nested(x0), "xt": nested(xt), "cases": cases},
    )


def conversions():
    generator = torch.Generator().manual_seed(6)
    x0 = torch.randn(6, generator=generator)
    noise = torch.randn(6, generator=generator)
    cases = []
    for t in [1, 20, 259, 700, 1000]:
        scheduler = ddim(ALPHA_BARS)
        step = torch.tensor([t - 1])
        xt = scheduler.add_noise(x0[None], noise[None], step)
        velocity = scheduler.get_velocity(x0[None], noise[None], step)
        guess = torch.cos(3 * xt)
        clean_of = {}
        for kind in ("epsilon", "v_prediction"):
            s = ddim(ALPHA_BARS, prediction_type=kind)
            clean_of[kind] = nested(s.step(guess, t - 1, xt).pred_original_sample[0])
        cases.append({
            "alphaBar": float(ALPHA_BARS[t - 1]), "xt": nested(xt[0]), "velocity": nested(velocity[0]),
            "guess": nested(guess[0]), "cleanIfNoise": clean_of["epsilon"], "cleanIfVelocity": clean_of["v_prediction"],
        })
    write(
        "conversions.json",
        "add_noise, get_velocity and step(...).pred_original_sample of DDIMScheduler for two prediction types, tables in float64",
        ["diffusers"],
        {"x0": nested(x0), "noise": nested(noise), "cases": cases},
    )


def loss():
    generator = torch.Generator().manual_seed(5)
    x0 = torch.randn(5, 2, 3, generator=generator)
    noise = torch.randn(5, 2, 3, generator=generator)
    times = [1, 40, 250, 600, 1000]
    slope = torch.tensor(0.6, requires_grad=True)
    total = torch.zeros(())
    # One sample at a time, as a plain sum: nothing is broadcast.
    for clean, direction, t in zip(x0, noise, times):
        bar = float(ALPHA_BARS[t - 1])
        guess = slope * torch.tanh(math.sqrt(bar) * clean + math.sqrt(1 - bar) * direction) + t / 1000
        total = total + ((guess - direction) ** 2).sum()
    value = total / x0.numel()
    gradient = torch.autograd.grad(value, slope)[0]
    weights = []
    for kind in ("fixed_small", "fixed_large"):
        scheduler = ddpm(ALPHA_BARS, variance_type=kind)
        zero = torch.zeros(1, 1)
        for t in [2, 10, 100, 1000]:
            variance = scheduler._get_variance(t - 1).item()
            # The means for two guesses of the noise that differ by 1.
            means = [ancestral(scheduler, torch.full((1, 1), g), t - 1, torch.ones(1, 1), zero).item() for g in (0.0, 1.0)]
            weights.append({"t": t, "variance": variance, "weight": (means[0] - means[1]) ** 2 / (2 * variance)})
    write(
        "loss.json",
        "the loss of ε̂(x, t) = a·tanh(x) + t/1000 at a = 0.6, one sample at a time, and its derivative by a, by torch.autograd; "
        "weights: squared distance of the means of DDPMScheduler.step for two noises that differ by 1, over 2·_get_variance, tables in float64",
        ["torch", "diffusers"],
        {
            "x0": nested(x0), "noise": nested(noise), "times": times, "slope": 0.6, "loss": value.item(),
            "gradient": gradient.item(), "weights": weights,
        },
    )


def ancestral_steps():
    generator = torch.Generator().manual_seed(8)
    betas = np.linspace(0.02, 0.4, 12)
    bars = np.cumprod(1 - betas)
    paths = []
    for kind, name in (("fixed_large", "beta"), ("fixed_small", "posterior")):
        scheduler = ddpm(bars, variance_type=kind)
        x = torch.randn(4, 2, generator=generator)
        steps = []
        for t in range(12, 0, -1):
            z = torch.randn(4, 2, generator=generator)
            guess = noise_of(TWO, x, float(bars[t - 1]))
            after = ancestral(scheduler, guess, t - 1, x, z)
            variance = scheduler._get_variance(t - 1).item() if t > 1 or name == "beta" else 0.0
            steps.append({
                "t": t, "variance": variance, "x": nested(x), "noise": nested(guess), "fresh": nested(z), "after": nested(after)
            })
            x = after
        paths.append({"variance": name, "steps": steps})
    write(
        "ancestral.json",
        "DDPMScheduler.step with variance_type fixed_large (beta) and fixed_small (posterior), tables in float64, z given; ε̂ = −√(1 − ᾱ)·∇log p of torch.distributions",
        ["diffusers", "torch"],
        {"twin": TWIN, "alphaBars": bars.tolist(), "paths": paths},
    )


def gap(data_variance, betas, kind):
    """E[bound] − entropy, for data N(0, s²) and the exact mean, by mpmath: the divergence of the model's reverse chain from the true one."""
    mpmath.mp.dps = 40
    bar, before = mpmath.mpf(1), mpmath.mpf(1)
    s2 = mpmath.mpf(data_variance)
    total = mpmath.mpf(0)
    for t, beta in enumerate(betas, start=1):
        beta = mpmath.mpf(float(beta))
        before, bar = bar, bar * (1 - beta)
        true = beta * (before * s2 + 1 - before) / (bar * s2 + 1 - bar)
        small = beta * (1 - before) / (1 - bar)
        model = {"beta": beta, "posterior": beta if t == 1 else small, "optimal": true}[kind]
        total += (true / model - 1 - mpmath.log(true / model)) / 2
    last = bar * s2 + 1 - bar
    return float(total + (last - 1 - mpmath.log(last)) / 2)


def bound():
    divergences = []
    for m1, v1, m2, v2 in [(0.0, 1.0, 1.0, 0.25), (1.0, 0.25, 0.0, 1.0), (0.3, 0.01, 0.2, 0.04), (-2.0, 4.0, 1.0, 1.0)]:
        one = torch.distributions.Normal(m1, math.sqrt(v1))
        two = torch.distributions.Normal(m2, math.sqrt(v2))
        nats = torch.distributions.kl_divergence(one, two).item()
        divergences.append({"mean1": m1, "variance1": v1, "mean2": m2, "variance2": v2, "nats": nats})

    mpmath.mp.dps = 60
    decoder = []
    for level, mean, variance in [
        (153, 0.2, 1e-4), (153, 0.21, 1e-4), (153, 0.2, 0.25), (0, -1.0, 1e-4), (0, -1.02, 1e-4), (255, 0.97, 1e-4),
        (255, 0.0, 1e-3), (1, -1.0, 1e-4), (100, 0.9, 1e-4),
    ]:
        x = mpmath.mpf(2 * level) / 255 - 1
        deviation = mpmath.sqrt(mpmath.mpf(variance))
        low = mpmath.ninf if level == 0 else (x - mpmath.mpf(1) / 255 - mpmath.mpf(mean)) / deviation
        high = mpmath.inf if level == 255 else (x + mpmath.mpf(1) / 255 - mpmath.mpf(mean)) / deviation
        if low > 0:  # Φ(high) − Φ(low) without cancellation
            low, high = -high, -low
        mass = mpmath.ncdf(high) - mpmath.ncdf(low)
        decoder.append({"level": level, "mean": mean, "variance": variance, "nats": float(-mpmath.log(mass))})

    # The bound of one point, averaged over ε by Gauss–Hermite quadrature: five steps, data N(0.4, 0.36), exact ε̂.
    betas = np.array([0.05, 0.1, 0.2, 0.35, 0.6])
    bars = np.cumprod(1 - betas)
    mean, variance = 0.4, 0.36
    nodes, masses = np.polynomial.hermite_e.hermegauss(60)
    masses = masses / masses.sum()
    point = 0.9
    chains = []
    for kind in ("beta", "optimal"):
        terms, variances = [], []
        for t in range(5, 0, -1):
            bar, beta = bars[t - 1], betas[t - 1]
            before = bars[t - 2] if t > 1 else 1.0
            total = bar * variance + 1 - bar
            sigma2 = beta if kind == "beta" else beta * (before * variance + 1 - before) / total
            xt = math.sqrt(bar) * point + math.sqrt(1 - bar) * nodes
            # The model's mean is that of the true reverse step, by conditioning a pair of Gaussians.
            before_total = before * variance + 1 - before
            slope = math.sqrt(1 - beta) * before_total / total
            model = math.sqrt(before) * mean + slope * (xt - math.sqrt(bar) * mean)
            if t > 1:
                # The posterior given x0, by conditioning a pair of Gaussians of which x0 is known.
                slope = math.sqrt(1 - beta) * (1 - before) / (1 - bar)
                true = math.sqrt(before) * point + slope * (xt - math.sqrt(bar) * point)
                small = (1 - before) - slope * math.sqrt(1 - beta) * (1 - before)
                one = torch.distributions.Normal(torch.tensor(true), math.sqrt(small))
                two = torch.distributions.Normal(torch.tensor(model), math.sqrt(sigma2))
                terms.append(float((torch.distributions.kl_divergence(one, two).numpy() * masses).sum()))
            else:
                terms.append(float((-norm.logpdf(point, model, math.sqrt(sigma2)) * masses).sum()))
            variances.append(float(sigma2))
        prior = torch.distributions.kl_divergence(
            torch.distributions.Normal(math.sqrt(bars[-1]) * point, math.sqrt(1 - bars[-1])),
            torch.distributions.Normal(0.0, 1.0),
        ).item()
        chains.append({
            "kind": kind, "variances": variances[::-1], "prior": prior, "transitions": terms[:-1][::-1], "decoder": terms[-1],
        })
    gaps = [
        {"dataVariance": s2, "kind": kind, "nats": gap(s2, BETAS, kind)}
        for s2 in (1.0, 0.25, 0.01) for kind in ("beta", "posterior", "optimal")
    ]
    write(
        "bound.json",
        "divergences: torch.distributions.kl_divergence; decoder: mpmath.ncdf, 60 digits; chains: five steps, averages over ε by "
        "numpy's Gauss–Hermite rule with 60 nodes; gaps: mpmath, 40 digits, E[bound] − entropy of DDPM's chain for data N(0, s²) "
        "as the divergence of the model's reverse chain from the true one, σ₁² = β₁ where β̃₁ = 0",
        ["torch", "mpmath", "numpy", "scipy"],
        {
            "divergences": divergences, "decoder": decoder, "gaps": gaps,
            "chain": {"betas": betas.tolist(), "mean": mean, "variance": variance, "point": point, "cases": chains},
        },
    )


def ddim_paths():
    generator = torch.Generator().manual_seed(9)
    count = 10
    times = (np.round(np.linspace(0, 999, count)).astype(int) + 1).tolist()
    bars = ALPHA_BARS[np.array(times) - 1]
    start = torch.randn(5, 2, generator=generator)
    paths = []
    for eta in (0.0, 0.5, 1.0):
        scheduler = ddim(bars)
        x = start.clone()
        steps = []
        for i in range(count - 1, -1, -1):
            z = torch.randn(5, 2, generator=generator)
            guess = noise_of(TWO, x, float(bars[i]))
            after = scheduler.step(guess, i, x, eta=eta, variance_noise=z).prev_sample
            steps.append({"x": nested(x), "noise": nested(guess), "fresh": nested(z), "after": nested(after)})
            x = after
        paths.append({"eta": eta, "steps": steps})
    large = ddpm(bars, variance_type="fixed_large")
    x = start.clone()
    steps = []
    for i in range(count - 1, -1, -1):
        z = torch.randn(5, 2, generator=generator)
        guess = noise_of(TWO, x, float(bars[i]))
        after = ancestral(large, guess, i, x, z)
        steps.append({"x": nested(x), "noise": nested(guess), "fresh": nested(z), "after": nested(after)})
        x = after
    paths.append({"eta": None, "steps": steps})
    write(
        "ddim.json",
        "DDIMScheduler.step(eta=…, variance_noise=z) on the chain of the visited ᾱ, in float64, times numpy.linspace(0, 999, 10) rounded, plus 1; "
        "eta null: DDPMScheduler fixed_large on the same chain, which is DDIM's σ̂; ε̂ = −√(1 − ᾱ)·∇log p of torch.distributions",
        ["diffusers", "torch", "numpy"],
        {"twin": TWIN, "times": times, "alphaBars": bars.tolist(), "paths": paths},
    )


def gaussian_table():
    """DDIM's table for data N(0, s²): what diffusers' step does to x and to z, read off by calling it."""
    cases = []
    for deviation in (0.05, 0.5):
        for kind in (0.0, 0.5, 1.0, None):
            for count in (10, 20, 50, 100, 1000):
                times = np.round(np.linspace(0, 999, count)).astype(int)
                bars = ALPHA_BARS[times]
                scheduler = ddim(bars) if kind is not None else ddpm(bars, variance_type="fixed_large")
                variance = 1.0
                for i in range(count - 1, -1, -1):
                    bar = float(bars[i])
                    slope = math.sqrt(1 - bar) / (bar * deviation**2 + 1 - bar)
                    # One row with x = 1 and z = 0, one with x = 0 and z = 1.
                    x, z = torch.tensor([[1.0], [0.0]]), torch.tensor([[0.0], [1.0]])
                    if kind is not None:
                        after = scheduler.step(slope * x, i, x, eta=kind, variance_noise=z).prev_sample
                    else:
                        after = ancestral(scheduler, slope * x, i, x, z)
                    variance = after[0, 0].item() ** 2 * variance + after[1, 0].item() ** 2
                cases.append({
                    "deviation": deviation, "eta": kind, "count": count, "ratio": math.sqrt(variance) / deviation
                })
    write(
        "gaussian-table.json",
        "final over true standard deviation for data N(0, s²) with ε̂ = √(1 − ᾱ)·x/(ᾱs² + 1 − ᾱ): the factors of x and z in every step read off "
        "by calling DDIMScheduler.step (eta null: DDPMScheduler fixed_large, which is σ̂), tables in float64",
        ["diffusers", "numpy"],
        {"cases": cases},
    )


def encoding():
    generator = torch.Generator().manual_seed(10)
    times = [1, 60, 150, 300, 500, 700, 850, 1000]
    bars = ALPHA_BARS[np.array(times) - 1]
    start = torch.randn(5, 2, generator=generator) * 0.3 + torch.tensor(TWIN["centre"])
    scheduler = diffusers.DDIMInverseScheduler(num_train_timesteps=len(times), clip_sample=False, set_alpha_to_one=True)
    scheduler.alphas_cumprod = torch.as_tensor(bars)
    scheduler.initial_alpha_cumprod = torch.tensor(1.0)
    scheduler.set_timesteps(len(times))
    x = start.clone()
    path, noises = [], []
    for i in range(len(times)):
        guess = noise_of(TWO, x, float(bars[max(i - 1, 0)]))
        # Its timestep i stands for the step from ᾱ of i − 1 to ᾱ of i.
        x = scheduler.step(guess, i, x).prev_sample
        noises.append(nested(guess))
        path.append(nested(x))

    def exact(x0):
        def slope(sigma, w):
            bar = 1 / (1 + sigma**2)
            return noise_of(TWO, math.sqrt(bar) * torch.tensor(w)[None], bar)[0].numpy()

        last = ALPHA_BARS[-1]
        top = math.sqrt((1 - last) / last)
        solution = solve_ivp(slope, (1e-8, top), x0.numpy(), method="DOP853", rtol=1e-11, atol=1e-12)
        return (math.sqrt(last) * solution.y[:, -1]).tolist()

    write(
        "encoding.json",
        "DDIMInverseScheduler.step on the chain of the visited ᾱ, in float64, fed with ε̂ at the beginning of the step (at τ₁ for the first); "
        "exact: scipy solve_ivp DOP853, rtol 1e-11, of dw/dσ = ε̂ from σ = 1e-8 to that of t = 1000; ε̂ = −√(1 − ᾱ)·∇log p of torch.distributions",
        ["diffusers", "torch", "scipy"],
        {
            "twin": TWIN, "times": times, "x0": nested(start), "noises": noises, "path": path,
            "exact": [exact(x0) for x0 in start],
        },
    )


def diffusion():
    mpmath.mp.dps = 40
    low, high = mpmath.mpf("0.1"), mpmath.mpf(20)
    bars = []
    for t in [0.0, 0.01, 0.1, 0.37, 0.5, 1.0]:
        integral = mpmath.quad(lambda s: low + s * (high - low), [0, t])
        bars.append({"t": t, "alphaBar": float(mpmath.exp(-integral))})

    # The probability-flow path of one point under x₀ ~ N(μ, v), differentiated numerically: no ODE formula is used.
    mean, variance = mpmath.mpf("0.75"), mpmath.mpf("0.25")
    flows = []
    for t in [0.05, 0.3, 0.8]:
        bar = lambda u: mpmath.exp(-low * u - (high - low) * u * u / 2)
        spread = lambda u: bar(u) * variance + 1 - bar(u)
        for quantile in [-1.25, 0.5]:
            path = lambda u: mpmath.sqrt(bar(u)) * mean + quantile * mpmath.sqrt(spread(u))
            x = path(mpmath.mpf(t))
            score = -(x - mpmath.sqrt(bar(mpmath.mpf(t))) * mean) / spread(mpmath.mpf(t))
            flows.append({
                "t": t, "x": float(x), "score": float(score), "derivative": float(mpmath.diff(path, mpmath.mpf(t))),
            })
    write(
        "diffusion.json",
        "ᾱ(t): exp of mpmath.quad of the rate; flows: mpmath.diff (40 digits) of the exact path √ᾱμ + z√(ᾱv + 1 − ᾱ) for data N(μ, v), μ = 0.75, v = 0.25",
        ["mpmath"],
        {"minimum": 0.1, "maximum": 20.0, "alphaBars": bars, "flows": flows},
    )


def exact_noises():
    generator = torch.Generator().manual_seed(7)
    mixture_cases = []
    for bar in [0.9999, 0.9, 0.3, 0.001]:
        x = torch.randn(6, 2, generator=generator)
        mixture_cases.append({"alphaBar": bar, "x": nested(x), "noise": nested(noise_of(TRIO, x, bar))})

    digits = sklearn.datasets.load_digits().data[:12]
    data = digits / 8 - 1
    digit_cases = []
    for bar in [0.9999, 0.7, 0.2, 0.0001]:
        noise = torch.randn(3, 64, generator=generator).numpy()
        x = np.round(math.sqrt(bar) * data[[2, 5, 9]] + math.sqrt(1 - bar) * noise, 6)
        distances = ((x[:, None] - math.sqrt(bar) * data[None]) ** 2).sum(-1)
        weights = scipy.special.softmax(-distances / (2 * (1 - bar)), axis=1)
        result = (x - math.sqrt(bar) * weights @ data) / math.sqrt(1 - bar)
        digit_cases.append({"alphaBar": bar, "x": x.tolist(), "noise": np.round(result, 6).tolist()})
    write(
        "exact-noise.json",
        "mixture: −√(1 − ᾱ)·∇log p of torch.distributions.MixtureSameFamily by torch.autograd; digits: the first 12 pictures of "
        "sklearn.datasets.load_digits (Alpaydin and Kaynak 1998, UCI), as p/8 − 1, weights by scipy.special.softmax",
        ["torch", "sklearn", "scipy"],
        {"mixture": TRIO, "cases": mixture_cases, "pixels": digits.astype(int).tolist(), "digits": digit_cases},
    )


# Tables of the lesson -------------------------------------------------------------------------------------------------


def mixture_noise(x, bar, weights, means, variance):
    """E[ε | x] for a mixture of equal widths, in NumPy; x of shape [n, d]."""
    total = bar * variance + 1 - bar
    difference = x[:, None] - math.sqrt(bar) * means
    responsibilities = scipy.special.softmax(np.log(weights) - (difference**2).sum(-1) / (2 * total), axis=1)
    return math.sqrt(1 - bar) * (responsibilities[:, :, None] * difference).sum(1) / total


def show(title, rows):
    print(f"\n{title}")
    for name, values in rows:
        values = np.array(values)
        cells = [f"{m:.4f} ± {d:.4f}" for m, d in zip(values.mean(0), values.std(0, ddof=1))]
        print(f"  {name:34s} " + "   ".join(cells))


def ring_table():
    angles = np.arange(8) * math.pi / 4
    means = 2 / 1.414 * np.stack([np.cos(angles), np.sin(angles)], 1)
    deviation, weights = 0.05, np.ones(8) / 8

    def run(rng, count, eta):
        bars = ALPHA_BARS[np.round(np.linspace(0, 999, count)).astype(int)]
        x = rng.standard_normal((4000, 2))
        for i in range(count - 1, -1, -1):
            here, there = bars[i], bars[i - 1] if i > 0 else 1.0
            large = 1 - here / there
            small = (1 - there) / (1 - here) * large
            direction = small if eta is None else eta**2 * small
            added = direction if eta is not None else (large if i > 0 else 0)
            guess = mixture_noise(x, here, weights, means, deviation**2)
            clean = (x - math.sqrt(1 - here) * guess) / math.sqrt(here)
            x = math.sqrt(there) * clean + math.sqrt(max(0, 1 - there - direction)) * guess
            x = x + math.sqrt(added) * rng.standard_normal(x.shape)
        distances = np.sqrt(((x[:, None] - means) ** 2).sum(-1))
        nearest = distances.argmin(1)
        near = distances.min(1)
        good = near < 3 * deviation
        spread = math.sqrt((near[good] ** 2).mean() / 2) / deviation if good.any() else float("nan")
        everywhere = math.sqrt(np.median(near**2) / (2 * math.log(2))) / deviation
        return good.mean(), spread, everywhere, np.bincount(nearest, minlength=8).min() / 500

    rows = []
    for count in (10, 20, 50, 100):
        for eta in (0.0, 1.0, None):
            rows.append((f"S = {count}, η = {eta}", [run(np.random.default_rng(seed), count, eta) for seed in range(5)]))
    show("ring8, sd 0.05: HQ, spread of the good, spread by the median, smallest mode over its due (4,000 samples, 5 seeds)", rows)


def worked_numbers():
    f = lambda t: math.cos((t / 1000 + 0.008) / 1.008 * math.pi / 2) ** 2
    cosine = np.cumprod([1 - min(1 - f(t) / f(t - 1), 0.999) for t in range(1, 1001)])
    print("\nᾱ and SNR, linear and cosine")
    for t in (1, 10, 100, 250, 500, 750, 1000):
        one, two = ALPHA_BARS[t - 1], cosine[t - 1]
        print(f"  t = {t}: {one:.6g} {one / (1 - one):.5g}   {two:.6g} {two / (1 - two):.5g}")
    print("  SNR nearest to 1 at t =", *(np.argmin(abs(bars - 0.5)) + 1 for bars in (ALPHA_BARS, cosine)))
    print("KL of q(x_T | x₀) to N(0, I) for a mean square of 1, nats a dimension: −½ln(1 − ᾱ_T)")
    for name, bar in [("linear", ALPHA_BARS[-1]), ("cosine", cosine[-1])] + [
        (f"T = {n}", np.prod(1 - np.linspace(1e-4, 0.02, n))) for n in (500, 100, 50)
    ]:
        print(f"  {name}: ᾱ_T {bar:.4g}, {-0.5 * math.log1p(-bar):.4g}")

    before = np.r_[1, ALPHA_BARS[:-1]]
    small = BETAS * (1 - before) / (1 - ALPHA_BARS)
    weights = BETAS / (2 * (1 - BETAS) * (1 - ALPHA_BARS))
    print("weights, σ² = β:", *(f"{t}: {weights[t - 1]:.6g}" for t in (1, 2, 10, 100, 250, 1000)))
    print("weights, σ² = β̃:", *(f"{t}: {(weights * BETAS)[t - 1] / small[t - 1]:.6g}" for t in (2, 10, 100, 1000)))
    shares = [weights[:n].sum() / weights.sum() for n in (10, 100, 300)]
    print(f"  sum {weights.sum():.4f}, share of the first 10, 100, 300: {shares}, least at t = {weights.argmin() + 1}")
    print("β̃/β:", *(f"{t}: {(small / BETAS)[t - 1]:.4f}" for t in (2, 10, 100)))

    nodes, masses = np.polynomial.hermite_e.hermegauss(200)
    masses = masses / masses.sum()
    print("floors of E‖ε − ε*‖²: N(0, 1), N(0, 0.05²), two points ±1")
    for t in (1, 10, 100, 250, 500, 1000):
        bar = ALPHA_BARS[t - 1]
        guess = np.tanh(math.sqrt(bar) * (math.sqrt(bar) + math.sqrt(1 - bar) * nodes) / (1 - bar))
        points = bar / (1 - bar) * ((1 - guess) ** 2 * masses).sum()
        print(f"  t = {t}: " + " ".join(f"{v:.5f}" for v in (bar, bar * 0.0025 / (bar * 0.0025 + 1 - bar), points)))

    # The chain β = (0.2, 0.5) and the point x₀ = 1 of N(0, 1).
    x2 = math.sqrt(0.5) * (math.sqrt(0.8) + math.sqrt(0.2)) - math.sqrt(0.5)
    epsilon = (math.sqrt(0.2 * 0.5) - math.sqrt(0.5)) / math.sqrt(0.6)
    mean = math.sqrt(0.8) * 0.5 / 0.6 + math.sqrt(0.5) * 0.2 / 0.6 * x2
    print(f"two steps: x₂ {x2:.5f} = {math.sqrt(0.4) + math.sqrt(0.6) * epsilon:.5f}, ε {epsilon:.5f}, μ̃₂ {mean:.5f}")
    terms = [-0.5 * math.log(0.6), 0.5 * (1 / 3 - 1 + math.log(3)) + 5 / 6 * 0.4]
    terms.append(0.5 * math.log(2 * math.pi * 0.2) + 0.2 / 0.4)
    print(f"  bound {terms} = {sum(terms):.5f}, −log p {0.5 * math.log(2 * math.pi) + 0.5:.5f}")

    print("bits of a bin:", end="")
    for x, mu in ((0.2, 0.2), (0.2, 0.21), (-1.0, -1.02)):
        low = -math.inf if x == -1 else x - 1 / 255
        mass = norm.cdf(x + 1 / 255, mu, 0.01) - norm.cdf(low, mu, 0.01)
        print(f" {mass:.5f} {-math.log2(mass):.3f};", end="")
    mass = norm.cdf(-1 + 1 / 255, -1.02, 0.01) - norm.cdf(-1 - 1 / 255, -1.02, 0.01)
    print(f" with a finite end {mass:.4f} {-math.log2(mass):.3f}")

    x, clean = 0.5 * math.sqrt(0.5), math.tanh(0.5)
    noise = (x - math.sqrt(0.5) * clean) / math.sqrt(0.5)
    room = 0.2 / 0.5 * (1 - 0.5 / 0.8)
    velocity = math.sqrt(0.5) * (noise - clean)
    print(f"data ±1: x̂₀ {clean:.5f}, ε̂ {noise:.5f}, score {-noise / math.sqrt(0.5):.5f}, v {velocity:.5f}")
    for sigma2 in (0, room):
        print(f"  DDIM, σ² = {sigma2:.2f}: {math.sqrt(0.8) * clean + math.sqrt(0.2 - sigma2) * noise:.5f}")

    print("DDPM's step against DDIM's with η = 1, diffusers' own float32 tables, 1000 numbers: largest difference")
    settings = dict(beta_start=1e-4, beta_end=0.02, clip_sample=False)
    one = diffusers.DDPMScheduler(variance_type="fixed_small", **settings)
    two = diffusers.DDIMScheduler(set_alpha_to_one=True, **settings)
    one.set_timesteps(1000)
    two.set_timesteps(1000)
    generator = torch.Generator().manual_seed(0)
    for t in (1, 2, 3, 11, 101, 501, 1000):
        x, e, z = (torch.randn(1, 1000, generator=generator, dtype=torch.float32) for _ in range(3))
        difference = ancestral(one, e, t - 1, x, z) - two.step(e, t - 1, x, eta=1.0, variance_noise=z).prev_sample
        print(f"  t = {t}: {difference.abs().max().item():.1e}")


def closed_tables():
    print("\nE[bound] − entropy, nats, DDPM's chain, data N(0, s²)")
    for s2 in (1.0, 0.25, 0.01):
        print(f"  s² = {s2}: " + "  ".join(f"{kind} {gap(s2, BETAS, kind):.6f}" for kind in ("beta", "posterior", "optimal")))
    print(f"  T = 10, β from 0.1 to 0.9, s² = 0.25, optimal: {gap(0.25, np.linspace(0.1, 0.9, 10), 'optimal'):.3e}")

    def corners(s, count):
        bars = np.r_[1, ALPHA_BARS[np.round(np.linspace(0, 999, count)).astype(int)]]
        return np.arctan2(np.sqrt(1 - bars), np.sqrt(bars) * s)

    print("\nDDIM as turning: angles in degrees, s = 0.05, S = 10")
    print("  " + " ".join(f"{a:.2f}" for a in np.degrees(np.diff(corners(0.05, 10)))))
    for count in (10, 20, 50, 100, 1000):
        product = np.prod(np.cos(np.diff(corners(0.05, count))))
        print(f"  S = {count}: product of cosines {product:.4f}, equal angles {math.cos(math.pi / 2 / count) ** count:.4f}")

    print("\nencoding and decoding, data N(0, s²): factor of the round trip, mean squared error")
    for s in (0.5, 0.05):
        for count in (10, 20, 50, 100, 200, 500, 1000):
            times = np.round(np.linspace(0, 999, count)).astype(int)
            sigmas = np.r_[0, np.sqrt(1 / ALPHA_BARS[times] - 1)]
            factor = 1.0
            bars = np.r_[1, ALPHA_BARS[times]]
            for i in range(count):  # the first step asks at τ₁, with x₀ itself
                j = max(i, 1)
                x = factor * math.sqrt(bars[i])
                slope = x * math.sqrt(1 - bars[j]) / (bars[j] * s * s + 1 - bars[j])
                factor += (sigmas[i + 1] - sigmas[i]) * slope
            for i in range(count, 0, -1):
                factor *= 1 + (sigmas[i - 1] - sigmas[i]) * sigmas[i] / (s * s + sigmas[i] ** 2)
            print(f"  s = {s}, S = {count}: {factor:.4f}  {(1 - factor) ** 2 * s * s:.6f}")

    print("\nthe chain of a rate 0.1 → 20: ᾱ_N against e^(−10.05) = %.6e" % math.exp(-10.05))
    for count in (100, 1000, 10000):
        print(f"  N = {count}: {np.prod(1 - (0.1 + 19.9 * np.arange(1, count + 1) / count) / count):.6e}")
    print("\nfinal over true sd, data N(0, 0.25), N even steps down from t = 1: Euler–Maruyama, Euler for the ODE")
    for count in (50, 100, 200, 500, 1000, 2000):
        values = []
        for noisy in (1, 0):
            variance = 1.0
            for i in range(count):
                t = 1 - i / count
                rate, bar = 0.1 + 19.9 * t, math.exp(-0.1 * t - 9.95 * t * t)
                total = bar * 0.25 + 1 - bar
                factor = 1 + rate / count * (0.5 - (1 + noisy) / 2 / total)
                variance = factor**2 * variance + noisy * rate / count
            values.append(math.sqrt(variance / 0.25))
        print(f"  N = {count}: {values[0]:.5f} {values[1]:.5f}")


if __name__ == "__main__":
    if "tables" in sys.argv:
        worked_numbers()
        closed_tables()
        ring_table()
    else:
        FIXTURES.mkdir(parents=True, exist_ok=True)
        for fixture in (
            schedules, forward, posterior, conversions, loss, ancestral_steps, bound, ddim_paths, gaussian_table, encoding,
            diffusion, exact_noises,
        ):
            fixture()
