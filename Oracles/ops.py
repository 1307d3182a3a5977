"""Single operations against PyTorch: Tests/TensorsTests/Fixtures/ops.json (layout: Oracles/README.md).

Everything is computed in float64 from inputs that Float32 holds exactly, so the fixture is the truth to which a Float32
core is compared, and not another library's rounding.
"""

import torch
import torch.nn.functional as F

from fixtures import array, provenance, write

generator = torch.Generator().manual_seed(20240501)
cases = []


def draw(*shape, low=None, high=None):
    """Normal numbers (or uniform ones in [low, high)), rounded to multiples of 1/1024: exact in Float32, short in JSON."""
    if low is None:
        t = torch.randn(shape, generator=generator, dtype=torch.float64)
    else:
        t = low + (high - low) * torch.rand(shape, generator=generator, dtype=torch.float64)
    return (t * 1024).round() / 1024


def case(op, f, inputs, name=None, differentiable=True, second=False, **arguments):
    """Runs f on the inputs; keeps the output and, for a random seed (the output's cotangent), every input's gradient.

    second: also the gradients of P = Σᵢ ‖∂⟨seed, f⟩/∂xᵢ‖², the pattern of a gradient penalty."""
    inputs = [t.clone().requires_grad_(differentiable) for t in inputs]
    out = f(*inputs)
    entry = {"name": name or op, "op": op, "arguments": arguments, "inputs": [array(t) for t in inputs], "output": array(out)}
    if differentiable:
        seed = draw(*out.shape)
        gradients = torch.autograd.grad((out * seed).sum(), inputs, create_graph=second, allow_unused=True)
        gradients = [torch.zeros_like(t) if g is None else g for g, t in zip(gradients, inputs)]
        entry["seed"] = array(seed)
        entry["gradients"] = [array(g) for g in gradients]
        if second:
            penalty = sum(g.square().sum() for g in gradients)
            seconds = torch.autograd.grad(penalty, inputs, allow_unused=True)
            entry["penalty"] = array(penalty)
            entry["penaltyGradients"] = [
                array(torch.zeros_like(t) if g is None else g) for g, t in zip(seconds, inputs)]
    if any(c["name"] == entry["name"] for c in cases):
        raise ValueError("two cases named " + entry["name"])
    cases.append(entry)


# One input, element by element
x = draw(3, 4)
wide = torch.tensor([[-20.0, -6.5, -3.0, -1.0], [-0.5, -0.0625, 0.0625, 0.5], [1.0, 3.0, 6.5, 20.0]], dtype=torch.float64)
positive = draw(3, 4, low=0.25, high=4.0)
unary = {
    "negate": lambda t: -t, "exp": torch.exp, "square": torch.square, "sin": torch.sin, "cos": torch.cos,
    "tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu": F.relu, "silu": F.silu, "gelu": F.gelu,
    "softplus": lambda t: torch.logaddexp(t, torch.zeros_like(t)), "erf": torch.erf, "abs": torch.abs,
}
for op, f in unary.items():
    case(op, f, [x], second=op not in ("relu", "abs", "negate"))
for op in ("tanh", "sigmoid", "silu", "gelu", "softplus", "erf"):
    case(op, unary[op], [wide], name=op + " far from zero")
for op, f in {"log": torch.log, "sqrt": torch.sqrt, "rsqrt": torch.rsqrt}.items():
    case(op, f, [positive], second=True)
case("leakyReLU", lambda t: F.leaky_relu(t, 0.2), [x], slope=0.2)
case("pow", lambda t: t**3, [x], name="pow 3", exponent=3, second=True)
case("pow", lambda t: t**-0.5, [positive], name="pow -0.5", exponent=-0.5, second=True)
case("clamp", lambda t: t.clamp(-0.5, 0.75), [x], low=-0.5, high=0.75)

# Two inputs, with broadcasting
shapes = {"same shape": ((3, 4), (3, 4)), "a row": ((3, 4), (4,)), "a column": ((3, 4), (3, 1)), "outer": ((3, 1), (1, 4)),
          "leading axes": ((2, 1, 3), (4, 1)), "a scalar": ((), (2, 3))}
for label, (sa, sb) in shapes.items():
    for op, f in {"add": torch.add, "subtract": torch.sub, "multiply": torch.mul}.items():
        case(op, f, [draw(*sa), draw(*sb)], name=f"{op}, {label}", second=op == "multiply" and label in ("same shape", "outer"))
    case("divide", torch.div, [draw(*sa), draw(*sb, low=0.5, high=2.0)], name=f"divide, {label}", second=label == "a row")
case("maximum", torch.maximum, [draw(3, 4), draw(4)])
case("minimum", torch.minimum, [draw(3, 4), draw(3, 1)])
mask = (draw(3, 4) > 0).double()
case("where", lambda a, b: torch.where(mask.bool(), a, b), [draw(3, 4), draw(4)], mask=array(mask))
left, right = torch.tensor([[0.0, 1.0, 2.0]], dtype=torch.float64), torch.tensor([[0.0], [2.0]], dtype=torch.float64)
for op, f in {"less": torch.lt, "lessOrEqual": torch.le, "greater": torch.gt, "greaterOrEqual": torch.ge}.items():
    case(op, lambda a, b, f=f: f(a, b).double(), [left, right], differentiable=False)

# Reductions: an empty list of axes means all of them
for axes in ([], [0], [1], [-1], [0, 2], [1, 2]):
    for keep in (False, True):
        dims = axes or [0, 1, 2]
        label = f"axes {axes}" + (", kept" if keep else "")
        for op, f in {"sum": torch.sum, "mean": torch.mean, "max": torch.amax, "min": torch.amin}.items():
            case(op, lambda t, f=f: f(t, dim=dims, keepdim=keep), [draw(2, 3, 4)], name=f"{op}, {label}", axes=axes, keepDims=keep)
        case("variance", lambda t: t.var(dim=dims, keepdim=keep, unbiased=False), [draw(2, 3, 4)], name=f"variance, {label}",
             axes=axes, keepDims=keep, second=axes == [-1])
        case("logSumExp", lambda t: t.logsumexp(dim=dims, keepdim=keep), [draw(2, 3, 4)], name=f"logSumExp, {label}",
             axes=axes, keepDims=keep, second=axes == [1])
for axis in (-1, 1, 0):
    case("softmax", lambda t: F.softmax(t, dim=axis), [draw(2, 3, 4)], name=f"softmax, axis {axis}", axis=axis, second=axis == 1)
    case("logSoftmax", lambda t: F.log_softmax(t, dim=axis), [draw(2, 3, 4)], name=f"logSoftmax, axis {axis}", axis=axis, second=axis == -1)
large = torch.tensor([[1000.0, 1001.0, 999.0], [-1000.0, -1000.0, -2000.0]], dtype=torch.float64)
case("softmax", lambda t: F.softmax(t, dim=-1), [large], name="softmax of huge numbers", axis=-1)
case("logSoftmax", lambda t: F.log_softmax(t, dim=-1), [large], name="logSoftmax of huge numbers", axis=-1)
case("logSumExp", lambda t: t.logsumexp(dim=[1]), [large], name="logSumExp of huge numbers", axes=[1], keepDims=False)

# Products
products = {"matrices": ((5, 7), (7, 3)), "batched": ((2, 3, 4), (2, 4, 5)), "one matrix for all": ((2, 3, 4), (4, 5)),
            "broadcast both": ((2, 1, 3, 4), (3, 4, 2)), "odd sizes": ((17, 19), (19, 13))}
for label, (sa, sb) in products.items():
    for ta in (False, True):
        for tb in (False, True):
            if (ta or tb) and label in ("odd sizes", "broadcast both") and not (ta and tb):
                continue
            a, b = draw(*sa), draw(*sb)
            a, b = (a.transpose(-1, -2).contiguous() if ta else a), (b.transpose(-1, -2).contiguous() if tb else b)
            case("matmul", lambda a, b: (a.transpose(-1, -2) if ta else a) @ (b.transpose(-1, -2) if tb else b), [a, b],
                 name=f"matmul, {label}" + (", transposeA" if ta else "") + (", transposeB" if tb else ""),
                 transposeA=ta, transposeB=tb, second=label == "batched" and ta == tb)
case("linear", lambda x, w, b: F.linear(x, w, b), [draw(5, 4), draw(3, 4), draw(3)], name="linear", second=True)
case("linear", lambda x, w, b: F.linear(x, w, b), [draw(2, 5, 4), draw(3, 4), draw(3)], name="linear on a sequence")
case("linear", lambda x, w: F.linear(x, w), [draw(5, 4), draw(3, 4)], name="linear without bias")

# Images
convolutions = [  # N, C, H, W, O, kernel, stride, padding, groups, bias
    (2, 3, 5, 6, 4, 3, 1, 1, 1, True), (1, 2, 5, 5, 3, 3, 1, 0, 1, True), (2, 2, 6, 6, 3, 3, 2, 1, 1, True),
    (1, 2, 7, 5, 3, 3, 2, 0, 1, False), (2, 3, 4, 4, 5, 1, 1, 0, 1, True), (1, 2, 6, 6, 2, 2, 2, 0, 1, True),
    (1, 1, 8, 8, 2, 4, 2, 1, 1, True), (1, 4, 5, 5, 6, 3, 1, 1, 2, True), (1, 4, 4, 4, 4, 3, 1, 1, 4, True),
    (1, 1, 7, 7, 2, 5, 1, 2, 1, True), (1, 17, 4, 4, 13, 3, 1, 1, 1, True), (2, 3, 5, 5, 4, 1, 2, 0, 1, False)]
for n, c, h, w, o, k, stride, padding, groups, bias in convolutions:
    inputs = [draw(n, c, h, w), draw(o, c // groups, k, k)] + ([draw(o)] if bias else [])
    case("conv2d", lambda x, w, b=None: F.conv2d(x, w, b, stride=stride, padding=padding, groups=groups), inputs,
         name=f"conv2d {n}x{c}x{h}x{w} to {o}, kernel {k}, stride {stride}, padding {padding}, groups {groups}",
         stride=stride, padding=padding, groups=groups, second=(n, c, k, stride) in ((1, 2, 3, 1), (2, 2, 3, 2)))
case("averagePool2d", lambda t: F.avg_pool2d(t, 2), [draw(2, 3, 4, 6)], size=2)
case("averagePool2d", lambda t: F.avg_pool2d(t, 3), [draw(1, 2, 6, 3)], name="averagePool2d by 3", size=3)
case("upsampleNearest2d", lambda t: F.interpolate(t, scale_factor=2), [draw(2, 3, 3, 2)], factor=2)
case("upsampleNearest2d", lambda t: F.interpolate(t, scale_factor=3), [draw(1, 2, 2, 2)], name="upsampleNearest2d by 3", factor=3)
for n, shape, groups in ((2, (6, 3, 4), 3), (2, (4, 2, 2), 1), (3, (4,), 2), (1, (4, 5), 4)):
    channels = shape[0]
    case("groupNorm", lambda x, w, b: F.group_norm(x, groups, w, b, eps=1e-5), [draw(n, *shape), draw(channels), draw(channels)],
         name=f"groupNorm of {[n, *shape]} in {groups}", groupCount=groups, eps=1e-5, second=True)
case("groupNorm", lambda x: F.group_norm(x, 2, eps=1e-5), [draw(2, 4, 3, 3)], name="groupNorm without weights", groupCount=2, eps=1e-5)

# Shapes
case("reshaped", lambda t: t.reshape(4, -1), [draw(2, 3, 4)], shape=[4, -1])
case("transposed", lambda t: t.permute(2, 0, 1), [draw(2, 3, 4)], axes=[2, 0, 1])
case("transposed", lambda t: t.permute(0, 2, 3, 1), [draw(2, 3, 2, 4)], name="transposed NCHW to NHWC", axes=[0, 2, 3, 1])
case("broadcast", lambda t: t.expand(2, 3, 4), [draw(3, 1)], shape=[2, 3, 4])
for axis in (0, 1, 2):
    case("sliced", lambda t: t.narrow(axis, 1, 2), [draw(3, 4, 5)], name=f"sliced along {axis}", axis=axis, lower=1, upper=3)
    case("take", lambda t: t.index_select(axis, torch.tensor([2, 0, 2])), [draw(3, 4, 3)], name=f"take along {axis}, an index twice",
         axis=axis, indices=[2, 0, 2])
    parts = [(2, 3, 4), (2, 3, 4)]
    a, b = list(parts[0]), list(parts[1])
    b[axis] += 1
    case("concatenated", lambda a, b: torch.cat([a, b], dim=axis), [draw(*a), draw(*b)], name=f"concatenated along {axis}", axis=axis)
    case("stacked", lambda a, b: torch.stack([a, b], dim=axis), [draw(2, 3), draw(2, 3)], name=f"stacked along {axis}", axis=axis)

# Gathering, padding, sorting, running sums. New cases stay at the end: the draws before them do not change.
places = torch.tensor([[1, 0, 2, 2], [0, 0, 1, 3]])
for axis, whole, part in ((1, (2, 5), (2, 4)), (0, (4, 4), (2, 4)), (0, (4, 6), (2, 4)), (-1, (3, 4), (2, 4))):
    label = f"of {list(whole)} along {axis}"
    case("gathered", lambda t: t.gather(axis, places), [draw(*whole)], name=f"gathered {label}", axis=axis, indices=places.reshape(-1).tolist(),
         shape=list(part))
    case("scatterAddedAt", lambda t, s: t.scatter_add(axis, places, s), [draw(*whole), draw(*part)], name=f"scatterAdded {label}", axis=axis,
         indices=places.reshape(-1).tolist())
middle = torch.randint(0, 4, (2, 3, 2), generator=generator)
case("gathered", lambda t: t.gather(1, middle), [draw(3, 4, 2)], name="gathered along a middle axis", axis=1,
     indices=middle.reshape(-1).tolist(), shape=[2, 3, 2])
case("scatterAddedAt", lambda t, s: t.scatter_add(1, middle, s), [draw(3, 4, 2), draw(2, 3, 2)], name="scatterAdded along a middle axis",
     axis=1, indices=middle.reshape(-1).tolist())
for axis, length in ((0, 3), (1, 5)):
    rows = torch.tensor([1, 1, 0, 2])
    shape = [2, 3]
    shape[axis] = 4
    case("scatterAdded", lambda t: torch.zeros([length if a == axis else n for a, n in enumerate(shape)], dtype=torch.float64)
         .index_add(axis, rows, t), [draw(*shape)], name=f"scatterAdded rows along {axis}", axis=axis, indices=rows.tolist(), length=length)
case("take", lambda t: t.index_select(-1, torch.tensor([], dtype=torch.long)), [draw(2, 3)], name="take nothing", axis=-1, indices=[])
for mode, name in (("constant", "constant"), ("reflect", "reflect"), ("replicate", "replicate")):
    for shape, widths in (((1, 2, 3, 4), (1, 2, 2, 1)), ((1, 2, 4), (3, 0)), ((1, 1, 4, 4), (0, 0, 1, 1))):
        value = 0.75 if mode == "constant" else None
        case("paddedMode", lambda t: F.pad(t, widths, mode=mode, value=value), [draw(*shape)], name=f"padded, {name}, {list(shape)} by {list(widths)}",
             mode=name, value=value or 0.0, widths=[w for i in reversed(range(0, len(widths), 2)) for w in widths[i:i + 2]])
case("slicedRanges", lambda t: t[1:3, :, 2:3], [draw(3, 2, 4)], name="sliced in several axes", ranges=[1, 3, 0, 2, 2, 3])
tied = torch.tensor([[0.5, -1.0, 0.5, 2.0, -1.0], [0.0, 0.0, 0.0, 0.0, 0.0], [3.0, 2.0, 1.0, -1.0, -2.0]], dtype=torch.float64)
for label, t in (("random", draw(3, 5)), ("with ties", tied), ("of one entry", draw(3, 1)), ("long", draw(1, 230))):
    for axis in (0, 1) if label != "long" else (-1,):
        for down in (False, True):
            case("sorted", lambda t: t.sort(dim=axis, descending=down, stable=True).values, [t], name=f"sorted {label} along {axis}" + (", down" if down else ""),
                 axis=axis, descending=down, indices=t.sort(dim=axis, descending=down, stable=True).indices.reshape(-1).tolist())
case("topK", lambda t: t.topk(2, dim=1).values, [draw(3, 5)], name="topK", axis=1, k=2, descending=True)
case("topK", lambda t: t.topk(3, dim=0, largest=False).values, [draw(4, 3)], name="topK, smallest, axis 0", axis=0, k=3, descending=False)
case("topK", lambda t: t.topk(7, dim=-1).values, [draw(1, 250)], name="topK of many", axis=-1, k=7, descending=True)
for axis in (0, 1, 2):
    case("cumulativeSum", lambda t: t.cumsum(axis), [draw(2, 3, 4)], name=f"cumulativeSum along {axis}", axis=axis)
case("cumulativeSum", lambda t: t.cumsum(0), [draw(1, 3)], name="cumulativeSum of one entry", axis=0)
case("flipped", lambda t: t.flip(1), [draw(2, 3, 2)], axis=1)

# Elementwise, once more
case("logSigmoid", F.logsigmoid, [draw(3, 4)], second=True)
case("logSigmoid", lambda t: -torch.logaddexp(-t, torch.zeros_like(t)), [torch.tensor([-200.0, -20.0, 20.0, 200.0], dtype=torch.float64)], name="logSigmoid, far out")
case("clampLow", lambda t: t.clamp(min=-0.25), [draw(3, 4)], low=-0.25)
case("clampHigh", lambda t: t.clamp(max=0.25), [draw(3, 4)], high=0.25)
case("clamp", lambda t: t.clamp(0.5, -0.5), [draw(3, 4)], name="clamp to nothing", low=0.5, high=-0.5, differentiable=False)
case("variance", lambda t: t.var(dim=[0, 1, 2], unbiased=True), [draw(2, 3, 4)], name="variance, corrected", axes=[], keepDims=False, correction=1)
for axes in ([1, 2], [0, 2], [0, 1, 2]):
    flat = lambda t, f: f(t.permute(*[a for a in range(3) if a not in axes], *axes).flatten(3 - len(axes)))
    back = lambda y, t: y.reshape([t.shape[a] for a in range(3) if a not in axes] + [t.shape[a] for a in axes]).permute(
        *[([a for a in range(3) if a not in axes] + axes).index(a) for a in range(3)])
    case("softmaxAxes", lambda t: back(flat(t, lambda u: F.softmax(u, -1)), t), [draw(2, 3, 4)], name=f"softmax, axes {axes}", axes=axes, second=axes == [0, 2])
    case("logSoftmaxAxes", lambda t: back(flat(t, lambda u: F.log_softmax(u, -1)), t), [draw(2, 3, 4)], name=f"logSoftmax, axes {axes}", axes=axes,
         second=axes == [1, 2])

# Transposed convolution and pooling
transposes = [  # N, I, H, W, O, kernel height and width, stride, padding, outputPadding, groups, bias
    (2, 3, 4, 5, 4, 3, 3, 1, 1, 0, 1, True), (1, 2, 3, 3, 3, 4, 4, 2, 1, 0, 1, True), (1, 3, 4, 3, 2, 3, 3, 2, 1, 1, 1, False),
    (2, 4, 3, 4, 6, 3, 3, 2, 0, 0, 2, True), (1, 4, 3, 3, 4, 3, 3, 1, 1, 0, 4, True), (1, 2, 3, 4, 3, 1, 1, 1, 0, 0, 1, False),
    (1, 2, 1, 1, 3, 2, 2, 3, 0, 2, 1, False), (2, 2, 4, 3, 3, 3, 2, 1, 0, 0, 1, True), (1, 2, 5, 5, 2, 3, 3, 1, 2, 0, 1, False),
    (1, 2, 3, 3, 2, 5, 5, 3, 2, 1, 1, True)]
for n, c, h, w, o, kh, kw, stride, padding, extra, groups, bias in transposes:
    inputs = [draw(n, c, h, w), draw(c, o // groups, kh, kw)] + ([draw(o)] if bias else [])
    case("convTranspose2d", lambda x, w, b=None: F.conv_transpose2d(x, w, b, stride, padding, extra, groups), inputs,
         name=f"convTranspose2d {n}x{c}x{h}x{w} to {o}, kernel {kh}x{kw}, stride {stride}, padding {padding}+{extra}, groups {groups}",
         stride=stride, padding=padding, outputPadding=extra, groups=groups, second=(n, c, kh, stride) in ((1, 2, 4, 2), (2, 4, 3, 2)))
pools = [((2, 3, 4, 6), 2, 2, 0), ((1, 2, 7, 7), 3, 2, 1), ((1, 2, 5, 6), 3, 1, 1), ((1, 1, 5, 4), 2, 3, 1), ((2, 1, 5, 7), 2, 2, 0), ((1, 1, 3, 3), 3, 1, 0)]
for shape, size, stride, padding in pools:
    label = f"of {list(shape)} by {size}, stride {stride}, padding {padding}"
    case("maxPool2d", lambda t: F.max_pool2d(t, size, stride, padding), [draw(*shape)], name=f"maxPool2d {label}", size=size, stride=stride, padding=padding)
    for counts in (True, False) if padding else (True,):
        case("averagePool2dWindows", lambda t: F.avg_pool2d(t, size, stride, padding, count_include_pad=counts), [draw(*shape)],
             name=f"averagePool2d {label}" + ("" if counts else ", padding not counted"), size=size, stride=stride, padding=padding, counts=counts)
ties = torch.tensor([[[[1.0, 1.0, 0.0], [1.0, 1.0, 2.0], [2.0, 0.0, 2.0]]]], dtype=torch.float64)
case("maxPool2d", lambda t: F.max_pool2d(t, 2, 1, 0), [ties], name="maxPool2d with ties", size=2, stride=1, padding=0)

write("Tests/TensorsTests/Fixtures/ops.json", {"provenance": provenance(), "cases": cases})
print(len(cases), "cases")
