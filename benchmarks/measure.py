"""Measure one contender, in its own process: python measure.py WORK MODULE [ARGUMENT...]. Prints JSON."""

import json
import resource
import statistics
import sys
import time
from importlib import import_module
from pathlib import Path

from workload import CHECKED_STEPS, STEPS, load

# Seconds after which a contender is not run again, and the most runs.
PATIENCE, MOST = 6.0, 15
SIMULATED = 200


def seconds(run) -> list[float]:
    """Return the durations of several runs, after a warm-up run."""
    run()
    took: list[float] = []
    while not took or (sum(took) < PATIENCE and len(took) < MOST):
        started = time.perf_counter()
        run()
        took.append(time.perf_counter() - started)
    return took


def peak_mb() -> float:
    """Return the peak memory of this process, in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage: its value starts at the peak of the parent process.
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> None:
    work, module, arguments = load(Path(sys.argv[1])), import_module(sys.argv[2]), sys.argv[3:]
    checked = module.prepare(work, 1.0, *arguments).train(CHECKED_STEPS)
    contender = module.prepare(work, 0.5, *arguments)
    training = seconds(lambda: contender.train(STEPS))
    peak = peak_mb()
    simulation = seconds(lambda: contender.simulate(SIMULATED))
    result = {
        "loss": checked,
        "training_s": statistics.median(training),
        "training_runs": len(training),
        "peak_mb": peak,
        "simulation_ms": statistics.median(simulation) / SIMULATED * 1e3,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
