"""Golden vectors of rules with filters of one's own, for the page: the judge of tests/golden, which knows matrices.

    python playground/tests/own_filters.py

writes `own_filters.json`, in the form of tests/golden/vectors.json. In plain loops, without the package.
"""

import importlib.util
import json
import math
from pathlib import Path

VECTORS = Path(__file__).with_suffix(".json")
JUDGE = Path(__file__).parents[2] / "tests/golden/judge.py"
ZERO = [[0.0] * 3 for _ in range(3)]
# Each of the three matrices counts, and none is symmetric.
RIDGE = {"name": "ridge", "fixed": [[0, -0.5, 0.25], [0, 1, 0], [-0.5, 0, -0.25]], "along": ZERO, "across": ZERO}
SLANT = {
    "name": "slant",
    "fixed": [[0.1, 0, 0], [0, 0, -0.2], [0, 0.3, 0]],
    "along": [[0.25, 0, -0.25], [0.5, 0, -0.125], [0, 0, 0]],
    "across": [[0, 0.375, 0], [-0.5, 0, 0.125], [0, -0.25, 0]],
}
CASES = [
    {"name": "filters of one's own", "height": 6, "width": 5, "angle": 0.7, "seed": 11, "age": 3, "start": "soup",
     "rule": {"channels": 12, "hidden": 20, "filters": ["sobel_x", SLANT, "identity", RIDGE], "alive_above": 0.1,
              "fire_rate": 0.5, "edge": "dead"}},
    {"name": "nothing but a filter of one's own, wrapped", "height": 5, "width": 4, "angle": -2.5, "seed": 5, "age": 0,
     "start": "soup", "rule": {"channels": 16, "hidden": 128, "filters": [SLANT], "alive_above": 0.1,
                               "fire_rate": 0.5, "edge": "wrap"}},
]  # fmt: skip


def load_judge():
    """Return the judge, made to perceive through matrices as well."""
    spec = importlib.util.spec_from_file_location("judge", JUDGE)
    judge = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(judge)
    by_name = judge.perceive

    def perceive(state, y, x, rule, angle):
        values = []
        for entry in rule["filters"]:
            if isinstance(entry, str):
                values += by_name(state, y, x, rule | {"filters": [entry]}, angle)
            else:
                weights = kernel(entry, angle)
                values += [judge.around(state, y, x, channel, rule, weights) for channel in range(rule["channels"])]
        return values

    judge.perceive, judge.CASES = perceive, CASES
    return judge


def kernel(entry, angle):
    cos, sin = math.cos(angle), math.sin(angle)
    return [
        [entry["fixed"][y][x] + cos * entry["along"][y][x] + sin * entry["across"][y][x] for x in range(3)]
        for y in range(3)
    ]


if __name__ == "__main__":
    VECTORS.write_text("[" + ",\n".join(json.dumps(case) for case in load_judge().vectors()) + "]\n")
