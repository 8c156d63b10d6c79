"""The native engine: every instruction set, any number of threads, against double precision and golden vectors."""

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
from blastema.rule import FILTERS, Batch, Filter, Rule, Weights, seed_batch
from blastema.rule.perception import ARTICLE_FILTERS, SOBEL_X, kernels
from conftest import OWN_FILTER, random_states, random_weights
from double_precision import CLEARANCE, assert_close, batch_of, clearance, judged, wish
from test_golden import TOLERANCE, VECTORS, of

RULES = {
    "article": Rule(),
    "wrapped": Rule(edge="wrap"),
    "narrow": Rule(channels=8, hidden=20, filters=("identity", "laplacian", "sobel_x", "sobel_y"), alive_threshold=0.2),
    "odd": Rule(channels=5, hidden=7, filters=("sobel_y", "identity"), edge="wrap", fire_rate=0.9),
    "wide": Rule(channels=20, hidden=150, fire_rate=0.3),
    "own": Rule(channels=8, hidden=20, filters=(OWN_FILTER, "identity", "sobel_y"), edge="wrap"),
}
# The article's filters under other names, which are therefore not unrolled.
TWINS = tuple(Filter(f"{name}_twin", *FILTERS[name].matrices) for name in ARTICLE_FILTERS)


def every_bit(result):
    return b"".join(
        np.ascontiguousarray(array).tobytes()
        for array in (*result.gradient, result.batch.states, result.states_gradient)
    )


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_golden_vectors(isa, case):
    rule, weights, batch = of(case)
    for steps, states in case["states"].items():
        result = NativeEngine(isa).grow(rule, weights, batch, int(steps), case["angle"]).states[0]
        np.testing.assert_allclose(result, states, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("isa", isas())
def test_nan_propagates(isa):
    """A hidden unit of infinity minus infinity must not count as zero: a training that diverges must notice."""
    weights = random_weights(Rule())
    # The difference of two slopes that overflow; all other weights are zero.
    weights.hidden_weight[:], weights.hidden_bias[:] = 0, -1
    weights.hidden_weight[16], weights.hidden_weight[17] = 1, -1
    batch = batch_of(Rule(fire_rate=1.0), 6, 9)
    batch.states[...], batch.states[..., 3] = 0, 1
    batch.states[:, :, 4, :2] = 3e38
    result = NativeEngine(isa).grow(Rule(fire_rate=1.0), weights, batch, 1).states
    assert np.isnan(result[:, :, 3]).all()
    assert np.isfinite(result[:, :, :2]).all()


@pytest.mark.parametrize("isa", [isas()[0], *(pytest.param(isa, marks=pytest.mark.slow) for isa in isas()[1:])])
def test_recomputed_hidden_units_change_no_bit(isa):
    """In a large batch each grid stores the values of fewer of them, and recomputes the others."""
    weights, steps = random_weights(Rule()), 40
    weights.update_bias[3] = 0.1  # the whole grid comes alive: 24 grids exceed what is stored
    single = batch_of(Rule(), 48, 48, count=1)
    many = Batch(*(np.repeat(array, 24, axis=0) for array in single[:3]))
    alone, together = (
        NativeEngine(isa).value_and_grad(Rule(), weights, batch, steps, lambda states: (0.0, np.cos(states)))
        for batch in (single, many)
    )
    assert alone.batch.states.any(axis=-1).mean() > 0.9
    for result in together.states_gradient:
        assert result.tobytes() == alone.states_gradient[0].tobytes()
    for result, expected in zip(together.gradient[:4], alone.gradient[:4], strict=True):
        np.testing.assert_allclose(result, 24 * expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())


# Compiling the rollout in double precision takes a second or two for each rule.
@pytest.mark.parametrize("angle", [0.0, pytest.param(0.9, marks=pytest.mark.slow), -2.5])
@pytest.mark.parametrize(
    ("name", "size"),
    [
        *(("article", (9, 31)), ("article", (1, 5)), ("odd", (9, 31))),
        *(pytest.param(name, (9, 31), marks=pytest.mark.slow) for name in RULES if name not in ("article", "odd")),
        *(pytest.param(*case, marks=pytest.mark.slow) for case in (("wrapped", (2, 1)), ("odd", (40, 64)))),
    ],
)
def test_gradients_are_those_in_double_precision(name, angle, size):
    weights, batch, expected = judged(RULES[name], *size, 5, angle)
    for isa in isas():
        assert_close(NativeEngine(isa).value_and_grad(RULES[name], weights, batch, 5, wish, angle), expected)


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("angle", [0.0, -2.5])
@pytest.mark.parametrize("name", ["article", "wrapped", "wide"])
def test_unrolled_filters_equal_their_taps(isa, name, angle):
    rule, weights = RULES[name], random_weights(RULES[name])
    batches = (batch_of(rule, 9, 31, seed=seed) for seed in range(100))
    batch = next(batch for batch in batches if clearance(rule, weights, batch, 5, angle) > CLEARANCE)
    unrolled, general = (
        NativeEngine(isa).value_and_grad(rule.replace(filters=filters), weights, batch, 5, wish, angle)
        for filters in (ARTICLE_FILTERS, TWINS)
    )
    np.testing.assert_allclose(general.batch.states, unrolled.batch.states, rtol=0, atol=2e-6)
    pairs = zip(
        (*general.gradient, general.states_gradient), (*unrolled.gradient, unrolled.states_gradient), strict=True
    )
    for gradient, expected in pairs:
        assert np.linalg.norm(gradient - expected) <= 3e-6 * np.linalg.norm(expected)


@pytest.mark.parametrize(
    ("filters", "edge"),
    [
        pytest.param((OWN_FILTER,), "wrap", marks=pytest.mark.slow),
        # At angle 0 the second is zero everywhere.
        pytest.param(("identity", Filter("silent", across=SOBEL_X), "laplacian"), "dead", marks=pytest.mark.slow),
        (tuple(Filter(f"f{i}", fixed=np.cos(np.arange(9) * (i + 1)).reshape(3, 3) / 4) for i in range(5)), "wrap"),
    ],
    ids=["single", "silent", "five"],
)
def test_own_filters_give_what_numpy_and_double_precision_give(filters, edge):
    rule = Rule(channels=7, hidden=20, filters=filters, edge=edge)
    weights, batch, expected = judged(rule, 6, 11, 3, 0.0)
    for engine in (*map(NativeEngine, isas()), choose_engine("numpy")):
        assert_close(engine.value_and_grad(rule, weights, batch, 3, wish), expected)


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("edge", ["dead", "wrap"])
def test_states_after_96_steps_are_those_of_the_rule(isa, edge, published):
    from blastema.formats.distill import read_distill

    rule, weights = Rule(edge=edge), read_distill(published / "ex3_🦎.json").weights
    batch = seed_batch([1, 2], 48, 40)
    result, expected = (
        engine.grow(rule, weights, batch, 96, 0.5).states for engine in (NativeEngine(isa), choose_engine("jax"))
    )
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize(("count", "size"), [(1, (72, 72)), (5, (33, 47)), (2, (130, 20))])
def test_threads_change_no_bit(isa, name, count, size):
    rule = RULES[name]
    batch, weights = batch_of(rule, *size, count), random_weights(rule)
    results = {
        every_bit(NativeEngine(isa, threads).value_and_grad(rule, weights, batch, 6, wish, 0.3))
        for threads in (1, 2, 3, 7)
    }
    assert len(results) == 1


@pytest.mark.parametrize("isa", isas())
def test_concurrent_callers_get_the_same_result(isa):
    rule = Rule()
    batch, weights, engine = batch_of(rule, 40, 40), random_weights(rule), NativeEngine(isa, threads=2)
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
def test_forked_process_gets_its_own_threads():
    rule = Rule()
    here = NativeEngine(threads=2).grow(rule, random_weights(rule), batch_of(rule, 30, 30), 5).states.tobytes()
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=grow_in_child, args=(queue,))
    child.start()
    assert queue.get(timeout=60) == here
    child.join()


def test_cells_not_alive_are_perceived_once_then_erased():
    rule, weights = Rule(), random_weights(Rule())
    for seed in range(100):
        states = random_states(rule, 1, 12, 12, seed)
        states[..., 3] = np.where(np.random.default_rng(1).random(states.shape[:3]) < 0.02, 1, 0.05)
        batch = Batch(states, np.zeros(1, np.uint32), np.zeros(1, np.uint32))
        if clearance(rule, weights, batch, 4, 0.0) > CLEARANCE:
            break
    result, expected = (
        engine.value_and_grad(rule, weights, batch, 4, wish) for engine in (NativeEngine(), choose_engine("numpy"))
    )
    np.testing.assert_allclose(result.batch.states, expected.batch.states, atol=1e-6)
    np.testing.assert_allclose(result.states_gradient, expected.states_gradient, atol=1e-7)
    assert (expected.states_gradient[(states[..., 3] < 0.1) & (expected.batch.states == 0).all(-1)] != 0).any()


def test_cost_in_a_large_grid_depends_on_living_cells():
    rule, weights, engine = Rule(), random_weights(Rule(), scale=0), NativeEngine(threads=1)

    def seconds(height, width):
        # With the last layer zero nothing ever changes: a block of cells stays alive.
        states = np.zeros((1, height, width, 16), np.float32)
        states[0, 20:60, 20:60, 3] = 1
        batch = Batch(states, np.zeros(1, np.uint32), np.zeros(1, np.uint32))
        started = time.thread_time()  # of this thread, which does all the work, so that other programs do not count
        engine.grow(rule, weights._replace(update_bias=weights.update_bias * 0), batch, 1000)
        return time.thread_time() - started

    small, large = (min(seconds(*size) for _ in range(3)) for size in ((72, 72), (1024, 1024)))
    assert large < 4 * small


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"BLASTEMA_ISA": "z80"}, r"instruction set 'z80' \(BLASTEMA_ISA\) is not available; choose one of "),
        (
            {"BLASTEMA_THREADS": "many"},
            r"invalid thread count 'many' \(BLASTEMA_THREADS\); choose a whole number from 1 to",
        ),
        ({"BLASTEMA_THREADS": "0"}, r"invalid thread count '0'"),
    ],
)
def test_invalid_environment_is_refused(variables, says, monkeypatch):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BlastemaError, match=says):
        NativeEngine()


def test_environment_selects_isa_and_threads(monkeypatch):
    monkeypatch.setenv("BLASTEMA_ISA", isas()[-1])
    monkeypatch.setenv("BLASTEMA_THREADS", "1")
    assert (NativeEngine().isa, NativeEngine().threads) == (isas()[-1], 1)


def test_non_finite_states_are_refused():
    rule = Rule()
    batch = batch_of(rule, 6, 7)
    batch.states[1, 2, 3, 4] = np.nan
    with pytest.raises(BlastemaError, match="states must be finite; channel 4 of the cell at row 2, column 3 is nan"):
        NativeEngine().grow(rule, random_weights(rule), batch, 1)


def misaligned(shape):
    """Zeros at odd addresses, as in a file that was mapped into memory."""
    return np.zeros(4 * np.prod(shape) + 1, np.uint8)[1:].view(np.float32).reshape(shape)


def test_misaligned_arrays_give_the_same_result():
    rule = Rule(signals=("a", "b"))
    batch, weights = batch_of(rule, 9, 8, signals="mixture"), random_weights(rule)
    odd = []
    for array in (*batch, *weights):
        odd.append(misaligned(array.shape).view(array.dtype))
        odd[-1][...] = array
        assert not odd[-1].flags.aligned
    cotangent = misaligned(batch.states.shape)
    cotangent[...] = wish(batch.states)[1]
    engine = NativeEngine()
    expected = engine.value_and_grad(rule, weights, batch, 3, lambda states: (0.0, cotangent.copy()))
    result = engine.value_and_grad(rule, type(weights)(*odd[4:]), Batch(*odd[:4]), 3, lambda states: (0.0, cotangent))
    assert every_bit(result) == every_bit(expected)


def test_bands_without_living_cells():
    """Their lists are empty; the sanitizers check that nothing is copied from null."""
    rule, weights = Rule(), random_weights(Rule())
    states = np.zeros((1, 160, 40, 16), np.float32)
    states[0, 3:8, 3:8, 3:] = 1
    batch = Batch(states, np.zeros(1, np.uint32), np.zeros(1, np.uint32))
    result, expected = (
        engine.value_and_grad(rule, weights, batch, 3, wish) for engine in (NativeEngine(), choose_engine("numpy"))
    )
    np.testing.assert_allclose(result.batch.states, expected.batch.states, rtol=0, atol=1e-5)


def arguments(rule=None, **changes):
    """The arguments of `native_rollout`, by name. `signal_count` is the rule's number of signals."""
    rule = rule or Rule()
    batch = batch_of(rule, 6, 7, 2)
    values = {
        "isa": isas()[0], "threads": 2, "record": True, "channels": rule.channels, "hidden": rule.hidden,
        "kernels": kernels(rule.filters, 0.0), "rotation": (1.0, 0.0), "alive_threshold": 0.1,
        "fire_threshold": 2**23, "wrap": False, "signal_count": len(rule.signals),
        **random_weights(rule)._asdict(), **batch._asdict(),
    }  # fmt: skip
    return values | changes


def native_rollout(isa, threads, record, signal_count, **values):
    """Call the module itself, with all arguments by name."""
    weights, batch = (kind(*map(values.pop, kind._fields)) for kind in (Weights, Batch))
    return _native.Rollout(
        _native.RuleSpec(**values, signals=signal_count), weights, batch, isa=isa, threads=threads, record=record
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"states": np.zeros((2, 6, 7, 16))}, "states has shape (2, 6, 7, 16), another type; needed is contig"),
        ({"states": np.zeros((2, 6, 16), "f4")}, "states must have 4 axes"),
        ({"states": np.zeros((0, 6, 7, 16), "f4")}, "a batch of at least 1"),
        ({"states": np.zeros((2, 7, 6, 16), "f4").swapaxes(1, 2)}, "(2, 6, 7, 16), not contiguous; needed is contig"),
        ({"seeds": np.zeros(3, "u4")}, "seeds has shape (3,); needed is contiguous uint32 (2,)"),
        ({"hidden_weight": np.zeros((128, 48), "f4")}, "hidden_weight has shape (128, 48); needed"),
        ({"states": misaligned((2, 6, 7, 16))}, "(2, 6, 7, 16), not aligned; needed is contig"),
        ({"kernels": np.zeros((0, 3, 3), "f4")}, "needed are 1 to 1024 kernels, and 3 with a rotation"),
        ({"kernels": np.zeros((1025, 3, 3), "f4")}, "needed are 1 to 1024 kernels, and 3 with a rotation"),
        ({"kernels": np.float32(1)}, "needed are 1 to 1024 kernels, and 3 with a rotation"),
        ({"kernels": np.zeros((4, 3, 3), "f4")}, "and 3 with a rotation"),
        ({"kernels": np.zeros((3, 3, 2), "f4")}, "kernels has shape (3, 3, 2); needed is contig"),
        ({"kernels": np.zeros((4, 3, 3), "f4"), "rotation": None}, "hidden_weight has shape (48, 128); needed"),
        ({"channels": 0}, "channels must be 4 to 1024"),
        ({"threads": 0}, "threads must be 1 to 1024"),
        ({"isa": "z80"}, "no kernel for the instruction set z80 runs here"),
    ],
)
def test_module_refuses_invalid_values(changes, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        native_rollout(**arguments(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"states": None},
        {"seeds": None},
        {"update_bias": None},
        {"hidden_bias": 3},
        {"threads": "two"},
        {"fire_threshold": -1},
        {"kernels": 3},
        {"rotation": 1.0},
    ],
)
def test_module_refuses_invalid_types(changes):
    # Depending on nanobind's version, None in a tuple is refused by it or by the module.
    with pytest.raises(TypeError, match=r"incompatible function arguments|not None"):
        native_rollout(**arguments(**changes))


def test_rollout_runs_backward_once_if_recorded():
    gradients = Weights(*map(np.zeros_like, random_weights(Rule())))
    cotangent, result = np.ones((2, 6, 7, 16), np.float32), np.zeros((2, 6, 7, 16), np.float32)
    with pytest.raises(ValueError, match="no recorded steps"):
        native_rollout(**arguments(record=False)).backward(cotangent, gradients, result)
    rollout = native_rollout(**arguments())
    rollout.forward(2)
    with pytest.raises(ValueError, match="steps must be 0 or more"):
        rollout.forward(-1)
    with pytest.raises(TypeError, match=r"incompatible function arguments|not None"):
        rollout.backward(cotangent, gradients._replace(update_bias=None), result)
    with pytest.raises(TypeError, match="incompatible function arguments"):
        rollout.backward(cotangent, gradients[:3], result)
    rollout.backward(cotangent, gradients, result)
    assert result.any()
    with pytest.raises(ValueError, match="no recorded steps"):
        rollout.backward(cotangent, gradients, result)
    with pytest.raises(ValueError, match="gone backward already"):
        rollout.forward(1)


FUZZ = """
import sys, time
import numpy as np
from test_native_engine import arguments, native_rollout
from blastema.rule import Rule, Weights
from double_precision import batch_of
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
    rule = Rule(signals=("a", "b", "c")[: draw.integers(4)])
    kind = draw.choice(["mixture", "map"]) if rule.signals and draw.integers(3) else None
    values = arguments(rule, signals=batch_of(rule, 6, 7, 2, signals=kind).signals)
    for name in draw.choice(list(values), draw.integers(0, 3), replace=False):
        value = values[name]
        values[name] = mangled(value) if isinstance(value, np.ndarray) else odd[draw.integers(len(odd))]
    try:
        rollout = native_rollout(**values)
        rollout.forward(int(draw.integers(-1, 4)))
        states = np.array(values["states"], "f4")
        outputs = Weights(*(np.zeros_like(values[name]) for name in Weights._fields))
        if draw.integers(2): states = mangled(states)
        rollout.read_states(states)
        rollout.backward(states, outputs, np.zeros_like(states))
        ran += 1
    except (TypeError, ValueError):
        refused += 1
print(refused, ran)
"""


@pytest.mark.slow
def test_fuzzed_arguments_never_crash():
    """Twenty seconds of random invalid arguments: a crash would end the process with a signal."""
    seed = int(time.time())
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FUZZ, "20", str(seed)],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, f"seed {seed}: {run.stderr}"
    refused, ran = map(int, run.stdout.split())
    assert refused > 100
    assert ran > 100
