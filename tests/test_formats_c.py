"""The C header, compiled by a C compiler that minds everything, does what our engines do."""

import shutil
import subprocess

import numpy as np
import pytest

from blastema import Organism, load
from blastema.engines import choose_engine
from blastema.formats.c import write_c
from blastema.loss import pixel_loss
from blastema.quantisation.rows import quantise_rows
from blastema.rule import Rule, seed_batch
from blastema.targets import load_target
from conftest import random_weights
from test_golden import SIGNALS, TOLERANCE, VECTORS, of

COMPILERS = [name for name in ("gcc", "clang") if shutil.which(name)]
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-Wpedantic", "-Wconversion", "-O2")
# Reads a grid and perhaps a mixture or a map of signals from standard input, takes steps, and writes the grid.
MAIN = """
#include <stdio.h>
#include <stdlib.h>
#include "organism.h"

static float grids[2][1 << 20];

int main(int count, char **given) {
    if (count != 8) return 2;
    const int height = atoi(given[1]), width = atoi(given[2]), steps = atoi(given[3]);
    const uint32_t seed = (uint32_t)strtoul(given[4], 0, 10), age = (uint32_t)strtoul(given[5], 0, 10);
    const size_t numbers = (size_t)height * (size_t)width * BLASTEMA_CHANNELS;
    if (fread(grids[0], sizeof(float), numbers, stdin) != numbers) return 3;
    const float angle = (float)atof(given[6]);
#if BLASTEMA_SIGNALS
    static float mixture[BLASTEMA_SIGNALS];
    static uint8_t map[1 << 16];
    const size_t cells = numbers / BLASTEMA_CHANNELS;
    if (given[7][0] == 'f' && fread(mixture, sizeof(float), BLASTEMA_SIGNALS, stdin) != BLASTEMA_SIGNALS) return 4;
    if (given[7][0] == 'u' && fread(map, 1, cells, stdin) != cells) return 5;
#endif
    for (int step = 0; step < steps; step++) {
        const float *before = grids[step % 2];
        float *after = grids[(step + 1) % 2];
        const uint32_t now = age + (uint32_t)step;
#if BLASTEMA_SIGNALS
        if (given[7][0] == 'f') {
            blastema_step_mixture(before, after, height, width, seed, now, angle, mixture);
            continue;
        }
        if (given[7][0] == 'u') {
            blastema_step_map(before, after, height, width, seed, now, angle, map);
            continue;
        }
#endif
        blastema_step(before, after, height, width, seed, now, angle);
    }
    return fwrite(grids[steps % 2], sizeof(float), numbers, stdout) != numbers;
}
"""


def compiled(organism, folder, *flags, compiler=None):
    """Return a function that grows a batch of one in the compiled program."""
    write_c(organism, folder / "organism.h")
    (folder / "main.c").write_text(MAIN)
    program = folder / "grow"
    compiler = compiler or (COMPILERS[0] if COMPILERS else pytest.skip("not installed: a C compiler"))
    subprocess.run([compiler, *STRICT, *flags, folder / "main.c", "-o", program, "-lm"], check=True)

    def grow(batch, steps, angle):
        _, height, width, _ = batch.states.shape
        kind, signals = "none", b""
        if batch.signals is not None:
            kind, signals = batch.signals.dtype.name, batch.signals.tobytes()
        given = (height, width, steps, batch.seeds[0], batch.ages[0], repr(angle), kind)
        run = subprocess.run(
            [program, *map(str, given)], input=batch.states.tobytes() + signals, capture_output=True, check=True
        )
        return np.frombuffer(run.stdout, np.float32).reshape(batch.states.shape)

    return grow


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("case", VECTORS + SIGNALS, ids=lambda case: case["name"])
def test_compiled_c_replays_the_golden_vectors(case, compiler, tmp_path):
    rule, weights, batch = of(case)
    grow = compiled(Organism(weights, rule), tmp_path, compiler=compiler)
    for taken, expected in case["states"].items():
        np.testing.assert_allclose(grow(batch, int(taken), case["angle"])[0], expected, rtol=0, atol=TOLERANCE)


def rounded(organism):
    """The organism whose float weights are what int8 weights stand for."""
    weights = organism.weights
    (hidden, hidden_scale), (update, update_scale) = (
        quantise_rows(weights.hidden_weight.T, 1),
        quantise_rows(weights.update_weight, 0),
    )
    hidden_weight = np.ascontiguousarray((hidden * hidden_scale[:, None]).T)
    return Organism(
        weights._replace(hidden_weight=hidden_weight, update_weight=update * update_scale),
        organism.rule,
        organism.training,
    )


@pytest.mark.parametrize("case", VECTORS + SIGNALS, ids=lambda case: case["name"])
def test_int8_weights_do_what_the_rounded_weights_do(case, tmp_path):
    rule, weights, batch = of(case)
    organism = Organism(weights, rule)
    grow = compiled(organism, tmp_path, "-DBLASTEMA_INT8")
    expected = choose_engine("numpy").grow(rule, rounded(organism).weights, batch, 10, case["angle"]).states
    np.testing.assert_allclose(grow(batch, 10, case["angle"]), expected, rtol=0, atol=TOLERANCE)


def test_int8_weights_are_at_most_half_a_step_off_and_zeros_stay_zeros():
    weight = random_weights(Rule()).hidden_weight * np.float32(3)
    weight[:5], weight[:, 7] = 0, 0
    values, scale = quantise_rows(weight, 0)
    # Float32 rounds the scale and its product with the byte, by 2^-24 each.
    assert (np.abs(values * scale - weight) <= scale / 2 + 127 * scale * 2**-23).all()
    assert not (values * scale)[weight == 0].any()


@pytest.mark.parametrize("flags", [(), ("-DBLASTEMA_INT8",)], ids=["float", "int8"])
def test_the_lizard_grows_in_c(flags, tmp_path):
    organism = load("🦎")
    grown = compiled(organism, tmp_path, *flags)(seed_batch([0], 72, 72), 96, 0.0)
    ours = pixel_loss(organism.grow(96), load_target("🦎"))
    assert ours < 0.01
    assert abs(pixel_loss(grown, load_target("🦎"))[0] - ours) < 0.002


def test_seeds_and_arbitrary_origins_compile(tmp_path):
    organism = Organism(load("🦎").weights, training={"target": "*/ \\\n#error */", "experiment": "growing"})
    write_c(organism, tmp_path / "organism.h")
    source = '#include "organism.h"\n#include <stdio.h>\nstatic float g[12*16];\n' + (
        'int main(void) { blastema_seed(g, 3, 4); for (int i = 0; i < 12 * 16; i++) printf("%g ", (double)g[i]); }'
    )
    (tmp_path / "main.c").write_text(source)
    for compiler in COMPILERS[:1]:
        subprocess.run([compiler, *STRICT, tmp_path / "main.c", "-o", tmp_path / "seed", "-lm"], check=True)
        printed = subprocess.run([tmp_path / "seed"], capture_output=True, check=True, text=True).stdout
        expected = seed_batch([0], 3, 4).states.reshape(-1)
        assert np.array_equal(np.array(printed.split(), float), expected)


def test_without_a_signal_it_is_the_first_and_one_signal_is_a_mixture(tmp_path):
    rule, weights, batch = of(SIGNALS[2])
    grow = compiled(Organism(weights, rule), tmp_path)
    first = grow(batch._replace(signals=None), 10, 0.3)
    for signal in range(3):
        by_map = grow(batch._replace(signals=np.full_like(batch.signals, signal)), 10, 0.3)
        by_mixture = grow(batch._replace(signals=np.eye(3, dtype=np.float32)[[signal]]), 10, 0.3)
        np.testing.assert_allclose(by_mixture, by_map, rtol=0, atol=1e-6)
        assert np.array_equal(by_map, first) == (signal == 0)


def test_names_of_signals_stay_inside_their_comments(tmp_path):
    rule = Rule(channels=4, hidden=2, signals=("*/ \\", "🦎"))
    compiled(Organism(random_weights(rule), rule), tmp_path)
    assert "/* signal 1: 🦎 */" in (tmp_path / "organism.h").read_text("utf-8")
