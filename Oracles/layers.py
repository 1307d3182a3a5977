"""Layers, the U-Net and the optimizers against PyTorch: Tests/NeuralNetworksTests/Fixtures/*.safetensors (names: Oracles/README.md).

Computed in float64 from weights and inputs that Float32 holds exactly, stored as Float32.
"""

import json

import safetensors
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import save_file

from fixtures import REPOSITORY, provenance
from unet import FourierEmbedding, ResidualBlock, SelfAttention, SinusoidalEmbedding, UNet

torch.set_default_dtype(torch.float64)
FOLDER = REPOSITORY / "Tests/NeuralNetworksTests/Fixtures"
FOLDER.mkdir(parents=True, exist_ok=True)


def randomize(model, scale=1.0):
    """Draws weights anew (also those that start at zero or one, which would hide mistakes), exact in Float32."""
    with torch.no_grad():
        for name, t in list(model.named_parameters()) + list(model.named_buffers()):
            fan = t[0].numel() if t.ndim > 1 else 4
            centre = 1.0 if t.ndim == 1 and "norm" in name and name.endswith("weight") else 0.0
            t.copy_((centre + scale * torch.randn(t.shape) / fan**0.5).float())
    return model


def draw(*shape):
    return torch.randn(shape).float().double()


def save(name, tensors, **metadata):
    tensors = {k: v.detach().float().contiguous() for k, v in tensors.items()}
    metadata = {k: json.dumps(v) for k, v in metadata.items()}
    metadata["provenance"] = json.dumps(provenance(safetensors=safetensors.__version__))
    save_file(tensors, FOLDER / name, metadata)
    print(f"{name}: {(FOLDER / name).stat().st_size / 1000:.1f} kB")


def record(out, prefix, model, inputs, f=None):
    """Weights, inputs, output, a seed for it, and the gradients of <seed, output> for inputs and weights."""
    inputs = {k: v.clone().requires_grad_(v.is_floating_point()) for k, v in inputs.items()}
    y = (f or model)(*inputs.values())
    seed = draw(*y.shape)
    wanted = {"input." + k: v for k, v in inputs.items() if v.requires_grad}
    wanted |= {"parameter." + k: v for k, v in model.named_parameters()}
    gradients = torch.autograd.grad((y * seed).sum(), list(wanted.values()), allow_unused=True)
    for key, value in model.state_dict().items():
        out[f"{prefix}/parameter.{key}"] = value.clone()
    for key, value in inputs.items():
        out[f"{prefix}/input.{key}"] = value
    for key, g in zip(wanted, gradients):
        out[f"{prefix}/gradient.{key}"] = torch.zeros_like(wanted[key]) if g is None else g
    out[f"{prefix}/output"], out[f"{prefix}/seed"] = y, seed


class MLP(nn.Module):
    def __init__(self, *dimensions):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(dimensions, dimensions[1:]))

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i < len(self.layers) - 1:
                x = F.silu(x)
        return x


def layers():
    torch.manual_seed(1)
    out = {}
    x = draw
    record(out, "linear", randomize(nn.Linear(5, 3)), {"x": x(4, 5)})
    record(out, "linearSequence", randomize(nn.Linear(5, 3)), {"x": x(2, 4, 5)})
    record(out, "linearNoBias", randomize(nn.Linear(5, 3, bias=False)), {"x": x(4, 5)})
    record(out, "conv", randomize(nn.Conv2d(3, 4, 3, padding=1)), {"x": x(2, 3, 5, 4)})
    record(out, "convStrided", randomize(nn.Conv2d(3, 4, 3, stride=2, padding=1)), {"x": x(2, 3, 6, 6)})
    record(out, "convGrouped", randomize(nn.Conv2d(4, 6, 3, padding=1, groups=2, bias=False)), {"x": x(1, 4, 4, 5)})
    record(out, "groupNorm", randomize(nn.GroupNorm(2, 6)), {"x": x(2, 6, 3, 4)})
    record(out, "layerNorm", randomize(nn.LayerNorm(6)), {"x": x(2, 4, 6)})
    record(out, "embedding", randomize(nn.Embedding(5, 3)), {"x": torch.tensor([4, 0, 4, 2])})
    record(out, "attentionSequence", randomize(SelfAttention(6, 3)), {"x": x(2, 5, 6)})
    record(out, "attentionImage", randomize(SelfAttention(8, 2)), {"x": x(2, 8, 3, 4)})
    record(out, "residual", randomize(ResidualBlock(4, 6, 5, groups=2)), {"x": x(2, 4, 5, 4), "e": x(2, 5)})
    record(out, "residualPlain", randomize(ResidualBlock(4, 4, None, groups=2)), {"x": x(2, 4, 4, 4)})
    record(out, "fourier", randomize(FourierEmbedding(8)), {"t": x(5)})
    record(out, "sinusoidal", SinusoidalEmbedding(8), {"t": torch.tensor([0.0, 1.0, 17.0, 500.0, 999.0])})
    record(out, "mlp", randomize(MLP(3, 8, 8, 2)), {"x": x(6, 3)})
    mlp = randomize(MLP(3, 8, 8, 1))
    # WGAN-GP's penalty on given points: mean over samples of (‖∇ₓ f(x)‖ − 1)²
    points = draw(6, 3).requires_grad_()
    slope = torch.autograd.grad(mlp(points).sum(), points, create_graph=True)[0]
    penalty = ((slope.square().sum(1) + 1e-12).sqrt() - 1).square().mean()
    gradients = torch.autograd.grad(penalty, list(mlp.parameters()), allow_unused=True)
    for (key, p), g in zip(mlp.named_parameters(), gradients):
        out[f"penalty/parameter.{key}"] = p
        out[f"penalty/gradient.parameter.{key}"] = torch.zeros_like(p) if g is None else g
    out["penalty/input.x"], out["penalty/output"] = points, penalty
    save("layers.safetensors", out)


SMALL = dict(channels=[4, 8], attentionHeads=2, embeddingDimensions=8, timeFeatureCount=8, classCount=3, groupCount=2)
WIDE = dict(imageChannels=2, patchSize=1, channels=[4, 4, 8], blocksPerLevel=2, attentionHeads=0, embeddingDimensions=8,
            timeFeatureCount=6, timeFeatures="sinusoidal", frequencyScale=2.0, classCount=0, mapSize=2, groupCount=2, concatenatesSkips=True)


def unets():
    torch.manual_seed(2)
    out = {}
    record(out, "unet", randomize(UNet(**SMALL), 0.7),
           {"x": draw(3, 1, 8, 8), "noise": draw(3) / 2, "labels": torch.tensor([0, 2, 3])})
    save("unet.safetensors", out, configuration=SMALL)
    out = {}
    record(out, "unet", randomize(UNet(**WIDE), 0.7), {"x": draw(2, 2, 8, 8), "noise": draw(2)})
    save("unet-wide.safetensors", out, configuration=WIDE)


class Transformer(nn.Module):
    """Sources/NeuralNetworks/Transformer.swift, key by key, from PyTorch's own blocks."""

    def __init__(self, vocabulary, length, dimensions, heads, count):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, dimensions), nn.Embedding(length, dimensions)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(dimensions, heads, 4 * dimensions, dropout=0, activation="gelu", batch_first=True, norm_first=True)
            for _ in range(count))
        self.norm, self.head = nn.LayerNorm(dimensions), nn.Linear(dimensions, vocabulary, bias=False)

    def forward(self, tokens):
        n = tokens.shape[1]
        h = self.tokens(tokens) + self.positions.weight[:n]
        for layer in self.layers:
            h = layer(h, src_mask=torch.ones(n, n).triu(1).bool())
        return self.head(self.norm(h))


def attention():
    torch.manual_seed(4)
    out = {}

    def self_attention(layer, **options):
        return lambda x: layer(x, x, x, need_weights=False, **options)[0]

    layer = randomize(nn.MultiheadAttention(6, 3, batch_first=True))
    later = torch.ones(5, 5).triu(1).bool()
    record(out, "multiHead", layer, {"x": draw(2, 5, 6)}, self_attention(layer))
    record(out, "multiHeadCausal", layer, {"x": draw(2, 5, 6)}, self_attention(layer, attn_mask=later))
    bias = draw(2, 1, 5, 5)
    out["multiHeadAdded/bias"] = bias
    record(out, "multiHeadAdded", layer, {"x": draw(2, 5, 6)},
           self_attention(layer, attn_mask=bias.expand(2, 3, 5, 5).reshape(6, 5, 5)))
    # Of the second sample the last two positions are padding, which nobody reads.
    readable = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]).double()
    out["multiHeadAllowed/readable"] = readable.reshape(2, 1, 1, 5)
    record(out, "multiHeadAllowed", layer, {"x": draw(2, 5, 6)}, self_attention(layer, key_padding_mask=readable == 0))
    record(out, "multiHeadCross", layer, {"x": draw(2, 5, 6), "context": draw(2, 3, 6)},
           lambda x, c: layer(x, c, c, need_weights=False)[0])
    layer = randomize(nn.MultiheadAttention(6, 2, bias=False, batch_first=True))
    record(out, "multiHeadNoBias", layer, {"x": draw(2, 5, 6)}, self_attention(layer))
    block = randomize(nn.TransformerEncoderLayer(6, 3, 10, dropout=0, activation="gelu", batch_first=True, norm_first=True))
    record(out, "block", block, {"x": draw(2, 5, 6)}, lambda x: block(x, src_mask=later))

    # The penalty ‖∂⟨seed, attention⟩/∂x‖², whose gradients need second derivatives.
    layer = randomize(nn.MultiheadAttention(6, 3, batch_first=True))
    x, seed = draw(2, 5, 6).requires_grad_(), draw(2, 5, 6)
    # PyTorch's fused attention has no second derivative; its definition in single operations does.
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        y = layer(x, x, x, need_weights=False, attn_mask=later)[0]
    penalty = torch.autograd.grad((y * seed).sum(), x, create_graph=True)[0].square().sum()
    wanted = {"input.x": x} | {"parameter." + k: v for k, v in layer.named_parameters()}
    gradients = torch.autograd.grad(penalty, list(wanted.values()), allow_unused=True)
    out |= {"multiHeadPenalty/input.x": x, "multiHeadPenalty/seed": seed, "multiHeadPenalty/output": penalty}
    out |= {f"multiHeadPenalty/parameter.{k}": v.clone() for k, v in layer.state_dict().items()}
    for (k, v), g in zip(wanted.items(), gradients):
        out[f"multiHeadPenalty/gradient.{k}"] = torch.zeros_like(v) if g is None else g

    model = randomize(Transformer(7, 6, 8, 2, 2))
    tokens, targets = torch.randint(7, (3, 6)), torch.randint(7, (3, 6))
    logits = model(tokens)
    loss = F.cross_entropy(logits.reshape(-1, 7), targets.reshape(-1))
    gradients = torch.autograd.grad(loss, list(model.parameters()))
    out |= {f"transformer/parameter.{k}": v.clone() for k, v in model.state_dict().items()}
    out |= {f"transformer/gradient.parameter.{k}": g for (k, _), g in zip(model.named_parameters(), gradients)}
    out |= {"transformer/tokens": tokens, "transformer/targets": targets, "transformer/logits": logits, "transformer/loss": loss}
    save("attention.safetensors", out)


def normalizations():
    """Layers that remember: state before, two calls in training, one in evaluation, and a penalty that needs second derivatives."""
    torch.manual_seed(5)
    out = {}
    spectral = torch.nn.utils.parametrizations.spectral_norm
    cases = {
        "batchNorm": (nn.BatchNorm1d(3), (5, 3)),
        "batchNormSequence": (nn.BatchNorm1d(3, momentum=0.3), (2, 3, 4)),
        "batchNormImage": (nn.BatchNorm2d(3), (2, 3, 4, 3)),
        "spectralLinear": (spectral(nn.Linear(5, 3)), (4, 5)),
        "spectralConv": (spectral(nn.Conv2d(2, 3, 3, padding=1, bias=False), n_power_iterations=2), (2, 2, 4, 3)),
        "layerNorm": (nn.LayerNorm(6), (2, 4, 6)),
    }
    for name, (model, shape) in cases.items():
        randomize(model.float()).double()
        for key, buffer in model.named_buffers():
            if key == "running_var":
                buffer.copy_((1 + torch.rand_like(buffer)).float())
        if "batchNorm" in name:
            model.num_batches_tracked.fill_(7)
        for key, value in model.state_dict().items():
            out[f"{name}/before.{key}"] = value.clone()
        for call in ["first", "second", "evaluation"]:
            model.train(call != "evaluation")
            x = draw(*shape).requires_grad_()
            y = model(x)
            seed = draw(*y.shape)
            parameters = dict(model.named_parameters())
            gradients = torch.autograd.grad((y * seed).sum(), [x, *parameters.values()], create_graph=True)
            penalty = gradients[0].square().sum()
            second = torch.autograd.grad(penalty, [x, *parameters.values()], allow_unused=True)
            out |= {f"{name}/{call}/x": x, f"{name}/{call}/seed": seed, f"{name}/{call}/output": y, f"{name}/{call}/penalty": penalty}
            for (key, p), g, h in zip([("input", x), *parameters.items()], gradients, second):
                out[f"{name}/{call}/gradient.{key}"] = g
                out[f"{name}/{call}/penaltyGradient.{key}"] = torch.zeros_like(p) if h is None else h
            for key, value in model.state_dict().items():
                out[f"{name}/{call}/after.{key}"] = value.clone()
    save("normalization.safetensors", out)


def optimizers():
    """Five steps from the U-Net of unet.safetensors on loss = mean (model(x) − target)²; plain SGD variants on an MLP."""
    torch.manual_seed(2)
    start = randomize(UNet(**SMALL), 0.7).state_dict()
    start = {k: v.clone() for k, v in start.items()}
    x, noise, labels, target = draw(3, 1, 8, 8), draw(3) / 2, torch.tensor([0, 2, 3]), draw(3, 1, 8, 8)
    out = {"start." + k: v.clone() for k, v in start.items()}
    out |= {"x": x, "noise": noise, "labels": labels, "target": target}
    kinds = {
        "adam": lambda p: torch.optim.Adam(p, lr=1e-2),
        "adamw": lambda p: torch.optim.AdamW(p, lr=1e-2, betas=(0.9, 0.99), weight_decay=0.05),
    }
    for kind, make in kinds.items():
        model = UNet(**SMALL)
        model.load_state_dict(start)
        optimizer = make(model.parameters())
        average = {k: v.clone() for k, v in model.state_dict().items()}
        losses = []
        for _ in range(5):
            loss = (model(x, noise, labels) - target).square().mean()
            optimizer.zero_grad()
            loss.backward()
            if kind == "adamw":
                norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
                out.setdefault("norms", []).append(norm)
            optimizer.step()
            losses.append(loss.detach())
            for k, v in model.state_dict().items():
                average[k] = 0.9 * average[k] + 0.1 * v
        out[kind + "/losses"] = torch.stack(losses)
        out |= {f"{kind}/after.{k}": v for k, v in model.state_dict().items()}
        if kind == "adam":
            out |= {f"average.{k}": v for k, v in average.items()}
    out["norms"] = torch.stack(out["norms"])
    save("unet-training.safetensors", out, configuration=SMALL)

    torch.manual_seed(3)
    start = {k: v.clone() for k, v in randomize(MLP(3, 8, 2)).state_dict().items()}
    x, target = draw(6, 3), draw(6, 2)
    out = {"start." + k: v.clone() for k, v in start.items()} | {"x": x, "target": target}
    kinds = {
        "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
        "nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
        "rmsprop": lambda p: torch.optim.RMSprop(p),
        "rmspropMomentum": lambda p: torch.optim.RMSprop(p, lr=1e-2, alpha=0.9, momentum=0.9, weight_decay=0.01),
        "rmspropCentered": lambda p: torch.optim.RMSprop(p, lr=1e-2, alpha=0.9, eps=1e-3, centered=True),
        "rmspropAll": lambda p: torch.optim.RMSprop(p, lr=1e-2, alpha=0.9, eps=1e-3, centered=True, momentum=0.5),
        "adam": lambda p: torch.optim.Adam(p, lr=1e-2),
        "adamDecay": lambda p: torch.optim.Adam(p, lr=1e-2, weight_decay=0.1),
        "adamw": lambda p: torch.optim.AdamW(p, lr=1e-2),
    }
    for kind, make in kinds.items():
        model = MLP(3, 8, 2)
        model.load_state_dict(start)
        optimizer = make(model.parameters())
        losses = []
        for _ in range(5):
            loss = (model(x) - target).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        out[kind + "/losses"] = torch.stack(losses)
        out |= {f"{kind}/after.{k}": v for k, v in model.state_dict().items()}
    save("optimizers.safetensors", out)


def interoperation():
    """Files by the official writer: one that the Swift writer must reproduce byte by byte, one with every type it must read."""
    base = torch.tensor([[0.0, -1.5, 2.0], [65504.0, 1e-7, -0.25]])
    tensors = {"b.weight": base.float(), "a.bias": torch.arange(3).float(), "scalar": torch.tensor(2.5).float(),
               "empty": torch.zeros(0, 4).float(), "größe \"q\"": torch.ones(1).float()}
    save_file(tensors, FOLDER / "written-by-python.safetensors", {"note": "line\nbreak \\ and \"quotes\""})
    small = torch.tensor([[0, 1, 2], [100, 3, 7]])
    every = {"F64": base.double(), "F32": base.float(), "F16": base.half(), "BF16": base.bfloat16(), "I64": small - 50,
             "I32": (small - 50).int(), "I16": (small - 50).short(), "I8": (small - 50).char(), "U8": small.byte(),
             "BOOL": small > 2, "half.special": torch.tensor([5.9604645e-08, 6.1e-05, -0.0, float("inf"), -float("inf")]).half()}
    save_file(every, FOLDER / "every-type.safetensors", {"provenance": json.dumps(provenance(safetensors=safetensors.__version__))})


layers()
unets()
attention()
normalizations()
optimizers()
interoperation()
