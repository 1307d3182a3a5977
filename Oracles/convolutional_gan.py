"""The convolutional generator and discriminator of 28 × 28 pictures, in small, against PyTorch: Tests/NeuralNetworksTests/Fixtures/convolutional-gan.safetensors.

The networks are written here from PyTorch's own layers (pixel_shuffle, group_norm, conv2d, spectral_norm). Recorded are outputs, gradients
and, for the discriminator, a penalty Σ ‖∂D/∂x‖² with its gradients, which need second derivatives. Float64 from weights that Float32 holds.
"""

import json

import safetensors
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import save_file

from fixtures import REPOSITORY, provenance

torch.set_default_dtype(torch.float64)
FOLDER = REPOSITORY / "Tests/NeuralNetworksTests/Fixtures"
SIZE, LATENT, CLASSES, IMAGE_CHANNELS = 8, 3, 3, 2


class Generator(nn.Module):
    def __init__(self, wide=16, narrow=16):
        super().__init__()
        side = SIZE // 4
        self.input = nn.Linear(LATENT, wide * side * side)
        self.maps = nn.Embedding(CLASSES, wide * side * side)
        self.norm1, self.norm2, self.norm3 = nn.GroupNorm(8, wide), nn.GroupNorm(8, narrow), nn.GroupNorm(8, narrow)
        self.conv1 = nn.Conv2d(wide, 4 * narrow, 3, padding=1)
        self.conv2 = nn.Conv2d(narrow, narrow, 3, padding=1)
        self.head = nn.Conv2d(narrow, 4 * IMAGE_CHANNELS, 3, padding=1)

    def forward(self, z, labels):
        h = (self.input(z) + self.maps(labels)).unflatten(1, (-1, SIZE // 4, SIZE // 4))
        h = F.pixel_shuffle(self.conv1(F.silu(self.norm1(h))), 2)
        h = self.conv2(F.silu(self.norm2(h)))
        return torch.tanh(F.pixel_shuffle(self.head(F.silu(self.norm3(h))), 2))


class Discriminator(nn.Module):
    def __init__(self, wrap, first=4, second=6):
        super().__init__()
        features = second * (SIZE // 4) ** 2
        self.conv1 = wrap(nn.Conv2d(IMAGE_CHANNELS, first, 4, stride=2, padding=1))
        self.conv2 = wrap(nn.Conv2d(first, second, 4, stride=2, padding=1))
        self.head = wrap(nn.Linear(features, 1))
        self.classes = wrap(nn.Linear(features, CLASSES, bias=False))

    def forward(self, x, labels):
        h = F.leaky_relu(self.conv1(x), 0.2)
        h = F.leaky_relu(self.conv2(h), 0.2).flatten(1)
        return self.head(h).squeeze(1) + self.classes(h).gather(1, labels[:, None]).squeeze(1)


def draw(*shape):
    return torch.randn(shape).float().double()


def randomize(model):
    with torch.no_grad():
        for name, p in model.named_parameters():
            centre = 1.0 if "norm" in name and name.endswith("weight") else 0.0
            p.copy_((centre + torch.randn(p.shape) / p[0].numel() ** 0.5).float())
    return model


def record(out, prefix, model, x, penalized=False):
    labels = torch.tensor([2, 0, 1, 2])
    with torch.no_grad():
        # Spectral normalization's singular vectors follow the weights, in training; then they rest.
        for _ in range(20):
            model(x, labels)
        for buffer in model.buffers():
            buffer.copy_(buffer.float())
    model.eval()
    x = x.requires_grad_()
    y = model(x, labels)
    seed = draw(*y.shape)
    wanted = {"input": x} | {"parameter." + k: v for k, v in model.named_parameters()}
    gradients = torch.autograd.grad((y * seed).sum(), list(wanted.values()), create_graph=True)
    out |= {f"{prefix}/before.{k}": v.clone() for k, v in model.state_dict().items()}
    out |= {f"{prefix}/x": x, f"{prefix}/seed": seed, f"{prefix}/output": y}
    out |= {f"{prefix}/gradient.{k}": g for k, g in zip(wanted, gradients)}
    if penalized:
        slope = torch.autograd.grad(y.sum(), [x], create_graph=True)[0]
        penalty = slope.square().sum()
        second = torch.autograd.grad(penalty, list(wanted.values()), allow_unused=True)
        out[f"{prefix}/penalty"] = penalty
        for (k, v), g in zip(wanted.items(), second):
            out[f"{prefix}/penaltyGradient.{k}"] = torch.zeros_like(v) if g is None else g


torch.manual_seed(6)
out = {}
record(out, "generator", randomize(Generator()), draw(4, LATENT))
pictures = (4, IMAGE_CHANNELS, SIZE, SIZE)
record(out, "discriminator", randomize(Discriminator(lambda layer: layer)), draw(*pictures), penalized=True)
spectral = torch.nn.utils.parametrizations.spectral_norm
record(out, "spectral", randomize(Discriminator(spectral)), draw(*pictures), penalized=True)
out = {k: v.detach().float().contiguous() for k, v in out.items()}
name = "convolutional-gan.safetensors"
save_file(out, FOLDER / name, {"provenance": json.dumps(provenance(safetensors=safetensors.__version__))})
print(f"{name}: {(FOLDER / name).stat().st_size / 1000:.1f} kB")
