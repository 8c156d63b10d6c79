"""The native engine: every instruction set, any number of threads, judged by double precision and golden vectors."""

import multiprocessing
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from blastema import _native
from blastema.engines import choose_engine
from blastema.engines.native_engine import NativeEngine, isas
from blastema.errors import BlastemaError
from blastema.rule import Batch, Rule, seed_batch
from conftest import random_states, random_weights
from double_precision import CLEARANCE, assert_close, batch_of, clearance, judged, wish
from test_golden import TOLERANCE, VECTORS, of

RULES = {
    "article": Rule(),
    "wrapped": Rule(edge="wrap"),
    "narrow": Rule(channels=8, hidden=20, filters=("identity", "laplacian", "sobel_x", "sobel_y"), alive_threshold=0.2),
    "odd": Rule(channels=5, hidden=7, filters=("sobel_y", "identity"), edge="wrap", fire_rate=0.9),
    "wide": Rule(channels=20, hidden=150, fire_rate=0.3),
}


def every_bit(result):
    return b"".join(
        np.ascontiguousarray(array).tobytes()
        for array in (*result.gradient, result.batch.states, result.states_gradient)
    )


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_golden_vectors(isa, case):
    rule, weights, batch = of(case)
    for taken, states in case["states"].items():
        found = NativeEngine(isa).grow(rule, weights, batch, int(taken), case["angle"]).states[0]
        np.testing.assert_allclose(found, states, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("isa", isas())
def test_what_is_not_a_number_stays_so(isa):
    """A hidden unit of infinity minus infinity must not pass for one at zero: whoever trains has to hear of it."""
    weights = random_weights(Rule())
    # Two slopes that overflow, one taken from the other; all else that units see counts for nothing.
    weights.hidden_weight[:], weights.hidden_bias[:] = 0, -1
    weights.hidden_weight[16], weights.hidden_weight[17] = 1, -1
    batch = batch_of(Rule(fire_rate=1.0), 6, 9)
    batch.states[...], batch.states[..., 3] = 0, 1
    batch.states[:, :, 4, :2] = 3e38
    found = NativeEngine(isa).grow(Rule(fire_rate=1.0), weights, batch, 1).states
    assert np.isnan(found[:, :, 3]).all()
    assert np.isfinite(found[:, :, :2]).all()


@pytest.mark.parametrize("isa", isas())
def test_hidden_units_that_are_not_kept_change_no_bit(isa):
    """In a large batch each organism may keep fewer of them, and computes the others anew."""
    weights, steps = random_weights(Rule()), 40
    weights.update_bias[3] = 0.1  # the whole grid comes alive: 24 organisms have more than is kept
    one = batch_of(Rule(), 48, 48, count=1)
    many = Batch(*(np.repeat(array, 24, axis=0) for array in one))
    alone, together = (
        NativeEngine(isa).value_and_grad(Rule(), weights, batch, steps, lambda states: (0.0, np.cos(states)))
        for batch in (one, many)
    )
    assert alone.batch.states.any(axis=-1).mean() > 0.9
    for found in together.states_gradient:
        assert found.tobytes() == alone.states_gradient[0].tobytes()
    for found, expected in zip(together.gradient, alone.gradient, strict=True):
        np.testing.assert_allclose(found, 24 * expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("angle", [0.0, pytest.param(0.9, marks=pytest.mark.slow), -2.5])
@pytest.mark.parametrize(
    ("name", "size"),
    [
        *((name, (9, 31)) for name in RULES),
        *(("wrapped", (2, 1)), ("article", (1, 5))),
        pytest.param("odd", (40, 64), marks=pytest.mark.slow),
    ],
)
def test_gradients_are_those_in_double_precision(isa, name, angle, size):
    weights, batch, expected = judged(RULES[name], *size, 5, angle)
    assert_close(NativeEngine(isa).value_and_grad(RULES[name], weights, batch, 5, wish, angle), expected)


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("edge", ["dead", "wrap"])
def test_states_after_96_steps_are_those_of_the_rule(isa, edge, published):
    from blastema.formats.distill import read_distill

    rule, weights = Rule(edge=edge), read_distill(published / "ex3_🦎.json").weights
    batch = seed_batch([1, 2], 48, 40)
    found, judged = (
        engine.grow(rule, weights, batch, 96, 0.5).states for engine in (NativeEngine(isa), choose_engine("jax"))
    )
    np.testing.assert_allclose(found, judged, rtol=0, atol=1e-4)


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize(("count", "size"), [(1, (72, 72)), (5, (33, 47)), (2, (130, 20))])
def test_threads_change_no_bit(isa, name, count, size):
    rule = RULES[name]
    batch, weights = batch_of(rule, *size, count), random_weights(rule)
    found = {
        every_bit(NativeEngine(isa, threads).value_and_grad(rule, weights, batch, 6, wish, 0.3))
        for threads in (1, 2, 3, 7)
    }
    assert len(found) == 1


def test_two_callers_at_once_get_what_each_would_alone():
    rule = Rule()
    batch, weights, engine = batch_of(rule, 40, 40), random_weights(rule), NativeEngine(threads=2)
    alone, together = every_bit(engine.value_and_grad(rule, weights, batch, 20, wish)), []
    callers = [
        threading.Thread(
            target=lambda: together.append(every_bit(engine.value_and_grad(rule, weights, batch, 20, wish)))
        )
        for _ in range(4)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert together == [alone] * 4


def grow_in_child(queue):
    rule = Rule()
    queue.put(NativeEngine(threads=2).grow(rule, random_weights(rule), batch_of(rule, 30, 30), 5).states.tobytes())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="not here: this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*")
def test_a_forked_process_has_threads_of_its_own():
    rule = Rule()
    here = NativeEngine(threads=2).grow(rule, random_weights(rule), batch_of(rule, 30, 30), 5).states.tobytes()
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=grow_in_child, args=(queue,))
    child.start()
    assert queue.get(timeout=60) == here
    child.join()


def test_cells_that_are_not_alive_are_seen_once_and_then_erased():
    rule, weights = Rule(), random_weights(Rule())
    for seed in range(100):
        states = random_states(rule, 1, 12, 12, seed)
        states[..., 3] = np.where(np.random.default_rng(1).random(states.shape[:3]) < 0.02, 1, 0.05)
        batch = Batch(states, np.zeros(1, np.uint32), np.zeros(1, np.uint32))
        if clearance(rule, weights, batch, 4, 0.0) > CLEARANCE:
            break
    found, judged = (
        engine.value_and_grad(rule, weights, batch, 4, wish) for engine in (NativeEngine(), choose_engine("numpy"))
    )
    np.testing.assert_allclose(found.batch.states, judged.batch.states, atol=1e-6)
    np.testing.assert_allclose(found.states_gradient, judged.states_gradient, atol=1e-7)
    assert (judged.states_gradient[(states[..., 3] < 0.1) & (judged.batch.states == 0).all(-1)] != 0).any()


def test_a_lizard_in_a_large_grid_costs_what_its_cells_cost():
    rule, weights, engine = Rule(), random_weights(Rule(), scale=0), NativeEngine(threads=1)

    def seconds(height, width):
        # With the last layer zero nothing ever changes: a block of cells that live on.
        states = np.zeros((1, height, width, 16), np.float32)
        states[0, 20:60, 20:60, 3] = 1
        batch = Batch(states, np.zeros(1, np.uint32), np.zeros(1, np.uint32))
        begun = time.thread_time()  # of this thread, which does all the work: other programs do not count
        engine.grow(rule, weights._replace(update_bias=weights.update_bias * 0), batch, 1000)
        return time.thread_time() - begun

    small, large = (min(seconds(*size) for _ in range(3)) for size in ((72, 72), (1024, 1024)))
    assert large < 4 * small


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"BLASTEMA_ISA": "z80"}, r"no instruction set 'z80' \(BLASTEMA_ISA\) here; choose one of "),
        (
            {"BLASTEMA_THREADS": "many"},
            r"'many' threads \(BLASTEMA_THREADS\) cannot be; choose a whole number from 1 to",
        ),
        ({"BLASTEMA_THREADS": "0"}, r"'0' threads"),
    ],
)
def test_what_the_environment_cannot_mean_is_refused(variables, says, monkeypatch):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BlastemaError, match=says):
        NativeEngine()


def test_the_environment_chooses(monkeypatch):
    monkeypatch.setenv("BLASTEMA_ISA", isas()[-1])
    monkeypatch.setenv("BLASTEMA_THREADS", "1")
    assert (NativeEngine().isa, NativeEngine().threads) == (isas()[-1], 1)


def test_states_that_are_not_finite_are_refused():
    rule = Rule()
    batch = batch_of(rule, 6, 7)
    batch.states[1, 2, 3, 4] = np.nan
    with pytest.raises(BlastemaError, match="states must be finite; channel 4 of the cell at row 2, column 3 is nan"):
        NativeEngine().grow(rule, random_weights(rule), batch, 1)


def misaligned(shape):
    """Zeros whose numbers begin at odd addresses, as in a file that was mapped into memory."""
    return np.zeros(4 * np.prod(shape) + 1, np.uint8)[1:].view(np.float32).reshape(shape)


def test_misaligned_arrays_grow_what_aligned_ones_do():
    rule = Rule()
    batch, weights = batch_of(rule, 9, 8), random_weights(rule)
    odd = []
    for array in (*batch, *weights):
        odd.append(misaligned(array.shape).view(array.dtype))
        odd[-1][...] = array
        assert not odd[-1].flags.aligned
    cotangent = misaligned(batch.states.shape)
    cotangent[...] = wish(batch.states)[1]
    engine = NativeEngine()
    expected = engine.value_and_grad(rule, weights, batch, 3, lambda states: (0.0, cotangent.copy()))
    result = engine.value_and_grad(rule, type(weights)(*odd[3:]), Batch(*odd[:3]), 3, lambda states: (0.0, cotangent))
    assert every_bit(result) == every_bit(expected)


def test_rows_without_a_living_cell_take_part_in_a_rollout():
    """Their lists are empty: the sanitizers look whether anything is copied from nowhere."""
    rule, weights = Rule(), random_weights(Rule())
    states = np.zeros((1, 160, 40, 16), np.float32)
    states[0, 3:8, 3:8, 3:] = 1
    batch = Batch(states, np.zeros(1, np.uint32), np.zeros(1, np.uint32))
    result, expected = (
        engine.value_and_grad(rule, weights, batch, 3, wish) for engine in (NativeEngine(), choose_engine("numpy"))
    )
    np.testing.assert_allclose(result.batch.states, expected.batch.states, rtol=0, atol=1e-5)


def arguments(rule=None, **changes):
    """What the module's own constructor takes, by name."""
    rule = rule or Rule()
    batch = batch_of(rule, 6, 7, 2)
    values = {
        "isa": isas()[0], "threads": 2, "keep": True, "channels": rule.channels, "hidden": rule.hidden,
        "filters": [0, 1, 2, -1], "alive_above": 0.1, "fires_below": 2**23, "wrap": False, "cos": 1.0, "sin": 0.0,
        **random_weights(rule)._asdict(), **batch._asdict(),
    }  # fmt: skip
    return values | changes


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"states": np.zeros((2, 6, 7, 16))}, "states came with shape (2, 6, 7, 16) of another type; needed is contig"),
        ({"states": np.zeros((2, 6, 16), "f4")}, "states must have 4 axes"),
        ({"states": np.zeros((0, 6, 7, 16), "f4")}, "a batch of at least 1"),
        ({"states": np.zeros((2, 7, 6, 16), "f4").swapaxes(1, 2)}, "(2, 6, 7, 16), not contiguous; needed is contig"),
        ({"seeds": np.zeros(3, "u4")}, "seeds came with shape (3,); needed is contiguous uint32 (2,)"),
        ({"hidden_weight": np.zeros((128, 48), "f4")}, "hidden_weight came with shape (128, 48); needed"),
        ({"states": misaligned((2, 6, 7, 16))}, "(2, 6, 7, 16), not aligned; needed is contig"),
        ({"filters": [0, 1, 1, -1]}, "filters must be the positions"),
        ({"filters": [0, 5, 1, -1]}, "filters must be the positions"),
        ({"channels": 0}, "channels must be 4 to 1024"),
        ({"threads": 0}, "threads 1 to 1024"),
        ({"isa": "z80"}, "no kernel for the instruction set z80 runs here"),
    ],
)
def test_the_module_itself_refuses_what_does_not_fit(changes, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        _native.Rollout(**arguments(**changes))


@pytest.mark.parametrize("changes", [{"states": None}, {"threads": "two"}, {"fires_below": -1}, {"filters": 3}])
def test_the_module_itself_refuses_other_types(changes):
    with pytest.raises(TypeError, match="incompatible function arguments"):
        _native.Rollout(**arguments(**changes))


def test_a_rollout_goes_back_once_and_only_if_it_keeps_its_steps():
    gradient = [np.zeros_like(tensor) for tensor in random_weights(Rule())]
    back, found = np.ones((2, 6, 7, 16), np.float32), np.zeros((2, 6, 7, 16), np.float32)
    with pytest.raises(ValueError, match="keeps no steps"):
        _native.Rollout(**arguments(keep=False)).go_back(back, *gradient, found)
    rollout = _native.Rollout(**arguments())
    rollout.advance(2)
    with pytest.raises(ValueError, match="steps must be 0 or more"):
        rollout.advance(-1)
    rollout.go_back(back, *gradient, found)
    assert found.any()
    with pytest.raises(ValueError, match="keeps no steps"):
        rollout.go_back(back, *gradient, found)
    with pytest.raises(ValueError, match="gone back already"):
        rollout.advance(1)


FUZZ = """
import sys, time
import numpy as np
from test_native_engine import arguments
from blastema import _native
draw, until, refused, ran = np.random.default_rng(int(sys.argv[2])), time.time() + float(sys.argv[1]), 0, 0
odd = [None, -1, 0, 1, 3, 2**40, "x", b"", [], [0, 1, 2, 3], [0, 0, 0, 0], 1.5, float("nan"), np.zeros(0, "f4")]
def mangled(array):
    array = np.array(array)
    kind = draw.integers(7)
    if kind == 0: return array.astype(draw.choice(["f8", "f4", "u4", "i8", "u1", "c8", "f2", ">f4"]))
    if kind == 1: return array.reshape(-1)[: draw.integers(array.size + 1)]
    if kind == 2: return array.T
    if kind == 3: return array[..., :: draw.choice([-1, 2, 3])]
    if kind == 4: return np.resize(array, draw.integers(0, 9, draw.integers(0, 6)))
    if kind == 5: return array * draw.choice([np.nan, np.inf, 1e38, -1e38, 0])
    return odd[draw.integers(len(odd))]
with np.errstate(all="ignore"):
  while time.time() < until:
    values = arguments()
    for name in draw.choice(list(values), draw.integers(0, 3), replace=False):
        value = values[name]
        values[name] = mangled(value) if isinstance(value, np.ndarray) else odd[draw.integers(len(odd))]
    try:
        rollout = _native.Rollout(**values)
        rollout.advance(int(draw.integers(-1, 4)))
        states = np.array(values["states"], "f4")
        outputs = [np.zeros_like(values[n]) for n in ("hidden_weight", "hidden_bias", "update_weight", "update_bias")]
        if draw.integers(2): states = mangled(states)
        rollout.read_states(states)
        rollout.go_back(states, *outputs, np.zeros_like(states))
        ran += 1
    except (TypeError, ValueError):
        refused += 1
print(refused, ran)
"""


@pytest.mark.slow
def test_no_input_from_python_crashes_it():
    """A minute of random wrong arguments: a crash would end the process with a signal."""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FUZZ, "60", str(int(time.time()))],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    refused, ran = map(int, run.stdout.split())
    assert refused > 100
    assert ran > 100
