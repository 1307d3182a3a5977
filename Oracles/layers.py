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
optimizers()
interoperation()
