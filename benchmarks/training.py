"""Measure a complete training: python benchmarks/training.py [--steps 8000] [--out FILE] [--keep FILE].

Trains a regenerating lizard as `blastema train` does, with its screen, checkpoints and pictures, and times the calls of
the engine.
"""

import argparse
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import blastema.cli.training_screen as screen
from blastema.training.run import Config, Run
from measure import peak_mb
from surroundings import surroundings

HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--out", type=Path, default=HERE / "training.json")
    parser.add_argument("--keep", type=Path, help="write the organism to this file")
    arguments = parser.parse_args()
    directory = Path(tempfile.mkdtemp())
    run = Run.begin(directory / "run", Config("🦎", experiment="regenerating", steps=arguments.steps))
    value_and_grad, in_engine, in_loss = run.trainer.engine.value_and_grad, 0.0, 0.0

    def timed(rule, weights, batch, steps, loss, angle=0.0):
        nonlocal in_engine, in_loss

        def timed_loss(states):
            nonlocal in_loss
            started = time.perf_counter()
            result = loss(states)
            in_loss += time.perf_counter() - started
            return result

        started = time.perf_counter()
        result = value_and_grad(rule, weights, batch, steps, timed_loss, angle)
        in_engine += time.perf_counter() - started
        return result

    grow = run.trainer.engine.grow

    def timed_grow(*arguments):
        nonlocal in_engine
        started = time.perf_counter()
        grown = grow(*arguments)
        in_engine += time.perf_counter() - started
        return grown

    run.trainer.engine.value_and_grad, run.trainer.engine.grow = timed, timed_grow
    started = time.perf_counter()
    screen.watch(run)
    seconds = time.perf_counter() - started
    record = {
        "surroundings": surroundings(),
        "recipe": run.config.recipe,
        "steps": arguments.steps,
        "minutes": seconds / 60,
        "outside_engine": 1 - (in_engine - in_loss) / seconds,
        "final_loss": statistics.median(run.losses[-200:]),
        "peak_mb": peak_mb(),
    }
    arguments.out.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    if arguments.keep:
        run.organism().save(arguments.keep)
    shutil.rmtree(directory)
    print(json.dumps(record, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
