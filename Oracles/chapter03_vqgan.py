"""Writes the fixtures of Chapter 3's tests: values that do not come from this course's code.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install torch scipy scikit-learn transformers vector-quantize-pytorch safetensors
    /tmp/oracle/bin/python Oracles/chapter03_vqgan.py            # the fixtures
    /tmp/oracle/bin/python Oracles/chapter03_vqgan.py tables     # prints the numbers and tables of the lesson

Every JSON says in "provenance" which library computed it and how. All arithmetic is in double precision unless it says otherwise
(vector-quantize-pytorch casts to float32). Inputs are multiples of a power of two, so that Float32 holds them exactly.
"""

import itertools
import json
import math
import pathlib
import sys

import numpy as np
import safetensors.torch
import scipy
import sklearn
import sklearn.cluster
import torch
import torch.nn.functional as F
import transformers
import vector_quantize_pytorch
from importlib.metadata import version
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.spatial.distance import cdist
from scipy.stats import entropy, norm

REPOSITORY = pathlib.Path(__file__).parent.parent
FIXTURES = REPOSITORY / "Tests" / "Chapter03VQGANTests" / "Fixtures"
VERSIONS = {m.__name__: m.__version__ for m in (np, scipy, sklearn, torch, transformers)}
VERSIONS["vector-quantize-pytorch"] = version("vector-quantize-pytorch")
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def write(name, method, libraries, content):
    provenance = {
        "script": "Oracles/chapter03_vqgan.py",
        "method": method,
        "libraries": {library: VERSIONS[library] for library in libraries},
    }
    # One line an entry, and in a list of cases one line a case.
    lines = []
    for key, value in {"provenance": provenance, **content}.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            text = "[\n  " + ",\n  ".join(json.dumps(v, ensure_ascii=False) for v in value) + "\n ]"
        else:
            text = json.dumps(value, ensure_ascii=False)
        lines.append(f" {json.dumps(key)}: {text}")
    (FIXTURES / name).write_text("{\n" + ",\n".join(lines) + "\n}\n")


def nested(tensor, digits=12):
    """Nested lists of numbers with 12 significant digits; whole numbers stay whole."""
    if isinstance(tensor, torch.Tensor):
        tensor = tensor.detach().cpu().numpy()
    array = np.asarray(tensor)
    if array.dtype.kind in "iub":
        return array.tolist()
    return np.vectorize(lambda v: float(f"{v:.{digits}g}"), otypes=[float])(array).tolist()


def draw(seed, *shape, step=1 / 256):
    """Normal numbers, rounded to multiples of `step`."""
    x = torch.randn(*shape, generator=torch.Generator().manual_seed(seed))
    return (x / step).round() * step


# 3.1


def nearest_code():
    cases = []
    for name, z, codebook in [
        ("small", draw(1, 12, 3), draw(2, 5, 3)),
        ("one dimension", draw(3, 9, 1), draw(4, 4, 1)),
        ("many codes", draw(5, 20, 8), draw(6, 64, 8)),
    ]:
        distances = cdist(z, codebook, "sqeuclidean")
        gap = np.sort(distances, axis=1)
        assert (gap[:, 1] - gap[:, 0]).min() > 1e-4  # no near-tie that Float32 could decide otherwise
        cases.append({"name": name, "z": nested(z), "codebook": nested(codebook), "indices": nested(distances.argmin(1))})
    # Far from the origin: ‖z‖² ≈ 3·10⁸, where Float32's spacing is 32, but the differences are of the order of 1.
    centre = 10000.0
    z, codebook = draw(7, 16, 3, step=1 / 64) + centre, draw(8, 6, 3, step=1 / 64) + centre
    distances = cdist(z, codebook, "sqeuclidean")
    right = distances.argmin(1)
    assert np.diff(np.sort(distances, axis=1)[:, :2]).min() > 1e-2
    z32, e32 = z.float().numpy(), codebook.float().numpy()
    expanded = (z32**2).sum(1)[:, None] + (e32**2).sum(1)[None] - 2 * z32 @ e32.T
    wrong = int((expanded.argmin(1) != right).sum())
    assert wrong >= 4
    cases.append({"name": "far from the origin", "z": nested(z), "codebook": nested(codebook), "indices": nested(right)})

    # Pictures: vectors lie along axis 1. VectorQuantize moves the axes itself.
    maps, codebook = draw(9, 2, 3, 2, 4), draw(10, 7, 3)
    quantizer = vector_quantize_pytorch.VectorQuantize(
        dim=3, codebook_size=7, accept_image_fmap=True, rotation_trick=False, learnable_codebook=False
    ).eval()
    quantizer._codebook.embed.data.copy_(codebook[None])
    quantized, indices, _ = quantizer(maps.float())
    write(
        "nearest-code.json",
        "indices: scipy.spatial.distance.cdist(…, 'sqeuclidean').argmin(1) in float64; image: VectorQuantize(accept_image_fmap=True) in float32; "
        f"in the case 'far from the origin' float32's ‖z‖² + ‖e‖² − 2⟨z, e⟩ gets {wrong} of 16 wrong",
        ["scipy", "vector-quantize-pytorch"],
        {
            "cases": cases,
            "image": {"z": nested(maps), "codebook": nested(codebook), "indices": nested(indices), "quantized": nested(quantized)},
        },
    )


# 3.2 and 3.3


def quantization_loss():
    cases = []
    for beta, seed, (n, k, d) in [(0.25, 11, (10, 4, 3)), (1.0, 12, (6, 3, 2)), (0.5, 13, (8, 8, 5)), (0.0, 14, (5, 2, 2))]:
        z, codebook = draw(seed, n, d).requires_grad_(), draw(seed + 100, k, d).requires_grad_()
        indices = torch.tensor(cdist(z.detach(), codebook.detach()).argmin(1))
        quantized = codebook[indices]
        first, second = F.mse_loss(quantized, z.detach()), F.mse_loss(z, quantized.detach())
        loss = first + beta * second
        in_z, in_codebook = torch.autograd.grad(loss, [z, codebook], allow_unused=True)
        cases.append({
            "beta": beta, "z": nested(z), "codebook": nested(codebook), "indices": nested(indices), "loss": loss.item(),
            "gradientZ": nested(in_z), "gradientCodebook": nested(in_codebook),
        })
    write(
        "quantization-loss.json",
        "F.mse_loss(z_q, z.detach()) + β·F.mse_loss(z, z_q.detach()), means over all numbers, and its gradients by torch.autograd",
        ["torch"],
        {"cases": cases},
    )


def straight_through():
    z, codebook = draw(21, 6, 3).requires_grad_(), draw(22, 4, 3).requires_grad_()
    weights = draw(23, 6, 3)
    indices = torch.tensor(cdist(z.detach(), codebook.detach()).argmin(1))
    quantized = codebook[indices]
    passed = z + (quantized - z).detach()
    loss = (weights * torch.sin(passed)).sum()
    in_z, in_codebook = torch.autograd.grad(loss, [z, codebook], allow_unused=True)
    assert in_codebook is None
    # What a finite difference of the true loss sees: nothing, as long as no vector changes its cell.
    write(
        "straight-through.json",
        "loss = Σ w·sin(z + (z_q − z).detach()); gradientZ by torch.autograd; the codebook's gradient is None",
        ["torch"],
        {
            "z": nested(z), "codebook": nested(codebook), "indices": nested(indices), "weights": nested(weights),
            "loss": loss.item(), "gradientZ": nested(in_z),
        },
    )


# 3.4


def moving_average():
    decay, eps, (k, d) = 0.75, 1e-2, (5, 2)
    codebook = draw(31, k, d)
    counts = torch.tensor([3.0, 0.5, 2.0, 1.0, 0.25])
    sums = codebook * counts[:, None]
    quantizer = vector_quantize_pytorch.VectorQuantize(
        dim=d, codebook_size=k, decay=decay, eps=eps, threshold_ema_dead_code=0, rotation_trick=False
    ).train()
    quantizer._codebook.embed.data.copy_(codebook[None])
    quantizer._codebook.cluster_size.data.copy_(counts[None])
    quantizer._codebook.embed_avg.data.copy_(sums[None])
    content = {
        "decay": decay, "epsilon": eps, "counts": nested(counts), "sums": nested(sums), "codebook": nested(codebook), "steps": [],
    }
    seen = set()
    for step in range(3):
        z = draw(32 + step, 9, d) * 0.75
        _, indices, _ = quantizer(z.float())
        inside = quantizer._codebook
        content["steps"].append({
            "z": nested(z), "indices": nested(indices), "counts": nested(inside.cluster_size[0], 8),
            "sums": nested(inside.embed_avg[0], 8), "codebook": nested(inside.embed[0], 8),
        })
        seen |= set(indices.tolist())
    content["neverUsed"] = sorted(set(range(k)) - seen)

    points, start = draw(41, 40, 2), draw(42, 5, 2) * 0.5
    lloyd = sklearn.cluster.KMeans(n_clusters=5, init=start.numpy(), n_init=1, max_iter=1, tol=0).fit(points.numpy())
    indices = cdist(points, start).argmin(1)
    assert np.bincount(indices, minlength=5).min() > 0
    content["lloyd"] = {
        "z": nested(points), "codebook": nested(start), "indices": nested(indices), "after": nested(lloyd.cluster_centers_),
    }
    write(
        "moving-average.json",
        "counts, sums and codebook after each of three training calls of VectorQuantize(decay, eps) in float32; lloyd: "
        "KMeans(init=codebook, n_init=1, max_iter=1).cluster_centers_, no cell empty",
        ["vector-quantize-pytorch", "sklearn", "scipy"],
        content,
    )


# 3.5


def lloyd_max_levels(count):
    """The best levels of a K-level quantiser of N(0, 1), by minimising the exact distortion; thresholds are midpoints."""

    def distortion(levels):
        levels = np.sort(levels)
        edges = np.concatenate([[-np.inf], (levels[1:] + levels[:-1]) / 2, [np.inf]])
        mass = np.diff(norm.cdf(edges))
        first = -np.diff(norm.pdf(edges))  # ∫ x φ over the cell
        # E(x − e)² = 1 − 2Σ e·first + Σ e²·mass
        return 1 - 2 * (levels * first).sum() + (levels**2 * mass).sum()

    start = norm.ppf((np.arange(count) + 0.5) / count)
    result = minimize(distortion, start, method="BFGS", options={"gtol": 1e-10})
    levels = np.sort(result.x)
    # Polish by Lloyd's own fixed point, then check the distortion by quadrature.
    for _ in range(20000):
        edges = np.concatenate([[-np.inf], (levels[1:] + levels[:-1]) / 2, [np.inf]])
        levels = -np.diff(norm.pdf(edges)) / np.diff(norm.cdf(edges))
    levels = (levels - levels[::-1]) / 2 + 0.0  # symmetric to the last bit, and no −0
    edges = np.concatenate([[-np.inf], (levels[1:] + levels[:-1]) / 2, [np.inf]])
    mass = np.diff(norm.cdf(edges))
    exact = sum(
        quad(lambda x: (x - e) ** 2 * norm.pdf(x), max(a, -12), min(b, 12), epsabs=1e-13)[0]
        for e, a, b in zip(levels, edges, edges[1:])
    )
    assert abs(exact - distortion(levels)) < 1e-9
    return levels, exact, mass


def lloyd_max():
    cases = []
    for count in [1, 2, 3, 4, 8, 16]:
        levels, exact, mass = lloyd_max_levels(count)
        nats = entropy(mass)
        cases.append({
            "count": count, "levels": nested(levels, 10), "distortion": float(f"{exact:.10g}"), "shares": nested(mass, 10),
            "entropyNats": float(f"{nats:.10g}"), "perplexity": float(f"{math.exp(nats):.10g}"),
        })
    write(
        "lloyd-max.json",
        "the best K levels for N(0, 1): scipy.optimize on the exact distortion, polished by the fixed point, distortion by scipy.integrate.quad",
        ["scipy"],
        {"cases": cases},
    )


def code_use():
    cases = []
    rng = np.random.default_rng(51)
    for name, count, maps in [
        ("skewed", 8, rng.choice(8, size=(4, 9), p=[0.4, 0.25, 0.15, 0.1, 0.06, 0.04, 0, 0])),
        ("each picture has one code", 4, np.repeat(np.arange(4)[:, None], 6, axis=1)),
        ("one code", 5, np.full((3, 4), 2)),
        ("even", 6, np.arange(12).reshape(2, 6) % 6),
    ]:
        shares = np.bincount(maps.reshape(-1), minlength=count) / maps.size
        each = [math.exp(entropy(np.bincount(row, minlength=count) / row.size)) for row in maps]
        cases.append({
            "name": name, "codeCount": count, "maps": maps.tolist(), "counts": np.bincount(maps.reshape(-1), minlength=count).tolist(),
            "entropyNats": float(entropy(shares)), "entropyBits": float(entropy(shares, base=2)), "perplexity": float(math.exp(entropy(shares))),
            "meanOfPictures": float(np.mean(each)), "unused": np.flatnonzero(shares == 0).tolist(),
        })
    write("code-use.json", "scipy.stats.entropy of the shares of the whole batch", ["scipy"], {"cases": cases})


# 3.6, 3.7, 3.8


def hinge_losses():
    cases = []
    for seed, shape, scale in [(61, (3, 1, 2, 2), 1.5), (62, (6,), 0.5), (63, (2, 1, 4, 3), 3.0)]:
        real, fake = (draw(seed, *shape) * scale).requires_grad_(), (draw(seed + 100, *shape) * scale).requires_grad_()
        # HingeEmbedding and margin losses of torch have other signs; relu(1 − y·ℓ) as in scikit-learn's hinge_loss.
        discriminator = (F.relu(1 - real).mean() + F.relu(1 + fake).mean()) / 2
        labels = np.concatenate([np.ones(real.numel()), -np.ones(fake.numel())])
        decisions = torch.cat([real.reshape(-1), fake.reshape(-1)]).detach().numpy()
        assert abs(sklearn.metrics.hinge_loss(labels, decisions) - discriminator.item()) < 1e-12
        generator = -fake.mean()
        in_real, in_fake = torch.autograd.grad(discriminator, [real, fake])
        cases.append({
            "shape": list(shape), "real": nested(real.reshape(-1)), "fake": nested(fake.reshape(-1)), "discriminator": discriminator.item(),
            "generator": generator.item(), "gradientReal": nested(in_real.reshape(-1)), "gradientFake": nested(in_fake.reshape(-1)),
        })
    write(
        "hinge-losses.json",
        "sklearn.metrics.hinge_loss of real (+1) and fake (−1) logits together, equal numbers of both; gradients by torch.autograd",
        ["sklearn", "torch"],
        {"cases": cases},
    )


def adaptive_weight():
    cases = []
    for seed, shape, scale in [(71, (4,), 1.0), (72, (2, 3, 3, 3), 0.03), (73, (5, 2), 40.0)]:
        reconstruction, gan = draw(seed, *shape), draw(seed + 100, *shape) * scale
        delta = 1e-6
        weight = min(max((torch.linalg.vector_norm(reconstruction) / (torch.linalg.vector_norm(gan) + delta)).item(), 0), 1e4)
        cases.append({
            "shape": list(shape), "reconstruction": nested(reconstruction.reshape(-1)), "gan": nested(gan.reshape(-1)), "weight": weight,
        })
    # End to end: x̂ = W₂ tanh(W₁ z), the last layer is W₂.
    z, target = draw(81, 8, 3), draw(82, 8, 4)
    w1, w2 = draw(83, 5, 3).requires_grad_(), draw(84, 4, 5).requires_grad_()
    judge = draw(85, 1, 4)
    output = torch.tanh(z @ w1.T) @ w2.T
    reconstruction = (output - target).abs().mean()
    gan = -torch.tanh(output @ judge.T).mean()
    last = [torch.autograd.grad(loss, w2, retain_graph=True)[0] for loss in (reconstruction, gan)]
    every = [
        torch.cat([g.reshape(-1) for g in torch.autograd.grad(loss, [w1, w2], retain_graph=True)]) for loss in (reconstruction, gan)
    ]
    size = torch.linalg.vector_norm
    write(
        "adaptive-weight.json",
        "cases: ‖rec‖/(‖gan‖ + 1e-6) cut to 0 … 1e4, by torch.linalg.vector_norm. network: x̂ = tanh(z W₁ᵀ) W₂ᵀ, rec = mean |x̂ − target|, "
        "gan = −mean tanh(x̂ judgeᵀ); gradients with respect to the last layer W₂ by torch.autograd; weightOfAllParameters is the wrong answer",
        ["torch"],
        {
            "cases": cases,
            "network": {
                "z": nested(z), "target": nested(target), "firstWeight": nested(w1), "lastWeight": nested(w2), "judge": nested(judge),
                "reconstruction": reconstruction.item(), "gan": gan.item(), "gradientReconstruction": nested(last[0]),
                "gradientGAN": nested(last[1]), "weight": (size(last[0]) / (size(last[1]) + 1e-6)).item(),
                "weightOfAllParameters": (size(every[0]) / (size(every[1]) + 1e-6)).item(),
            },
        },
    )


def digit_features(x):
    """The course's digit classifier, layer by layer, in PyTorch."""
    path = REPOSITORY / "Sources" / "Datasets" / "Resources" / "digit-classifier.safetensors"
    w = {key: value.double() for key, value in safetensors.torch.load_file(path).items()}

    def normalized(h, i):
        return F.group_norm(h, 4, w[f"norm{i}.weight"], w[f"norm{i}.bias"], eps=1e-5)

    def convolved(h, i):
        return F.conv2d(h, w[f"conv{i}.weight"], w[f"conv{i}.bias"], padding=1)

    first = F.silu(F.avg_pool2d(normalized(convolved(x, 1), 1), 2))
    second = F.silu(F.avg_pool2d(normalized(convolved(first, 2), 2), 2))
    third = F.silu(normalized(convolved(second, 3), 3))
    hidden = F.silu(F.linear(third.flatten(1), w["hidden.weight"], w["hidden.bias"]))
    return [first, second, third, hidden]


def strokes(seed, count):
    """Round strokes on paper, 28 × 28, from −1 to 1 in steps of 1/64."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:28, :28]
    pictures = []
    for _ in range(count):
        centre, radius = rng.uniform(11, 16, 2), rng.uniform(5, 8)
        distance = np.abs(np.hypot(rows - centre[0], columns - centre[1]) - radius)
        pictures.append(np.round((2 * np.exp(-((distance / 1.5) ** 2)) - 1) * 64) / 64)
    return torch.tensor(np.stack(pictures))[:, None]


def perceptual():
    layers = [[(3, 2, 4, 4), (3, 5, 2, 2), (3, 6)], [(2, 1, 3, 5), (2, 8, 1, 1)], [(1, 4, 2, 3)]]
    cases = []
    for index, shapes in enumerate(layers):
        true = [draw(91 + 10 * index + i, *shape) for i, shape in enumerate(shapes)]
        made = [draw(191 + 10 * index + i, *shape).requires_grad_() for i, shape in enumerate(shapes)]
        parts = [F.mse_loss(a, b) for a, b in zip(made, true)]
        gradients = torch.autograd.grad(sum(parts), made)
        cases.append({
            "shapes": [list(s) for s in shapes], "true": [nested(t.reshape(-1)) for t in true], "made": [nested(t.reshape(-1)) for t in made],
            "parts": [p.item() for p in parts], "loss": sum(parts).item(), "gradients": [nested(g.reshape(-1)) for g in gradients],
        })
    x, y = strokes(95, 2), strokes(96, 2)
    y.requires_grad_()
    parts = [F.mse_loss(b, a) for a, b in zip(digit_features(x), digit_features(y))]
    gradient = torch.autograd.grad(sum(parts[:3]), y)[0]
    write(
        "perceptual.json",
        "cases: Σ_l F.mse_loss(φ_l(x̂), φ_l(x)) on given feature maps, gradients by torch.autograd. classifier: the course's digit classifier rebuilt in "
        "PyTorch from its safetensors file; parts: F.mse_loss after the three convolutional blocks and of the 32 hidden features; gradientNorm: of the sum of "
        "the first three, with respect to the second pictures",
        ["torch"],
        {
            "cases": cases,
            "classifier": {
                "x": nested(x.reshape(2, -1)), "made": nested(y.reshape(2, -1)), "shapes": [list(t.shape[1:]) for t in digit_features(x)],
                "parts": [p.item() for p in parts], "gradientNorm": torch.linalg.vector_norm(gradient).item(),
            },
        },
    )


# 3.9, 3.10, 3.11


def attention():
    cases = []
    for seed, lead, length, width, value_width in [(111, (2,), 5, 4, 3), (114, (1, 2), 6, 8, 8), (117, (), 4, 2, 2), (120, (1,), 1, 3, 3)]:
        q, k = draw(seed, *lead, length, width).requires_grad_(), draw(seed + 1, *lead, length, width).requires_grad_()
        v = draw(seed + 2, *lead, length, value_width).requires_grad_()
        output = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        cotangent = draw(seed + 50, *output.shape)
        gradients = torch.autograd.grad((cotangent * output).sum(), [q, k, v])
        flat = {n: nested(t.reshape(-1)) for n, t in [("q", q), ("k", k), ("v", v), ("output", output), ("cotangent", cotangent)]}
        flat |= {"gradient" + n: nested(g.reshape(-1)) for n, g in zip("QKV", gradients)}
        cases.append({"lead": list(lead), "length": length, "width": width, "valueWidth": value_width, **flat})
    write(
        "attention.json",
        "F.scaled_dot_product_attention(q, k, v, is_causal=True) and the gradients of ⟨cotangent, output⟩; row-major",
        ["torch"],
        {"cases": cases},
    )


def prior_loss():
    cases = []
    for seed, batch, length, count, prefix in [(131, 3, 4, 5, 1), (133, 2, 6, 8, 1), (135, 2, 3, 4, 2)]:
        codes = torch.randint(count, (batch, length), generator=torch.Generator().manual_seed(seed))
        logits = draw(seed + 1, batch, prefix + length - 1, count).requires_grad_()
        loss = F.cross_entropy(logits[:, prefix - 1 :].reshape(-1, count), codes.reshape(-1))
        gradient = torch.autograd.grad(loss, logits)[0]
        cases.append({
            "prefix": prefix, "codes": nested(codes), "shape": list(logits.shape), "logits": nested(logits.reshape(-1)), "loss": loss.item(),
            "gradient": nested(gradient.reshape(-1)),
        })
    write(
        "prior-loss.json",
        "the input is prefix tokens and all codes but the last, so logits has prefix + L − 1 rows a sequence; F.cross_entropy(logits[:, prefix − 1:], codes)",
        ["torch"],
        {"cases": cases},
    )


def filtered(logits, temperature, top_k, top_p):
    """Probabilities after the three logits processors of transformers, in the order in which it applies them."""
    scores = torch.as_tensor(logits)[None].double()
    tokens = torch.zeros(1, 1, dtype=torch.long)
    if temperature != 1:
        scores = transformers.TemperatureLogitsWarper(temperature)(tokens, scores)
    if top_k is not None:
        scores = transformers.TopKLogitsWarper(top_k)(tokens, scores)
    if top_p is not None and top_p < 1:
        scores = transformers.TopPLogitsWarper(top_p)(tokens, scores)
    return torch.softmax(scores, -1)[0]


def code_sampling():
    wide = nested(draw(141, 12))
    easy = [math.log(v) for v in [0.4, 0.3, 0.15, 0.1, 0.05]]
    tied = [2.0, 1.0, 2.0, 0.5, 1.0, -1.0]
    cases = []
    for name, logits, settings in [
        ("wide", wide, [(1.0, None, None), (0.5, None, None), (2.0, None, None), (1.0, 3, None), (1.0, None, 0.7), (0.7, 5, 0.8), (1.5, 6, 0.6), (3.0, 1, None)]),
        ("easy", easy, [(1.0, None, 0.65), (1.0, None, 0.75), (1.0, 2, 0.5), (2.0, None, 0.65), (0.5, None, 0.65), (1.0, 4, 0.8), (1.0, None, 0.01)]),
        ("tied", tied, [(1.0, 1, None), (1.0, 3, None), (0.5, 2, None)]),
    ]:
        for temperature, top_k, top_p in settings:
            probabilities = filtered(logits, temperature, top_k, top_p)
            edges = probabilities.cumsum(0)
            uniforms = [u for u in [0.03, 0.21, 0.48, 0.66, 0.9, 0.985] if (edges - u).abs().min() > 1e-3]
            cases.append({
                "name": name, "logits": nested(logits), "temperature": temperature, "topK": top_k, "topP": top_p,
                "probabilities": nested(probabilities), "uniforms": uniforms,
                "indices": [int((edges <= u).sum()) for u in uniforms],
            })
    write(
        "code-sampling.json",
        "softmax after TemperatureLogitsWarper, TopKLogitsWarper (keeps all ties of the k-th) and TopPLogitsWarper (keeps the token that crosses), in this order; "
        "indices[i]: the first index whose cumulative probability is above uniforms[i]",
        ["transformers", "torch"],
        {"cases": cases},
    )


def window_start(position, size, context):
    """Where the crop begins along one direction, in the three cases of the authors' notebook."""
    half = context // 2
    if position <= half:
        local = position
    elif size - position < context - half:
        local = context - (size - position)
    else:
        local = half
    return position - local


def windowed_map(height, width, context_height, context_width, count, rule):
    """Draws a map code by code; `rule` makes a code from those of the crop that come before it, row by row."""
    codes = np.full((height, width), -1)
    for row, column in itertools.product(range(height), range(width)):
        top, left = window_start(row, height, context_height), window_start(column, width, context_width)
        crop = codes[top : top + context_height, left : left + context_width].reshape(-1)
        before = crop[: (row - top) * context_width + column - left]
        assert (before >= 0).all()  # all that is read has been drawn
        codes[row, column] = rule(before.tolist()) % count
    return codes


def sliding_window():
    windows = []
    for size, context in [(10, 4), (7, 4), (9, 5), (4, 4), (5, 3), (6, 1), (8, 2)]:
        starts = [window_start(i, size, context) for i in range(size)]
        assert all(0 <= s <= size - context and s <= i < s + context for i, s in enumerate(starts))
        windows.append({"size": size, "context": context, "starts": starts})
    maps = []
    for height, width, context_height, context_width, count in [(7, 6, 4, 4, 5), (5, 9, 3, 4, 7), (4, 4, 4, 4, 3), (6, 5, 2, 3, 11)]:
        rule = lambda before: 1 + sum((i + 1) * code for i, code in enumerate(before)) + len(before)
        codes = windowed_map(height, width, context_height, context_width, count, rule)
        maps.append({
            "height": height, "width": width, "contextHeight": context_height, "contextWidth": context_width, "codeCount": count,
            "codes": codes.tolist(),
        })
    write(
        "sliding-window.json",
        "windows: first row (or column) of the crop for each position, by three cases in plain Python. maps: each code is (1 + Σ (i + 1)·bᵢ + count of b) mod K, "
        "where b are the codes of the crop before the position, row by row, counted from 0",
        ["numpy"],
        {"windows": windows, "maps": maps},
    )


# The lesson's numbers.


def numbers_of_quantisers():
    print("\n2  Float32 and the expanded square")
    for centre in [0.0, 100.0, 1000.0, 10000.0]:
        z, e = np.float32(centre + 0.25), np.array([centre, centre + 0.625], np.float32)
        print(f"  {centre:7.0f}  differences {(z - e) ** 2}  expanded {z * z + e * e - 2 * z * e}")
    for centre in [0.0, 10.0, 100.0, 1000.0, 10000.0]:
        rng = np.random.default_rng(1)
        z, e = rng.normal(size=(2000, 3)) + centre, rng.normal(size=(64, 3)) + centre
        z, e = z.astype(np.float32), e.astype(np.float32)
        right = cdist(z.astype(float), e.astype(float), "sqeuclidean").argmin(1)
        expanded = (z**2).sum(1)[:, None] + (e**2).sum(1)[None] - 2 * z @ e.T
        direct = ((z[:, None] - e[None]) ** 2).sum(-1)
        print(f"  64 codes in 3 dimensions at {centre:6.0f}: wrong by expansion {(expanded.argmin(1) != right).mean():.4f}, by differences "
              f"{(direct.argmin(1) != right).mean():.4f}")

    print("\n3  Lloyd's algorithm: 0, 1, 10, 11, 20, 21")
    points = np.array([0, 1, 10, 11, 20, 21.0])
    for start in ([0, 1, 15.0], [0, 10, 20.0], [1, 12, 13.0]):
        e = np.array(start)
        for step in range(4):
            k = np.abs(points[:, None] - e).argmin(1)
            print(f"  {e}  distortion {((points - e[k]) ** 2).mean():.4f}  cells {k}")
            e = np.array([points[k == j].mean() if (k == j).any() else e[j] for j in range(len(e))])

    print("\n3, 7  Lloyd-Max quantisers of N(0, 1)")
    for count in [1, 2, 3, 4, 8, 16]:
        levels, distortion, mass = lloyd_max_levels(count)
        bits = entropy(mass, base=2)
        print(f"  K {count:2d}  D {distortion:.6f}  positive levels {np.round(levels[levels >= 0], 4)}  H {bits:.4f} bits  perplexity {2**bits:.4f}"
              f"  2^-2H {2 ** (-2 * bits):.6f}  K^-2 {count**-2.0:.6f}  D/bound {distortion * 2 ** (2 * bits):.4f}")

    print("\n5  straight through: codes 0 and 1, target 0.8")
    for rate in [0.1, 0.01, 0.001]:
        z, seen = 0.3, []
        for step in range(200000):
            quantized = float(z > 0.5)
            seen.append(quantized)
            z -= rate * 2 * (quantized - 0.8)
        print(f"  rate {rate}: first 12 codes {seen[:12]}, mean of the last 100,000: {np.mean(seen[-100000:]):.4f}, z at the end {z:.4f}")

    print("\n4  one vector and one code, gradient descent")
    for name, codebook_weight, commitment in [("right", 1, 0.25), ("wrong term", 0.25, 1)]:
        z, e = 1.0, 0.0
        for step in range(2000):
            z, e = z - 0.01 * 2 * commitment * (z - e), e + 0.01 * 2 * codebook_weight * (z - e)
        print(f"  {name}: z {z:.4f}, e {e:.4f}")

    print("\n6  moving averages, by hand: codes 0 and 4, counts 1 and 1, decay 1/2, batch 1, 3, 5")
    for eps in [0, 0.1]:
        counts, sums = 0.5 * np.array([1, 1]) + 0.5 * np.array([1, 2]), 0.5 * np.array([0, 4]) + 0.5 * np.array([1, 8])
        n = counts.sum()
        smoothed = (counts + eps) * n / (n + 2 * eps)
        print(f"  ε {eps}: counts {counts}, sums {sums}, smoothed {np.round(smoothed, 4)} (sum {smoothed.sum()}), codes {np.round(sums / smoothed, 4)}")
    print("  a code that is used no more: decay 0.99, ε 1e-5, N 10 of 3136, K 64")
    for steps in [0, 500, 1000, 1375, 1500, 2000]:
        count = 10 * 0.99**steps
        print(f"   after {steps:4d} calls: N {count:.3g}, code {count / ((count + 1e-5) * 3136 / (3136 + 64e-5)):.4f} of what it was")

    print("\n7  perplexity")
    for shares in ([0.25] * 4, [0.5, 0.25, 0.125, 0.125], [0.97, 0.01, 0.01, 0.01]):
        print(f"  {shares}: H {entropy(shares):.4f} nats = {entropy(shares, base=2):.4f} bits, perplexity {math.exp(entropy(shares)):.4f}, "
              f"exp of bits {math.exp(entropy(shares, base=2)):.4f}")


def digits_on_file():
    from skimage import io

    sheet = io.imread(REPOSITORY / "Sources" / "Datasets" / "Resources" / "mnist-5000.png").astype(float)
    tiles = sheet.reshape(50, 28, 100, 28).transpose(0, 2, 1, 3).reshape(5000, 28, 28) / 127.5 - 1
    held_out = np.concatenate([tiles[500 * c + 400 : 500 * c + 500] for c in range(10)])
    return torch.tensor(held_out)[:, None]


def numbers_of_losses():
    from scipy.ndimage import gaussian_filter
    from scipy.optimize import brentq

    print("\n8  shifted by one pixel, and blurred until the squared error is the same (1,000 held-out digits)")
    x = digits_on_file()
    shifted = torch.full_like(x, -1)
    shifted[:, :, :, 1:] = x[:, :, :, :-1]
    errors = ((shifted - x) ** 2).mean(dim=(1, 2, 3)).numpy()
    blurred, widths, kept = [], [], []
    for index, picture in enumerate(x[:, 0].numpy()):
        blur = lambda width: gaussian_filter(picture, width, mode="constant", cval=-1)
        gap = lambda width: ((blur(width) - picture) ** 2).mean() - errors[index]
        if gap(8.0) > 0:  # what a wide blur cannot reach is left out
            widths.append(brentq(gap, 1e-3, 8.0, xtol=1e-6))
            blurred.append(blur(widths[-1]))
            kept.append(index)
    y = torch.tensor(np.stack(blurred))[:, None]
    x, shifted = x[kept], shifted[kept]
    print(f"  {len(kept)} digits; mean squared error {errors[kept].mean():.4f}, blur's width {np.mean(widths):.2f} ± {np.std(widths):.2f} pixels")
    truth, moved, soft = digit_features(x), digit_features(shifted), digit_features(y)
    for layer in range(4):
        a = ((moved[layer] - truth[layer]) ** 2).flatten(1).mean(1)
        b = ((soft[layer] - truth[layer]) ** 2).flatten(1).mean(1)
        print(f"  layer {layer + 1} {tuple(truth[layer].shape[1:])}: shifted {a.mean():.4f}, blurred {b.mean():.4f}, blurred worse in {(b > a).double().mean():.3f}")
    a = sum(((m - t) ** 2).flatten(1).mean(1) for m, t in zip(moved[:3], truth[:3]))
    b = sum(((m - t) ** 2).flatten(1).mean(1) for m, t in zip(soft[:3], truth[:3]))
    print(f"  sum of three: shifted {a.mean():.4f}, blurred {b.mean():.4f}, ratio {(b.mean() / a.mean()):.3f}, blurred worse in {(b > a).double().mean():.3f}")

    print("\n9  hinge: p = (.5, .3, .2), q = (.2, .3, .5)")
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5])
    for logits in ([0, 0, 0], [1, 0, -1], [1, 1, -1], [2, 0, -2], [0.5, 0, -0.5]):
        t = np.array(logits, float)
        print(f"  D {logits}: discriminator {((p * np.maximum(0, 1 - t)).sum() + (q * np.maximum(0, 1 + t)).sum()) / 2:.4f}, generator {-(q * t).sum():.4f}")
    print(f"  total variation {np.abs(p - q).sum() / 2}")
    for layers in ([(4, 2), (4, 2), (4, 2), (4, 1), (4, 1)], [(4, 2), (4, 2)], [(4, 2), (4, 2), (3, 1)], [(4, 2), (3, 1)], [(4, 2), (3, 1), (3, 1)]):
        field = 1 + sum((k - 1) * math.prod(s for _, s in layers[:i]) for i, (k, _) in enumerate(layers))
        print(f"  receptive field of {layers}: {field}")

    print("\n10  the network of adaptive-weight.json")
    network = json.loads((FIXTURES / "adaptive-weight.json").read_text())["network"]
    print(f"  λ last layer {network['weight']:.4f}, all parameters {network['weightOfAllParameters']:.4f}")
    for reconstruction, gan in [(5, 0.1), (5, 1e-3), (5, 1e-6), (5, 0)]:
        weight = min(reconstruction / (gan + 1e-6), 1e4)
        print(f"  ‖rec‖ {reconstruction}, ‖gan‖ {gan}: λ {weight:.6g}, λ‖gan‖ {weight * gan:.6g}")


def numbers_of_priors():
    print("\n11  a fresh head: logits of variance 1/3")
    generator = torch.Generator().manual_seed(5)
    for count, width in [(64, 64), (64, 128), (256, 128)]:
        losses = []
        for seed in range(200):
            h = torch.randn(256, width, generator=generator)
            h = F.layer_norm(h, (width,))
            head = (torch.rand(count, width, generator=generator) * 2 - 1) / math.sqrt(width)
            losses.append(F.cross_entropy(h @ head.T, torch.randint(count, (256,), generator=generator)).item())
        print(f"  K {count}, D {width}: {np.mean(losses):.4f} ± {np.std(losses):.4f}; log K {math.log(count):.4f}, + 1/6 {math.log(count) + 1 / 6:.4f}")

    print("\n11  two positions: p(00) = p(11) = .45, p(01) = p(10) = .05")
    joint = np.array([[0.45, 0.05], [0.05, 0.45]])
    print(f"  H joint {entropy(joint.reshape(-1)):.4f}, sum of marginals {2 * math.log(2):.4f}, total correlation {2 * math.log(2) - entropy(joint.reshape(-1)):.4f}")
    print(f"  log 2048 = {math.log(2048):.4f} nats, a code of 64: {math.log(2048) / 64:.4f}; log 512 = {math.log(512):.4f}; log 64 = {math.log(64):.4f}")

    print("\n11  causal attention by hand")
    q = k = torch.tensor([[1.0, 0], [0, 1], [1, 1]])
    v = torch.tensor([[1.0], [2], [4]])
    scores = (q @ k.T / math.sqrt(2)).masked_fill(torch.ones(3, 3).triu(1).bool(), -math.inf)
    print("  weights\n", scores.softmax(-1).numpy().round(4), "\n  output", (scores.softmax(-1) @ v).reshape(-1).numpy().round(4),
          F.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=True).reshape(-1).numpy().round(4))

    print("\n12  temperature and truncation of (.4, .3, .15, .1, .05)")
    easy = np.log([0.4, 0.3, 0.15, 0.1, 0.05])
    for settings in [(1.0, None, None), (0.5, None, None), (2.0, None, None), (1.0, 2, None), (1.0, None, 0.65), (1.0, None, 0.75), (2.0, None, 0.65), (0.5, None, 0.65), (1.0, 2, 0.5)]:
        probabilities = filtered(easy, *settings).numpy()
        print(f"  T, k, p = {settings}: {probabilities.round(4)}  H {entropy(probabilities):.4f}")
    wrong = np.exp(np.where(filtered(easy, 1.0, None, 0.65).numpy() > 0, easy / 2, -np.inf))
    print("  nucleus .65 first, then T = 2:", (wrong / wrong.sum()).round(4))
    print(f"  0.9^49 = {0.9**49:.4f}, 0.95^49 = {0.95**49:.4f}, 0.9^64 = {0.9**64:.4f}, 0.99^49 = {0.99**49:.4f}")

    print("\n13  windows")
    for size, context in [(10, 4), (16, 8), (7, 4)]:
        print(f"  size {size}, context {context}: {[window_start(i, size, context) for i in range(size)]}")


FIXTURE_WRITERS = [
    nearest_code, quantization_loss, straight_through, moving_average, lloyd_max, code_use, hinge_losses, adaptive_weight, perceptual,
    attention, prior_loss, code_sampling, sliding_window,
]

if __name__ == "__main__":
    if sys.argv[1:] == ["tables"]:
        np.set_printoptions(linewidth=160, suppress=True)
        for part in (numbers_of_quantisers, numbers_of_losses, numbers_of_priors):
            part()
    else:
        FIXTURES.mkdir(parents=True, exist_ok=True)
        for fixture in FIXTURE_WRITERS:
            fixture()
