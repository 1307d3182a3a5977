"""How a peer is spoken to: one JSON object a line on stdin, one on stdout. Sources/Compare/Worker.swift is its twin.

    {"command": "setup", "row": {…}, "inputs": path, "outputs": path}
        makes the row's work ready, writes what it computes to `outputs` (safetensors), and answers {"ready": variant}
        or {"unsupported": why}
    {"command": "run", "milliseconds": 40}
        runs it for that long and answers {"nanoseconds": [per iteration, …]}
    {"command": "first", "row": {…}, "inputs": path}
        does the very first step and answers {"value": a loss}
    {"command": "memory"}
        answers {"bytes": the most that this process ever held}
"""

import ctypes
import gc
import json
import os
import resource
import statistics
import sys
import time

# A block of iterations between two looks at the clock lasts about this long.
BLOCK = 300_000


class Variant:
    """One way to do a row's work: `check()` is called once, first, and gives what must agree; `step()` is timed."""

    def __init__(self, name, check, step):
        self.name, self.check, self.step = name, check, step
        self.inner = 1

    def calibrate(self):
        self.step()
        start = time.perf_counter_ns()
        self.step()
        once = time.perf_counter_ns() - start
        count = max(1, min(10_000, BLOCK // max(once, 1)))
        start = time.perf_counter_ns()
        for _ in range(count):
            self.step()
        once = (time.perf_counter_ns() - start) / count
        self.inner = max(1, min(100_000, round(BLOCK / max(once, 1))))

    def run(self, milliseconds):
        step, inner = self.step, self.inner
        warm = time.perf_counter_ns() + 2_000_000
        step()
        while time.perf_counter_ns() < warm:
            step()
        times, end = [], time.perf_counter_ns() + milliseconds * 1_000_000
        while len(times) < 3 or time.perf_counter_ns() < end:
            start = time.perf_counter_ns()
            for _ in range(inner):
                step()
            times.append((time.perf_counter_ns() - start) / inner)
        return times


def best(variants):
    """The fastest of several ways, by the median of three turns each."""
    if len(variants) == 1:
        return variants[0]
    medians = {variant.name: [] for variant in variants}
    for _ in range(3):
        for variant in variants:
            medians[variant.name].append(statistics.median(variant.run(30)))
    return min(variants, key=lambda variant: statistics.median(medians[variant.name]))


def serve(prepare, save):
    """Answers commands until stdin ends.

    `prepare(row, inputs)` gives a list of variants or a text that says why there are none; `save(values, path)` writes
    the values of a check.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, 9)  # to die with the parent, also while stopped
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints goes to stderr
    current = None
    for line in sys.stdin:
        order = json.loads(line)
        try:
            if order["command"] == "setup":
                current = None
                gc.collect()
                variants = prepare(order["row"], order["inputs"])
                if isinstance(variants, str):
                    answer = {"unsupported": variants}
                else:
                    checks = {}
                    for variant in variants:
                        checks[variant.name] = variant.check()
                        variant.calibrate()
                    gc.collect()
                    gc.disable()
                    current = variants[0] if order.get("hurry") else best(variants)
                    save(checks[current.name], order["outputs"])
                    answer = {"ready": current.name}
            elif order["command"] == "run":
                answer = {"nanoseconds": current.run(order["milliseconds"])}
            elif order["command"] == "first":
                variant = prepare(order["row"], order["inputs"])[0]
                values = next(iter(variant.check(steps=1).values()))
                answer = {"value": float(values.reshape(-1)[0])}
            elif order["command"] == "memory":
                scale = 1024 if sys.platform == "linux" else 1
                answer = {"bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale}
        except Exception as problem:  # the harness shows it and counts the row as failed
            import traceback
            traceback.print_exc()
            answer = {"error": f"{type(problem).__name__}: {problem}"}
        answers.write(json.dumps(answer) + "\n")
