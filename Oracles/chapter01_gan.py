"""Writes the fixtures of Chapter 1's tests: values that do not come from this course's code.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install torch scipy scikit-learn
    /tmp/oracle/bin/python Oracles/chapter01_gan.py

Every JSON says in "provenance" which library computed it and how. All arithmetic is in double precision; inputs that a
Float32 program reads are multiples of 1/1024, so that it reads the same numbers.
"""

import json
import pathlib

import numpy as np
import scipy
import scipy.integrate
import scipy.spatial
import scipy.stats
import sklearn
import sklearn.linear_model
import torch
import torch.nn.functional as F

FIXTURES = pathlib.Path(__file__).parent.parent / "Tests" / "Chapter01GANTests" / "Fixtures"
VERSIONS = {m.__name__: m.__version__ for m in (np, scipy, sklearn, torch)}
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def write(name, method, libraries, content):
    provenance = {
        "script": "Oracles/chapter01_gan.py",
        "method": method,
        "libraries": {library: VERSIONS[library] for library in libraries},
    }
    text = json.dumps({"provenance": provenance, **content}, ensure_ascii=False, indent=1)
    (FIXTURES / name).write_text(text + "\n")


def coarse(array):
    """Multiples of 1/1024: Float32 holds them exactly."""
    return np.round(np.asarray(array) * 1024) / 1024


def losses():
    rng = np.random.default_rng(11)
    cases = []
    for real_count, fake_count, scale in [(5, 5, 1), (7, 4, 3), (3, 6, 20), (4, 4, 150)]:
        real = torch.tensor(coarse(rng.normal(size=real_count) * scale), requires_grad=True)
        fake = torch.tensor(coarse(rng.normal(size=fake_count) * scale), requires_grad=True)
        bce = F.binary_cross_entropy_with_logits
        loss = bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))
        by_real, by_fake = torch.autograd.grad(loss, [real, fake])
        case = {
            "real": real.tolist(), "fake": fake.tolist(),
            "loss": loss.item(), "gradientReal": by_real.tolist(), "gradientFake": by_fake.tolist(),
        }
        for kind, value in [
            ("saturating", -bce(fake, torch.zeros_like(fake))),
            ("nonSaturating", bce(fake, torch.ones_like(fake))),
        ]:
            case[kind] = {"loss": value.item(), "gradient": torch.autograd.grad(value, fake)[0].tolist()}
        cases.append(case)
    write(
        "losses.json",
        "binary_cross_entropy_with_logits with the labels 1 (real) and 0 (fake), and its gradients by torch.autograd",
        ["torch"], {"cases": cases},
    )


def divergences():
    cases = []
    for distance, deviation in [(0, 1), (1, 1), (2, 1), (4, 1), (0.5, 2), (1.5, 0.5)]:
        p, q = scipy.stats.norm(0, 1), scipy.stats.norm(distance, deviation)

        def part(law):
            def integrand(x):
                density = law.pdf(x)
                mean = (p.pdf(x) + q.pdf(x)) / 2
                return density * np.log(density / mean) if density > 0 else 0.0

            return integrand

        def quad(f):
            return scipy.integrate.quad(f, -14, 18, epsabs=1e-13, epsrel=1e-12, limit=500, points=[0, distance])[0]

        jsd = 0.5 * quad(part(p)) + 0.5 * quad(part(q))
        d_star = [p.pdf(x) / (p.pdf(x) + q.pdf(x)) for x in (-1.0, 0.0, 0.75, 2.0)]
        cases.append({
            "distance": distance, "deviation": deviation, "jensenShannon": jsd, "value": -np.log(4) + 2 * jsd,
            "at": [-1.0, 0.0, 0.75, 2.0], "optimal": d_star,
        })
    write(
        "divergences.json",
        "JSD of N(0, 1) and N(distance, deviation²) in nats by adaptive quadrature; D* from scipy.stats.norm.pdf",
        ["scipy"], {"cases": cases},
    )


def logistic():
    rng = np.random.default_rng(12)
    cases = []
    for real_count, fake_count, centre, deviation in [(40, 40, 1.0, 1.0), (60, 30, 0.5, 2.0), (25, 50, -1.0, 0.7)]:
        real = coarse(rng.normal(size=real_count))
        fake = coarse(rng.normal(size=fake_count) * deviation + centre)
        x = np.concatenate([real, fake])
        features = np.stack([x, x * x], axis=1)
        labels = np.concatenate([np.ones(real_count), np.zeros(fake_count)])
        # The two sides weigh the same, however many samples each has.
        weights = np.concatenate([np.full(real_count, 1 / real_count), np.full(fake_count, 1 / fake_count)])
        model = sklearn.linear_model.LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-14, max_iter=1000)
        model.fit(features, labels, sample_weight=weights)
        cases.append({
            "real": real.tolist(), "fake": fake.tolist(),
            "coefficients": [model.intercept_[0], *model.coef_[0]],
        })
    write(
        "logistic.json",
        "LogisticRegression(C=inf, solver='newton-cholesky', tol=1e-14) on (x, x²) with sample weights 1/n on each side",
        ["sklearn"], {"cases": cases},
    )


def logistic_derivatives():
    rng = np.random.default_rng(13)
    x = torch.tensor(rng.normal(size=6))
    real, fake = torch.tensor(rng.uniform(size=6)), torch.tensor(rng.uniform(size=6))

    def loss(w):
        logits = w[0] + w[1] * x + w[2] * x * x
        # F.softplus is a straight line from 20 on; this is not.
        zero = torch.zeros_like(logits)
        return (real * torch.logaddexp(zero, -logits) + fake * torch.logaddexp(zero, logits)).sum()

    cases = []
    for _ in range(3):
        w = torch.tensor(rng.normal(size=3))
        cases.append({
            "coefficients": w.tolist(),
            "gradient": torch.func.grad(loss)(w).tolist(),
            "hessian": torch.func.hessian(loss)(w).tolist(),
        })
    write(
        "logistic-derivatives.json",
        "torch.func.grad and torch.func.hessian of Σ real·softplus(−ℓ) + fake·softplus(ℓ), ℓ = w₀ + w₁x + w₂x²",
        ["torch"], {"x": x.tolist(), "real": real.tolist(), "fake": fake.tolist(), "cases": cases},
    )


def dirac():
    rng = np.random.default_rng(14)
    fields = []
    for gamma in [0.0, 0.3, 1.0]:
        for _ in range(3):
            theta, psi = (torch.tensor(v, requires_grad=True) for v in rng.normal(size=2) * 1.5)
            real, fake = psi * 0.0, psi * theta
            by_psi = torch.autograd.grad(
                F.softplus(-real) + F.softplus(fake) + gamma / 2 * psi**2, psi, retain_graph=True)[0]
            case = {"theta": theta.item(), "psi": psi.item(), "gamma": gamma, "psiVelocity": -by_psi.item()}
            for kind, loss in [("saturating", -F.softplus(fake)), ("nonSaturating", F.softplus(-fake))]:
                case[kind] = -torch.autograd.grad(loss, theta, retain_graph=True)[0].item()
            fields.append(case)
    matrices = []
    for _ in range(8):
        matrix = rng.normal(size=(2, 2))
        # Conjugates: the positive imaginary part first; reals: the larger first.
        values = sorted(np.linalg.eigvals(matrix), key=lambda v: (-v.imag, -v.real))
        matrices.append({
            "matrix": matrix.tolist(),
            "real": [float(v.real) for v in values], "imaginary": [float(v.imag) for v in values],
        })
    write(
        "dirac.json",
        "minus the gradients of the two players' losses by torch.autograd; eigenvalues by numpy.linalg.eigvals",
        ["torch", "numpy"], {"fields": fields, "matrices": matrices},
    )


def r1():
    generator = torch.Generator().manual_seed(15)

    def draw(*shape):
        return torch.round(torch.randn(*shape, generator=generator) * 512) / 1024

    def penalty(network, x, gamma):
        x = x.clone().requires_grad_()
        gradient = torch.autograd.grad(network(x).sum(), x, create_graph=True)[0]
        return gamma / 2 * gradient.flatten(1).square().sum(1).mean()

    x = draw(5, 3) * 2
    weights = [draw(6, 3).requires_grad_(), draw(6).requires_grad_(), draw(1, 6).requires_grad_()]
    perceptron = penalty(lambda x: (torch.tanh(x @ weights[0].T + weights[1]) @ weights[2].T)[:, 0], x, 0.7)
    gradients = torch.autograd.grad(perceptron, weights)

    images = draw(2, 1, 4, 4) * 2
    kernels = [draw(2, 1, 3, 3).requires_grad_(), draw(1, 2, 4, 4).requires_grad_()]
    convolution = penalty(
        lambda x: F.conv2d(F.silu(F.conv2d(x, kernels[0], padding=1)), kernels[1]).flatten(), images, 10.0)
    kernel_gradients = torch.autograd.grad(convolution, kernels)
    write(
        "r1.json",
        "γ/2 · mean ‖∇ₓℓ‖² by autograd.grad(create_graph=True), and its gradients, for ℓ = v·tanh(Wx + b) and for "
        "ℓ = conv(silu(conv(x)))",
        ["torch"],
        {
            "x": x.tolist(), "weight": weights[0].tolist(), "bias": weights[1].tolist(), "output": weights[2].tolist(),
            "gamma": 0.7, "penalty": perceptron.item(),
            "byWeight": gradients[0].tolist(), "byBias": gradients[1].tolist(), "byOutput": gradients[2].tolist(),
            "images": images.flatten().tolist(), "kernels": [k.flatten().tolist() for k in kernels],
            "imageGamma": 10.0, "imagePenalty": convolution.item(),
            "byKernels": [g.flatten().tolist() for g in kernel_gradients],
        },
    )


def training():
    """Three rounds of Algorithm 1 with k = 2 on a tiny pair, every batch given."""
    generator = torch.Generator().manual_seed(16)

    def draw(*shape):
        return torch.round(torch.randn(*shape, generator=generator) * 1024) / 1024

    start = {
        "generator": [draw(4, 2), draw(4), draw(2, 4), draw(2)],
        "discriminator": [draw(5, 2), draw(5), draw(1, 5), draw(1)],
    }
    reals = [draw(6, 2) for _ in range(6)]
    noises = [draw(6, 2) for _ in range(9)]

    def network(p, x):
        return torch.tanh(x @ p[0].T + p[1]) @ p[2].T + p[3]

    def run(kind, gamma, kept):
        g = [p.clone().requires_grad_() for p in start["generator"]]
        d = [p.clone().requires_grad_() for p in start["discriminator"]]
        g_optimizer = torch.optim.Adam(g, lr=0.02, betas=(0.5, 0.9))
        d_optimizer = torch.optim.SGD(d, lr=0.1)
        losses, real, noise = [], iter(reals), iter(noises)
        bce = F.binary_cross_entropy_with_logits
        for _ in range(3):
            for _ in range(2):
                x = next(real).clone().requires_grad_()
                fake = network(g, next(noise)).detach()
                on_real, on_fake = network(d, x)[:, 0], network(d, fake)[:, 0]
                loss = bce(on_real, torch.ones(6)) + bce(on_fake, torch.zeros(6))
                losses.append(loss.item())
                if gamma:
                    slope = torch.autograd.grad(on_real.sum(), x, create_graph=True)[0]
                    loss = loss + gamma / 2 * slope.square().sum(1).mean()
                d_optimizer.zero_grad()
                loss.backward()
                d_optimizer.step()
            logits = network(d, network(g, next(noise)))[:, 0]
            logits = logits.topk(kept).values
            loss = bce(logits, torch.ones(kept)) if kind == "nonSaturating" else -bce(logits, torch.zeros(kept))
            losses.append(loss.item())
            g_optimizer.zero_grad()
            loss.backward()
            g_optimizer.step()
        return {
            "kind": kind, "gamma": gamma, "kept": kept, "losses": losses,
            "generator": [p.detach().flatten().tolist() for p in g],
            "discriminator": [p.detach().flatten().tolist() for p in d],
        }

    write(
        "training.json",
        "three rounds of Algorithm 1, k = 2, batches of 6: D by SGD(0.1), G by Adam(0.02, betas=(0.5, 0.9)); "
        "losses in the order D, D, G of each round",
        ["torch"],
        {
            "start": {name: [p.flatten().tolist() for p in parts] for name, parts in start.items()},
            "reals": [r.tolist() for r in reals], "noises": [z.tolist() for z in noises],
            "runs": [run("nonSaturating", 0, 6), run("saturating", 0, 6), run("nonSaturating", 0.8, 6),
                     run("nonSaturating", 0, 4)],
        },
    )


def modes():
    rng = np.random.default_rng(17)
    cases = []
    ring = [[np.cos(k * np.pi / 4), np.sin(k * np.pi / 4)] for k in range(8)]
    cube = [[a, b, c] for a in (-1.0, 1.0) for b in (-1.0, 1.0) for c in (-1.0, 1.0)]
    for centers, deviation, used, spread, count in [
        (ring, 0.05, [0, 1, 2, 3, 4, 5, 6, 7], 1.0, 60), (ring, 0.1, [0, 2, 3], 1.6, 60), (cube, 0.2, [1, 6, 7], 1.0, 40),
    ]:
        centers = np.array(centers)
        chosen = centers[rng.choice(used, size=count)]
        samples = coarse(chosen + rng.normal(size=chosen.shape) * deviation * spread)
        distances, nearest = scipy.spatial.cKDTree(centers).query(samples)
        good = distances < 3 * deviation
        counts = np.bincount(nearest[good], minlength=len(centers))
        share = counts / counts.sum()
        cases.append({
            "samples": samples.tolist(), "centers": centers.tolist(), "deviation": deviation,
            "counts": counts.tolist(), "modes": int((counts > 0).sum()), "highQualityShare": float(good.mean()),
            "entropy": float(scipy.stats.entropy(counts)),
            "divergence": float(scipy.stats.entropy(share, np.full(len(centers), 1 / len(centers)))),
        })
    write(
        "modes.json",
        "nearest centre by scipy.spatial.cKDTree, good below 3 standard deviations; scipy.stats.entropy for both entropies",
        ["scipy", "numpy"], {"cases": cases},
    )


def inception():
    rng = np.random.default_rng(18)
    cases = []
    for count, classes, concentration, splits in [(12, 4, 0.3, 1), (12, 4, 0.3, 3), (23, 10, 0.1, 5), (9, 3, 5.0, 9)]:
        raw = rng.dirichlet(np.full(classes, concentration), size=count)
        # Rows of 2⁻²⁰ths that add up to 1 exactly.
        p = np.floor(raw * 2**20)
        p[np.arange(count), p.argmax(axis=1)] += 2**20 - p.sum(axis=1)
        p /= 2**20
        scores = []
        for i in range(splits):
            part = p[i * count // splits:(i + 1) * count // splits]
            marginal = part.mean(axis=0)
            scores.append(np.exp(np.mean([scipy.stats.entropy(row, marginal) for row in part])))
        cases.append({
            "probabilities": p.tolist(), "splits": splits,
            "mean": float(np.mean(scores)), "deviation": float(np.std(scores)),
        })
    write(
        "inception.json",
        "exp of the mean of scipy.stats.entropy(p(y|x), p(y)) in each part, numpy.mean and numpy.std over the parts",
        ["scipy", "numpy"], {"cases": cases},
    )


def top_k():
    rng = np.random.default_rng(19)
    cases = []
    for count, k in [(6, 6), (6, 3), (9, 4), (5, 1)]:
        logits = torch.tensor(coarse(rng.normal(size=count) * 3), requires_grad=True)
        kept, indices = logits.topk(k)
        case = {"logits": logits.tolist(), "k": k, "kept": sorted(indices.tolist())}
        bce = F.binary_cross_entropy_with_logits
        for kind, loss in [
            ("saturating", -bce(kept, torch.zeros(k))), ("nonSaturating", bce(kept, torch.ones(k)))
        ]:
            case[kind] = {
                "loss": loss.item(), "gradient": torch.autograd.grad(loss, logits, retain_graph=True)[0].tolist()}
        cases.append(case)
    write("top-k.json", "torch.topk, then binary_cross_entropy_with_logits over the kept logits", ["torch"], {"cases": cases})


FIXTURES.mkdir(parents=True, exist_ok=True)
for fixture in [
    losses, divergences, logistic, logistic_derivatives, dirac, r1, training, modes, inception, top_k
]:
    fixture()
