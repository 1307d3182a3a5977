"""Writes the fixtures of Chapter 10's tests: values that do not come from this course's code.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install torch numpy networkx binarytree dahuffman sympy "setuptools<81"
    /tmp/oracle/bin/python Oracles/chapter10_trees.py

Every JSON says in "provenance" which library computed it and how. A binary tree is written as three arrays: the keys, and
for each node the places of its left and right child, −1 where there is none; the root is at place 0 and the other nodes
lie in any order. Integers near the ends of 64 bits are written as strings.
"""

import collections
import fractions
import functools
import importlib.metadata
import itertools
import json
import math
import pathlib
import platform
import random

import binarytree
import dahuffman
import networkx as nx
import numpy as np
import sympy
import torch

FIXTURES = pathlib.Path(__file__).parent.parent / "Tests" / "Chapter10TreeTraversalTests" / "Fixtures"
PACKAGES = ["binarytree", "dahuffman", "networkx", "numpy", "sympy", "torch"]
VERSIONS = {name: importlib.metadata.version(name) for name in PACKAGES} | {"python": platform.python_version()}
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
MINIMUM, MAXIMUM = -(2**63), 2**63 - 1


def write(name, method, libraries, content):
    provenance = {
        "script": "Oracles/chapter10_trees.py",
        "method": method,
        "libraries": {library: VERSIONS[library] for library in libraries},
    }
    lines = [f' {json.dumps(key)}: {json.dumps(entry, ensure_ascii=False)}' for key, entry in content.items()]
    head = f' "provenance": {json.dumps(provenance, ensure_ascii=False)}'
    (FIXTURES / name).write_text("{\n" + ",\n".join([head] + lines) + "\n}\n")


# Trees


def random_tree(count, rng, lean=0.5):
    """Grows a tree node by node at random free places; the places in the arrays are shuffled."""
    left, right, free = [-1], [-1], [(0, 0), (0, 1)]
    while len(left) < count:
        sides = [i for i, (_, side) in enumerate(free) if side == (0 if rng.random() < lean else 1)]
        parent, side = free.pop(rng.choice(sides or range(len(free))))
        new = len(left)
        (left, right)[side][parent] = new
        left.append(-1)
        right.append(-1)
        free += [(new, 0), (new, 1)]
    order = [0] + rng.sample(range(1, count), count - 1)
    place = {old: new for new, old in enumerate(order)}
    return ([place.get(left[old], -1) for old in order], [place.get(right[old], -1) for old in order])


def linked(left, right, keys):
    nodes = [binarytree.Node(key) for key in keys]
    for node, l, r in zip(nodes, left, right):
        node.left = nodes[l] if l >= 0 else None
        node.right = nodes[r] if r >= 0 else None
    return nodes[0]


def directed(left, right):
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(left)))
    graph.add_edges_from((v, c) for v, pair in enumerate(zip(left, right)) for c in pair if c >= 0)
    return graph


def values(nodes):
    return [node.value for node in nodes]


def traversals():
    rng = random.Random(101)
    cases = []
    for count, lean, spread in [(1, 0.5, 9), (2, 1, 9), (2, 0, 9), (7, 0.5, 99), (12, 0.9, 3), (12, 0.1, 50), (40, 0.5, 9), (80, 0.7, 999)]:
        left, right = random_tree(count, rng, lean)
        keys = [rng.randint(-spread, spread) for _ in range(count)]
        root = linked(left, right, keys)
        cases.append({
            "keys": keys, "left": left, "right": right,
            "preorder": values(root.preorder), "inorder": values(root.inorder),
            "postorder": values(root.postorder), "levelorder": values(root.levelorder),
        })
        assert [keys[v] for v in nx.dfs_preorder_nodes(directed(left, right), 0)] == values(root.preorder)
        assert [keys[v] for v in nx.dfs_postorder_nodes(directed(left, right), 0)] == values(root.postorder)
    write(
        "traversals.json",
        "binarytree's Node.preorder, inorder, postorder, levelorder of trees grown at random; pre- and post-order also by "
        "networkx.dfs_preorder_nodes and dfs_postorder_nodes",
        ["binarytree", "networkx"], {"cases": cases})


def measures():
    rng = random.Random(102)
    cases = []
    for count, lean, low, high in [
        (1, 0.5, -9, -9), (2, 1, -9, -1), (5, 0.5, -20, 20), (9, 0.5, -9, -1), (15, 1, 1, 9), (15, 0.5, -50, 50),
        (31, 0.6, -9, 9), (60, 0.5, -100, 100),
    ]:
        left, right = random_tree(count, rng, lean)
        keys = [rng.randint(low, high) for _ in range(count)]
        graph, root = directed(left, right), linked(left, right, keys)
        paths = dict(nx.all_pairs_shortest_path(graph.to_undirected()))
        sizes = [len(nx.descendants(graph, v)) + 1 for v in graph]
        depths = [nx.shortest_path_length(graph, 0, v) for v in graph]
        assert sum(sizes) == sum(d + 1 for d in depths)
        cases.append({
            "keys": keys, "left": left, "right": right, "size": root.size, "height": root.height,
            "leaves": root.leaf_count, "isBalanced": root.is_balanced,
            "diameter": nx.diameter(graph.to_undirected()) if count > 1 else 0,
            "bestPathSum": max(sum(keys[v] for v in path) for ends in paths.values() for path in ends.values()),
            "sizes": sizes, "depths": depths,
        })
    write(
        "measures.json",
        "binarytree's size, height (edges), leaf_count, is_balanced; networkx.diameter (edges) of the undirected tree; the "
        "greatest sum of keys over the paths between all pairs of nodes, by trying them; subtree sizes and depths by "
        "networkx.descendants and shortest_path_length",
        ["binarytree", "networkx"], {"cases": cases})


@functools.cache
def shapes(count):
    """All binary trees of so many nodes as nested pairs; None is the empty tree."""
    if count == 0:
        return (None,)
    return tuple((l, r) for k in range(count) for l in shapes(k) for r in shapes(count - 1 - k))


def size(shape):
    return 0 if shape is None else 1 + size(shape[0]) + size(shape[1])


def orders(shape, first=0):
    """Pre- and post-order of a tree whose keys are numbered in in-order from `first`."""
    if shape is None:
        return (), ()
    l, r = shape
    root = first + size(l)
    (lpre, lpost), (rpre, rpost) = orders(l, first), orders(r, root + 1)
    return (root,) + lpre + rpre, lpost + rpost + (root,)


def relabelled(shape):
    """Post-order with the keys numbered in pre-order."""
    pre, post = orders(shape)
    name = {key: place for place, key in enumerate(pre)}
    return tuple(name[key] for key in post)


def counting():
    """The lesson's numbers of trees, and of trees that pre- and post-order tell apart, by listing all trees."""
    catalan = [int(sympy.catalan(n)) for n in range(16)]
    distinct_pre_post = []
    for n in range(9):
        all_shapes = shapes(n)
        assert len(all_shapes) == catalan[n] == len({orders(s)[0] for s in all_shapes})
        distinct_pre_post.append(len({relabelled(s) for s in all_shapes}))
    motzkin = [1]  # Trees of n + 1 nodes with at most two children each, whose only children have no side.
    while len(motzkin) < 9:
        n = len(motzkin)
        motzkin.append(motzkin[-1] + sum(motzkin[i] * motzkin[n - 2 - i] for i in range(n - 1)))
    assert distinct_pre_post[1:] == motzkin[:8]
    print("trees of n nodes:", catalan[:9], "different pairs of pre- and post-order:", distinct_pre_post)


def ancestors():
    rng = random.Random(103)
    cases = []
    for count, lean in [(1, 0.5), (2, 1), (9, 0.5), (14, 0.95), (30, 0.5)]:
        left, right = random_tree(count, rng, lean)
        graph = directed(left, right)
        tour = [0]
        for u, v, direction in nx.dfs_labeled_edges(graph, 0):
            if u != v and direction == "forward":
                tour.append(v)
            elif u != v and direction == "reverse":
                tour.append(u)
        assert len(tour) == 2 * count - 1
        answers = dict(nx.all_pairs_lowest_common_ancestor(graph))
        lowest = [[answers[(u, v)] if (u, v) in answers else answers[(v, u)] for v in range(count)] for u in range(count)]
        cases.append({"left": left, "right": right, "tour": tour, "lowest": lowest})
    write(
        "ancestors.json",
        "the Euler tour (places of nodes) from networkx.dfs_labeled_edges; lowest common ancestors of all pairs by "
        "networkx.all_pairs_lowest_common_ancestor",
        ["networkx"], {"cases": cases})


# Graphs


OPERATIONS = {
    "add": (2, lambda a, b: a + b), "multiply": (2, lambda a, b: a * b), "sine": (1, torch.sin),
    "exponential": (1, lambda a: torch.exp(a)),
}


def graphs():
    rng = random.Random(104)
    cases = []
    for leaves, count in [(1, 3), (2, 8), (3, 20), (4, 60)]:
        operations, inputs, tensors = [], [], []
        for i in range(count):
            if i < leaves:
                operation, taken = "variable", []
                tensors.append(torch.tensor(rng.randint(-8, 8) / 8, requires_grad=True))
            else:
                while True:  # Numbers shall stay small.
                    operation = rng.choice(sorted(OPERATIONS))
                    arity, function = OPERATIONS[operation]
                    taken = [rng.randrange(max(0, i - 6), i) for _ in range(arity)]
                    value = function(*(tensors[v] for v in taken))
                    if abs(value.item()) < 4:
                        break
                tensors.append(value)
                value.retain_grad()
            operations.append(operation)
            inputs.append(taken)
        tensors[-1].backward()
        graph = nx.DiGraph((u, v) for v, taken in enumerate(inputs) for u in taken)
        graph.add_nodes_from(range(count))
        cases.append({
            "operations": operations, "inputs": inputs, "output": count - 1,
            "needed": sorted(nx.ancestors(graph, count - 1) | {count - 1}),
            "values": [t.item() for t in tensors],
            "gradients": [0.0 if t.grad is None else t.grad.item() for t in tensors],
        })
    write(
        "graphs.json",
        "torch.autograd in float64 on random graphs of scalars, the nodes in the order in which they were computed; `needed`: the "
        "nodes that the last one depends on, by networkx.ancestors",
        ["torch", "networkx"], {"cases": cases})


# Codes


def huffman_cost(weights):
    """Least Σ wᵢ lᵢ over all prefix codes, by trying all lengths that keep Kraft's inequality."""
    n = len(weights)
    if n == 1:
        return None
    best = None
    for lengths in itertools.product(range(1, n), repeat=n):
        if sum(fractions.Fraction(1, 2**l) for l in lengths) <= 1:
            cost = sum(w * l for w, l in zip(weights, lengths))
            best = cost if best is None else min(best, cost)
    return best


def codes():
    rng = random.Random(105)
    cases = []
    tables = [[5, 5], [1, 1, 1], [8, 5, 4, 2, 1], [1, 1, 2, 3, 5, 8], [40, 25, 20, 10, 5], [7] * 6]
    tables += [[rng.randint(1, 60) for _ in range(n)] for n in (4, 6, 6, 20, 60)]
    for weights in tables:
        symbols = list(range(len(weights)))
        # One of the symbols serves as dahuffman's end mark, so that it adds none of its own.
        codec = dahuffman.HuffmanCodec.from_frequencies(dict(zip(symbols, weights)), eof=symbols[-1])
        lengths = [codec.get_code_table()[s][0] for s in symbols]
        cost = sum(w * l for w, l in zip(weights, lengths))
        assert sum(fractions.Fraction(1, 2**l) for l in lengths) == 1
        if len(weights) <= 6:
            assert cost == huffman_cost(tuple(weights)), weights
        total = sum(weights)
        entropy = -math.fsum(w / total * math.log2(w / total) for w in weights)
        assert entropy - 1e-12 <= cost / total < entropy + 1
        cases.append({"weights": weights, "cost": cost, "entropy": entropy, "longest": max(lengths)})
    canonical = []
    for lengths in [[1], [1, 1], [2, 1, 3, 3], [3, 3, 3, 3, 3, 2, 4, 4], [2, 2, 2, 3, 3], [1, 2, 3, 4, 4]]:
        canonical.append({"lengths": lengths, "codes": rfc1951(lengths)})
    write(
        "codes.json",
        "dahuffman's HuffmanCodec.from_frequencies (the cost Σ w·l; lengths differ among optimal codes), for up to six symbols "
        "also the minimum over all lengths that keep Kraft's inequality; canonical codes by the rule of RFC 1951, section "
        "3.2.2, whose own example is among them",
        ["dahuffman"], {"cases": cases, "canonical": canonical})


def rfc1951(lengths):
    count = collections.Counter(lengths)
    code, following = 0, {}
    for bits in range(1, max(lengths) + 1):
        code = (code + count[bits - 1]) << 1
        following[bits] = code
    result = []
    for length in lengths:
        result.append(format(following[length], f"0{length}b"))
        following[length] += 1
    return result


# Pictures


def quadtree_numbers(pixels, threshold):
    """Leaves, squared error and bits of the tree that cuts each block whose error is above the threshold."""
    side = len(pixels)
    mean = math.floor(fractions.Fraction(int(pixels.sum()), side * side) + fractions.Fraction(1, 2))
    error = int(((pixels.astype(int) - mean) ** 2).sum())
    if error <= threshold:
        return np.array([1, error, 8 if side == 1 else 9])
    half = side // 2
    parts = [pixels[y:y + half, x:x + half] for y in (0, half) for x in (0, half)]
    return np.array([0, 0, 1]) + sum(quadtree_numbers(part, threshold) for part in parts)


def all_trees(pixels):
    """(error, bits) of every quadtree of a small picture."""
    side = len(pixels)
    mean = math.floor(fractions.Fraction(int(pixels.sum()), side * side) + fractions.Fraction(1, 2))
    found = {(int(((pixels.astype(int) - mean) ** 2).sum()), 8 if side == 1 else 9)}
    if side > 1:
        half = side // 2
        parts = [all_trees(pixels[y:y + half, x:x + half]) for y in (0, half) for x in (0, half)]
        for four in itertools.product(*parts):
            found.add((sum(e for e, _ in four), 1 + sum(b for _, b in four)))
    return found


def pictures():
    rng = np.random.default_rng(107)
    cases, best = [], []
    y, x = np.mgrid[0:16, 0:16]
    disc = np.where((x - 9) ** 2 + (y - 6) ** 2 < 20, 230, 10)
    ramp = 4 * x + 7 * y
    for pixels in (disc, ramp, np.clip(disc + rng.normal(0, 6, disc.shape), 0, 255).astype(int), rng.integers(0, 256, (8, 8))):
        for threshold in (0, 40, 1000, 20000, 10**7):
            leaves, error, bits = quadtree_numbers(pixels, threshold)
            cases.append({
                "side": len(pixels), "pixels": pixels.flatten().tolist(), "threshold": threshold, "leaves": int(leaves),
                "error": int(error), "bits": int(bits),
            })
    small = [rng.integers(0, 3, (4, 4)), np.indices((4, 4)).sum(axis=0) % 2 * 200, np.kron(rng.integers(0, 255, (2, 2)), np.ones((2, 2), int))]
    small += [np.where(rng.random((4, 4)) < 0.2, 200, 20) for _ in range(3)]
    for pixels in small:
        trees = all_trees(pixels)
        for price in (0, 0.5, 20, 300, 5000):
            best.append({
                "side": 4, "pixels": pixels.flatten().tolist(), "price": price,
                "cost": min(error + price * bits for error, bits in trees),
            })
    write(
        "pictures.json",
        "numpy, by recursion on slices: leaves, squared error with means rounded half up, and bits (a flag for each block larger "
        "than a pixel, 8 bits for each leaf); the least error + price · bits over all quadtrees of 4 × 4 pictures, by trying them",
        ["numpy"], {"cases": cases, "best": best})


# Beliefs


def beliefs():
    rng = np.random.default_rng(106)
    cases = []
    for parents, states, rule_kind, kind in [
        ([-1], 3, "markov", "soft"), ([-1, 0], 2, "markov", "soft"), ([-1, 0, 0], 2, "markov", "masked"),
        ([-1, 0, 0, 1, 1, 2, 2], 2, "markov", "noisy"), ([-1, 0, 0, 0, 1, 1, 5], 3, "markov", "soft"),
        ([-1, 0, 1, 2, 3, 4, 5, 6, 7], 2, "markov", "soft"), ([-1, 0, 0, 0, 0, 0], 3, "copies", "masked"),
        ([-1, 0, 0, 1, 1, 2, 2], 3, "tuples", "noisy"), ([-1, 0, 0, 1, 1, 2, 2], 3, "tuples", "masked"),
        ([-1, 0, 0, 0, 2, 2, 3, 3], 3, "tuples", "soft"), ([-1, 0, 1, 0, 1, 3], 2, "any", "soft"),
    ]:
        count = len(parents)
        children = [[c for c in range(count) if parents[c] == v] for v in range(count)]
        leaves = [v for v in range(count) if not children[v]]
        prior = rng.dirichlet(np.ones(states))
        rules = []
        for v in range(count):
            k = len(children[v])
            tuples = list(itertools.product(range(states), repeat=k))
            if k == 0:
                rules.append([])
            elif rule_kind == "markov":
                matrices = [rng.dirichlet(np.ones(states), size=states) for _ in range(k)]
                rules.append([[a, list(t), math.prod(m[a][b] for m, b in zip(matrices, t))] for a in range(states) for t in tuples])
            elif rule_kind == "copies":  # Messages with zeros, by which nobody can divide.
                rules.append([[a, [(a + c) % states for c in range(k)], 1.0] for a in range(states)])
            elif rule_kind == "tuples":  # Few rules a symbol, and no tuple belongs to two: a random hierarchy.
                chosen = rng.permutation(len(tuples))[:2 * states]
                rules.append([[i // 2, list(tuples[t]), 0.5] for i, t in enumerate(chosen)])
            else:
                law = rng.dirichlet(np.ones(len(tuples)), size=states)
                rules.append([[a, list(t), law[a][i]] for a in range(states) for i, t in enumerate(tuples)])

        def density(x):
            p = prior[x[0]]
            for v in range(count):
                if children[v]:
                    own = tuple(x[c] for c in children[v])
                    p *= sum(q for a, t, q in rules[v] if a == x[v] and tuple(t) == own)
            return p

        states_of_all = list(itertools.product(range(states), repeat=count))
        law = np.array([density(x) for x in states_of_all])
        assert abs(law.sum() - 1) < 1e-12
        truth = states_of_all[rng.choice(len(law), p=law / law.sum())]
        evidence = []
        for leaf in leaves:
            if kind == "soft":
                evidence.append(rng.uniform(0.05, 1, size=states))
            elif kind == "noisy":
                evidence.append(np.where(np.arange(states) == truth[leaf], 0.8, 0.2 / (states - 1)))
            else:
                evidence.append(np.ones(states) if rng.random() < 0.5 else (np.arange(states) == truth[leaf]) * 1.0)
        weights = law * np.array([math.prod(e[x[leaf]] for e, leaf in zip(evidence, leaves)) for x in states_of_all])
        z = weights.sum()
        posteriors = np.zeros((count, states))
        for x, w in zip(states_of_all, weights):
            for v in range(count):
                posteriors[v][x[v]] += w / z
        cases.append({
            "states": states, "parents": parents, "prior": prior.tolist(), "rules": rules,
            "evidence": [e.tolist() for e in evidence], "logEvidence": math.log(z), "posteriors": posteriors.tolist(),
        })
    write(
        "beliefs.json",
        "enumeration of all states of all nodes; a rule [a, [b, …], p] gives the children of a node in state a the states b, … "
        "together with probability p; evidence: one likelihood vector a leaf",
        ["numpy"], {"cases": cases})


def lesson():
    """The worked numbers of Lesson.md, printed; each is computed here in a second way or by trial."""
    counting()
    print("calls of the plain recursion on the Fibonacci graph:")
    calls = [1, 1]
    while len(calls) <= 40:
        calls.append(1 + calls[-1] + calls[-2])
    print({k: calls[k] for k in (5, 10, 20, 40)}, 2 * int(sympy.fibonacci(41)) - 1)
    print("bits for the shape of a tree: log₂ C(n) against 2n + 1:")
    print([(n, round(math.log2(int(sympy.catalan(n))), 2), 2 * n + 1) for n in (8, 100, 1000)])
    for n in (8, 100):
        print("mean height of all shapes / of random search trees, n =", n, mean_shape_height(n), mean_search_height(n))
    weights = [0.4, 0.25, 0.2, 0.1, 0.05]
    codec = dahuffman.HuffmanCodec.from_frequencies(dict(enumerate(weights)), eof=4)
    lengths = [codec.get_code_table()[s][0] for s in range(5)]
    print("Huffman", lengths, sum(w * l for w, l in zip(weights, lengths)), -sum(w * math.log2(w) for w in weights))
    for p in (0.9, 0.99):
        h = -p * math.log2(p) - (1 - p) * math.log2(1 - p)
        pairs = [p * p, p * (1 - p), p * (1 - p), (1 - p) ** 2]
        print("one symbol and pairs of", p, h, huffman_cost(tuple(pairs)) / 2)
    x = torch.tensor(3.0, requires_grad=True)
    a, b = 2 * x, x * x
    (a * b).backward()
    print("diamond", x.grad.item())
    e = 0.1
    flip = np.array([[1 - e, e], [e, 1 - e]])
    joint = np.zeros((2,) * 7)  # r; a, b; a1, a2, b1, b2
    for x in itertools.product(range(2), repeat=7):
        joint[x] = 0.5 * math.prod(flip[x[p], x[v]] for v, p in enumerate([0, 0, 1, 1, 2, 2], 1))
    seen = joint[:, :, :, 1, 1, 0, :]  # a1 = a2 = 1, b1 = 0, b2 masked
    z = seen.sum()
    print("seven nodes: p(seen)", z, "root", seen[1].sum() / z, "a", seen[:, 1].sum() / z, "b", seen[:, :, 1].sum() / z,
          "b2", seen[..., 1].sum() / z)


def mean_shape_height(n):
    """Mean height in edges over all Catalan shapes, by counting trees of height ≤ h."""
    total, below, previous = int(sympy.catalan(n)), 0, 0
    mean = fractions.Fraction(0)
    for h in range(n):
        table = [[1] + [0] * n]  # table[h + 1][k]: the trees of k nodes and height ≤ h
        for _ in range(h + 1):
            last = table[-1]
            table.append([1] + [sum(last[i] * last[k - 1 - i] for i in range(k)) for k in range(1, n + 1)])
        below = table[-1][n]
        mean += fractions.Fraction(h * (below - previous), total)
        previous = below
        if below == total:
            break
    return float(mean)


def mean_search_height(n):
    """Mean height in edges of search trees of random orders, by the same count with the root's rank uniform."""
    last, mean, previous = [1.0] + [0.0] * n, 0.0, 0.0
    for h in range(n):
        last = [1.0] + [sum(last[i] * last[k - 1 - i] for i in range(k)) / k for k in range(1, n + 1)]
        mean += h * (last[n] - previous)
        previous = last[n]
    return mean


if __name__ == "__main__":
    FIXTURES.mkdir(parents=True, exist_ok=True)
    traversals()
    measures()
    ancestors()
    graphs()
    codes()
    pictures()
    beliefs()
    lesson()
