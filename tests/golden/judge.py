"""The judge: the rule in plain loops over plain numbers, written from its description, without the package.

    python tests/golden/judge.py

writes `vectors.json`: states after 1, 2 and 10 steps of a few small organisms, which every engine in every language has
to reproduce; and `signals.json`, the same for rules with signals. Arithmetic is in double precision; weights and first
states are rounded to float32, so engines start from the same numbers. In no step is an alpha within 1e-4 of the
threshold of life, so rounding decides nobody's death.

Numbers come from the firing hash, so that a port needs no random generator: `number(stream, i)` is
`(mix(mix(stream) ^ i) >> 8) / 2^24`.
"""

import json
import math
import struct
from pathlib import Path

VECTORS, SIGNALS = (Path(__file__).with_name(name) for name in ("vectors.json", "signals.json"))
KEPT = (1, 2, 10)
DEFAULT = {
    "channels": 16, "hidden": 128, "filters": ["identity", "sobel_x", "sobel_y"],
    "alive_above": 0.1, "fire_rate": 0.5, "edge": "dead",
}  # fmt: skip
CASES = [
    {"name": "dead edge", "rule": DEFAULT, "height": 5, "width": 7, "angle": 0.0, "seed": 1, "age": 0, "start": "soup"},
    {"name": "wrapped and turned", "rule": DEFAULT | {"edge": "wrap"}, "height": 6, "width": 4, "angle": 0.7,
     "seed": 4294967295, "age": 1000, "start": "soup"},
    {"name": "from a seed cell", "rule": DEFAULT, "height": 8, "width": 9, "angle": -2.1, "seed": 7, "age": 0,
     "start": "seed"},
    {"name": "other widths, filters and thresholds", "height": 5, "width": 5, "angle": 1.0, "seed": 3, "age": 5,
     "start": "soup", "rule": {"channels": 8, "hidden": 12, "filters": ["laplacian", "sobel_y", "identity", "sobel_x"],
                               "alive_above": 0.2, "fire_rate": 0.8, "edge": "wrap"}},
    # A filter that is not built in: kernel(angle) = fixed + cos(angle) * along + sin(angle) * across.
    {"name": "a filter of one's own", "height": 6, "width": 5, "angle": -0.6, "seed": 12, "age": 3, "start": "soup",
     "rule": {"channels": 8, "hidden": 12, "alive_above": 0.1, "fire_rate": 0.6, "edge": "dead",
              "filters": ["identity", {"name": "own", "fixed": [[0.1, 0, -0.2], [0, 0.3, 0], [0, 0, 0]],
                                       "along": [[0, 0.5, 0], [0, 0, 0], [0, -0.5, 0.1]],
                                       "across": [[0, 0, 0], [0.4, 0, -0.4], [0, 0.2, 0]]}, "sobel_x"]}},
]  # fmt: skip
# A cell's signal selects a row of the signal bias, which is added to the hidden bias. `mixture` weights the rows, alike
# in all cells; `map` gives each cell its own.
SIGNAL_CASES = [
    {"name": "a mixture of signals", "height": 5, "width": 6, "angle": 0.4, "seed": 5, "age": 2, "start": "soup",
     "rule": DEFAULT | {"signals": ["\U0001f98e", "tree", "text:Hi"]}, "mixture": [0.25, 0.75, 0.0]},
    {"name": "one signal", "height": 6, "width": 5, "angle": 0.0, "seed": 8, "age": 40, "start": "soup",
     "rule": DEFAULT | {"signals": ["one", "two"], "edge": "wrap"}, "mixture": [0.0, 1.0]},
    {"name": "a map of signals", "height": 4, "width": 7, "angle": -1.2, "seed": 21, "age": 7, "start": "soup",
     "rule": {"channels": 8, "hidden": 12, "filters": ["identity", "sobel_x", "sobel_y", "laplacian"],
              "alive_above": 0.1, "fire_rate": 0.6, "edge": "dead", "signals": ["a", "b", "c"]},
     "map": [[0, 0, 1, 1, 2, 2, 0], [1, 2, 0, 1, 2, 0, 1], [2, 2, 2, 1, 1, 1, 0], [0, 1, 2, 0, 1, 2, 0]]},
]  # fmt: skip
SOBEL_X = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
LAPLACIAN = [[1, 2, 1], [2, -12, 2], [1, 2, 1]]


def mix(h):
    h ^= h >> 16
    h = h * 0x7FEB352D % 2**32
    h ^= h >> 15
    h = h * 0x846CA68B % 2**32
    return h ^ h >> 16


def number(stream, i):
    return (mix(mix(stream) ^ i) >> 8) / 2**24


def float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def weights(rule):
    """Streams 1 to 4, and 7: hidden weight, hidden bias, update weight, update bias, signal bias, row by row."""
    inputs, hidden, channels = len(rule["filters"]) * rule["channels"], rule["hidden"], rule["channels"]
    sizes = [inputs * hidden, hidden, hidden * channels, channels, len(rule.get("signals", [])) * hidden]
    return [
        [float32((number(stream, i) - 0.5) * spread) for i in range(size)]
        for stream, spread, size in zip((1, 2, 3, 4, 7), (0.5, 0.2, 0.08, 0.02, 0.6), sizes, strict=True)
    ]


def start(case):
    """A seed cell; or a soup: two cells in five hold numbers from -0.1 to 1.1 (streams 5 and 6), the others zeros."""
    height, width, channels = case["height"], case["width"], case["rule"]["channels"]
    state = [[[0.0] * channels for _ in range(width)] for _ in range(height)]
    for y in range(height):
        for x in range(width):
            place = y * width + x
            if case["start"] == "soup" and number(5, place) < 0.4:
                state[y][x] = [float32(number(6, place * channels + c) * 1.2 - 0.1) for c in range(channels)]
    if case["start"] == "seed":
        state[height // 2][width // 2] = [0.0] * 3 + [1.0] * (channels - 3)
    return state


def look(state, y, x, channel, rule):
    height, width = len(state), len(state[0])
    if rule["edge"] == "wrap":
        return state[y % height][x % width][channel]
    return state[y][x][channel] if 0 <= y < height and 0 <= x < width else 0.0


def around(state, y, x, channel, rule, kernel):
    return sum(
        kernel[dy + 1][dx + 1] * look(state, y + dy, x + dx, channel, rule) for dy in (-1, 0, 1) for dx in (-1, 0, 1)
    )


def is_alive(state, y, x, rule):
    alphas = [look(state, y + dy, x + dx, 3, rule) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    assert all(abs(alpha - rule["alive_above"]) > 1e-4 for alpha in alphas), "too near the threshold to be a test"
    return max(alphas) > rule["alive_above"]


def perceive(state, y, x, rule, angle):
    sobel_y = [list(column) for column in zip(*SOBEL_X, strict=True)]
    seen = []
    for name in rule["filters"]:
        for channel in range(rule["channels"]):
            if isinstance(name, dict):
                fixed, along, across = (
                    around(state, y, x, channel, rule, name[part]) for part in ("fixed", "along", "across")
                )
                seen.append(fixed + math.cos(angle) * along + math.sin(angle) * across)
                continue
            slope_x = around(state, y, x, channel, rule, SOBEL_X) / 8
            slope_y = around(state, y, x, channel, rule, sobel_y) / 8
            seen.append(
                {
                    "identity": state[y][x][channel],
                    "sobel_x": math.cos(angle) * slope_x - math.sin(angle) * slope_y,
                    "sobel_y": math.sin(angle) * slope_x + math.cos(angle) * slope_y,
                    "laplacian": around(state, y, x, channel, rule, LAPLACIAN) / 16,
                }[name]
            )
    return seen


def shares(case, y, x):
    """The weight of each signal in a cell."""
    count = len(case["rule"].get("signals", []))
    return [float(k == case["map"][y][x]) for k in range(count)] if "map" in case else case.get("mixture", [])


def change(perception, signals, tensors, rule):
    hidden_weight, hidden_bias, update_weight, update_bias, signal_bias = tensors
    hidden_width, channels = rule["hidden"], rule["channels"]
    bias = [
        hidden_bias[j] + sum(share * signal_bias[k * hidden_width + j] for k, share in enumerate(signals))
        for j in range(hidden_width)
    ]
    hidden = [
        max(0.0, bias[j] + sum(p * hidden_weight[i * hidden_width + j] for i, p in enumerate(perception)))
        for j in range(hidden_width)
    ]
    return [
        update_bias[c] + sum(h * update_weight[j * channels + c] for j, h in enumerate(hidden)) for c in range(channels)
    ]


def fires(seed, age, y, x, fire_rate):
    return mix(mix(mix(seed) ^ age) ^ (y << 16 | x)) >> 8 < round(fire_rate * 2**24)


def step(state, tensors, case, age):
    rule, height, width = case["rule"], case["height"], case["width"]
    before = [[is_alive(state, y, x, rule) for x in range(width)] for y in range(height)]
    grown = [[list(cell) for cell in row] for row in state]
    for y in range(height):
        for x in range(width):
            if before[y][x] and fires(case["seed"], age, y, x, rule["fire_rate"]):
                delta = change(perceive(state, y, x, rule, case["angle"]), shares(case, y, x), tensors, rule)
                grown[y][x] = [old + new for old, new in zip(state[y][x], delta, strict=True)]
    after = [[is_alive(grown, y, x, rule) for x in range(width)] for y in range(height)]
    return [
        [grown[y][x] if before[y][x] and after[y][x] else [0.0] * rule["channels"] for x in range(width)]
        for y in range(height)
    ]


def vectors(cases=None):
    written = []
    for case in CASES if cases is None else cases:
        tensors, state = weights(case["rule"]), start(case)
        results = {"firing": [], "states": {}}
        for taken in range(1, max(KEPT) + 1):
            age = case["age"] + taken - 1
            results["firing"].append(
                [
                    "".join(
                        ".#"[fires(case["seed"], age, y, x, case["rule"]["fire_rate"])] for x in range(case["width"])
                    )
                    for y in range(case["height"])
                ]
            )
            state = step(state, tensors, case, age)
            if taken in KEPT:
                results["states"][str(taken)] = [[[round(value, 7) for value in cell] for cell in row] for row in state]
        written.append(case | results)
    return written


if __name__ == "__main__":
    for path, cases in ((VECTORS, CASES), (SIGNALS, SIGNAL_CASES)):
        path.write_text("[" + ",\n".join(json.dumps(case) for case in vectors(cases)) + "]\n")
