"""What every script here shares: how numbers are rounded, how a fixture says where it comes from."""

import datetime
import json
import math
import pathlib
import platform
import sys

import numpy as np
import torch

torch.set_num_threads(1)
REPOSITORY = pathlib.Path(__file__).resolve().parent.parent


def provenance(**packages):
    """Package versions, the command and the date: a fixture without these is a number without a source."""
    versions = {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__}
    versions.update(packages)
    command = "python Oracles/" + pathlib.Path(sys.argv[0]).name
    return {"packages": versions, "command": command, "date": datetime.date.today().isoformat()}


def number(x, digits=8):
    """A float in at most `digits` significant digits; 8 or 9 carry a Float32 exactly enough for 1e-6 comparisons."""
    x = float(x)
    if math.isnan(x) or math.isinf(x):
        raise ValueError("a fixture holds finite numbers only")
    r = float(f"{x:.{digits}g}")
    return int(r) if r == int(r) and abs(r) < 1e15 else r


def array(t, digits=8):
    """{"shape": [...], "values": [...]} with the values in row-major order."""
    a = t.detach().cpu().double().numpy() if isinstance(t, torch.Tensor) else np.asarray(t, dtype=np.float64)
    return {"shape": list(a.shape), "values": [number(v, digits) for v in a.reshape(-1)]}


def write(path, value):
    """One top-level entry (or one case of a list) a line: compact, and a diff still shows which case changed."""
    path = REPOSITORY / path
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = []
    for key, entry in value.items():
        head = json.dumps(key) + ": "
        if isinstance(entry, list) and entry and isinstance(entry[0], dict):
            body = ",\n".join(json.dumps(e, separators=(",", ":")) for e in entry)
            lines.append(head + "[\n" + body + "\n]")
        else:
            lines.append(head + json.dumps(entry, separators=(",", ":")))
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{path.relative_to(REPOSITORY)}: {path.stat().st_size / 1000:.1f} kB")
