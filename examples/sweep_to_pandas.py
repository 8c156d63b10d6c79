"""A sweep, read with pandas: what more hidden units bring, and how much is luck.

python examples/sweep_to_pandas.py [--quick]        needs the extra [cluster], and pandas
"""

import sys

import pandas as pd

from blastema import Rule
from blastema.sweep.conduct import run_sweep
from blastema.training.run import Config

STEPS, SEEDS = (2, 2) if "--quick" in sys.argv else (400, 4)

configs = {
    f"hidden={hidden}-seed={seed}": Config(
        "ring", experiment="growing", fit=12, pad=4, steps=STEPS, seed=seed, rule=Rule(hidden=hidden)
    )
    for hidden in (8, 32, 128)
    for seed in range(SEEDS)
}

# A sweep starts processes, which import this file. Run again, it trains nothing twice.
if __name__ == "__main__":
    run_sweep(configs, "sweeps/hidden")
    table = pd.read_csv("sweeps/hidden/results.csv")
    print(table.pivot(index="seed", columns="hidden", values="validation").round(2))
    print(table.groupby("hidden").agg({"validation": ["median", "min", "max"], "seconds": "mean"}).round(2))
