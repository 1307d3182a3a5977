"""JAX's side of the comparison: every row's work is one jitted function, with its state donated."""

import functools
import os
import sys

# XLA makes a thread for every core that it may use.
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:int(os.environ["OMP_NUM_THREADS"])])
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from safetensors.numpy import load_file, save_file

from protocol import Variant, serve

jax.config.update("jax_default_matmul_precision", "highest")


def kernel(name, function, *arguments):
    function, arguments = jax.jit(function), jax.tree.map(jnp.asarray, arguments)

    def check():
        return {f"{i}": np.asarray(value) for i, value in enumerate(jax.tree.leaves(function(*arguments)))}

    return Variant(name, check, lambda: jax.block_until_ready(function(*arguments)))


def training(name, update, state, *batch):
    """`update(state, *batch)` gives the new state and the losses."""
    update = jax.jit(update, donate_argnums=0)
    held, batch = [jax.tree.map(jnp.copy, state)], jax.tree.map(jnp.asarray, batch)

    def step():
        held[0], losses = update(held[0], *batch)
        return np.asarray(losses)

    def check(steps=3):
        return {"losses": np.concatenate([step() for _ in range(steps)])}

    return Variant(name, check, step)


def adam_start(ps):
    return {"p": ps, "m": jax.tree.map(jnp.zeros_like, ps), "v": jax.tree.map(jnp.zeros_like, ps),
            "t": jnp.zeros((), jnp.int32)}


def adam_step(state, gradients, rate, betas, decay=0.0):
    t = state["t"] + 1
    m = jax.tree.map(lambda m, g: betas[0] * m + (1 - betas[0]) * g, state["m"], gradients)
    v = jax.tree.map(lambda v, g: betas[1] * v + (1 - betas[1]) * g * g, state["v"], gradients)
    step = rate / (1 - betas[0] ** t)
    scale = 1 / jnp.sqrt(1 - betas[1] ** t)
    p = jax.tree.map(lambda p, m, v: p * (1 - rate * decay) - step * m / (jnp.sqrt(v) * scale + 1e-8),
                     state["p"], m, v)
    return {"p": p, "m": m, "v": v, "t": t}


# Kernels


def matmul(row, t):
    s = row["sizes"]
    return [kernel("jit", lambda a, b: (a.T if s["transposeA"] else a) @ (b.T if s["transposeB"] else b), t["a"], t["b"])]


def conv(row, t):
    s = row["sizes"]
    padding = s["kernel"] // 2

    def variant(layout):
        order = {"NCHW": ("NCHW", "OIHW", "NCHW"), "NHWC": ("NHWC", "HWIO", "NHWC")}[layout]
        place = (lambda x: x) if layout == "NCHW" else (lambda x: x.transpose(0, 2, 3, 1))
        kernel_place = (lambda w: w) if layout == "NCHW" else (lambda w: w.transpose(2, 3, 1, 0))
        x, w, g = place(t["x"]), kernel_place(t["w"]), place(t["g"])
        x, w, g = (jnp.asarray(value) for value in (x, w, g))

        def forward(x, w):
            return lax.conv_general_dilated(
                x, w, (s["stride"],) * 2, ((padding, padding),) * 2, dimension_numbers=order)

        back = (lambda x: x) if layout == "NCHW" else (lambda x: x.transpose(0, 3, 1, 2))
        kernel_back = (lambda w: w) if layout == "NCHW" else (lambda w: w.transpose(3, 2, 0, 1))
        if row["pass"] == "forward":
            variant = kernel(layout, forward, x, w)
        elif row["pass"] == "input":
            shape = jax.ShapeDtypeStruct(x.shape, x.dtype)
            variant = kernel(layout, lambda g, w: jax.linear_transpose(lambda x: forward(x, w), shape)(g)[0], g, w)
        else:
            shape = jax.ShapeDtypeStruct(w.shape, w.dtype)
            variant = kernel(layout, lambda g, x: jax.linear_transpose(lambda w: forward(x, w), shape)(g)[0], g, x)
            back = kernel_back
        check = variant.check
        variant.check = lambda: {"0": np.ascontiguousarray(back(check()["0"]))}
        return variant

    return [variant("NCHW"), variant("NHWC")]


def layer_norm(x, w, b):
    mean = x.mean(-1, keepdims=True)
    return (x - mean) * lax.rsqrt(x.var(-1, keepdims=True) + 1e-5) * w + b


def group_norm(x, w, b, groups):
    rows = x.reshape(x.shape[0], groups, -1)
    mean = rows.mean(-1, keepdims=True)
    rows = (rows - mean) * lax.rsqrt(rows.var(-1, keepdims=True) + 1e-5)
    places = (-1,) + (1,) * (x.ndim - 2)
    return rows.reshape(x.shape) * w.reshape(places) + b.reshape(places)


def pointwise(row, t):
    functions = {
        "exp": jnp.exp, "tanh": jnp.tanh, "silu": jax.nn.silu, "gelu": lambda x: jax.nn.gelu(x, approximate=False),
        "softmax": lambda x: jax.nn.softmax(x, -1), "layerNorm": layer_norm,
        "groupNorm": lambda x, w, b: group_norm(x, w, b, row["sizes"].get("groups", 1)),
    }
    function = functions[row["op"]]
    arguments = [jnp.asarray(t[key]) for key in ("x", "w", "b") if key in t]
    if row["pass"] == "forward":
        return [kernel("jit", function, *arguments)]

    def both(g, *arguments):
        y, pull = jax.vjp(function, *arguments)
        return (y, *pull(g))

    return [kernel("jit", both, jnp.asarray(t["g"]), *arguments)]


def adam(row, t):
    g = jnp.asarray(t["g"])
    update = jax.jit(lambda state, g: adam_step(state, g, 1e-3, (0.9, 0.999)), donate_argnums=0)
    held = [adam_start(jnp.asarray(t["p"]))]

    def step():
        held[0] = jax.block_until_ready(update(held[0], g))

    def check():
        for _ in range(3):
            step()
        return {"p": np.array(held[0]["p"])}

    return [Variant("jit", check, step)]


# Training steps


def parameters(t, prefix):
    keys = sorted((key for key in t if key.startswith(prefix)),
                  key=lambda key: (int(key.split(".")[2]), key.endswith("bias")))
    return [jnp.asarray(t[key]) for key in keys]


def mlp(ps, x):
    for i in range(0, len(ps), 2):
        x = x @ ps[i].T + ps[i + 1]
        if i + 2 < len(ps):
            x = jnp.where(x > 0, x, 0.2 * x)
    return x


def gan(row, t):
    def update(state, x, z):
        g, d = state

        def d_loss(d):
            return (jax.nn.softplus(-mlp(d, x)).mean() + jax.nn.softplus(mlp(d, mlp(g["p"], z))).mean())

        loss_d, gradients = jax.value_and_grad(d_loss)(d["p"])
        d = adam_step(d, gradients, 1e-4, (0.5, 0.999))
        loss_g, gradients = jax.value_and_grad(lambda g: jax.nn.softplus(-mlp(d["p"], mlp(g, z))).mean())(g["p"])
        return (adam_step(g, gradients, 1e-4, (0.5, 0.999)), d), jnp.stack([loss_d, loss_g])

    state = (adam_start(parameters(t, "generator.")), adam_start(parameters(t, "critic.")))
    return [training("jit", update, state, t["x"], t["z"])]


def wgan_gp(row, t):
    def update(state, x, fake, mix):
        def loss(d):
            gradient = jax.grad(lambda between: mlp(d, between).sum())(mix * x + (1 - mix) * fake)
            penalty = 10 * jnp.square(jnp.sqrt(jnp.square(gradient).sum(1) + 1e-12) - 1).mean()
            return mlp(d, fake).mean() - mlp(d, x).mean() + penalty

        value, gradients = jax.value_and_grad(loss)(state["p"])
        return adam_step(state, gradients, 1e-4, (0.5, 0.9)), value[None]

    return [training("jit", update, adam_start(parameters(t, "critic.")), t["x"], t["fake"], t["mix"])]


def conv2d(p, key, x, stride=1, padding=1):
    y = lax.conv_general_dilated(x, p[key + ".weight"], (stride,) * 2, ((padding, padding),) * 2,
                                 dimension_numbers=("NCHW", "OIHW", "NCHW"))
    return y + p[key + ".bias"].reshape(-1, 1, 1)


def linear(p, key, x):
    return x @ p[key + ".weight"].T + p[key + ".bias"]


def residual(p, key, x, e):
    def norm(name, x):
        return group_norm(x, p[f"{key}.{name}.weight"], p[f"{key}.{name}.bias"], 8)

    h = norm("norm2", conv2d(p, key + ".conv1", jax.nn.silu(norm("norm1", x))))
    a, b = jnp.split(linear(p, key + ".emb", e)[:, :, None, None], 2, 1)
    return x + conv2d(p, key + ".conv2", jax.nn.silu(h * (1 + a) + b))


def unet_forward(p, frequencies, x, noise, labels):
    """Oracles/unet.py once more: patches of 2, two levels, one block a level, attention with two heads, class maps."""
    n, _, height, width = x.shape
    angles = noise[:, None] * frequencies[None] * (2 * np.pi)
    features = jnp.concatenate([jnp.cos(angles), jnp.sin(angles)], 1)
    e = linear(p, "embed2", jax.nn.silu(linear(p, "embed1", features)))
    e = jax.nn.silu(e + p["classes.weight"][labels])
    patches = x.reshape(n, height // 2, 2, width // 2, 2).transpose(0, 2, 4, 1, 3)
    h = conv2d(p, "stem", patches.reshape(n, 4, height // 2, width // 2))
    kept = h = residual(p, "down.0.blocks.0", h, e)
    h = conv2d(p, "down.0.resample", h, stride=2)
    h = h + p["maps.weight"][labels].reshape(h.shape)
    h = residual(p, "middle1", h, e)
    normed = group_norm(h, p["attentionNorm.weight"], p["attentionNorm.bias"], 8)
    tokens = normed.reshape(n, h.shape[1], -1).transpose(0, 2, 1)
    qkv = linear(p, "attention.qkv", tokens).reshape(n, tokens.shape[1], 3, 2, -1).transpose(2, 0, 3, 1, 4)
    scores = jax.nn.softmax(qkv[0] @ qkv[1].transpose(0, 1, 3, 2) / np.sqrt(qkv.shape[-1]), -1)
    mixed = (scores @ qkv[2]).transpose(0, 2, 1, 3).reshape(tokens.shape)
    h = h + linear(p, "attention.proj", mixed).transpose(0, 2, 1).reshape(h.shape)
    h = residual(p, "middle2", h, e)
    h = conv2d(p, "up.0.resample", h).repeat(2, 2).repeat(2, 3) + kept
    h = residual(p, "up.0.blocks.0", h, e)
    h = conv2d(p, "head", jax.nn.silu(group_norm(h, p["norm.weight"], p["norm.bias"], 8)))
    return h.reshape(n, 2, 2, height // 2, width // 2).transpose(0, 3, 1, 4, 2).reshape(x.shape)


def denoise(p, frequencies, x, sigmas, labels):
    s = sigmas.reshape(-1, 1, 1, 1)
    variance = s * s + 0.25
    output = unet_forward(p, frequencies, x / jnp.sqrt(variance), jnp.log(sigmas) / 4, labels)
    return x * (0.25 / variance) + output * (0.5 * s / jnp.sqrt(variance))


def unet_inputs(t):
    model = {key[len("model."):]: jnp.asarray(value) for key, value in t.items() if key.startswith("model.")}
    return model, model.pop("time.weight"), t["labels"].astype(np.int32)


def unet(row, t):
    model, frequencies, labels = unet_inputs(t)

    def update(state, x0, noise, sigmas):
        weights = ((sigmas * sigmas + 0.25) / jnp.square(0.5 * sigmas)).reshape(-1, 1, 1, 1)

        def loss(p):
            noisy = x0 + noise * sigmas.reshape(-1, 1, 1, 1)
            return (jnp.square(denoise(p, frequencies, noisy, sigmas, labels) - x0) * weights).mean()

        value, gradients = jax.value_and_grad(loss)(state["p"])
        return adam_step(state, gradients, 1e-3, (0.9, 0.99)), value[None]

    return [training("jit", update, adam_start(model), t["x0"], t["noise"], t["sigmas"])]


def sample(row, t):
    model, frequencies, labels = unet_inputs(t)
    high, low = 10.0, 7.0

    def step(p, x):
        sigmas = jnp.full((len(x),), high)
        return x + (low - high) / high * (x - denoise(p, frequencies, x, sigmas, labels))

    return [kernel("jit", step, model, jnp.asarray(t["x0"]))]


def logits(p, h, attend):
    """Sources/NeuralNetworks/Transformer.swift after its embedding; `attend(layer, q, k, v)` mixes the positions."""
    n, length, width = h.shape
    for layer in range(4):
        prefix = f"layers.{layer}."

        def norm(name, x):
            return layer_norm(x, p[f"{prefix}{name}.weight"], p[f"{prefix}{name}.bias"])

        packed = norm("norm1", h) @ p[prefix + "self_attn.in_proj_weight"].T + p[prefix + "self_attn.in_proj_bias"]
        q, k, v = packed.reshape(n, length, 3, 4, width // 4).transpose(2, 0, 3, 1, 4)
        mixed = attend(layer, q, k, v).transpose(0, 2, 1, 3).reshape(h.shape)
        h = h + linear(p, prefix + "self_attn.out_proj", mixed)
        inner = jax.nn.gelu(linear(p, prefix + "linear1", norm("norm2", h)), approximate=False)
        h = h + linear(p, prefix + "linear2", inner)
    return layer_norm(h, p["norm.weight"], p["norm.bias"]) @ p["head.weight"].T


def attention(q, k, v, seen):
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    return jax.nn.softmax(jnp.where(seen, scores, -jnp.inf), -1) @ v


def language_model(t):
    return {key[len("model."):]: jnp.asarray(value) for key, value in t.items() if key.startswith("model.")}


def transformer(row, t):
    seen = np.tril(np.ones((64, 64), bool))

    def update(state, tokens, targets):
        def loss(p):
            h = p["tokens.weight"][tokens] + p["positions.weight"]
            scores = logits(p, h, lambda layer, q, k, v: attention(q, k, v, seen))
            return -jnp.take_along_axis(jax.nn.log_softmax(scores), targets[..., None], -1).mean()

        value, gradients = jax.value_and_grad(loss)(state["p"])
        return adam_step(state, gradients, 3e-4, (0.9, 0.999), decay=1e-2), value[None]

    return [training("jit", update, adam_start(language_model(t)), t["tokens"].astype(np.int32),
                     t["targets"].astype(np.int32))]


def decode(row, t):
    """One token after the other from position 32; at the end of the context back to the first 32."""
    p, tokens = language_model(t), t["tokens"][0].astype(np.int32)

    @functools.partial(jax.jit, donate_argnums=1)
    def following(p, cache, token, place):
        keys, values = cache
        seen = jnp.arange(64) <= place

        def attend(layer, q, k, v):
            nonlocal keys, values
            keys = lax.dynamic_update_slice(keys, k[None], (layer, 0, 0, place, 0))
            values = lax.dynamic_update_slice(values, v[None], (layer, 0, 0, place, 0))
            return attention(q, keys[layer], values[layer], seen)

        h = p["tokens.weight"][token] + p["positions.weight"][place]
        scores = logits(p, h.reshape(1, 1, -1), attend)
        return scores, (keys, values)

    held = {"cache": (jnp.zeros((4, 1, 4, 64, 32)), jnp.zeros((4, 1, 4, 64, 32))), "place": 0}

    def step():
        if held["place"] == 64:
            held["place"] = 32
        scores, held["cache"] = following(p, held["cache"], tokens[held["place"]], np.int32(held["place"]))
        held["place"] += 1
        return jax.block_until_ready(scores)

    for _ in range(32):
        step()
    return [Variant("jit", lambda: {"logits": np.concatenate([step().reshape(1, -1) for _ in range(3)])}, step)]


KINDS = {"matmul": matmul, "conv": conv, "pointwise": pointwise, "adam": adam, "gan": gan, "wgan-gp": wgan_gp,
         "unet": unet, "sample": sample, "transformer": transformer, "decode": decode}


def prepare(row, inputs):
    if row["kind"] not in KINDS:
        return "not written"
    return KINDS[row["kind"]](row, load_file(inputs))


serve(prepare, save_file)
