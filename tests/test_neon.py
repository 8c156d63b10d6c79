"""The engine's NEON kernel, cross-compiled and run by an emulator, against the kernel of this machine."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from blastema.engines.native_engine import NativeEngine
from blastema.rule import Rule, Weights, seed_batch
from blastema.rule.perception import ARTICLE_FILTERS, kernels
from blastema.rule.update import weight_shapes
from conftest import OWN_FILTER

COMPILER, EMULATOR = "aarch64-linux-gnu-g++", "qemu-aarch64"
ROOT = Path(__file__).parents[1]
FLAGS = [
    "-std=c++20", "-O3", "-ffp-contract=fast", "-fno-math-errno",
    "-Wall", "-Wextra", "-Werror", "-Wno-psabi", "-static", "-pthread",
]  # fmt: skip
DEFINITIONS = ["-DBLASTEMA_KERNEL=kernel_neon", '-DBLASTEMA_ISA="neon"', "-DBLASTEMA_LANES=4"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    missing = [name for name in (COMPILER, EMULATOR) if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed: {' and '.join(missing)} (Debian: g++-aarch64-linux-gnu, qemu-user)")
    path = tmp_path_factory.mktemp("neon") / "rollout"
    native = ROOT / "native"
    parts = ("grid", "isa", "isa_kernel", "rollout", "signal_biases", "posix/memory", "posix/thread_pool")
    sources = [ROOT / "tests/neon/rollout.cpp", *(native / f"{part}.cpp" for part in parts)]
    folders = [f"-I{native}", f"-I{native / 'posix'}"]
    subprocess.run([COMPILER, *FLAGS, *DEFINITIONS, *folders, *sources, "-o", path], check=True)
    return path


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    ("channels", "hidden", "height", "width", "edge", "filters", "kind"),
    [
        (16, 128, 40, 33, "dead", ARTICLE_FILTERS, "map"),
        (16, 128, 24, 20, "wrap", ARTICLE_FILTERS, None),
        (12, 72, 18, 30, "dead", ARTICLE_FILTERS, "mixture"),
        (20, 36, 16, 16, "wrap", ARTICLE_FILTERS, "map"),
        (12, 72, 18, 30, "wrap", ("laplacian", OWN_FILTER, "identity", "sobel_y"), None),
    ],
)
def test_neon_agrees_with_this_machine(
    program: Path,
    channels: int,
    hidden: int,
    height: int,
    width: int,
    edge: str,
    filters: tuple,
    kind: str | None,
    threads: int,
) -> None:
    signals = ("a", "b", "c") if kind else ()
    rule = Rule(channels=channels, hidden=hidden, edge=edge, filters=filters, signals=signals)  # type: ignore[arg-type]
    draw = np.random.default_rng(hidden)
    shapes = weight_shapes(rule.perception, hidden, channels, len(signals))
    weights = Weights(*(draw.normal(0, 0.1, shape).astype(np.float32) for shape in shapes))
    weights.update_bias[3] = 0.1  # they live
    steps = 24
    seeds = seed_batch([1, 2, 3], height, width, channels)
    if kind == "mixture":
        seeds = seeds._replace(signals=draw.dirichlet(np.ones(3), 3).astype(np.float32))
    elif kind == "map":
        seeds = seeds._replace(signals=draw.integers(3, size=(3, height, width), dtype=np.uint8))
    grown = NativeEngine().grow(rule, weights, seeds, 10)
    cotangent = draw.normal(size=grown.states.shape).astype(np.float32)
    ours = NativeEngine().value_and_grad(rule, weights, grown, steps, lambda states: (0.0, cotangent))

    unrolled = filters == ARTICLE_FILTERS
    sizes = [channels, hidden, len(filters), 3, height, width, steps, threads, edge == "wrap", unrolled]
    sizes += [len(signals), kind == "mixture", kind == "map"]
    given = [
        np.array(sizes, np.int32),
        kernels(rule.filters, 0.0),
        *weights,
        grown.states,
        cotangent,
        grown.seeds,
        grown.ages,
        *([] if grown.signals is None else [grown.signals]),
    ]
    output = subprocess.run(
        [EMULATOR, program], input=b"".join(part.tobytes() for part in given), capture_output=True, check=True
    ).stdout
    expected = [ours.batch.states, *ours.gradient, ours.states_gradient]
    numbers = np.split(np.frombuffer(output, np.float32), np.cumsum([part.size for part in expected])[:-1])
    assert np.any(ours.batch.states)
    for number, part in zip(numbers, expected, strict=True):
        if part.size == 0:  # of the signal bias, without signals
            continue
        # Of six million hidden units a few are so near zero that rounding decides whether they are active. Each moves
        # a gradient by about one part in sqrt(6e6), more than rounding does; an error in a kernel moves it by percents.
        assert np.linalg.norm(number - part.ravel()) < 2e-3 * np.linalg.norm(part)
