"""Writes the fixtures of Chapter 8's tests: values that do not come from this course's code.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install torch scipy
    /tmp/oracle/bin/python Oracles/chapter08_heaps.py

Every JSON says in "provenance" which library computed it and how. Integers near the ends of 64 bits are written as
strings, because not every reader of JSON keeps their last digits.
"""

import fractions
import heapq
import itertools
import json
import math
import pathlib
import platform
import random
import statistics

import numpy as np
import scipy
import scipy.ndimage
import scipy.signal
import scipy.sparse
import scipy.sparse.csgraph
import torch

FIXTURES = pathlib.Path(__file__).parent.parent / "Tests" / "Chapter08HeapsTests" / "Fixtures"
VERSIONS = {m.__name__: m.__version__ for m in (np, scipy, torch)} | {"python": platform.python_version()}
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
MINIMUM, MAXIMUM = -(2**63), 2**63 - 1


def write(name, method, libraries, content):
    provenance = {
        "script": "Oracles/chapter08_heaps.py",
        "method": method,
        "libraries": {library: VERSIONS[library] for library in libraries},
    }
    lines = [f' {json.dumps(key)}: {json.dumps(entry, ensure_ascii=False)}' for key, entry in content.items()]
    head = f' "provenance": {json.dumps(provenance, ensure_ascii=False)}'
    (FIXTURES / name).write_text("{\n" + ",\n".join([head] + lines) + "\n}\n")


def sifting():
    rng = random.Random(81)
    cases = []
    for count in (1, 2, 3, 6, 13, 31):
        values = rng.sample(range(-500, 500), count)
        heap, pushed = [], []
        for value in values:
            heapq.heappush(heap, value)
            pushed.append(list(heap))
        replaced, incoming = list(heap), rng.randrange(500, 600)
        out = heapq.heapreplace(replaced, incoming)
        popped = []
        while heap:
            popped.append({"value": heapq.heappop(heap), "heap": list(heap)})
        cases.append({
            "values": values, "pushed": pushed, "popped": popped,
            "incoming": incoming, "replaced": replaced, "replacedValue": out,
        })
    write(
        "sifting.json", "heapq.heappush, heappop and heapreplace on different integers, the array after each call",
        ["python"], {"cases": cases})


def floyd(elements):
    """Floyd's heapify of a list, and how many comparisons it takes: written out here, because heapq's own goes down
    to a leaf first and counts otherwise."""
    a, n, comparisons = list(elements), len(elements), 0
    for i in reversed(range(n // 2)):
        x, hole = a[i], i
        while (child := 2 * hole + 1) < n:
            if child + 1 < n:
                comparisons += 1
                if a[child + 1] < a[child]:
                    child += 1
            comparisons += 1
            if not a[child] < x:
                break
            a[hole] = a[child]
            hole = child
        a[hole] = x
    return a, comparisons


def heapifying():
    rng = random.Random(82)
    cases = []
    for values in (
        [list(range(12)), list(range(12, 0, -1)), [5] * 9]
        + [rng.sample(range(-1000, 1000), count) for count in (2, 3, 7, 8, 20, 33, 64)]
    ):
        heap = list(values)
        heapq.heapify(heap)
        assert heap == floyd(values)[0]
        cases.append({"values": values, "heap": heap})
    worst, heaps, total = [], [], []
    for n in range(1, 10):
        counts = [floyd(order)[1] for order in itertools.permutations(range(n))]
        worst.append(max(counts))
        total.append(sum(counts))
        sizes = [sum(1 for j in range(n) if is_below(j, i)) for i in range(n)]
        heaps.append(math.factorial(n) // math.prod(sizes))
    for n, count in enumerate(worst, 1):
        assert count == 2 * n - 2 * bin(n).count("1") - (n & -n).bit_length() + 1
    write(
        "heapify.json",
        "heapq.heapify; for n = 1 … 9 the greatest and the summed number of comparisons of Floyd's algorithm over all n! "
        "orders, by trying them, and the number of heaps n!/∏(subtree sizes)",
        ["python"], {"cases": cases, "worst": worst, "total": total, "heaps": heaps})


def is_below(place, ancestor):
    while place > ancestor:
        place = (place - 1) // 2
    return place == ancestor


def top_k():
    rng = random.Random(83)
    cases = []
    for count, k, low, high in [(1, 1, 0, 9), (20, 5, -9, 9), (60, 7, -1000, 1000), (40, 40, 0, 3), (50, 12, MINIMUM, MAXIMUM)]:
        values = [rng.randint(low, high) for _ in range(count)]
        if low == MINIMUM:
            values[7], values[20], values[33] = MINIMUM, MAXIMUM, MINIMUM
        cases.append({
            "values": [str(v) for v in values], "k": k,
            "largest": [str(v) for v in heapq.nlargest(k, values)],
            "smallest": [str(v) for v in heapq.nsmallest(k, values)],
        })
    expected = []
    for n, k in [(7, 3), (10, 10), (2000, 10), (2000, 1), (100000, 100)]:
        value = k * sum(fractions.Fraction(1, i) for i in range(k + 1, n + 1)) if n <= 2000 else k * math.fsum(
            1 / i for i in range(k + 1, n + 1))
        expected.append({"count": n, "k": k, "replacements": float(value)})
    write(
        "top-k.json", "heapq.nlargest and nsmallest; k(H_n − H_k) in exact fractions (n ≤ 2000) or by math.fsum",
        ["python"], {"cases": cases, "expected": expected})


def medians():
    rng = random.Random(84)
    doubles = []
    for values in (
        [rng.randrange(-4096, 4096) / 64 for _ in range(41)], [rng.randrange(5) / 2 for _ in range(30)],
        [i / 4 for i in range(20)], [-i / 4 for i in range(20)],
    ):
        doubles.append({"values": values, "medians": [statistics.median(values[:i + 1]) for i in range(len(values))]})
    ints = []
    for a, b in [
        (MINIMUM, MAXIMUM), (MAXIMUM, MAXIMUM), (MINIMUM, MINIMUM), (MAXIMUM, MAXIMUM - 2), (MINIMUM, 0), (-3, 4), (-3, -4),
        (3, 4), (-1, 0), (0, 0), (2**62, 2**62 - 1), (-(2**53), 2**53 + 1), (5, -5), (MAXIMUM, -MAXIMUM),
    ]:
        ints.append({"a": str(a), "b": str(b), "mean": float(fractions.Fraction(a + b, 2))})
    write(
        "medians.json", "statistics.median of every beginning of a stream; means of two integers in exact fractions",
        ["python"], {"doubles": doubles, "midpoints": ints})


def sliding():
    rng = np.random.default_rng(85)
    cases = []
    for count, window in [(1, 1), (9, 3), (25, 4), (60, 7), (60, 15), (40, 40)]:
        values = rng.integers(-512, 512, count) / 16
        windows = np.lib.stride_tricks.sliding_window_view(values, window)
        case = {"values": values.tolist(), "window": window, "medians": np.median(windows, axis=1).tolist()}
        if window % 2 == 1:
            case["nearest"] = scipy.ndimage.median_filter(values, window, mode="nearest").tolist()
            case["zero"] = scipy.signal.medfilt(values, window).tolist()
        cases.append(case)
    write(
        "sliding.json",
        "numpy.median of sliding_window_view; scipy.ndimage.median_filter(mode='nearest'); scipy.signal.medfilt",
        ["numpy", "scipy"], {"cases": cases})


def shortest_paths():
    rng = np.random.default_rng(86)
    cases = []
    for count, edges in [(6, 9), (25, 70), (40, 400)]:
        weights = {}
        for _ in range(edges):
            a, b = (int(v) for v in rng.integers(count, size=2))
            if a != b:
                weights[a, b] = int(rng.integers(1, 1000)) / 8
        rows, columns = zip(*weights)
        graph = scipy.sparse.csr_matrix((list(weights.values()), (rows, columns)), shape=(count, count))
        distances = scipy.sparse.csgraph.dijkstra(graph, indices=0)
        cases.append({
            "count": count, "edges": [[a, b, w] for (a, b), w in weights.items()],
            "distances": [None if math.isinf(d) else d for d in distances.tolist()],
        })
    write(
        "shortest-paths.json", "scipy.sparse.csgraph.dijkstra from vertex 0; null where there is no path", ["scipy"],
        {"cases": cases})


def merging():
    rng = random.Random(87)
    cases = []
    for sizes in [[0], [3], [4, 0, 5], [10, 3, 7, 1, 0, 12], [6] * 9]:
        lists = [sorted(rng.randrange(12) for _ in range(size)) for size in sizes]
        tagged = [[(value, number) for value in values] for number, values in enumerate(lists)]
        merged = list(heapq.merge(*tagged, key=lambda pair: pair[0]))
        cases.append({"lists": lists, "values": [v for v, _ in merged], "origins": [n for _, n in merged]})
    write("merge.json", "heapq.merge by key, which is stable", ["python"], {"cases": cases})


def filters():
    """transformers' TopKLogitsWarper and TopPLogitsWarper, written out: sort upwards, drop what lies in the tail of mass
    1 − p."""
    generator = torch.Generator().manual_seed(88)
    cases = []
    for count, scale, k, p in [(5, 1, 2, 0.5), (12, 2, 4, 0.9), (40, 3, 10, 0.95), (40, 0.1, 39, 0.3), (8, 12, 1, 0.99)]:
        logits = torch.round(torch.randn(count, generator=generator) * scale * 1024) / 1024
        kept_by_k = ~(logits < torch.topk(logits, k).values[-1])
        ascending, order = torch.sort(logits, descending=False)
        remove = torch.softmax(ascending, -1).cumsum(-1) <= 1 - p
        remove[-1] = False
        kept_by_p = torch.ones(count, dtype=torch.bool)
        kept_by_p[order[remove]] = False
        cases.append({
            "logits": logits.tolist(), "softmax": torch.softmax(logits, -1).tolist(), "k": k, "p": p,
            "keptByTopK": kept_by_k.nonzero().flatten().tolist(),
            "keptByNucleus": kept_by_p.nonzero().flatten().tolist(),
        })
    write(
        "filters.json", "the rules of transformers' TopKLogitsWarper and TopPLogitsWarper with torch.topk, sort and cumsum",
        ["torch"], {"cases": cases})


def open_uniform(word):
    return ((word >> 12) + 0.5) * 2.0**-52


def sampling():
    laws = []
    for weights, k in [([1, 2, 3], 2), ([1, 1, 1, 1], 2), ([10, 5, 2, 2, 1], 2), ([10, 5, 2, 2, 1], 3), ([1, 0, 4, 8], 3), ([3, 1, 4, 1, 5, 9], 4)]:
        inclusion = [fractions.Fraction(0)] * len(weights)
        orders = []
        for order in itertools.permutations(range(len(weights)), k):
            probability, rest = fractions.Fraction(1), sum(weights)
            for item in order:
                probability = probability * fractions.Fraction(weights[item], rest) if rest else fractions.Fraction(0)
                rest -= weights[item]
            orders.append({"order": list(order), "probability": float(probability)})
            for item in order:
                inclusion[item] += probability
        assert sum(inclusion) == k
        laws.append({"weights": weights, "k": k, "orders": orders[:12], "inclusion": [float(v) for v in inclusion]})
    rng = random.Random(89)
    draws = []
    for count, k in [(4, 2), (9, 4), (20, 6)]:
        words = [rng.getrandbits(64) for _ in range(count)]
        words[0] = 0 if count == 9 else words[0]
        uniforms = np.array([open_uniform(word) for word in words])
        weights = np.array([rng.choice([0.5, 1, 2, 8, 0.001]) for _ in range(count)])
        logits = np.log(weights)
        draws.append({
            "words": [str(word) for word in words], "weights": weights.tolist(), "logits": logits.tolist(), "k": k,
            "gumbel": np.argsort(-(logits - np.log(-np.log(uniforms))))[:k].tolist(),
            "reservoir": np.argsort(-(np.log(uniforms) / weights))[:k].tolist(),
        })
    write(
        "sampling.json",
        "Plackett and Luce's law in exact fractions over all orders (the first twelve of each are listed); draws by numpy.argsort of the "
        "keys, with u = ((word >> 12) + 1/2)/2^52",
        ["python", "numpy"], {"laws": laws, "draws": draws})


for work in (
    sifting, heapifying, top_k, medians, sliding, shortest_paths, merging, filters, sampling,
):
    work()
print("wrote", ", ".join(sorted(path.name for path in FIXTURES.glob("*.json"))))
