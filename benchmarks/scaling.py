"""Measure how the JAX engine scales over simulated devices: python benchmarks/scaling.py [--out FILE] [--minutes 3].

Each case runs in its own process, and the result is written at once; cases that are in the file are not run again. The
machine should be idle otherwise. Stops before a case if the minutes are over; run it again to continue.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from surroundings import surroundings

HERE = Path(__file__).parent
COUNTS = (1, 2, 4, 8)
FULL = {"side": 1024, "lizards": 196, "steps": 8}


def cases() -> dict[str, dict]:
    """Return the cases by name."""
    strong = {f"strong, {count}": {"kind": "grid", "devices": count, **FULL} for count in COUNTS}
    strong["strong, 2 processes"] = {"kind": "grid", "devices": 2, "processes": 2, **FULL}
    # 512x512 cells and 49 lizards for each device.
    weak = {
        f"weak, {count}": {"kind": "grid", "devices": count, "side": side, "lizards": 49 * count, "steps": 8}
        for count, side in zip(COUNTS, (512, 724, 1024, 1448), strict=True)
    }
    weak["weak, 2 processes"] = weak["weak, 2"] | {"processes": 2}
    batch = {f"training, {count}": {"kind": "training", "devices": count} for count in COUNTS}
    batch["training, 2 processes"] = {"kind": "training", "devices": 2, "processes": 2}
    cells = {
        f"cells, {lizards}": {"kind": "grid", "devices": 1, "side": 1024, "lizards": lizards, "steps": 8}
        for lizards in (0, 49, 98)
    }
    native = {"native": {"kind": "native", "devices": 1, **FULL}}
    large = {"large": {"kind": "grid", "devices": 8, "side": 4096, "lizards": 500, "steps": 8}}
    return strong | batch | cells | native | large | weak


def measured(case: dict) -> dict[str, float]:
    """Return what a case measures: of two processes the longer times, and the sum of memory and processor time."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    count = case.get("processes", 1)
    command = [sys.executable, "scaling_case.py", json.dumps(case)]
    processes = [
        subprocess.Popen(
            command + ([str(number), str(port)] if count > 1 else []), cwd=HERE, stdout=subprocess.PIPE, text=True
        )
        for number in range(count)
    ]
    printed = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        sys.exit(f"{case} failed")
    results = [json.loads(text.splitlines()[-1]) for text in printed]
    slowest = max(results, key=lambda result: result["step_s"])
    return slowest | {name: sum(result[name] for result in results) for name in ("peak_mb", "processor_s")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "scaling.json")
    parser.add_argument("--minutes", type=float, default=float("inf"))
    arguments = parser.parse_args()
    results = json.loads(arguments.out.read_text()) if arguments.out.exists() else {"cases": {}}
    results["surroundings"] = surroundings()
    end = time.monotonic() + 60 * arguments.minutes
    for name, case in cases().items():
        if time.monotonic() > end:
            print("there is more to measure; run this again")
            return
        if results["cases"].get(name, {}).get("case") != case:
            results["cases"][name] = {"case": case, "load": os.getloadavg()[0], **measured(case)}
            arguments.out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
            print(name, results["cases"][name], flush=True)


if __name__ == "__main__":
    main()
