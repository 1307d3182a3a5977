"""PyTorch's side of the comparison; with `--compile` the same through torch.compile."""

import functools
import os
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Oracles"))
from protocol import Variant, serve

COMPILES = "--compile" in sys.argv
torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


def compiled(function):
    return torch.compile(function, dynamic=False) if COMPILES else function


def channels_last(tensor):
    return tensor.contiguous(memory_format=torch.channels_last)


def kernel(name, function):
    """A variant of something without state: what it returns is what must agree."""

    def check():
        outputs = function()
        outputs = outputs if isinstance(outputs, (tuple, list)) else (outputs,)
        return {f"{i}": output.detach() for i, output in enumerate(outputs)}

    return Variant(name, check, function)


def training(name, step):
    """A variant of a training step: the losses of its first three steps must agree."""

    def check(steps=3):
        return {"losses": torch.tensor([loss for _ in range(steps) for loss in step()])}

    return Variant(name, check, step)


# Kernels


def matmul(row, t):
    if COMPILES:
        return "calls the same library as eager"
    a, b = t["a"], t["b"]
    a = a.t() if row["sizes"]["transposeA"] else a
    b = b.t() if row["sizes"]["transposeB"] else b
    return [kernel("mm", torch.inference_mode()(lambda: torch.mm(a, b)))]


def conv(row, t):
    if COMPILES:
        return "calls the same library as eager"
    s = row["sizes"]
    stride, padding = [s["stride"]] * 2, [s["kernel"] // 2] * 2

    def variant(name, layout):
        x, w, g = layout(t["x"]), layout(t["w"]), layout(t["g"])
        if row["pass"] == "forward":
            return kernel(name, torch.inference_mode()(lambda: F.conv2d(x, w, None, stride, padding)))
        wanted = [row["pass"] == "input", row["pass"] == "weight", False]

        @torch.inference_mode()
        def backward():
            gradients = torch.ops.aten.convolution_backward(
                g, x, w, None, stride, padding, [1, 1], False, [0, 0], 1, wanted)
            return gradients[0] if wanted[0] else gradients[1]

        return kernel(name, backward)

    return [variant("NCHW", lambda x: x), variant("channels_last", channels_last)]


def pointwise(row, t):
    s = row["sizes"]
    functions = {
        "exp": torch.exp, "tanh": torch.tanh, "silu": F.silu, "gelu": F.gelu,
        "softmax": lambda x: F.softmax(x, -1),
        "layerNorm": lambda x, w, b: F.layer_norm(x, x.shape[-1:], w, b),
        "groupNorm": lambda x, w, b: F.group_norm(x, s.get("groups", 1), w, b),
    }
    function = compiled(functions[row["op"]])
    if row["pass"] == "forward":
        arguments = [t[key] for key in ("x", "w", "b") if key in t]
        # A compiled function called in inference mode would be compiled anew each time it leaves it.
        mode = torch.no_grad() if COMPILES else torch.inference_mode()
        return [kernel("forward", mode(lambda: function(*arguments)))]
    arguments = [t[key].requires_grad_() for key in ("x", "w", "b") if key in t]
    g = t["g"]

    def both():
        y = function(*arguments)
        return (y, *torch.autograd.grad(y, arguments, g))

    return [kernel("forward + backward", both)]


def adam(row, t):
    def variant(name, **how):
        p = t["p"].clone().requires_grad_()
        p.grad = t["g"]
        optimizer = torch.optim.Adam([p], lr=1e-3, **how)
        step = torch.compile(optimizer.step) if COMPILES else optimizer.step

        def check():
            for _ in range(3):
                step()
            return {"p": p.detach().clone()}

        return Variant(name, check, step)

    if COMPILES:
        return [variant("compiled", foreach=True, capturable=False)]
    return [variant("fused", fused=True), variant("foreach", foreach=True)]


# Training steps


def parameters(t, prefix):
    """The layers' weights and biases of a perceptron in the inputs."""
    keys = sorted((key for key in t if key.startswith(prefix)),
                  key=lambda key: (int(key.split(".")[2]), key.endswith("bias")))
    return {key: t[key].clone().requires_grad_() for key in keys}


def mlp(ps, x):
    ps = list(ps.values())
    for i in range(0, len(ps), 2):
        x = F.linear(x, ps[i], ps[i + 1])
        if i + 2 < len(ps):
            x = F.leaky_relu(x, 0.2)
    return x


def plans(loss):
    """Ways to get the value of `loss(parameters, …)` and its gradients, each with an optimizer's options.

    Eager tries both fast Adams. Compiled, either the loss is compiled and differentiated by autograd, or loss and
    gradients are one graph.
    """

    def by_autograd(function):
        def differentiate(ps, *arguments):
            value = function(ps, *arguments)
            return torch.autograd.grad(value, list(ps.values())), value

        return differentiate

    def in_one_graph(function):
        function = torch.compile(torch.func.grad_and_value(function), dynamic=False)

        def differentiate(ps, *arguments):
            with torch.no_grad():
                gradients, value = function(ps, *arguments)
            return gradients.values(), value

        return differentiate

    if COMPILES:
        return {"compiled gradients": (in_one_graph(loss), {"fused": True}),
                "compiled loss": (by_autograd(compiled(loss)), {"fused": True})}
    return {"fused Adam": (by_autograd(loss), {"fused": True}), "foreach Adam": (by_autograd(loss), {"foreach": True})}


def update(optimizer, differentiate, ps, *arguments):
    """One step; gives the loss."""
    gradients, value = differentiate(ps, *arguments)
    for p, gradient in zip(ps.values(), gradients):
        p.grad = gradient
    optimizer.step()
    return value


def graph(row, t):
    if COMPILES:
        return "a compiled graph has no nodes at run time"
    x, nodes = t["x"], row["sizes"]["nodes"]

    def step():
        leaf = x.detach().requires_grad_()
        y = leaf
        for _ in range(nodes):
            y = y + leaf
        return y.detach(), torch.autograd.grad(y, leaf)[0]

    return [kernel("eager", step)]


def gan(row, t):
    x, z = t["x"], t["z"]

    def d_loss(d, g, x, z):
        fake = mlp(g, z)
        return F.softplus(-mlp(d, x)).mean() + F.softplus(mlp(d, fake)).mean()

    def g_loss(g, d, z):
        return F.softplus(-mlp(d, mlp(g, z))).mean()

    def variant(name, d_plan, g_plan):
        g, d = parameters(t, "generator."), parameters(t, "critic.")
        fixed_g, fixed_d = ({key: p.detach() for key, p in ps.items()} for ps in (g, d))
        adam_g = torch.optim.Adam(g.values(), lr=1e-4, betas=(0.5, 0.999), **g_plan[1])
        adam_d = torch.optim.Adam(d.values(), lr=1e-4, betas=(0.5, 0.999), **d_plan[1])

        def step():
            loss_d = update(adam_d, d_plan[0], d, fixed_g, x, z)
            loss_g = update(adam_g, g_plan[0], g, fixed_d, z)
            return [loss_d.item(), loss_g.item()]

        return training(name, step)

    d_plans, g_plans = plans(d_loss), plans(g_loss)
    return [variant(name, d_plans[name], g_plans[name]) for name in d_plans]


def wgan_gp(row, t):
    x, fake, mix = t["x"], t["fake"], t["mix"]

    def penalty(gradient):
        return 10 * ((gradient.square().sum(1) + 1e-12).sqrt() - 1).square().mean()

    def eager_loss(d, x, fake, mix):
        between = (mix * x + (1 - mix) * fake).requires_grad_()
        gradient, = torch.autograd.grad(mlp(d, between).sum(), between, create_graph=True)
        return mlp(d, fake).mean() - mlp(d, x).mean() + penalty(gradient)

    # torch.compile knows no double backward, but it traces torch.func.grad.
    def functional_loss(d, x, fake, mix):
        gradient = torch.func.grad(lambda between: mlp(d, between).sum())(mix * x + (1 - mix) * fake)
        return mlp(d, fake).mean() - mlp(d, x).mean() + penalty(gradient)

    def variant(name, differentiate, how):
        d = parameters(t, "critic.")
        adam = torch.optim.Adam(d.values(), lr=1e-4, betas=(0.5, 0.9), **how)
        return training(name, lambda: [update(adam, differentiate, d, x, fake, mix).item()])

    return [variant(name, *plan) for name, plan in plans(functional_loss if COMPILES else eager_loss).items()]


def unet_model(t):
    from unet import UNet
    model = UNet(mapSize=7)
    model.load_state_dict({key[len("model."):]: value for key, value in t.items() if key.startswith("model.")})
    return model


def denoise(model, x, sigmas, labels):
    s = sigmas.reshape(-1, 1, 1, 1)
    variance = s.square() + 0.25
    output = model(x / variance.sqrt(), sigmas.log() / 4, labels)
    return x * (0.25 / variance) + output * (0.5 * s / variance.sqrt())


def unet(row, t):
    x0, noise, sigmas, labels = t["x0"], t["noise"], t["sigmas"], t["labels"].long()
    weights = ((sigmas.square() + 0.25) / (0.5 * sigmas).square()).reshape(-1, 1, 1, 1)

    def variant(layout):
        model = unet_model(t)
        if layout == "channels_last":
            model = model.to(memory_format=torch.channels_last)
        adam = torch.optim.Adam(model.parameters(), lr=1e-3, betas=(0.9, 0.99), fused=True)

        @compiled
        def loss():
            noisy = x0 + noise * sigmas.reshape(-1, 1, 1, 1)
            return ((denoise(model, noisy, sigmas, labels) - x0).square() * weights).mean()

        # By backward() and not autograd.grad: the compiled gradients lie in memory in another order than the parameters,
        # which the fused Adam would not notice.
        def step():
            adam.zero_grad(set_to_none=True)
            value = loss()
            value.backward()
            adam.step()
            return [value.item()]

        return training(f"{layout}, fused Adam", step)

    # Compiled, the layout inside is the compiler's choice. One graph of loss and gradients, as in the smaller steps,
    # crashes this PyTorch here.
    return [variant("NCHW")] + ([] if COMPILES else [variant("channels_last")])


def sample(row, t):
    x, labels = t["x0"], t["labels"].long()
    high, low = 10.0, 7.0
    sigmas = torch.full((len(x),), high)

    def variant(layout):
        model = unet_model(t).eval()
        if layout == "channels_last":
            model = model.to(memory_format=torch.channels_last)

        def step(x):
            return x + (low - high) / high * (x - denoise(model, x, sigmas, labels))

        step = compiled(step)
        mode = torch.no_grad() if COMPILES else torch.inference_mode()
        return kernel(layout, mode(lambda: step(x)))

    return [variant(layout) for layout in ("NCHW", "channels_last")]


def block(p, prefix, h, attend):
    """One of Sources/NeuralNetworks/TransformerBlock.swift; `attend` mixes the positions."""

    def norm(name, x):
        return F.layer_norm(x, x.shape[-1:], p[f"{prefix}{name}.weight"], p[f"{prefix}{name}.bias"])

    def linear(name, x):
        return F.linear(x, p[f"{prefix}{name}.weight"], p[f"{prefix}{name}.bias"])

    packed = F.linear(norm("norm1", h), p[prefix + "self_attn.in_proj_weight"], p[prefix + "self_attn.in_proj_bias"])
    n, length, width = h.shape
    q, k, v = packed.reshape(n, length, 3, 4, width // 4).permute(2, 0, 3, 1, 4)
    h = h + linear("self_attn.out_proj", attend(q, k, v).transpose(1, 2).reshape(h.shape))
    return h + linear("linear2", F.gelu(linear("linear1", norm("norm2", h))))


def logits(p, h, attend):
    for layer in range(4):
        h = block(p, f"layers.{layer}.", h, lambda q, k, v: attend(layer, q, k, v))
    return F.linear(F.layer_norm(h, h.shape[-1:], p["norm.weight"], p["norm.bias"]), p["head.weight"])


def model_parameters(t):
    return {key[len("model."):]: value.clone() for key, value in t.items() if key.startswith("model.")}


def transformer(row, t):
    tokens, targets = t["tokens"].long(), t["targets"].long().flatten()

    def loss(p):
        h = F.embedding(tokens, p["tokens.weight"]) + p["positions.weight"]
        causal = functools.partial(F.scaled_dot_product_attention, is_causal=True)
        return F.cross_entropy(logits(p, h, lambda layer, q, k, v: causal(q, k, v)).flatten(0, 1), targets)

    def variant(name, differentiate, how):
        p = {key: value.requires_grad_() for key, value in model_parameters(t).items()}
        optimizer = torch.optim.AdamW(p.values(), lr=3e-4, weight_decay=1e-2, **how)
        return training(name, lambda: [update(optimizer, differentiate, p).item()])

    return [variant(name, *plan) for name, plan in plans(loss).items()]


def decode(row, t):
    """One token after the other from position 32; at the end of the context back to the first 32."""
    p = model_parameters(t)
    tokens = t["tokens"][0].long()
    keys, values = torch.zeros(4, 1, 4, 64, 32), torch.zeros(4, 1, 4, 64, 32)
    places = torch.arange(64)

    def eager_next(token, place):
        def attend(layer, q, k, v):
            keys[layer, :, :, place:place + 1], values[layer, :, :, place:place + 1] = k, v
            return F.scaled_dot_product_attention(q, keys[layer, :, :, :place + 1], values[layer, :, :, :place + 1])

        h = p["tokens.weight"][token] + p["positions.weight"][place]
        return logits(p, h.reshape(1, 1, -1), attend)

    # Compiled, the shapes stay the same: all places are read, those to come behind a mask.
    def masked_next(token, place, keys, values):
        seen = (places <= place).reshape(1, 1, 1, -1)

        def attend(layer, q, k, v):
            keys[layer].index_copy_(2, place, k)
            values[layer].index_copy_(2, place, v)
            return F.scaled_dot_product_attention(q, keys[layer], values[layer], attn_mask=seen)

        h = F.embedding(token, p["tokens.weight"]) + F.embedding(place, p["positions.weight"])
        return logits(p, h.reshape(1, 1, -1), attend)

    if COMPILES:
        compiled_next = compiled(masked_next)
        each_token, each_place = tokens.split(1), places.split(1)
        following = lambda place: compiled_next(each_token[place], each_place[place], keys, values)
    else:
        following = lambda place: eager_next(tokens[place], place)
    mode = torch.no_grad() if COMPILES else torch.inference_mode()
    following = mode(following)
    for place in range(32):
        following(place)
    held = [32]

    def step():
        if held[0] == 64:
            held[0] = 32
        held[0] += 1
        return following(held[0] - 1)

    return [Variant("cache of all places" if COMPILES else "growing cache",
                    lambda: {"logits": torch.cat([step().reshape(1, -1) for _ in range(3)])}, step)]


KINDS = {"matmul": matmul, "conv": conv, "pointwise": pointwise, "adam": adam, "graph": graph, "gan": gan,
         "wgan-gp": wgan_gp, "unet": unet, "sample": sample, "transformer": transformer, "decode": decode}


def prepare(row, inputs):
    if row["kind"] not in KINDS:
        return "not written"
    torch._dynamo.reset() if COMPILES else None
    return KINDS[row["kind"]](row, load_file(inputs))


serve(prepare, lambda values, path: save_file({key: value.contiguous() for key, value in values.items()}, path))
