"""Writes the fixtures of Chapter 7's tests: values that do not come from this course's code.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install torch diffusers==0.42.1 scipy mpmath flow-matching==1.0.10
    /tmp/oracle/bin/python Oracles/chapter07_discrete.py

Nearly everything here is brute force: laws on all S^L texts, matrix exponentials of the whole space's rate matrix, sums over all paths.
Matrices have columns that say where from (K[y][x] = P(y | x)), the mask is the last state, and texts are numbered with the first position
as the most significant digit. All arithmetic is in double precision unless it says otherwise.

Checked by hand against the authors' programs, of which no line is used here: the denoising score entropies and the Tweedie laws against
graph_lib.py of louaaron/Score-Entropy-Discrete-Diffusion (largest difference 2e-13), the block masks against models/dit.py of
kuleshov-group/bd3lms (equal).
"""

import itertools
import json
import math
import pathlib

import diffusers
import flow_matching
import mpmath
import numpy as np
import scipy
import torch
from diffusers import VQDiffusionScheduler
from flow_matching.loss import MixturePathGeneralizedKL
from flow_matching.path import MixtureDiscreteProbPath
from flow_matching.path.scheduler import PolynomialConvexScheduler
from scipy.integrate import quad
from scipy.linalg import expm

FIXTURES = pathlib.Path(__file__).parent.parent / "Tests" / "Chapter07DiscreteDiffusionTests" / "Fixtures"
VERSIONS = {m.__name__: m.__version__ for m in (diffusers, flow_matching, mpmath, np, scipy, torch)}
torch.set_default_dtype(torch.float64)


def write(name, method, libraries, content):
    provenance = {
        "script": "Oracles/chapter07_discrete.py",
        "method": method,
        "libraries": {library: VERSIONS[library] for library in libraries},
    }
    text = json.dumps({"provenance": provenance, **content}, ensure_ascii=False)
    FIXTURES.mkdir(parents=True, exist_ok=True)
    (FIXTURES / name).write_text(text + "\n")


def listed(values):
    return np.asarray(values, dtype=float).tolist()


# ---- the processes, from their rates alone ----


def rates(kind, symbols):
    """Q[y, x]: the rate of jumping from x to y."""
    if kind == "uniform":
        return np.full((symbols, symbols), 1 / symbols) - np.eye(symbols)
    matrix = np.zeros((symbols + 1, symbols + 1))
    matrix[symbols, :symbols] = 1
    matrix[np.arange(symbols), np.arange(symbols)] = -1
    return matrix


def states(kind, symbols):
    return symbols if kind == "uniform" else symbols + 1


def texts(count, length):
    return list(itertools.product(range(count), repeat=length))


def whole_space_rates(kind, symbols, length):
    """One position jumps at a time: the sum of Q at each place with identities at the others."""
    size = states(kind, symbols)
    total = np.zeros((size**length, size**length))
    for place in range(length):
        total += np.kron(np.kron(np.eye(size**place), rates(kind, symbols)), np.eye(size ** (length - 1 - place)))
    return total


def embedded(law, kind, symbols, length):
    """A law on N^L texts as a law on all S^L states."""
    size = states(kind, symbols)
    result = np.zeros(size**length)
    for index, text in enumerate(texts(size, length)):
        if max(text) < symbols:
            result[index] = law[int(sum(v * symbols ** (length - 1 - i) for i, v in enumerate(text)))]
    return result


def replaced(text, place, value):
    return text[:place] + (value,) + text[place + 1 :]


def number(text, size):
    result = 0
    for value in text:
        result = result * size + value
    return result


def scores(marginal, size, length):
    """p(x with position i set to y) / p(x)."""
    return [
        [
            [marginal[number(replaced(text, i, y), size)] / marginal[number(text, size)] for y in range(size)]
            for i in range(length)
        ]
        for text in texts(size, length)
    ]


def kernels():
    cases = []
    for kind, symbols, sigma in itertools.product(["uniform", "absorbing"], [2, 3, 5], [0.0, 0.3, 1.0, 4.0]):
        q = rates(kind, symbols)
        cases.append({
            "kind": kind, "symbols": symbols, "sigma": sigma, "rates": listed(q), "kernel": listed(expm(sigma * q)),
        })
    mpmath.mp.dps = 40
    small = []
    for sigma in ["1e-3", "1e-9", "1e-13"]:
        changed = 1 - mpmath.exp(-mpmath.mpf(sigma))
        small.append({"sigma": float(sigma), "masked": float(changed), "uniformOffDiagonalOfThree": float(changed / 3)})
    # two positions: e^{σ(Q⊗1 + 1⊗Q)} = K⊗K
    pairs = []
    for kind in ["uniform", "absorbing"]:
        pairs.append({
            "kind": kind, "symbols": 2, "sigma": 0.7, "kernel": listed(expm(0.7 * whole_space_rates(kind, 2, 2))),
        })
    write("kernels.json", "scipy.linalg.expm of σQ; small σ with 40 digits", ["scipy", "mpmath"],
          {"cases": cases, "small": small, "pairs": pairs})


# ---- D3PM ----


def random_stochastic(size, generator):
    return generator.dirichlet(np.ones(size), size=size).T


def brute_posterior(step, before, x0, xt):
    """q(x_{t−1} | x_t, x_0) from the joint law of the chain x_0 → x_{t−1} → x_t."""
    joint = np.array([before[z, x0] * step[xt, z] for z in range(step.shape[0])])
    return joint / joint.sum()


def divergence(p, q):
    p, q = np.asarray(p), np.asarray(q)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.sum(np.where(p > 0, p * np.log(p / q), 0)))


def d3pm_chain(kind, symbols, alphas):
    """One-step kernels and their products."""
    steps = [expm(-math.log(a) * rates(kind, symbols)) if a > 0 else None for a in alphas]
    for index, a in enumerate(alphas):
        if a == 0:
            size = states(kind, symbols)
            limit = np.full((size, size), 1 / size) if kind == "uniform" else np.zeros((size, size))
            if kind == "absorbing":
                limit[symbols, :] = 1
            steps[index] = limit
    cumulative = [np.eye(states(kind, symbols))]
    for step in steps:
        cumulative.append(step @ cumulative[-1])
    return steps, cumulative


def d3pm():
    generator = np.random.default_rng(7)
    posteriors = []
    for size in [2, 3, 4]:
        step, before = random_stochastic(size, generator), random_stochastic(size, generator)
        guess = generator.dirichlet(np.ones(size))
        for xt in range(size):
            table = [brute_posterior(step, before, x0, xt) for x0 in range(size)]
            posteriors.append({
                "step": listed(step), "before": listed(before), "cumulative": listed(step @ before), "noisy": xt,
                "posteriors": listed(table), "guess": listed(guess), "reverse": listed(guess @ np.array(table)),
            })
    # another library's sum over x̃0: kernels that both mask and replace
    scheduler = VQDiffusionScheduler(num_vec_classes=4, num_train_timesteps=6, alpha_cum_start=0.95, alpha_cum_end=0.05,
                                     gamma_cum_start=0.02, gamma_cum_end=0.7)
    library = []
    for t in [1, 2, 3, 5]:
        for noisy in [0, 2, 3]:
            guess = torch.tensor(generator.dirichlet(np.ones(3)), dtype=torch.float32)
            law = scheduler.q_posterior(guess.log()[None, :, None], torch.tensor([[noisy]]), torch.tensor(t)).exp()[0, :, 0]

            def matrix(a, b, c):
                kernel = np.zeros((4, 4))
                kernel[:3, :3] = float(b.exp()) + np.eye(3) * float(a.exp())
                kernel[3, :3] = float(c.exp())
                kernel[3, 3] = 1
                return kernel / kernel.sum(axis=0)

            library.append({
                "step": listed(matrix(scheduler.log_at[t], scheduler.log_bt[t], scheduler.log_ct[t])),
                "before": listed(matrix(scheduler.log_cumprod_at[t - 1], scheduler.log_cumprod_bt[t - 1],
                                        scheduler.log_cumprod_ct[t - 1])),
                "noisy": noisy, "guess": listed(guess.double()) + [0.0], "reverse": listed(law.double()),
            })
    bounds = []
    for kind, symbols, alphas in [("uniform", 3, [0.9, 0.7, 0.5, 0.2]), ("absorbing", 3, [0.75, 2 / 3, 0.5, 0.0])]:
        size, count = states(kind, symbols), len(alphas)
        steps, cumulative = d3pm_chain(kind, symbols, alphas)
        guesses = generator.dirichlet(np.ones(symbols) * 2, size=(count, size))  # [t][x_t][x̃0]
        guesses = np.concatenate([guesses, np.zeros((count, size, size - symbols))], axis=2)
        if kind == "absorbing":
            guesses[:, :symbols, :] = np.eye(size)[:symbols]  # a token that can be seen is the clean one
        prior = np.full(size, 1 / size) if kind == "uniform" else np.eye(size)[symbols]

        def reverse(t, xt):
            """p(x_{t−1} | x_t), t from 1."""
            total = np.zeros(size)
            for x0 in range(symbols):
                joint = steps[t - 1][xt, :] * cumulative[t - 1][:, x0]
                if joint.sum() > 0:
                    total += guesses[t - 1][xt][x0] * joint / joint.sum()
            return total / total.sum()

        # a state's model transition is only defined where the chain can be
        for x0 in range(symbols):
            terms = []
            for t in range(2, count + 1):
                terms.append(sum(
                    cumulative[t][xt, x0]
                    * divergence(brute_posterior(steps[t - 1], cumulative[t - 1], x0, xt), reverse(t, xt))
                    for xt in range(size) if cumulative[t][xt, x0] > 0))
            last = -sum(cumulative[1][x1, x0] * math.log(reverse(1, x1)[x0])
                        for x1 in range(size) if cumulative[1][x1, x0] > 0)
            law = prior
            for t in range(count, 0, -1):
                law = sum(law[xt] * reverse(t, xt) for xt in range(size) if law[xt] > 0)
            start = divergence(cumulative[count][:, x0], prior)
            bounds.append({
                "kind": kind, "symbols": symbols, "alphas": alphas, "guesses": listed(guesses), "prior": listed(prior),
                "clean": x0, "priorTerm": start, "steps": terms, "reconstruction": last,
                "total": start + sum(terms) + last, "negativeLogLikelihood": -math.log(law[x0]),
                "stepKernels": [listed(k) for k in steps], "cumulativeKernels": [listed(k) for k in cumulative],
            })
    write("d3pm.json",
          "posteriors from the joint law of a chain; `library` is VQDiffusionScheduler.q_posterior, float32; bounds and likelihoods by "
          "summing over all paths", ["numpy", "diffusers", "torch", "scipy"],
          {"posteriors": posteriors, "library": library, "bounds": bounds})


# ---- ratios, score entropy, likelihood ----


def example_law(symbols, length, seed):
    return np.random.default_rng(seed).dirichlet(np.full(symbols**length, 0.7))


def marginals():
    cases = []
    for kind, symbols, length, seed in [("uniform", 3, 2, 1), ("absorbing", 3, 2, 1), ("uniform", 2, 3, 2), ("absorbing", 2, 3, 2)]:
        law = example_law(symbols, length, seed)
        size = states(kind, symbols)
        for sigma in [0.1, 1.0]:
            marginal = expm(sigma * whole_space_rates(kind, symbols, length)) @ embedded(law, kind, symbols, length)
            cases.append({
                "kind": kind, "symbols": symbols, "length": length, "law": listed(law), "sigma": sigma,
                "marginal": listed(marginal), "scores": scores(marginal, size, length),
            })
    write("marginals.json", "expm of the whole space's rate matrix, applied to the law; ratios of its entries", ["scipy", "numpy"],
          {"cases": cases})


def score_entropy():
    values = []
    for log_s in [-2.0, -0.5, 0.0, 0.7, 3.0]:
        for a in [0.0, 0.2, 1.0, 5.0]:
            variable = torch.tensor(log_s, requires_grad=True)
            s = variable.exp()
            constant = a * (math.log(a) - 1) if a > 0 else 0.0
            loss = s - a * torch.log(s) + constant
            loss.backward()
            values.append({"logScore": log_s, "ratio": a, "value": loss.item(), "slopeInLogScore": variable.grad.item()})
    generator = np.random.default_rng(11)
    denoising = []
    for kind, symbols in [("uniform", 2), ("uniform", 4), ("absorbing", 2), ("absorbing", 4)]:
        size = states(kind, symbols)
        q = rates(kind, symbols)
        for sigma in [0.05, 0.6, 3.0]:
            kernel = expm(sigma * q)
            for clean, noisy in [(0, 0), (1, 0), (1, size - 1)]:
                if kernel[noisy, clean] < 1e-300:
                    continue
                log_s = generator.normal(size=size)
                log_s[noisy] = 0
                total = 0.0
                for y in range(size):
                    if y == noisy or q[noisy, y] == 0:
                        continue
                    a = kernel[y, clean] / kernel[noisy, clean]
                    total += q[noisy, y] * (math.exp(log_s[y]) - a * log_s[y] + scipy.special.xlogy(a, a) - a)
                denoising.append({"kind": kind, "symbols": symbols, "sigma": sigma, "clean": clean, "noisy": noisy,
                                  "logScores": listed(log_s), "value": float(total)})
    write("score-entropy.json", "values and slopes by torch.autograd; the denoising form summed over all jumps with scipy.linalg.expm's kernels",
          ["torch", "scipy"], {"values": values, "denoising": denoising})


def denoising_integrand(law, kind, symbols, length, text, sigma, factor=1.0):
    """E over x_σ given x_0 of the denoising score entropy, with the scores of `law`, each times `factor`."""
    size = states(kind, symbols)
    q = rates(kind, symbols)
    kernel = expm(sigma * q)
    marginal = embedded(law, kind, symbols, length).reshape([size] * length)
    for axis in range(length):
        marginal = np.moveaxis(np.tensordot(kernel, marginal, axes=(1, axis)), 0, axis)
    total = 0.0
    for noisy in texts(size, length):
        weight = math.prod(kernel[noisy[i], text[i]] for i in range(length))
        if weight == 0:
            continue
        for i in range(length):
            for y in range(size):
                if y == noisy[i] or q[noisy[i], y] == 0:
                    continue
                a = kernel[y, text[i]] / kernel[noisy[i], text[i]]
                s = factor * marginal[replaced(noisy, i, y)] / marginal[noisy]
                total += weight * q[noisy[i], y] * (s - scipy.special.xlogy(a, s) + scipy.special.xlogy(a, a) - a)
    return total


def conditional_divergence(law, kind, symbols, length, text, sigma):
    """KL(p_σ(· | x_0) ‖ p_σ)."""
    propagator = expm(sigma * whole_space_rates(kind, symbols, length))
    start = embedded(law, kind, symbols, length)
    size = states(kind, symbols)
    one = np.zeros(size**length)
    one[number(text, size)] = 1
    return divergence(np.maximum(propagator @ one, 0), propagator @ start)


def likelihood():
    schedules = []
    for t in [0.0, 0.001, 0.25, 0.5, 0.9, 1.0]:
        variable = torch.tensor(t, requires_grad=True)
        log_linear = -torch.log(1 - (1 - 1e-3) * variable)
        slope = torch.autograd.grad(log_linear, variable)[0].item()
        schedules.append({"name": "log-linear", "parameters": [1e-3], "t": t, "sigma": log_linear.item(), "rate": slope})
        for low, high in [(1e-4, 20.0), (1e-5, 20.0)]:
            geometric = low ** (1 - variable) * high**variable
            slope = torch.autograd.grad(geometric, variable)[0].item()
            schedules.append({"name": "geometric", "parameters": [low, high], "t": t, "sigma": geometric.item(), "rate": slope})
    cases = []
    for kind, symbols, length, seed in [("uniform", 3, 2, 1), ("absorbing", 3, 2, 1), ("uniform", 2, 3, 2), ("absorbing", 2, 3, 2)]:
        law = example_law(symbols, length, seed)
        for text in texts(symbols, length)[:: (4 if length == 2 else 3)]:
            def integral(low, high, factor=1.0):
                def integrand(u):
                    return math.exp(u) * denoising_integrand(law, kind, symbols, length, text, math.exp(u), factor)
                return quad(integrand, math.log(low), math.log(high), epsabs=1e-10, epsrel=1e-10, limit=200)[0]
            cases.append({
                "kind": kind, "symbols": symbols, "length": length, "law": listed(law), "text": list(text),
                "negativeLogProbability": -math.log(law[number(text, symbols)]),
                "low": 1e-4, "high": 8.0, "integral": integral(1e-4, 8.0), "integralOfScoresTimesOnePointThree": integral(1e-4, 8.0, 1.3),
                "divergenceAtLow": conditional_divergence(law, kind, symbols, length, text, 1e-4),
                "divergenceAtHigh": conditional_divergence(law, kind, symbols, length, text, 8.0),
            })
            print("likelihood", kind, text, cases[-1]["negativeLogProbability"],
                  cases[-1]["divergenceAtLow"] - cases[-1]["integral"] - cases[-1]["divergenceAtHigh"],
                  cases[-1]["negativeLogProbability"] - cases[-1]["integral"] - cases[-1]["divergenceAtHigh"])
    write("likelihood.json",
          "integrals by scipy.integrate.quad in log σ with kernels by expm; divergences by the whole space's expm; rates by torch.autograd",
          ["scipy", "torch"], {"schedules": schedules, "cases": cases})


# ---- masks ----


class Polynomial:
    def __init__(self, power):
        self.power = power

    def alpha(self, t):
        return (1 - t) ** self.power

    def slope(self, t):
        return -self.power * (1 - t) ** (self.power - 1)


def masked():
    generator = np.random.default_rng(13)
    symbols, length = 4, 5
    log_probabilities, losses = [], []
    for _ in range(3):
        logits = torch.tensor(generator.normal(size=(length, symbols + 1)) * 2)
        tokens = [int(v) for v in generator.integers(0, symbols + 1, size=length)]
        tokens[0], tokens[1] = symbols, 2
        expected = []
        for i, token in enumerate(tokens):
            if token == symbols:
                row = logits[i].clone()
                row[symbols] = -torch.inf
                expected.append(torch.log_softmax(row, dim=-1).exp().tolist())
            else:
                expected.append(torch.nn.functional.one_hot(torch.tensor(token), symbols + 1).double().tolist())
        log_probabilities.append({"logits": logits.tolist(), "tokens": tokens, "probabilities": expected})
    for power in [1.0, 2.0]:
        path = MixtureDiscreteProbPath(PolynomialConvexScheduler(n=power))
        loss = MixturePathGeneralizedKL(path, reduction="none")
        for t in [0.1, 0.5, 0.95]:
            clean = torch.tensor(generator.integers(0, symbols, size=(2, length)))
            hidden = torch.tensor(generator.random((2, length)) < t)
            noisy = torch.where(hidden, torch.full_like(clean, symbols), clean)
            logits = torch.tensor(generator.normal(size=(2, length, symbols + 1)))
            free = logits.clone()
            free[..., symbols] = -torch.inf
            # an unmasked position is carried over: its law is a certainty, and its loss 0
            certain = torch.where(hidden[..., None], free, torch.nn.functional.one_hot(clean, symbols + 1).double().log())
            value = loss(certain, clean, noisy, torch.full((2,), 1 - t))
            value = torch.where(hidden, value, torch.zeros_like(value))
            schedule = Polynomial(power)
            losses.append({
                "power": power, "t": t, "alpha": schedule.alpha(t), "weight": -schedule.slope(t) / (1 - schedule.alpha(t)),
                "clean": clean.tolist(), "noisy": noisy.tolist(), "logits": logits.tolist(), "losses": value.tolist(),
                "perSequence": value.sum(1).tolist(),
            })
    write("masked.json", "torch.log_softmax; losses by flow_matching's MixturePathGeneralizedKL with PolynomialConvexScheduler, at its time 1 − t",
          ["torch", "flow_matching"], {"logProbabilities": log_probabilities, "losses": losses})


# ---- samplers ----


def reverse_law(law, kind, symbols, length, text, later, earlier):
    """P(x_s | x_t) by Bayes' rule on the whole space."""
    size = states(kind, symbols)
    whole = whole_space_rates(kind, symbols, length)
    before = expm(earlier * whole) @ embedded(law, kind, symbols, length)
    joint = before * (expm((later - earlier) * whole))[number(text, size), :]
    return joint / joint.sum()


def position_marginals(law, size, length):
    cube = np.asarray(law).reshape([size] * length)
    return [cube.sum(axis=tuple(j for j in range(length) if j != i)) for i in range(length)]


def product_law(rows):
    result = np.ones(1)
    for row in rows:
        result = np.kron(result, row)
    return result


def conditionals(law, symbols, length, tokens):
    """P(x_i = v | the positions that are not masked), for each i."""
    cube = np.asarray(law).reshape([symbols] * length).copy()
    for i, token in enumerate(tokens):
        if token < symbols:
            keep = [slice(None)] * length
            keep[i] = [v for v in range(symbols) if v != token]
            cube[tuple(keep)] = 0
    rows = position_marginals(cube, symbols, length)
    return [row / row.sum() for row in rows]


def ancestral_law(law, symbols, length, alphas):
    """The law of MDLM's ancestral sampler with exact conditionals; α falls from alphas[0] = 1 to alphas[-1] = 0."""
    size = symbols + 1
    current = {tuple([symbols] * length): 1.0}
    for index in range(len(alphas) - 1, 0, -1):
        alpha_t, alpha_s = alphas[index], alphas[index - 1]
        reveal = (alpha_s - alpha_t) / (1 - alpha_t)
        following = {}
        for tokens, weight in current.items():
            rows = conditionals(law, symbols, length, tokens)
            choices = [
                [(v, reveal * rows[i][v]) for v in range(symbols)] + [(symbols, 1 - reveal)] if token == symbols else [(token, 1.0)]
                for i, token in enumerate(tokens)
            ]
            for choice in itertools.product(*choices):
                chance = weight * math.prod(p for _, p in choice)
                if chance > 0:
                    key = tuple(v for v, _ in choice)
                    following[key] = following.get(key, 0) + chance
        current = following
    result = np.zeros(symbols**length)
    for tokens, weight in current.items():
        result[number(tokens, symbols)] += weight
    return result


def samplers():
    steps = []
    for kind, symbols, length, seed in [("uniform", 3, 2, 1), ("absorbing", 3, 2, 1), ("uniform", 2, 3, 2), ("absorbing", 2, 3, 2)]:
        law = example_law(symbols, length, seed)
        size = states(kind, symbols)
        q = rates(kind, symbols)
        for later, earlier in [(1.0, 0.9), (1.0, 0.4), (0.3, 0.05)]:
            marginal = expm(later * whole_space_rates(kind, symbols, length)) @ embedded(law, kind, symbols, length)
            for text in texts(size, length)[:: max(1, size**length // 3)] + [tuple([size - 1] * length)]:
                truth = reverse_law(law, kind, symbols, length, text, later, earlier)
                gap = later - earlier
                tweedie = position_marginals(truth, size, length)
                leap = []
                for i in range(length):
                    row = np.array([
                        gap * q[text[i], y] * marginal[number(replaced(text, i, y), size)] / marginal[number(text, size)]
                        if y != text[i] else 0.0 for y in range(size)])
                    row[text[i]] = max(0.0, 1 - row.sum())
                    leap.append(row / row.sum())
                steps.append({
                    "kind": kind, "symbols": symbols, "length": length, "law": listed(law), "later": later, "earlier": earlier,
                    "text": list(text), "scores": scores(marginal, size, length)[number(text, size)],
                    "reverse": listed(truth), "tweedie": listed(tweedie), "tauLeap": listed(leap),
                    "divergenceOfTweedie": divergence(truth, product_law(tweedie)),
                    "divergenceOfTauLeap": divergence(truth, product_law(leap)),
                })
                # (a leap that gives a possible jump the chance 0 has an infinite divergence; JSON has no such number)
                if not math.isfinite(steps[-1]["divergenceOfTauLeap"]):
                    steps[-1]["divergenceOfTauLeap"] = None
    laws = []
    for symbols, length, seed in [(3, 2, 1), (2, 3, 2)]:
        law = example_law(symbols, length, seed)
        for count in [1, 2, 4, 8, 32]:
            alphas = [1 - i / count for i in range(count + 1)]
            sampled = ancestral_law(law, symbols, length, alphas)
            laws.append({"symbols": symbols, "length": length, "law": listed(law), "alphas": alphas, "sampled": listed(sampled),
                         "divergence": divergence(law, sampled)})
    hitting = []
    for masked_count, share, u in itertools.product([1, 2, 5], [1.0, 0.4], [0.05, 0.5, 0.9]):
        hitting.append({"masked": masked_count, "share": share, "u": u,
                        "next": share * float(scipy.stats.beta(masked_count, 1).ppf(u))})
    write("samplers.json",
          "the reverse law by Bayes' rule on all texts; `tweedie` are its positions' marginals; `tauLeap` from rates and ratios; the ancestral "
          "sampler's law by summing over all paths; the next jump by scipy.stats.beta(n, 1).ppf", ["scipy", "numpy"],
          {"steps": steps, "laws": laws, "hitting": hitting})


# ---- the bound over all masks ----


def entropy(law):
    law = np.asarray(law)
    return float(-np.sum(scipy.special.xlogy(law, law)))


def path_bound(law, symbols, length, alphas, text):
    """−E log p(path)/q(path | x0): the KL divergences of all steps, by enumerating pairs of states."""
    total = 0.0
    for index in range(1, len(alphas)):
        alpha_t, alpha_s = alphas[index], alphas[index - 1]
        reveal = (alpha_s - alpha_t) / (1 - alpha_t)
        for hidden in itertools.product([False, True], repeat=length):
            weight = math.prod((1 - alpha_t) if h else alpha_t for h in hidden)
            if weight == 0:
                continue
            tokens = [symbols if h else v for h, v in zip(hidden, text)]
            rows = conditionals(law, symbols, length, tokens)
            for i, h in enumerate(hidden):
                if h:
                    truth = [reveal if v == text[i] else 0.0 for v in range(symbols)] + [1 - reveal]
                    model = [reveal * rows[i][v] for v in range(symbols)] + [1 - reveal]
                    total += weight * divergence(truth, model)
    return total


def exact_bound():
    cases = []
    for symbols, length, seed in [(3, 3, 5), (2, 4, 6)]:
        law = example_law(symbols, length, seed)
        rows = position_marginals(law, symbols, length)
        h = entropy(law)
        total_correlation = sum(entropy(row) for row in rows) - h
        cube = law.reshape([symbols] * length)
        dual = h - sum(h - entropy(cube.sum(axis=i).ravel()) for i in range(length))
        bounds = []
        for name, schedule in [("linear", lambda t: 1 - t), ("cosine", lambda t: 1 - math.cos(math.pi / 2 * (1 - t)))]:
            for count in [1, 2, 3, 4, 8, 16, 64]:
                alphas = [schedule(i / count) for i in range(count + 1)]
                alphas[0], alphas[-1] = 1.0, 0.0
                each = [path_bound(law, symbols, length, alphas, text) for text in texts(symbols, length)]
                bounds.append({"schedule": name, "steps": count, "alphas": alphas, "bounds": each,
                               "gap": float(np.dot(law, each)) - h})
                print("bound", symbols, length, name, count, bounds[-1]["gap"])
        cases.append({"symbols": symbols, "length": length, "law": listed(law), "entropy": h, "totalCorrelation": total_correlation,
                      "dualTotalCorrelation": dual, "bounds": bounds})
        print("TC", total_correlation, "dual", dual)
    weights = []
    for length in [1, 3, 6]:
        for k in range(1, length + 1):
            weights.append({"length": length, "masked": k, "weight": float(scipy.special.beta(k, length - k + 1))})
    write("exact-bound.json", "the divergences of all steps, summed over all masks, for each text; weights by scipy.special.beta", ["scipy", "numpy"],
          {"cases": cases, "limitWeights": weights})


# ---- blocks ----


def attention(length, block):
    """Arriola et al., B.6, read as a rule about single pairs: noisy tokens are 0…L−1, clean ones L…2L−1."""
    rows = []
    for query in range(2 * length):
        row = []
        for key in range(2 * length):
            query_block, key_block = (query % length) // block, (key % length) // block
            if query < length and key < length:
                row.append(query_block == key_block)
            elif query < length:
                row.append(key_block < query_block)
            elif key < length:
                row.append(False)
            else:
                row.append(key_block <= query_block)
        rows.append([int(v) for v in row])
    return rows


def blocks():
    masks = [{"length": length, "block": block, "allowed": attention(length, block)}
             for length, block in [(6, 2), (4, 1), (4, 4), (6, 3), (8, 2)]]
    bounds = []
    for symbols, length, seed in [(3, 3, 5), (2, 4, 6)]:
        law = example_law(symbols, length, seed)
        for block in [b for b in range(1, length + 1) if length % b == 0]:
            for text in texts(symbols, length)[::5]:
                total = 0.0
                for first in range(0, length, block):
                    def inner(m):
                        value = 0.0
                        for hidden in itertools.product([False, True], repeat=block):
                            if not any(hidden):
                                continue
                            weight = math.prod(m if x else 1 - m for x in hidden) / m
                            tokens = [symbols] * length
                            tokens[:first] = text[:first]
                            for j, x in enumerate(hidden):
                                tokens[first + j] = symbols if x else text[first + j]
                            rows = conditionals(law, symbols, length, tokens)
                            value -= weight * sum(math.log(rows[first + j][text[first + j]]) for j, x in enumerate(hidden) if x)
                        return value
                    total += quad(inner, 0, 1, epsabs=1e-12, epsrel=1e-12)[0]
                bounds.append({"symbols": symbols, "length": length, "block": block, "law": listed(law), "text": list(text), "bound": total,
                               "negativeLogProbability": -math.log(law[number(text, symbols)])})
                print("block", block, text, bounds[-1]["bound"] - bounds[-1]["negativeLogProbability"])
    generator = np.random.default_rng(17)
    losses = []
    for length, block in [(6, 2), (4, 1), (4, 4)]:
        symbols = 4
        clean = torch.tensor(generator.integers(0, symbols, size=(2, length)))
        shares = torch.tensor(generator.uniform(0.3, 0.8, size=(2, length // block)))
        hidden = torch.tensor(generator.random((2, length))) < shares.repeat_interleave(block, dim=1)
        logits = torch.tensor(generator.normal(size=(2, length, symbols + 1)))
        free = logits.clone()
        free[..., symbols] = -torch.inf
        nll = torch.nn.functional.cross_entropy(free.reshape(-1, symbols + 1), clean.reshape(-1), reduction="none").reshape(2, length)
        value = torch.where(hidden, nll / shares.repeat_interleave(block, dim=1), torch.zeros_like(nll))
        losses.append({"length": length, "block": block, "symbols": symbols, "clean": clean.tolist(), "hidden": hidden.int().tolist(),
                       "noisy": torch.where(hidden, torch.full_like(clean, symbols), clean).tolist(),
                       "shares": shares.tolist(), "logits": logits.tolist(), "perSequence": value.sum(1).tolist()})
    # one token a block: second moment of 1[masked]·nll/m over m uniform in [β, ω], in units of nll²; its mean is nll for every range
    moments = [{"low": low, "high": high, "secondMoment": quad(lambda m: 1 / m, low, high)[0] / (high - low)}
               for low, high in [(0.001, 1.0), (0.1, 1.0), (0.3, 0.8), (0.5, 1.0)]]
    write("blocks.json", "masks by the rule of Arriola et al., appendix B.6, pair by pair; bounds by scipy.integrate.quad over the masked share; losses by "
          "torch.nn.functional.cross_entropy", ["scipy", "torch"],
          {"masks": masks, "bounds": bounds, "losses": losses, "oneTokenSecondMoments": moments})


# ---- drawing, filling in ----


def categorical():
    generator = np.random.default_rng(19)
    inverse = []
    for weights in [[0.1, 0.2, 0.7], [0.0, 0.5, 0.0, 0.5], [1.0], list(generator.dirichlet(np.ones(6)))]:
        for u in [0.0, 0.05, 0.1 + 1e-12, 0.3, 0.49999, 0.5, 0.95, 1 - 2.0**-53]:
            total = np.cumsum(weights)
            inverse.append({"weights": listed(weights), "u": u,
                            "index": int(np.searchsorted(total / total[-1], u, side="right"))})
    nucleus = []
    for weights in [[0.5, 0.3, 0.15, 0.05], [0.1, 0.4, 0.2, 0.3], list(generator.dirichlet(np.ones(7)))]:
        for p in [0.05, 0.45, 0.6, 0.85, 1.0]:
            order = sorted(range(len(weights)), key=lambda i: -weights[i])
            kept, total = [], 0.0
            for index in order:
                kept.append(index)
                total += weights[index]
                if total >= p - 1e-12:
                    break
            law = [weights[i] / total if i in kept else 0.0 for i in range(len(weights))]
            nucleus.append({"weights": listed(weights), "p": p, "kept": sorted(kept), "law": listed(law)})
    # Gumbel noise from a uniform number that can be no larger than 1 − 2⁻²⁴
    mpmath.mp.dps = 40
    largest = -mpmath.log(-mpmath.log(1 - mpmath.mpf(2) ** -24))
    cut = mpmath.exp(-largest)
    truncated = []
    for weights in [["1e-9"], ["1e-8"], ["1e-7"], ["1e-6"], ["1e-5"], ["1e-7"] * 10, ["1e-6", "1e-7", "1e-8"]]:
        small = [mpmath.mpf(w) for w in weights]
        law = [1 - sum(small)] + small

        def chance(i):
            """∫ πᵢ exp(−w·a(w)) u^{−n(w)} dw over w ≥ cut/πᵢ: at w = e^{−z} the n classes with cut/πⱼ ≤ w are still in play, a is the sum of theirs, and
            u = 1 − 2⁻²⁴ is the chance that a number isn't above the largest."""
            corners = sorted({cut / p for p in law if cut / p >= cut / law[i]})
            value = mpmath.mpf(0)
            for low, high in zip(corners, corners[1:] + [mpmath.inf]):
                playing = [p for p in law if cut / p <= low]
                active = sum(playing)
                upper = mpmath.mpf(0) if high == mpmath.inf else mpmath.exp(-active * high)
                value += law[i] * (mpmath.exp(-active * low) - upper) / active / (1 - mpmath.mpf(2) ** -24) ** len(playing)
            return value

        values = [float(chance(i)) for i in range(len(law))]
        truncated.append({"weights": [float(w) for w in law], "chances": values})
        print("gumbel", weights, values, sum(values))
    write("categorical.json", "numpy.searchsorted on cumulative sums; nucleus by sorting; the law of Float32's Gumbel maximum by piecewise exact integrals with 40 digits",
          ["numpy", "mpmath"], {"inverse": inverse, "nucleus": nucleus, "largestGumbel": float(largest), "truncated": truncated})


def infilling():
    cases = []
    for symbols, length, seed, given in [(3, 3, 5, {1: 2}), (2, 4, 6, {0: 1, 3: 0}), (3, 3, 5, {0: 0, 2: 1})]:
        law = example_law(symbols, length, seed)
        conditional = np.array([p if all(text[i] == v for i, v in given.items()) else 0.0 for text, p in zip(texts(symbols, length), law)])
        conditional /= conditional.sum()
        size = symbols + 1
        for sigma in [0.3, 1.5]:
            kernel = expm(sigma * rates("absorbing", symbols))
            # the law of the other positions after noise, the given ones kept clean
            noisy = {}
            for text, p in zip(texts(symbols, length), conditional):
                if p == 0:
                    continue
                rows = [np.eye(size)[text[i]] if i in given else kernel[:, text[i]] for i in range(length)]
                for state in itertools.product(*[np.flatnonzero(row) for row in rows]):
                    state = tuple(int(v) for v in state)
                    noisy[state] = noisy.get(state, 0) + p * math.prod(rows[i][state[i]] for i in range(length))
            for state in [tuple(given.get(i, symbols) for i in range(length)), max(noisy, key=lambda s: (s.count(symbols) == 1, noisy[s]))]:
                table = [[1.0 if y == state[i] else (0.0 if i in given else noisy.get(replaced(state, i, y), 0) / noisy[state]) for y in range(size)]
                         for i in range(length)]
                cases.append({"symbols": symbols, "length": length, "law": listed(law), "given": [given.get(i, -1) for i in range(length)],
                              "conditional": listed(conditional), "sigma": sigma, "state": list(state), "scores": table})
    write("infilling.json", "Bayes' rule on all texts; ratios of the law whose given positions are kept clean (absorbing)", ["scipy", "numpy"], {"cases": cases})


if __name__ == "__main__":
    for make in [kernels, d3pm, marginals, score_entropy, likelihood, masked, samplers, exact_bound, blocks, categorical, infilling]:
        make()
