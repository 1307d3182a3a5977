"""Writes the fixtures of Chapter 5's tests: values that do not come from this course's code.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install torch diffusers==0.42.1 scipy scikit-learn mpmath
    /tmp/oracle/bin/python Oracles/chapter05_edm.py

Every JSON says in "provenance" which library computed it and how. All arithmetic is in double precision unless it says otherwise.
"""

import json
import math
import pathlib

import diffusers
import mpmath
import numpy as np
import scipy
import sklearn
import sklearn.datasets
import torch
from scipy.integrate import solve_ivp

FIXTURES = pathlib.Path(__file__).parent.parent / "Tests" / "Chapter05EDMTests" / "Fixtures"
VERSIONS = {m.__name__: m.__version__ for m in (diffusers, mpmath, np, scipy, sklearn, torch)}
torch.set_default_dtype(torch.float64)


def write(name, method, libraries, content):
    provenance = {
        "script": "Oracles/chapter05_edm.py",
        "method": method,
        "libraries": {library: VERSIONS[library] for library in libraries},
    }
    text = json.dumps({"provenance": provenance, **content}, ensure_ascii=False, indent=1)
    (FIXTURES / name).write_text(text + "\n")


def nested(tensor):
    return torch.as_tensor(tensor, dtype=torch.float64).tolist()


# The law that samplers and likelihoods are tested on: two equal Gaussians, mirror images of each other.
TWIN = {"centre": [1.0, 0.5], "standardDeviation": 0.3}
# Unequal in everything.
TRIO = {
    "weights": [0.5, 0.3, 0.2],
    "means": [[-1.0, 0.25], [0.75, 1.0], [0.5, -1.25]],
    "variances": [0.04, 0.25, 0.01],
}


def mixture(weights, means, variances, sigma=0.0):
    """Σ wₖ N(μₖ, (sₖ² + σ²)I) as torch.distributions has it."""
    means = torch.tensor(means)
    deviations = (torch.tensor(variances) + sigma**2).sqrt()
    components = torch.distributions.Independent(
        torch.distributions.Normal(means, deviations[:, None].expand_as(means)), 1
    )
    return torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(torch.tensor(weights)), components
    )


def twin(sigma=0.0):
    centre, variance = TWIN["centre"], TWIN["standardDeviation"] ** 2
    return mixture([0.5, 0.5], [centre, [-c for c in centre]], [variance, variance], sigma)


def score(law, x):
    x = x.detach().requires_grad_()
    return torch.autograd.grad(law.log_prob(x).sum(), x)[0]


def twin_denoiser(x, sigma):
    """Tweedie's formula: D = x + σ²∇log p(x; σ)."""
    sigma = float(sigma)
    return x + sigma**2 * score(twin(sigma), x)


def corruptions():
    generator = torch.Generator().manual_seed(3)
    x0 = torch.randn(6, generator=generator)
    noise = torch.randn(6, generator=generator)
    settings = dict(beta_start=1e-4, beta_end=0.02, beta_schedule="linear")
    ddpm = diffusers.DDPMScheduler(**settings)
    euler = diffusers.EulerDiscreteScheduler(**settings)
    euler.set_timesteps(1000)
    flow = diffusers.FlowMatchEulerDiscreteScheduler()
    cases = []
    for step in [9, 99, 499, 999]:
        noisy = ddpm.add_noise(x0[None], noise[None], torch.tensor([step]))[0]
        sigma = euler.sigmas[999 - step].item()
        alpha_bar = ddpm.alphas_cumprod[step].item()
        cases.append({"kind": "DDPMScheduler.add_noise", "alphaBar": alpha_bar, "sigma": sigma, "noisy": nested(noisy)})
        noisy = euler.add_noise(x0[None], noise[None], euler.timesteps[999 - step][None])[0]
        cases.append({"kind": "EulerDiscreteScheduler.add_noise", "sigma": sigma, "noisy": nested(noisy)})
    for index in [1, 400, 900]:
        t = flow.sigmas[index].item()
        noisy = flow.scale_noise(x0[None], flow.timesteps[index][None], noise[None])[0]
        cases.append({"kind": "FlowMatchEulerDiscreteScheduler.scale_noise", "t": t, "noisy": nested(noisy)})
    write(
        "corruptions.json",
        "add_noise / scale_noise of three schedulers on the same x0 and noise; tables in float32, as diffusers keeps them",
        ["diffusers"],
        {"x0": nested(x0), "noise": nested(noise), "cases": cases},
    )


def grids():
    cases = []
    for count, low, high, rho in [(18, 0.002, 80, 7), (5, 0.002, 80, 7), (10, 0.01, 20, 3), (8, 0.05, 5, 1), (2, 0.1, 1, 7)]:
        scheduler = diffusers.EDMEulerScheduler(sigma_min=low, sigma_max=high, rho=rho)
        scheduler.set_timesteps(count)
        cases.append(
            {"count": count, "sigmaMin": low, "sigmaMax": high, "rho": rho, "sigmas": nested(scheduler.sigmas)}
        )
    write("sigma-grids.json", "EDMEulerScheduler(...).set_timesteps(count).sigmas, rounded to float32 by diffusers", ["diffusers"], {"cases": cases})


def preconditioning():
    cases = []
    for sigma_data in [0.5, 1.0, 0.25]:
        scheduler = diffusers.EDMEulerScheduler(sigma_data=sigma_data)
        for sigma in [0.002, 0.1, 0.5, 2.0, 80.0]:
            cases.append({
                "sigma": sigma,
                "sigmaData": sigma_data,
                "skip": scheduler.precondition_outputs(1.0, 0.0, sigma),
                "out": scheduler.precondition_outputs(0.0, 1.0, sigma),
                "input": scheduler.precondition_inputs(1.0, sigma),
                "noise": scheduler.precondition_noise(torch.tensor(sigma)).item(),
            })
    write("preconditioning.json", "EDMEulerScheduler.precondition_inputs/_outputs/_noise", ["diffusers"], {"cases": cases})


def loss():
    generator = torch.Generator().manual_seed(5)
    x0 = torch.randn(5, 2, 3, generator=generator)
    noise = torch.randn(5, 2, 3, generator=generator)
    sigmas = [0.01, 0.2, 0.7, 3.0, 40.0]
    cases = []
    for sigma_data in [0.5, 0.8]:
        slope = torch.tensor(0.6, requires_grad=True)
        total = torch.zeros(())
        # One sample at a time, as a plain sum: nothing is broadcast.
        for clean, direction, sigma in zip(x0, noise, sigmas):
            weight = (sigma**2 + sigma_data**2) / (sigma * sigma_data) ** 2
            error = slope * torch.tanh(clean + sigma * direction) - clean
            total = total + weight * (error**2).sum()
        value = total / x0.numel()
        gradient = torch.autograd.grad(value, slope)[0]
        cases.append({"sigmaData": sigma_data, "loss": value.item(), "gradient": gradient.item()})
    write(
        "loss.json",
        "the loss of the denoiser D(x) = a·tanh(x) at a = 0.6, one sample at a time, and its derivative by a, by torch.autograd",
        ["torch"],
        {"x0": nested(x0), "noise": nested(noise), "sigmas": sigmas, "slope": 0.6, "cases": cases},
    )


def denoisers():
    generator = torch.Generator().manual_seed(7)
    mixture_cases = []
    for sigma in [0.05, 0.5, 3.0]:
        law = mixture(**TRIO, sigma=sigma)
        x = torch.randn(6, 2, generator=generator) * math.sqrt(1 + sigma**2)
        gradient = score(law, x)
        mixture_cases.append(
            {"sigma": sigma, "x": nested(x), "denoised": nested(x + sigma**2 * gradient), "score": nested(gradient)}
        )
    write(
        "mixture-denoiser.json",
        "∇log p of torch.distributions.MixtureSameFamily by torch.autograd, and D = x + σ²∇log p",
        ["torch"],
        {"mixture": TRIO, "cases": mixture_cases},
    )

    digits = sklearn.datasets.load_digits().data[:12]
    data = digits / 8 - 1
    digit_cases = []
    for sigma in [0.002, 0.3, 1.0, 80.0]:
        noise = torch.randn(3, 64, generator=generator).numpy()
        x = data[[2, 5, 9]] + sigma * noise
        distances = ((x[:, None] - data[None]) ** 2).sum(-1)
        weights = scipy.special.softmax(-distances / (2 * sigma**2), axis=1)
        digit_cases.append(
            {"sigma": sigma, "x": np.round(x, 6).tolist(), "denoised": np.round(weights @ data, 6).tolist()}
        )
    write(
        "digits-denoiser.json",
        "the first 12 pictures of sklearn.datasets.load_digits (Alpaydin and Kaynak 1998, UCI), as p/8 − 1; weights by scipy.special.softmax",
        ["sklearn", "scipy"],
        {"pixels": digits.astype(int).tolist(), "cases": digit_cases},
    )


def velocities():
    """The exact path of one point under x₀ ~ N(μ, v), differentiated numerically by mpmath: no ODE formula is used."""
    mpmath.mp.dps = 40
    mean, variance = mpmath.mpf("0.75"), mpmath.mpf("0.25")
    beta_min, beta_delta = mpmath.mpf("0.1"), mpmath.mpf("19.9")
    u = lambda t: beta_delta * t * t / 2 + beta_min * t
    schedules = {
        "VP": (lambda t: mpmath.exp(-u(t) / 2), lambda t: mpmath.sqrt(mpmath.expm1(u(t))), [0.05, 0.3, 0.8]),
        "VE": (lambda t: mpmath.mpf(1), lambda t: mpmath.sqrt(t), [0.04, 1.0, 100.0]),
        "EDM": (lambda t: mpmath.mpf(1), lambda t: t, [0.05, 1.0, 20.0]),
        "flow matching": (lambda t: 1 - t, lambda t: t / (1 - t), [0.1, 0.5, 0.9]),
    }
    cases = []
    for name, (s, sigma, times) in schedules.items():
        for t in times:
            # a path keeps its place among the quantiles: x(t) = s(μ + z√(v + σ²)) with z fixed
            for z in [-1.25, 0.5]:
                path = lambda tau: s(tau) * (mean + z * mpmath.sqrt(variance + sigma(tau) ** 2))
                cases.append({
                    "schedule": name, "t": t, "s": float(s(t)), "sigma": float(sigma(t)),
                    "x": float(path(mpmath.mpf(t))), "velocity": float(mpmath.diff(path, mpmath.mpf(t))),
                })
    write(
        "velocities.json",
        "mpmath.diff (40 digits) of the exact path s(t)(μ + z√(v + σ(t)²)) for data N(μ, v), μ = 0.75, v = 0.25",
        ["mpmath"],
        {"mean": 0.75, "variance": 0.25, "cases": cases},
    )


def samplers():
    generator = torch.Generator().manual_seed(11)
    start = torch.randn(8, 2, generator=generator) * 80
    content = {"twin": TWIN, "initial": nested(start)}

    count = 12
    euler = diffusers.EDMEulerScheduler()
    euler.set_timesteps(count)
    euler.is_scale_input_called = True
    x = start.clone()
    path = []
    for i, timestep in enumerate(euler.timesteps):
        clean = twin_denoiser(x, euler.sigmas[i])
        x = euler.step(clean, timestep, x, pred_original_sample=clean).prev_sample
        path.append(nested(x))
    content["euler"] = {"sigmas": nested(euler.sigmas), "path": path}

    heun = diffusers.HeunDiscreteScheduler(prediction_type="sample")
    heun.set_timesteps(count)
    nodes = euler.sigmas
    heun.sigmas = torch.cat([nodes[:1], nodes[1:-1].repeat_interleave(2), nodes[-1:]])
    x = start.clone()
    path = []
    evaluations = 0
    for i, timestep in enumerate(heun.timesteps):
        level = heun.sigmas[i]
        clean = twin_denoiser(x, level)
        evaluations += 1
        x = heun.step(clean, timestep, x).prev_sample
        if heun.state_in_first_order or i == len(heun.timesteps) - 1:
            path.append(nested(x))
    content["heun"] = {"sigmas": nested(nodes), "path": path, "evaluations": evaluations}

    ddim = diffusers.DDIMScheduler(
        beta_start=1e-4, beta_end=0.02, beta_schedule="linear", clip_sample=False, set_alpha_to_one=True, prediction_type="sample"
    )
    betas = torch.linspace(1e-4, 0.02, 1000)
    ddim.alphas_cumprod = torch.cumprod(1 - betas, 0)
    ddim.set_timesteps(20)
    alpha_bars = ddim.alphas_cumprod[ddim.timesteps]
    sigmas = ((1 - alpha_bars) / alpha_bars).sqrt()
    x = (start / 80 * sigmas[0]) * alpha_bars[0].sqrt()
    path = []
    for i, timestep in enumerate(ddim.timesteps):
        clean = twin_denoiser(x / alpha_bars[i].sqrt(), sigmas[i])
        x = ddim.step(clean, timestep, x, eta=0.0).prev_sample
        scale = alpha_bars[i + 1].sqrt() if i + 1 < len(alpha_bars) else 1.0
        path.append(nested(x / scale))
    content["ddim"] = {"alphaBars": nested(alpha_bars), "sigmas": nested(sigmas) + [0.0], "path": path}

    ends = []
    for point in start:
        def slope(log_sigma, x):
            sigma = math.exp(log_sigma)
            x = torch.tensor(x)[None]
            return (x - twin_denoiser(x, sigma))[0].numpy()

        solution = solve_ivp(slope, (math.log(80), math.log(1e-5)), point.numpy(), method="DOP853", rtol=1e-11, atol=1e-12)
        ends.append(solution.y[:, -1].tolist())
    content["exact"] = ends
    write(
        "samplers.json",
        "x after every step of EDMEulerScheduler, HeunDiscreteScheduler (with EDM's grid put in) and DDIMScheduler (η = 0; divided by √ᾱ; ᾱ in float64), "
        "fed with D = x + σ²∇log p from torch.distributions; the grids of the first two are float32; exact: scipy solve_ivp DOP853 from σ = 80 to 1e-5, rtol 1e-11",
        ["diffusers", "torch", "scipy"],
        content,
    )


# A finite data set: its best denoiser is a softmax over the points.
POINTS = [[-1.2, 0.3], [-0.4, -0.9], [0.2, 1.1], [0.9, -0.2], [1.3, 0.8]]


def points_denoiser(x, sigma):
    data = torch.tensor(POINTS)
    weights = torch.softmax(-((x[:, None] - data) ** 2).sum(-1) / (2 * sigma**2), dim=1)
    return weights @ data


def one_path():
    """Three schedulers, each with its own prediction, scale and time, on the same noise levels."""
    generator = torch.Generator().manual_seed(12)
    noise = torch.randn(6, 2, generator=generator)
    # Noise levels that DDPM's 1,000 times have: ᾱ in float64.
    alpha_bars = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000), 0)
    times = torch.arange(900, -1, -60)
    sigmas = ((1 - alpha_bars[times]) / alpha_bars[times]).sqrt()
    start = noise * sigmas[0]
    content = {"points": POINTS, "alphaBars": nested(alpha_bars[times]), "sigmas": nested(sigmas), "initial": nested(start)}

    ddim = diffusers.DDIMScheduler(beta_start=1e-4, beta_end=0.02, beta_schedule="linear", clip_sample=False, steps_offset=0)
    ddim.alphas_cumprod = alpha_bars
    ddim.set_timesteps(1000)
    x, path = start * alpha_bars[times[0]].sqrt(), []
    for time, next_time in zip(times[:-1], times[1:]):
        a = alpha_bars[time]
        noise_hat = (x - a.sqrt() * points_denoiser(x / a.sqrt(), ((1 - a) / a).sqrt())) / (1 - a).sqrt()
        # prev_timestep = timestep − num_train_timesteps // num_inference_steps
        ddim.config.num_train_timesteps, ddim.num_inference_steps = int(time - next_time), 1
        x = ddim.step(noise_hat, int(time), x, eta=0.0).prev_sample
        path.append(nested(x))
    content["ddim"] = path

    # diffusers' flow runs from noise (its sigma = 1) to data (0) and expects the velocity ε − x₀.
    flow = diffusers.FlowMatchEulerDiscreteScheduler()
    fractions = sigmas / (1 + sigmas)
    flow.set_timesteps(sigmas=fractions.tolist())
    flow.sigmas = torch.cat([fractions, torch.zeros(1)])
    x, path = start * (1 - fractions[0]), []
    for i, timestep in enumerate(flow.timesteps[:-1]):
        f = fractions[i]
        velocity = (x - points_denoiser(x / (1 - f), sigmas[i])) / f
        x = flow.step(velocity, timestep, x).prev_sample.to(torch.float64)
        path.append(nested(x))
    content["flow"] = path

    euler = diffusers.EDMEulerScheduler()
    euler.set_timesteps(len(sigmas))
    euler.sigmas = torch.cat([sigmas, torch.zeros(1)])
    euler.is_scale_input_called = True
    x, path = start.clone(), []
    for i, timestep in enumerate(euler.timesteps[:-1]):
        clean = points_denoiser(x, sigmas[i])
        x = euler.step(clean, timestep, x, pred_original_sample=clean).prev_sample
        path.append(nested(x))
    content["edm"] = path
    write(
        "one-path.json",
        "x after every step of DDIMScheduler (η = 0, fed with ε̂), FlowMatchEulerDiscreteScheduler (fed with ε − x₀) and EDMEulerScheduler (fed with D), "
        "each in its own scale, on the same noise levels, for the best denoiser of five points; ᾱ in float64, flow's state is float32 between steps",
        ["diffusers", "torch"],
        content,
    )


def likelihood():
    generator = torch.Generator().manual_seed(13)
    sigma_min = 0.05
    x = torch.randn(10, 2, generator=generator) * 0.9
    write(
        "likelihood.json",
        "log-densities by torch.distributions.MixtureSameFamily of the law blurred by sigmaMin",
        ["torch"],
        {"twin": TWIN, "sigmaMin": sigma_min, "x": nested(x), "logDensity": nested(twin(sigma_min).log_prob(x))},
    )


def orders():
    generator = np.random.default_rng(17)
    cases = []
    for order in [1, 2, 3]:
        steps = np.array([0.4, 0.2, 0.1, 0.05, 0.02])
        errors = 3.0 * steps**order * np.exp(0.2 * generator.standard_normal(5))
        slope = np.polyfit(np.log(steps), np.log(errors), 1)[0]
        cases.append({"steps": steps.tolist(), "errors": errors.tolist(), "order": float(slope)})
    write("orders.json", "numpy.polyfit(log steps, log errors, 1)[0]", ["numpy"], {"cases": cases})


if __name__ == "__main__":
    FIXTURES.mkdir(parents=True, exist_ok=True)
    for fixture in (corruptions, grids, preconditioning, loss, denoisers, velocities, samplers, one_path, likelihood, orders):
        fixture()
