"""Writes the fixtures of Chapter 9's tests: values that do not come from this course's code.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install numpy scipy networkx scikit-learn scikit-image
    /tmp/oracle/bin/pip install numba autograd statsmodels future && /tmp/oracle/bin/pip install --no-deps hyppo
    /tmp/oracle/bin/python Oracles/chapter09_spanning_trees.py

Every JSON says in "provenance" which library computed it and how. Two libraries' oddities are worked around here:
scipy.sparse.csgraph takes a stored 0 for "no edge", so weights are shifted until all are positive; hyppo's FriedmanRafsky
needs labels of one dimension (with a column of labels, which its documentation shows, it returns 1).
"""

import fractions
import itertools
import json
import math
import pathlib
import platform
import random
import warnings

import hyppo
import networkx as nx
import numpy as np
import scipy
import scipy.cluster.hierarchy
import scipy.integrate
import scipy.sparse.csgraph
import scipy.spatial.distance
import scipy.special
import scipy.stats
import skimage
import skimage.segmentation
import sklearn
import sklearn.metrics
from hyppo.ksample import FriedmanRafsky

warnings.filterwarnings("ignore")
FIXTURES = pathlib.Path(__file__).parent.parent / "Tests" / "Chapter09SpanningTreesTests" / "Fixtures"
VERSIONS = {m.__name__: m.__version__ for m in (hyppo, nx, np, scipy, skimage, sklearn)} | {"python": platform.python_version()}


def write(name, method, libraries, content):
    provenance = {
        "script": "Oracles/chapter09_spanning_trees.py",
        "method": method,
        "libraries": {library: VERSIONS[library] for library in libraries},
    }
    lines = []
    for key, entry in ({"provenance": provenance} | content).items():
        if isinstance(entry, list) and entry and isinstance(entry[0], dict):
            body = ",\n".join("  " + json.dumps(e, separators=(",", ":"), ensure_ascii=False) for e in entry)
            lines.append(f" {json.dumps(key)}: [\n{body}\n ]")
        else:
            lines.append(f" {json.dumps(key)}: {json.dumps(entry, separators=(',', ':'), ensure_ascii=False)}")
    FIXTURES.mkdir(parents=True, exist_ok=True)
    (FIXTURES / name).write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{name}: {(FIXTURES / name).stat().st_size / 1000:.1f} kB")


def grid(width, height):
    """The edges of a grid, in the order in which Graph.grid lists them."""
    edges = []
    for y in range(height):
        for x in range(width):
            here = y * width + x
            if x + 1 < width:
                edges.append((here, here + 1))
            if y + 1 < height:
                edges.append((here, here + width))
    return edges


# Minimum spanning forests of 1,000 random graphs


def random_graph(rng):
    """Up to 10 vertices and some 13 edges on average; one in three has few different weights, some are in parts."""
    n = rng.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    m = rng.randrange(0, 2 * n + 3)
    low, high = rng.choice([(0, 2), (-3, 3), (-99, 99), (1, 999)])
    edges = [(rng.randrange(n), rng.randrange(n), rng.randint(low, high)) for _ in range(m)]
    if edges and rng.random() < 0.3:
        u, v, w = rng.choice(edges)
        edges.append((v, u, w))  # a parallel edge of equal weight, the other way round
    return n, edges


def networkx_weights(n, edges, algorithm):
    """The sorted weights of the forest. Borůvka's algorithm in networkx takes no parallel edges: only the lightest stays."""
    if algorithm == "boruvka":
        graph = nx.Graph()
        graph.add_nodes_from(range(n))
        for u, v, w in edges:
            if u != v and not (graph.has_edge(u, v) and graph[u][v]["weight"] <= w):
                graph.add_edge(u, v, weight=w)
    else:
        graph = nx.MultiGraph()
        graph.add_nodes_from(range(n))
        for u, v, w in edges:
            if u != v:
                graph.add_edge(u, v, weight=w)
    chosen = nx.minimum_spanning_edges(graph, algorithm=algorithm, data=True)
    return sorted(edge[-1]["weight"] for edge in chosen)


def scipy_weights(n, edges):
    shift = 1 - min([w for _, _, w in edges], default=0)
    matrix = np.zeros((n, n))
    for u, v, w in edges:
        if u != v:
            a, b = min(u, v), max(u, v)
            matrix[a, b] = min(matrix[a, b] or math.inf, w + shift)
    tree = scipy.sparse.csgraph.minimum_spanning_tree(scipy.sparse.csr_matrix(matrix))
    return sorted(int(round(w)) - shift for w in tree.data)


def random_graphs():
    rng = random.Random(92)
    cases = []
    for _ in range(1000):
        n, edges = random_graph(rng)
        weights = networkx_weights(n, edges, "kruskal")
        assert weights == networkx_weights(n, edges, "prim") == networkx_weights(n, edges, "boruvka")
        assert weights == scipy_weights(n, edges), (n, edges)
        cases.append({"n": n, "e": [x for edge in edges for x in edge], "w": weights})
    large = []
    for n, m, low, high in [(60, 90, -500, 500), (80, 400, 0, 20), (50, 40, 1, 1000)]:
        edges = [(rng.randrange(n), rng.randrange(n), rng.randint(low, high)) for _ in range(m)]
        weights = networkx_weights(n, edges, "kruskal")
        assert weights == networkx_weights(n, edges, "prim") == networkx_weights(n, edges, "boruvka")
        assert weights == scipy_weights(n, edges)
        large.append({"n": n, "e": [x for edge in edges for x in edge], "w": weights})
    write(
        "random-graphs.json",
        "n vertices; e lists u, v, weight edge by edge (self-loops and parallel edges included); w is the sorted list of the "
        "weights of a minimum spanning forest. networkx.minimum_spanning_edges by Kruskal, Prim and Borůvka and "
        "scipy.sparse.csgraph.minimum_spanning_tree (weights shifted to be positive, the lightest of parallel edges) agree "
        "on all of them",
        ["networkx", "scipy"], {"cases": cases, "large": large})


# The second-best tree


def second_best():
    """All spanning trees of connected graphs without parallel edges, by weight (networkx's iterator)."""
    rng = random.Random(95)
    cases = []
    while len(cases) < 60:
        n = rng.randint(2, 6)
        pairs = [p for p in itertools.combinations(range(n), 2) if rng.random() < 0.75]
        high = rng.choice([3, 40])
        edges = [(u, v, rng.randint(-high, high)) for u, v in pairs]
        graph = nx.Graph()
        graph.add_nodes_from(range(n))
        graph.add_weighted_edges_from(edges)
        if not nx.is_connected(graph):
            continue
        totals = [
            sum(data["weight"] for _, _, data in tree.edges(data=True))
            for tree in itertools.islice(nx.SpanningTreeIterator(graph), 2)
        ]
        count = round(nx.number_of_spanning_trees(graph))
        assert (len(totals) == 1) == (count == 1)
        cases.append({
            "n": n, "e": [x for edge in edges for x in edge], "best": totals[0],
            "second": totals[1] if len(totals) > 1 else None, "count": count,
        })
    write(
        "second-best.json",
        "the weights of the first two trees of networkx.SpanningTreeIterator, null where there is only one; and "
        "networkx.number_of_spanning_trees", ["networkx"], {"cases": cases})


# Friedman and Rafsky's test


def euclidean_tree(points):
    distances = scipy.spatial.distance.cdist(points, points)
    off = distances[np.triu_indices(len(points), 1)]
    assert len(np.unique(off)) == len(off) and off.min() > 0
    tree = scipy.sparse.csgraph.minimum_spanning_tree(distances).tocoo()
    return sorted((int(min(u, v)), int(max(u, v))) for u, v in zip(tree.row, tree.col)), float(tree.data.sum())


def pairs_sharing_a_vertex(count, tree):
    degrees = np.bincount(np.array(tree).ravel(), minlength=count)
    return int(sum(d * (d - 1) // 2 for d in degrees))


def permutation_moments(m, n, tree):
    """The mean and variance of R over all ways to label m of the m + n vertices, as exact fractions."""
    total, squares, ways = 0, 0, 0
    for chosen in itertools.combinations(range(m + n), m):
        chosen = set(chosen)
        r = 1 + sum((u in chosen) != (v in chosen) for u, v in tree)
        total, squares, ways = total + r, squares + r * r, ways + 1
    mean = fractions.Fraction(total, ways)
    return mean, fractions.Fraction(squares, ways) - mean * mean


def friedman_rafsky():
    rng = np.random.default_rng(96)
    exact = []
    for m, n, kind in [
        (2, 2, "path"), (3, 4, "path"), (1, 5, "star"), (4, 4, "star"), (5, 4, "random"), (6, 6, "random"), (3, 9, "random"),
        (7, 4, "random"), (2, 7, "random"), (6, 7, "path"),
    ]:
        count = m + n
        if kind == "path":
            tree = [(i, i + 1) for i in range(count - 1)]
        elif kind == "star":
            tree = [(0, i) for i in range(1, count)]
        else:
            tree = [(int(rng.integers(i)), i) for i in range(1, count)]
        mean, variance = permutation_moments(m, n, tree)
        shared = pairs_sharing_a_vertex(count, tree)
        assert mean == fractions.Fraction(2 * m * n, count) + 1
        big = fractions.Fraction(2 * m * n, count * (count - 1)) * (
            fractions.Fraction(2 * m * n - count, count)
            + fractions.Fraction(shared - count + 2, (count - 2) * (count - 3)) * (count * (count - 1) - 4 * m * n + 2))
        assert variance == big
        exact.append({
            "m": m, "n": n, "e": [x for edge in tree for x in edge], "pairs": shared, "mean": float(mean),
            "variance": float(variance),
        })
    samples = []
    for m, n, d, shift in [(5, 6, 1, 0), (12, 18, 2, 0), (20, 15, 3, 0.5), (25, 25, 2, 2), (10, 30, 5, 1), (30, 30, 2, 9)]:
        x = np.round(rng.normal(size=(m, d)), 5)
        y = np.round(rng.normal(size=(n, d)) + shift, 5)
        points = np.concatenate([x, y])
        tree, length = euclidean_tree(points)
        r = 1 + sum((u < m) != (v < m) for u, v in tree)
        labels = np.concatenate([np.zeros(m), np.ones(n)])
        assert FriedmanRafsky().statistic(points, labels) == r
        count, shared = m + n, pairs_sharing_a_vertex(m + n, tree)
        mean = 2 * m * n / count + 1
        variance = 2 * m * n / (count * (count - 1)) * (
            (2 * m * n - count) / count
            + (shared - count + 2) / ((count - 2) * (count - 3)) * (count * (count - 1) - 4 * m * n + 2))
        z = (r - mean) / math.sqrt(variance)
        samples.append({
            "x": x.tolist(), "y": y.tolist(), "length": length, "r": r, "pairs": shared, "mean": mean, "variance": variance,
            "z": z, "p": float(scipy.stats.norm.cdf(z)),
        })
    divergence = []
    for d in (0.0, 1.0, 2.0, 3.0):
        value = scipy.integrate.quad(
            lambda x: 2 / (math.exp(x * x / 2) + math.exp((x - d) ** 2 / 2)) / math.sqrt(2 * math.pi), -30, 33, epsabs=1e-13,
            limit=200)[0]
        divergence.append({"d": d, "value": value})
    write(
        "friedman-rafsky.json",
        "exact: mean and variance of R over all labellings of a tree, in fractions. samples: the tree by "
        "scipy.sparse.csgraph.minimum_spanning_tree of cdist, R counted and confirmed by hyppo.ksample.FriedmanRafsky; p by "
        "scipy.stats.norm.cdf. divergence: the integral of 2pq/(p + q) for N(0, 1) and N(d, 1) by scipy.integrate.quad",
        ["scipy", "numpy", "hyppo"], {"exact": exact, "samples": samples, "divergence": divergence})


# Single linkage


def canonical(labels):
    """Clusters numbered in the order of their first members."""
    seen = {}
    return [seen.setdefault(int(label), len(seen)) for label in labels]


def single_linkage():
    rng = np.random.default_rng(97)
    cases = []
    for count, d in [(2, 1), (3, 2), (8, 1), (15, 2), (30, 2), (24, 4)]:
        points = np.round(rng.normal(size=(count, d)) + 4 * rng.integers(0, 3, size=(count, 1)), 5)
        tree, _ = euclidean_tree(points)
        linkage = scipy.cluster.hierarchy.linkage(points, method="single")
        heights = linkage[:, 2]
        cuts = []
        for k in sorted({1, 2, 3, 5, count} & set(range(1, count + 1))):
            cuts.append({"k": k, "labels": canonical(scipy.cluster.hierarchy.fcluster(linkage, k, "maxclust"))})
        thresholds = []
        for t in [0.0, float(np.median(heights)) * 1.01, float(heights[-1]) * 0.99, float(heights[-1]) * 1.01]:
            labels = scipy.cluster.hierarchy.fcluster(linkage, t, "distance")
            thresholds.append({"t": t, "labels": canonical(labels)})
        cophenetic = scipy.spatial.distance.squareform(scipy.cluster.hierarchy.cophenet(linkage))
        cases.append({
            "points": points.tolist(), "heights": heights.tolist(), "sizes": [int(s) for s in linkage[:, 3]],
            "cuts": cuts, "thresholds": thresholds, "cophenetic": [round(float(v), 12) for v in cophenetic[0]],
        })
    write(
        "single-linkage.json",
        "scipy.cluster.hierarchy.linkage(method='single'): heights and sizes merge by merge; fcluster by number of clusters and by "
        "distance, renumbered in the order of first members; cophenetic: from point 0 to all, by cophenet",
        ["scipy", "numpy"], {"cases": cases})


# Segmentation


def segmentation():
    rng = np.random.default_rng(98)
    cases = []
    for height, width, k, minimum in [
        (4, 5, 0.5, 1), (8, 8, 0.3, 1), (8, 8, 0.3, 6), (12, 9, 1.0, 1), (12, 9, 1.0, 10), (16, 16, 2.0, 5), (10, 14, 5.0, 1),
    ]:
        picture = rng.uniform(0, 0.25, size=(height, width))
        picture[:, width // 2:] += 0.45
        picture[height // 3: 2 * height // 3, 1: width // 3] += 0.3
        picture = np.round(picture, 7)
        flat = picture.ravel()
        costs = []
        for y in range(height):
            for x in range(width):
                for dx, dy in [(1, 0), (0, 1), (1, 1), (-1, 1)]:
                    if 0 <= x + dx < width and y + dy < height:
                        costs.append(abs(flat[y * width + x] - flat[(y + dy) * width + x + dx]))
        # Two weights that differ by rounding only would be ordered by it.
        assert np.diff(np.sort(costs)).min() > 1e-12
        labels = skimage.segmentation.felzenszwalb(picture, scale=k * 255, sigma=0, min_size=minimum)
        cases.append({
            "width": width, "height": height, "k": k, "minSize": minimum, "pixels": flat.tolist(),
            "labels": canonical(labels.ravel()),
        })
    print("segments:", [max(case["labels"]) + 1 for case in cases])
    write(
        "segmentation.json",
        "skimage.segmentation.felzenszwalb(scale=255k, sigma=0, min_size): it divides the scale by 255 and joins each pixel with "
        "its eight neighbours by edges of weight |difference|; segments renumbered in the order of their first pixels",
        ["skimage", "numpy"], {"cases": cases})


# Spanning trees by number and by chance


def all_trees(n, edges):
    trees = []
    for chosen in itertools.combinations(range(len(edges)), n - 1):
        graph = nx.Graph([edges[i] for i in chosen])
        if graph.number_of_nodes() == n and graph.number_of_edges() == n - 1 and nx.is_connected(graph):
            trees.append(list(chosen))
    return trees


def counting():
    rng = random.Random(99)
    counts = []
    named = [("the grid 2 × 3", 6, grid(3, 2)), ("the grid 3 × 3", 9, grid(3, 3)), ("the grid 4 × 4", 16, grid(4, 4))]
    named += [("the grid 5 × 5", 25, grid(5, 5))]
    named += [(f"K{n}", n, list(itertools.combinations(range(n), 2))) for n in (2, 3, 5, 7)]
    named += [("K(3,4)", 7, [(i, 3 + j) for i in range(3) for j in range(4)])]
    named += [("the cycle of 9", 9, [(i, (i + 1) % 9) for i in range(9)])]
    named += [("Petersen's graph", 10, [tuple(e) for e in nx.petersen_graph().edges])]
    for number in range(12):
        n = rng.randint(3, 7)
        edges = [p for p in itertools.combinations(range(n), 2) if rng.random() < 0.7]
        named.append((f"random graph {number}", n, edges))
    for name, n, edges in named:
        graph = nx.Graph()
        graph.add_nodes_from(range(n))
        graph.add_edges_from(edges)
        count = nx.number_of_spanning_trees(graph) if nx.is_connected(graph) else 0
        assert abs(count - round(count)) < 1e-6 * max(1, count)
        if n <= 7:
            assert round(count) == len(all_trees(n, edges)) or n == 1
        counts.append({"name": name, "n": n, "e": [x for edge in edges for x in edge], "count": round(count)})
    logs = []
    for width, height in [(10, 10), (15, 15), (40, 3)]:
        # The Laplacian's eigenvalues in closed form: τ = (1/n) ∏ λ
        eigenvalues = [
            4 - 2 * math.cos(math.pi * i / width) - 2 * math.cos(math.pi * j / height)
            for i in range(width) for j in range(height) if i + j > 0
        ]
        value = math.fsum(math.log(e) for e in eigenvalues) - math.log(width * height)
        laplacian = nx.laplacian_matrix(nx.grid_2d_graph(width, height)).toarray().astype(float)
        sign, other = np.linalg.slogdet(laplacian[1:, 1:])
        assert sign == 1 and abs(other - value) < 1e-8 * abs(value)
        logs.append({"width": width, "height": height, "log": value})
    edges = grid(3, 2)
    trees = all_trees(6, edges)
    listed = [
        sorted(edges.index(tuple(sorted(e))) for e in tree.edges) for tree in nx.SpanningTreeIterator(nx.Graph(edges))
    ]
    assert sorted(listed) == trees and len(trees) == 15
    wins = {tuple(tree): 0 for tree in trees}
    for order in itertools.permutations(range(7)):
        union = nx.utils.UnionFind(range(6))
        taken = []
        for i in order:
            u, v = edges[i]
            if union[u] != union[v]:
                union.union(u, v)
                taken.append(i)
        wins[tuple(sorted(taken))] += 1
    law = [{"tree": list(tree), "orders": count} for tree, count in wins.items()]
    assert sorted(count for count in wins.values()) == [300] * 6 + [360] * 9
    steps = []
    for width, height, root in [(3, 2, 0), (3, 2, 4), (3, 3, 4), (4, 4, 0), (8, 8, 0)]:
        laplacian = nx.laplacian_matrix(nx.Graph(grid(width, height)), nodelist=range(width * height)).toarray().astype(float)
        keep = [v for v in range(width * height) if v != root]
        inverse = np.linalg.inv(laplacian[np.ix_(keep, keep)])
        mean = sum(laplacian[v, v] * inverse[i, i] for i, v in enumerate(keep))
        steps.append({"width": width, "height": height, "root": root, "steps": float(mean)})
    write(
        "counting.json",
        "counts: networkx.number_of_spanning_trees, for n ≤ 7 confirmed by listing all trees. logs: log τ of grids by the "
        "closed form of the Laplacian's eigenvalues, confirmed by numpy.linalg.slogdet. law: the trees of the grid 3 × 2 "
        "(places in Graph.grid's list) and for how many of the 7! orders of its edges Kruskal's algorithm finds each. steps: "
        "Σ deg(v) (L'⁻¹)_vv, the expected number of steps of Wilson's algorithm, by numpy.linalg.inv",
        ["networkx", "numpy"], {"counts": counts, "logs": logs, "law": law, "steps": steps})


# Chow and Liu


def entropy(probabilities):
    p = probabilities[probabilities > 0]
    return float(-(p * np.log(p)).sum())


def chow_liu():
    rng = np.random.default_rng(910)
    cases = []
    for count, length, flip in [(40, 3, 0.2), (120, 5, 0.15), (300, 7, 0.3), (60, 4, 0.05)]:
        while True:
            parents = [-1] + [int(rng.integers(i)) for i in range(1, length)]
            rows = np.zeros((count, length), dtype=int)
            rows[:, 0] = rng.integers(0, 2, count)
            for i in range(1, length):
                rows[:, i] = rows[:, parents[i]] ^ (rng.random(count) < flip)
            information = np.zeros((length, length))
            for i, j in itertools.combinations(range(length), 2):
                information[i, j] = information[j, i] = sklearn.metrics.mutual_info_score(rows[:, i], rows[:, j])
            values = information[np.triu_indices(length, 1)]
            if len(np.unique(np.round(values, 9))) == len(values):
                break  # else two pairs tie, and the tree is not unique
        graph = nx.Graph()
        for i, j in itertools.combinations(range(length), 2):
            graph.add_edge(i, j, weight=information[i, j])
        tree = sorted(sorted(e) for e in nx.maximum_spanning_edges(graph, data=False))
        # Of all trees the one whose model, fitted without smoothing, gives the data the greatest likelihood: by trying all.
        best = None
        for candidate in all_trees(length, list(itertools.combinations(range(length), 2))):
            edges = [list(itertools.combinations(range(length), 2))[i] for i in candidate]
            value = -sum(entropy(np.bincount(rows[:, i], minlength=2) / count) for i in range(length)) + sum(
                information[e] for e in edges)
            if best is None or value > best[0]:
                best = (value, sorted(map(list, edges)))
        assert best[1] == tree
        cases.append({
            "length": length, "rows": ["".join(map(str, row)) for row in rows],
            "information": values.tolist(), "tree": [x for edge in tree for x in edge], "meanLogLikelihood": best[0],
            "independent": -sum(entropy(np.bincount(rows[:, i], minlength=2) / count) for i in range(length)),
        })
    write(
        "chow-liu.json",
        "rows of bits; sklearn.metrics.mutual_info_score of the pairs (0,1), (0,2), …, in nats; "
        "networkx.maximum_spanning_edges; the mean log-likelihood Σ I − Σ H of the best of all trees without smoothing, by "
        "trying all, and that of independent bits, −Σ H",
        ["sklearn", "networkx", "numpy"], {"cases": cases})


if __name__ == "__main__":
    for work in (random_graphs, second_best, friedman_rafsky, single_linkage, segmentation, counting, chow_liu):
        work()
