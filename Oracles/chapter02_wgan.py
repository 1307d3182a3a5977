"""Writes the fixtures of exercises 2.8 to 2.12: values that do not come from this course's code.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install torch numpy scipy POT
    /tmp/oracle/bin/python Oracles/chapter02_wgan.py

Every JSON says in "provenance" which library computed it and how. All arithmetic is in double precision.
"""

import json
import pathlib
import warnings

import numpy as np
import ot
import scipy
import scipy.optimize
import torch

FIXTURES = pathlib.Path(__file__).parent.parent / "Tests" / "Chapter02WGANTests" / "Fixtures"
VERSIONS = {"numpy": np.__version__, "POT": ot.__version__, "scipy": scipy.__version__, "torch": torch.__version__}
torch.set_default_dtype(torch.float64)
warnings.filterwarnings("ignore", category=FutureWarning)


def write(name, method, libraries, content):
    provenance = {
        "script": "Oracles/chapter02_wgan.py",
        "method": method,
        "libraries": {library: VERSIONS[library] for library in libraries},
    }
    text = json.dumps({"provenance": provenance, **content}, ensure_ascii=False, indent=None, separators=(",", ":"))
    (FIXTURES / name).write_text(text.replace('},"', '},\n"').replace(']],"', ']],\n"') + "\n")


def tensor(t):
    t = torch.as_tensor(t).detach()
    return {"shape": list(t.shape), "values": [float(f"{float(v):.9g}") for v in t.reshape(-1)]}


def state(module):
    return {key: tensor(value) for key, value in module.state_dict().items()}


def gradients(module, loss):
    names, parameters = zip(*module.named_parameters())
    found = torch.autograd.grad(loss, parameters, allow_unused=True)
    return {n: tensor(torch.zeros_like(p) if g is None else g) for n, p, g in zip(names, parameters, found)}


class Perceptron(torch.nn.Module):
    """The course's MLP: keys layers.0.weight, …"""

    def __init__(self, widths, activation):
        super().__init__()
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        self.activation = activation

    def forward(self, x):
        for index, layer in enumerate(self.layers):
            x = layer(x)
            if index < len(self.layers) - 1:
                x = self.activation(x)
        return x


class ImageCritic(torch.nn.Module):
    """A convolution with stride 2, tanh, a linear layer."""

    def __init__(self):
        super().__init__()
        self.convolution = torch.nn.Conv2d(2, 3, 3, stride=2, padding=1)
        self.linear = torch.nn.Linear(27, 1)

    def forward(self, x):
        return self.linear(torch.tanh(self.convolution(x)).flatten(1))


# Batches of 2ⁿ: so the gradient of the last bias, Σ1/B − Σ1/B, is 0 exactly and not rounding that an optimizer blows up.


def clipping():
    torch.manual_seed(28)
    critic = Perceptron([2, 4, 1], torch.tanh)
    before = state(critic)
    optimizer = torch.optim.RMSprop(critic.parameters(), lr=0.03)
    real, fake = torch.randn(4, 2) + 1, torch.randn(8, 2)
    losses = []
    for _ in range(3):
        loss = critic(fake).mean() - critic(real).mean()
        losses.append(float(loss.detach()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        for parameter in critic.parameters():
            parameter.data.clamp_(-0.3, 0.3)
    write(
        "clipping.json",
        "three steps of WGAN's Algorithm 1: torch.optim.RMSprop(lr=0.03), then clamp_(-0.3, 0.3) on every parameter",
        ["torch"],
        {
            "critic": before, "real": tensor(real), "fake": tensor(fake), "learningRate": 0.03, "bound": 0.3,
            "losses": losses, "after": state(critic),
        },
    )


def penalty(critic, real, fake, u, weight):
    u = u.reshape([-1] + [1] * (real.ndim - 1))
    x = (u * real + (1 - u) * fake).detach().requires_grad_()
    gradient = torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]
    norms = gradient.flatten(1).norm(dim=1)
    return norms, weight * ((norms - 1) ** 2).mean()


def penalties():
    torch.manual_seed(29)
    content = {}
    for name, critic, shape, weight in [
        ("perceptron", Perceptron([3, 6, 5, 1], torch.tanh), [4, 3], 10.0),
        ("images", ImageCritic(), [3, 2, 6, 6], 0.5),
    ]:
        with torch.no_grad():
            for parameter in critic.parameters():
                parameter.mul_(2.5)
        real, fake, u = torch.randn(shape), torch.randn(shape) * 0.7 - 0.4, torch.rand(shape[0])
        norms, value = penalty(critic, real, fake, u, weight)
        content[name] = {
            "critic": state(critic), "real": tensor(real), "fake": tensor(fake), "u": tensor(u), "weight": weight,
            "norms": tensor(norms), "penalty": float(value.detach()), "gradients": gradients(critic, value),
        }
    write(
        "gradient-penalty.json",
        "torch.autograd.grad(f(x̂).sum(), x̂, create_graph=True), norms over all axes of a sample, and the gradient of "
        "λ·mean((norm − 1)²) with respect to every parameter by a second torch.autograd.grad",
        ["torch"],
        content,
    )


def spectra():
    torch.manual_seed(210)
    cases = []
    for layer in [torch.nn.Linear(6, 4), torch.nn.Conv2d(2, 3, 3), torch.nn.Linear(3, 7)]:
        weight = layer.weight.detach().clone()
        singular = torch.linalg.svdvals(weight.flatten(1))
        for steps in [1, 4]:
            normalized = torch.nn.utils.spectral_norm(
                type(layer)(*((6, 4) if weight.shape == (4, 6) else (2, 3, 3) if weight.ndim == 4 else (3, 7))),
                n_power_iterations=steps,
            )
            with torch.no_grad():
                normalized.weight_orig.copy_(weight)
            u = torch.nn.functional.normalize(torch.randn(weight.shape[0]), dim=0)
            normalized.weight_u.copy_(u)
            normalized.train()
            probe = torch.randn(weight.shape)
            normalized(torch.zeros(1, 2, 5, 5) if weight.ndim == 4 else torch.zeros(1, weight.shape[1]))
            made = normalized.weight
            gradient = torch.autograd.grad((probe * made).sum(), normalized.weight_orig)[0]
            sigma = normalized.weight_u @ weight.flatten(1) @ normalized.weight_v
            cases.append({
                "weight": tensor(weight), "u": tensor(u), "steps": steps, "uAfter": tensor(normalized.weight_u),
                "vAfter": tensor(normalized.weight_v), "sigma": float(sigma), "largest": float(singular[0]),
                "normalized": tensor(made), "probe": tensor(probe), "gradient": tensor(gradient),
            })
    write(
        "spectral-norm.json",
        "torch.nn.utils.spectral_norm with a given u; largest: torch.linalg.svdvals; gradient: of Σ probe·W/σ",
        ["torch"],
        {"cases": cases},
    )


def estimates():
    torch.manual_seed(211)
    cases = []
    for real_count, fake_count, shift in [(24, 24, 1.5), (20, 32, 0.3), (16, 16, 0.0)]:
        critic = Perceptron([2, 8, 1], torch.tanh)
        with torch.no_grad():
            for parameter in critic.parameters():
                parameter.mul_(2)
        real, fake = torch.randn(real_count, 2), torch.randn(fake_count, 2) * 0.8
        fake[:, 0] += shift
        values = critic(real).detach()[:, 0], critic(fake).detach()[:, 0]
        distance = torch.cdist(real, fake)
        slope = ((values[0][:, None] - values[1][None, :]).abs() / distance).max()
        cases.append({
            "critic": state(critic), "real": tensor(real), "fake": tensor(fake),
            "estimate": float(values[0].mean() - values[1].mean()), "slope": float(slope),
            "transport": float(ot.emd2(np.ones(real_count) / real_count, np.ones(fake_count) / fake_count, distance.numpy())),
        })
    diracs = []
    for distance, weight in [(2.0, 10.0), (2.0, 0.1), (0.5, 10.0), (7.0, 3.0)]:
        best = scipy.optimize.minimize_scalar(
            lambda s: -(distance * s - weight * (s - 1) ** 2), bracket=(0, 2), tol=1e-12
        )
        diracs.append({
            "distance": distance, "weight": weight, "slope": float(best.x), "objective": float(-best.fun),
            "estimate": float(distance * best.x),
        })
    write(
        "critic-estimate.json",
        "cases: means and largest difference quotient over all pairs in torch, exact W₁ by ot.emd2 on torch.cdist; "
        "diracs: scipy.optimize.minimize_scalar on the penalised objective",
        ["POT", "scipy", "torch"],
        {"cases": cases, "diracs": diracs},
    )


def training():
    """Four rounds of Algorithm 1. With a linear critic ∇f is the same everywhere, so u plays no part."""
    torch.manual_seed(212)
    steps, critic_steps, batch, weight, rate = 4, 3, 8, 10.0, 0.02
    content = {"steps": steps, "criticSteps": critic_steps, "batchSize": batch, "learningRate": rate}
    for name in ["gradientPenalty", "clipping"]:
        generator, critic = Perceptron([2, 5, 3], torch.tanh), torch.nn.Linear(3, 1)
        run = {"generator": state(generator), "critic": state(critic), "weight": weight, "bound": 0.25}
        adam = dict(lr=rate, betas=(0.0, 0.9))
        make = (lambda p: torch.optim.Adam(p, **adam)) if name == "gradientPenalty" else (
            lambda p: torch.optim.RMSprop(p, lr=rate))
        critic_optimizer, generator_optimizer = make(critic.parameters()), make(generator.parameters())
        data = torch.randn(steps * critic_steps, batch, 3) + torch.tensor([1.0, -0.5, 0.25])
        noise = torch.randn(steps * (critic_steps + 1), batch, 2)
        drawn = iter(noise)
        batches = iter(data)
        estimates, losses = [], []
        for _ in range(steps):
            for _ in range(critic_steps):
                real, fake = next(batches), generator(next(drawn)).detach()
                loss = critic(fake).mean() - critic(real).mean()
                estimate = -float(loss.detach())
                if name == "gradientPenalty":
                    loss = loss + penalty(critic, real, fake, torch.rand(batch), weight)[1]
                critic_optimizer.zero_grad()
                loss.backward()
                critic_optimizer.step()
                if name == "clipping":
                    for parameter in critic.parameters():
                        parameter.data.clamp_(-0.25, 0.25)
            estimates.append(estimate)
            loss = -critic(generator(next(drawn))).mean()
            losses.append(float(loss.detach()))
            generator_optimizer.zero_grad()
            loss.backward()
            generator_optimizer.step()
        run |= {
            "data": tensor(data), "noise": tensor(noise), "estimates": estimates, "losses": losses,
            "generatorAfter": state(generator), "criticAfter": state(critic),
        }
        content[name] = run
    write(
        "training.json",
        "Algorithm 1 of WGAN-GP with torch.optim.Adam(betas=(0, 0.9)), and of WGAN with torch.optim.RMSprop and clamp_, on "
        "given batches and noise; the critic is linear, so that the penalty doesn't depend on u",
        ["torch"],
        content,
    )


if __name__ == "__main__":
    FIXTURES.mkdir(parents=True, exist_ok=True)
    for fixture in (clipping, penalties, spectra, estimates, training):
        fixture()
