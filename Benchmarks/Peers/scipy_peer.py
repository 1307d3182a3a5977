"""SciPy's side of the comparison: minimum spanning trees of sparse matrices."""

import numpy as np
import scipy
from safetensors.numpy import load_file, save_file
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from protocol import Variant, serve


def prepare(row, inputs):
    if row["kind"] != "spanning-tree":
        return "not written"
    t = load_file(inputs)
    u, v = t["u"].astype(np.int32), t["v"].astype(np.int32)
    weight = t["weight"].astype(np.float64)
    # A matrix adds what is twice in it: of parallel edges it gets the lightest. A loop is in no tree.
    low, high = np.minimum(u, v), np.maximum(u, v)
    order = np.lexsort((weight, high, low))
    low, high, weight = low[order], high[order], weight[order]
    first = np.r_[True, (low[1:] != low[:-1]) | (high[1:] != high[:-1])] & (low != high)
    n = row["sizes"]["vertices"]
    matrix = coo_array((weight[first], (low[first], high[first])), shape=(n, n)).tocsr()

    def check():
        tree = minimum_spanning_tree(matrix)
        return {"weight": np.array([tree.sum()], np.float32), "edges": np.array([tree.nnz], np.float32)}

    return [Variant(f"SciPy {scipy.__version__}", check, lambda: minimum_spanning_tree(matrix))]


serve(prepare, save_file)
