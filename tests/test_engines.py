"""One rule, several engines: gradients are compared with double precision, and engines with each other."""

import os
import re
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema.engines import choose_engine
from blastema.errors import BlastemaError
from blastema.rule import Batch, Rule, fires, seed_batch
from conftest import OWN_FILTER, random_weights
from double_precision import assert_close, batch_of, judged, wish

NATIVE, NUMPY, JAX = (choose_engine(name) for name in ("native", "numpy", "jax"))
RULES = [
    Rule(),
    Rule(edge="wrap"),
    Rule(
        channels=8,
        hidden=20,
        filters=("identity", "laplacian", "sobel_x", "sobel_y"),
        fire_rate=0.7,
        alive_threshold=0.2,
    ),
]
IDS = ["dead", "wrap", "narrow"]


@pytest.mark.parametrize("rule", RULES, ids=IDS)
@pytest.mark.parametrize("angle", [0.0, 0.9, -2.5])
@pytest.mark.parametrize("size", [(9, 9), (7, 12), (1, 5)])
def test_engines_agree_after_ten_steps(rule, angle, size):
    batch, weights = batch_of(rule, *size), random_weights(rule)
    expected, *results = (engine.grow(rule, weights, batch, 10, angle) for engine in (NUMPY, JAX, NATIVE))
    for result in results:
        np.testing.assert_allclose(expected.states, result.states, rtol=0, atol=1e-5)
        assert np.array_equal(expected.ages, result.ages)


@pytest.mark.slow
@pytest.mark.parametrize("angle", [0.0, 0.9])
@pytest.mark.parametrize("edge", ["dead", "wrap"])
def test_custom_filter_grows_and_trains(angle, edge):
    rule = Rule(channels=8, hidden=20, filters=(OWN_FILTER, "identity", "laplacian", "sobel_y"), edge=edge)
    weights, batch, expected = judged(rule, 6, 11, 12, angle)
    one, *others = (engine.grow(rule, weights, batch, 10, angle) for engine in (NUMPY, JAX, NATIVE))
    for other in others:
        np.testing.assert_allclose(one.states, other.states, rtol=0, atol=1e-5)
    for engine in (NUMPY, JAX, NATIVE):
        assert_close(engine.value_and_grad(rule, weights, batch, 12, wish, angle), expected)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_fire_masks_are_equal_bit_for_bit(seed, age, rate):
    seeds, ages = np.array([seed, 1], np.uint32), np.array([age, 2], np.uint32)
    compiled = jax.jit(fires, static_argnums=(2, 3, 4))
    assert np.array_equal(
        fires(seeds, ages, 17, 30, rate), compiled(jnp.asarray(seeds), jnp.asarray(ages), 17, 30, rate)
    )


@pytest.mark.parametrize("rule", RULES, ids=IDS)
@pytest.mark.parametrize("angle", [pytest.param(0.0, marks=pytest.mark.slow), 0.9, -2.5])
@pytest.mark.parametrize("size", [pytest.param((8, 8), marks=pytest.mark.slow), (6, 11)])
def test_gradients_agree_with_double_precision(rule, angle, size):
    weights, batch, expected = judged(rule, *size, 12, angle)
    for engine in (NUMPY, JAX, NATIVE):
        assert_close(engine.value_and_grad(rule, weights, batch, 12, wish, angle), expected)


@pytest.mark.parametrize("engine", [NATIVE, NUMPY, pytest.param(JAX, marks=pytest.mark.slow)])
def test_a_rollout_can_be_split(engine):
    rule = RULES[1]
    weights, batch, whole = judged(rule, 8, 9, 20, 0.0)
    middle = engine.grow(rule, weights, batch, 8)
    late = engine.value_and_grad(rule, weights, middle, 12, wish)
    early = engine.value_and_grad(rule, weights, batch, 8, lambda _: (0.0, late.states_gradient))
    sums = [first + second for first, second in zip(early.gradient, late.gradient, strict=True)]
    assert_close(late._replace(gradient=sums, states_gradient=early.states_gradient), whole)


@pytest.mark.parametrize("engine", [NATIVE, NUMPY, JAX], ids=lambda engine: engine.name)
def test_arguments_are_not_written_to(engine):
    rule = Rule()
    batch, weights = batch_of(rule, 6, 6), random_weights(rule)
    copies = [array.copy() for array in (*batch[:3], *weights)]
    engine.grow(rule, weights, batch, 3)
    engine.value_and_grad(rule, weights, batch, 3, wish)
    assert all(np.array_equal(*pair) for pair in zip(copies, (*batch[:3], *weights), strict=True))


@pytest.mark.parametrize("engine", [NATIVE, NUMPY, JAX], ids=lambda engine: engine.name)
@pytest.mark.parametrize("steps", [0, 2])
def test_results_share_no_memory_with_arguments(engine, steps):
    rule = Rule()
    batch, weights = batch_of(rule, 6, 6), random_weights(rule)
    grown = engine.grow(rule, weights, batch, steps)
    gradient = np.ones_like(batch.states)
    result = engine.value_and_grad(rule, weights, batch, steps, lambda _: (0.0, gradient))
    returned = (*grown[:3], *result.batch[:3], *result.gradient, result.states_gradient)
    assert not any(np.shares_memory(array, given) for array in returned for given in (*batch[:3], *weights, gradient))


def test_importing_the_jax_engine_does_not_start_jax():
    program = (
        "import blastema.engines.jax_engine\n"
        "from jax._src import xla_bridge\n"
        "assert not xla_bridge.backends_are_initialized()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("engine", [NATIVE, NUMPY, JAX], ids=lambda engine: engine.name)
def test_zero_steps_change_nothing(engine):
    rule = Rule()
    batch, weights = batch_of(rule, 5, 6), random_weights(rule)
    assert np.array_equal(engine.grow(rule, weights, batch, 0).states, batch.states)
    result = engine.value_and_grad(rule, weights, batch, 0, wish)
    assert not any(tensor.any() for tensor in result.gradient)


@pytest.mark.parametrize("engine", [NATIVE, NUMPY, JAX], ids=lambda engine: engine.name)
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda b: b._replace(states=b.states[0]),
            "states have shape (6, 6, 16); this rule needs (batch, height, width, 16)",
        ),
        (lambda b: b._replace(states=b.states[..., :8]), "states have shape (3, 6, 6, 8)"),
        (lambda b: b._replace(states=b.states[:0]), "with a batch of at least 1"),
        (lambda b: b._replace(states=b.states[:, :0]), "grids of 1x1 to 65536x65536"),
        (lambda b: b._replace(seeds=b.seeds[:2]), "states have a batch of 3, seeds shape (2,), ages shape (3,)"),
    ],
)
def test_mismatched_shapes_are_refused(engine, change, says):
    rule = Rule()
    with pytest.raises(BlastemaError) as refused:
        engine.grow(rule, random_weights(rule), change(batch_of(rule, 6, 6)), 1)
    assert says in str(refused.value)


def changed_batch(**changes):
    return lambda: {"batch": batch_of(Rule(), 6, 6)._replace(**changes)}


ONE = np.ones((3, 6, 6, 16), np.float32)
BAD_ARGUMENTS = {
    "states of none": (changed_batch(states=None), "states must be an array of float32, not a NoneType"),
    "ragged states": (changed_batch(states=[[1], [1, 2]]), "states must be an array of float32, not a list"),
    "whole states": (
        changed_batch(states=ONE.astype(np.uint8)),
        "states must be an array of float32, not an array of uint8",
    ),
    "complex states": (changed_batch(states=ONE * 1j), "states must be an array of float32, not an array of complex64"),
    "infinite states": (changed_batch(states=ONE * np.inf), "states must be finite; channel 0 of the cell at row 0"),
    "states beyond float32": (changed_batch(states=ONE * np.float64(1e300)), "column 0 is inf"),
    "float seeds": (changed_batch(seeds=np.ones(3)), "seeds must be whole numbers from 0 to 4294967295"),
    "negative seeds": (changed_batch(seeds=[-1, 0, 1]), "seeds must be whole numbers"),
    "large seeds": (changed_batch(seeds=[2**40, 0, 1]), "seeds must be whole numbers"),
    "huge seeds": (changed_batch(seeds=[2**70, 0, 1]), "seeds must be whole numbers"),
    "float ages": (changed_batch(ages=np.ones(3)), "ages must be whole numbers from 0 to 4294967295"),
    "ages near the end": (changed_batch(ages=[2**32 - 1, 0, 0]), "ages end at 4294967295; take at most 0"),
    "negative steps": (lambda: {"steps": -1}, "steps is -1; it must be a whole number, 0 or more"),
    "half steps": (lambda: {"steps": 2.5}, "steps is 2.5; it must be"),
    "steps in letters": (lambda: {"steps": "3"}, "steps is '3'; it must be"),
    "steps without end": (lambda: {"steps": 2**63}, "steps are too many: ages end at 4294967295; take at most"),
    "no angle": (lambda: {"angle": None}, "angle must be a finite number (radians), not None"),
    "angle of nan": (lambda: {"angle": np.nan}, "angle must be a finite number (radians), not nan"),
    "infinite angle": (lambda: {"angle": np.float32(np.inf)}, "angle must be a finite number"),
    "angle beyond floats": (lambda: {"angle": 10**400}, "angle must be a finite number"),
    "no rule": (lambda: {"rule": None}, "a blastema.rule.Rule is needed, not a NoneType"),
    "a plain tuple": (
        lambda: {"batch": tuple(batch_of(Rule(), 6, 6))},
        "a blastema.rule.Batch is needed, not a tuple",
    ),
    "weights in letters": (
        lambda: {"weights": random_weights(Rule())._replace(hidden_bias=["a"] * 128)},
        "hidden_bias must be an array of float32, not an array of <U1",
    ),
}
BAD_LOSSES = {
    "not a function": (3, "the loss must be a function of the final states, not 3"),
    "none": (lambda _: None, "the loss returned a NoneType; it must return two things: its value"),
    "a number": (lambda _: 1.0, "the loss returned a float; it must return two things"),
    "three things": (lambda states: (1.0, states, states), "the loss returned a tuple"),
    "a value in letters": (lambda states: ("x", states), "the loss returned 'x' as its value; it must be one number"),
    "several values": (lambda states: (np.ones(3), states), "as its value; it must be one number"),
    "no gradient": (
        lambda _: (1.0, None),
        "the gradient that the loss returned must be an array of float32, not a NoneType",
    ),
    "a complex gradient": (
        lambda states: (1.0, states * 1j),
        "the gradient that the loss returned must be an array of float32, not an array of complex64",
    ),
    "another shape": (lambda _: (0.0, np.zeros(2)), "the loss returned a gradient of shape (2,) for states of"),
}


def defaults():
    return {"rule": Rule(), "weights": random_weights(Rule()), "batch": batch_of(Rule(), 6, 6), "steps": 1}


@pytest.mark.parametrize("engine", [NATIVE, NUMPY, JAX], ids=lambda engine: engine.name)
@pytest.mark.parametrize("case", BAD_ARGUMENTS)
def test_invalid_arguments_are_refused_in_one_line(engine, case):
    changes, says = BAD_ARGUMENTS[case]
    with pytest.raises(BlastemaError, match=re.escape(says)):
        engine.grow(**defaults() | changes())
    with pytest.raises(BlastemaError, match=re.escape(says)):
        engine.value_and_grad(**defaults() | {"loss": lambda states: (0.0, states)} | changes())


@pytest.mark.parametrize("engine", [NATIVE, NUMPY, JAX], ids=lambda engine: engine.name)
@pytest.mark.parametrize("case", BAD_LOSSES)
def test_invalid_result_of_a_loss_is_refused_in_one_line(engine, case):
    loss, says = BAD_LOSSES[case]
    with pytest.raises(BlastemaError, match=re.escape(says)):
        engine.value_and_grad(**defaults(), loss=loss)


@pytest.mark.parametrize("engine", [NATIVE, NUMPY, JAX], ids=lambda engine: engine.name)
def test_lists_doubles_and_64_bit_seeds_are_converted(engine):
    batch = batch_of(Rule(), 6, 6)
    converted = Batch(batch.states.astype(float), batch.seeds.tolist(), batch.ages.astype(np.int64))
    grown = engine.grow(**defaults() | {"batch": converted, "steps": np.int64(2), "angle": np.float32(0.5)})
    assert np.array_equal(grown.states, engine.grow(**defaults() | {"steps": 2, "angle": 0.5}).states)


@pytest.mark.parametrize("engine", [NATIVE, NUMPY, JAX], ids=lambda engine: engine.name)
def test_non_finite_weights_are_refused(engine):
    rule = Rule()
    weights = random_weights(rule)
    weights.update_weight[3, 4] = np.inf
    with pytest.raises(BlastemaError, match="update_weight has numbers that are not finite"):
        engine.grow(rule, weights, batch_of(rule, 6, 6), 1)


@pytest.mark.parametrize(
    ("seeds", "size", "says"),
    [
        (5, (5, 5), "seeds must be a list of whole numbers, one per grid, not 5"),
        ([1.5], (5, 5), "seeds must be whole numbers from 0 to 4294967295, not [1.5]"),
        ([-1], (5, 5), "seeds must be whole numbers"),
        ([1], (0, 5), "a grid needs 1x1 to 65536x65536 cells of at least 4 channels (RGB and alpha), not 5x0 of 16"),
        ([1], (5.5, 5), "not 5x5.5 of 16"),
        ([1], (2**40, 5), "a grid needs 1x1 to 65536x65536 cells"),
    ],
)
def test_invalid_seeds_and_sizes_are_refused(seeds, size, says):
    with pytest.raises(BlastemaError, match=re.escape(says)):
        seed_batch(seeds, *size)


def test_a_grid_larger_than_memory_raises_memory_error_and_blastema_error():
    with pytest.raises(MemoryError, match=r"100000 x 65536x65536 cells need 27487790.7 GB of memory") as refused:
        seed_batch([1] * 100_000, 65536, 65536)
    assert isinstance(refused.value, BlastemaError)


def test_an_unknown_engine_is_refused_by_name():
    with pytest.raises(BlastemaError, match=r"there is no engine 'cuda'; choose one of native, numpy, jax"):
        choose_engine("cuda")


FINGERPRINT = """
import hashlib, os, sys, numpy as np
if sys.argv[2] == "1" and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from blastema.engines import choose_engine
from blastema.rule import Rule, initial_weights, seed_batch
draw = np.random.default_rng(0)
weights = initial_weights(draw)._replace(update_weight=draw.normal(size=(128, 16)).astype("f4") * 0.02)
batch = seed_batch([1, 2, 3, 4], 40, 40)
batch = choose_engine("numpy").grow(Rule(), weights, batch, 30)
def loss(states):
    return float((states**2).sum()), 2 * states
result = choose_engine(sys.argv[1]).value_and_grad(Rule(), weights, batch, 20, loss)
print(hashlib.sha256(b"".join(t.tobytes() for t in (*result.gradient, result.batch.states))).hexdigest())
"""


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["native", "numpy", "jax"])
def test_results_are_equal_bit_for_bit_for_any_number_of_threads(engine):
    fingerprints = {
        subprocess.run(
            [sys.executable, "-c", FINGERPRINT, engine, threads],
            env=os.environ | {"OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2", "3")
    }
    assert len(fingerprints) == 1


INTERRUPTED = """
import os, signal, sys, threading, time
import numpy as np
from blastema.engines import choose_engine
from blastema.rule import Batch, Rule, initial_weights, seed_batch
engine, rule, weights = choose_engine(sys.argv[1]), Rule(), initial_weights(np.random.default_rng(0))
weights.update_bias[3] = 0.01
batch = seed_batch([1, 2], 200, 200)._replace(states=np.full((2, 200, 200, 16), 0.2, np.float32))
engine.grow(rule, weights, batch, 1)
def loss(states):
    return 0.0, states
def loss_then_signal(states):
    threading.Timer(0.1, send).start()
    return loss(states)
def send():
    sent.append(time.perf_counter())
    os.kill(os.getpid(), signal.SIGINT)
def latency(work):
    try:
        work()
    except KeyboardInterrupt:
        return time.perf_counter() - sent.pop()
    raise SystemExit("not interrupted")
sent = []
engine.value_and_grad(rule, weights, batch, 2, loss)  # compiled, where an engine compiles
grow = latency(lambda: (threading.Timer(0.5, send).start(), engine.grow(rule, weights, batch, 2**32 - 1)))
backward = latency(lambda: engine.value_and_grad(rule, weights, batch, 2, loss_then_signal))
print(grow, backward, flush=True)
os._exit(0)  # do not wait for the call in progress on the device
"""


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["numpy", "jax"])
def test_ctrl_c_ends_a_call_of_every_engine(engine):
    """The native engine has its own test, with a tighter limit."""
    done = subprocess.run([sys.executable, "-c", INTERRUPTED, engine], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr + done.stdout
    # A step of the NumPy engine takes a fifth of a second here; the rest is room for a loaded machine.
    assert max(map(float, done.stdout.split())) < 3
