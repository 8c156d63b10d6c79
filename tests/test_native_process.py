"""The native engine within its process: too little memory, Ctrl-C, the end of the interpreter."""

import subprocess
import sys

import pytest

# A grid in which every cell lives, so that a step needs as much memory and time as it ever can.
OVERGROWN = """
import os, sys, threading, time
import numpy as np
from blastema.engines.native_engine import NativeEngine
from blastema.rule import Batch, Rule, initial_weights
rule, weights = Rule(), initial_weights(np.random.default_rng(0))
weights.update_bias[3] = 0.01
def overgrown(count, side):
    states = np.full((count, side, side, 16), 0.2, np.float32)
    return Batch(states, np.arange(count, dtype=np.uint32), np.zeros(count, np.uint32))
def loss(states):
    return 0.0, states
"""

LADDER = """
import resource
large, single, small = overgrown(4, 64), overgrown(1, 128), overgrown(2, 16)
expected = NativeEngine(threads=1).value_and_grad(rule, weights, small, 3, loss).gradient.hidden_weight
failed = succeeded = 0
def attempt(work):
    global failed, succeeded
    try:
        work()
        succeeded += 1
    except MemoryError:
        failed += 1
for megabytes in map(float, sys.argv[2:]):
    engine = NativeEngine(threads=int(sys.argv[1]))
    used = int(open("/proc/self/statm").read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + int(megabytes * 2**20), resource.RLIM_INFINITY))
    for batch in (large, single):
        attempt(lambda: engine.grow(rule, weights, batch, 12))
        attempt(lambda: engine.value_and_grad(rule, weights, batch, 12, loss))
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    gradient = engine.value_and_grad(rule, weights, small, 3, loss).gradient.hidden_weight
    assert np.array_equal(gradient, expected), megabytes
print(failed, succeeded)
"""


def run(*parts: str, arguments: tuple[object, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "".join(parts), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


@pytest.mark.skipif(
    not sys.platform.startswith("linux"),
    reason="not here: only Linux limits the memory of a process in this way",
)
@pytest.mark.parametrize(
    ("threads", "megabytes"),
    [
        (1, (1, 32)),
        (2, (1, 16, 64)),
        *(pytest.param(threads, tuple(1.3**i for i in range(22)), marks=pytest.mark.slow) for threads in (1, 2, 8)),
    ],
)
def test_too_little_memory_is_a_memory_error_and_the_next_call_works(threads, megabytes):
    done = run(OVERGROWN, LADDER, arguments=(threads, *megabytes))
    assert done.returncode == 0, (done.returncode, done.stderr)
    failed, succeeded = map(int, done.stdout.split())
    assert failed
    assert succeeded


INTERRUPTS = """
import signal
engine, batch = NativeEngine(threads=int(sys.argv[1])), overgrown(1, 512)
def interrupted(work, when=lambda: None):
    try:
        when()
        work()
    except KeyboardInterrupt:
        return time.process_time() - sent[0]
    raise SystemExit("it was not interrupted")
sent = [0]
def send():
    sent[0] = time.process_time()
    os.kill(os.getpid(), signal.SIGINT)
def soon():
    threading.Timer(0.2, send).start()
def loss_then_signal(states):
    soon()
    return 0.0, states
grow = interrupted(lambda: engine.grow(rule, weights, batch, 2**32 - 1), soon)
forward = interrupted(lambda: engine.value_and_grad(rule, weights, batch, 200, loss), soon)
backward = interrupted(lambda: engine.value_and_grad(rule, weights, batch, 8, loss_then_signal))
engine.value_and_grad(rule, weights, overgrown(1, 32), 2, loss)
print(grow, forward, backward)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="not here: Ctrl-C is sent as a signal")
@pytest.mark.parametrize("threads", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_ctrl_c_ends_a_call_within_a_second(threads):
    done = run(OVERGROWN, INTERRUPTS, arguments=(threads,))
    assert done.returncode == 0, done.stderr + done.stdout
    # In processor time, so that other programs on the machine do not count.
    assert max(map(float, done.stdout.split())) < 0.5 * threads


HANDLED = """
import signal
noted = []
signal.signal(signal.SIGINT, lambda *_: noted.append(1))
engine, batch = NativeEngine(threads=2), overgrown(1, 128)
expected = engine.value_and_grad(rule, weights, batch, 60, loss).gradient.hidden_weight
threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
while not noted:
    assert np.array_equal(engine.value_and_grad(rule, weights, batch, 60, loss).gradient.hidden_weight, expected)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="not here: Ctrl-C is sent as a signal")
def test_a_signal_whose_handler_returns_does_not_end_a_call():
    done = run(OVERGROWN, HANDLED)
    assert done.returncode == 0, done.stderr


DAEMON = """
engine, batch = NativeEngine(threads=2), overgrown(2, 40)
def work():
    while True:
        engine.value_and_grad(rule, weights, batch, int(sys.argv[1]), loss)
for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.2)
"""


@pytest.mark.parametrize("steps", [1, 40])
def test_the_interpreter_ends_while_daemon_threads_compute(steps):
    done = run(OVERGROWN, DAEMON, arguments=(steps,))
    assert (done.returncode, done.stderr) == (0, "")
