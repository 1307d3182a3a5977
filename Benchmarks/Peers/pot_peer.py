"""POT's side of the comparison (Flamary et al. 2021): exact and entropic optimal transport on NumPy arrays."""

import numpy as np
import ot
from safetensors.numpy import load_file, save_file

from protocol import Variant, serve


def transport(row, t):
    # Rounded to float32, the masses no longer add up to 1.
    p, q = (t[name].astype(np.float64) / t[name].astype(np.float64).sum() for name in "pq")
    cost = t["cost"].astype(np.float64)

    def variant(name, solve, *arguments):
        def check():
            plan = solve(*arguments)
            return {"cost": np.array([(plan * cost).sum()], np.float32), "plan": plan.astype(np.float32)}

        return Variant(name, check, lambda: solve(*arguments))

    if row["op"] != "sinkhorn":
        return [variant(f"emd, {threads} thread(s)", lambda p, q, c, n=threads: ot.emd(p, q, c, numThreads=n), p, q, cost)
                for threads in (1, 2)]

    def solve(p, q, c):
        return ot.sinkhorn(p, q, c, 0.05, numItermax=row["sizes"]["iterations"], stopThr=0, warn=False)

    single = [a.astype(np.float32) for a in (p, q, cost)]
    return [variant("sinkhorn, float64", solve, p, q, cost), variant("sinkhorn, float32", solve, *single)]


def prepare(row, inputs):
    return transport(row, load_file(inputs)) if row["kind"] == "transport" else "not written"


serve(prepare, save_file)
