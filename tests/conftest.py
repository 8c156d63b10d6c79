"""Shared by several tests: the article's files, organisms, and the command line."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

import blastema as package
import blastema.formats
from blastema.cli.main import main
from blastema.rule import Filter, Rule, Weights
from blastema.rule.update import weight_shapes

# Background jobs of a shell ignore SIGINT, and the programs that tests start would inherit that.
for name, usual in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
        signal.signal(getattr(signal, name), usual)

# Programs that tests start; they read their arguments when they are imported.
collect_ignore = ["on_devices.py"]

SHARED = Path(__file__).resolve().parents[2] / "shared"


def use_native_module(folder: Path) -> None:
    """Use the native module built with sanitizers in this folder, instead of the installed one."""
    (path,) = folder.glob("_native.*.so")
    spec = importlib.util.spec_from_file_location("blastema._native", path)
    sys.modules["blastema._native"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    package._native = module


if "BLASTEMA_NATIVE" in os.environ:
    use_native_module(Path(os.environ["BLASTEMA_NATIVE"]))

# The same examples each time, so that results are reproducible; no deadlines, since machines differ.
settings.register_profile("blastema", deadline=None, derandomize=True, max_examples=25)
settings.load_profile("blastema")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport]:
    """In continuous integration, fail a test that would be skipped because something is not installed."""
    report = yield
    if report.skipped and "CI" in os.environ and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        if "not here: " not in reason:
            report.outcome, report.longrepr = "failed", f"Continuous integration must run this test. {reason}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what was not run and why, in a few lines."""
    skipped = Counter(
        re.sub("^Skipped: ", "", report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])
    )
    if skipped:
        terminalreporter.section("not run; Blastema does not need any of it")
        for reason, count in sorted(skipped.items()):
            terminalreporter.line(f"{count:4} {reason}")


@pytest.fixture(scope="session")
def published() -> Path:
    """Return the folder with the article's published models, which is not part of the project."""
    folder = SHARED / "distill-models"
    if not folder.is_dir():
        pytest.skip(
            "not here: the article's published models are not part of the project (a folder "
            "shared/distill-models beside it)"
        )
    return folder


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """Keep the user's cache out of the tests, and the tests out of it; they share one among themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def lizard_cell(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the program of a cell of the lizard; its weights take seconds to round."""
    folder = tmp_path_factory.mktemp("firmware") / "lizard"
    package.formats.export(package.load("🦎"), "cell", folder)
    return folder


# A custom filter that depends on the angle.
OWN_FILTER = Filter(
    "own",
    fixed=((0.1, 0, -0.2), (0, 0.3, 0), (0, 0, 0)),
    along=((0, 0.5, 0), (0, 0, 0), (0, -0.5, 0.1)),
    across=((0, 0, 0), (0.4, 0, -0.4), (0, 0.2, 0)),
)


def random_weights(rule: Rule, seed: int = 0, scale: float = 0.1) -> Weights:
    """Return weights that change a state noticeably in a step, without exploding in ten steps."""
    draw = np.random.default_rng(seed)
    shapes = weight_shapes(rule.perception, rule.hidden, rule.channels, len(rule.signals))
    sizes = (0.3, 0.1, scale / np.sqrt(rule.hidden), 0.01, 0.3)
    return Weights(
        *((draw.normal(size=shape) * size).astype(np.float32) for shape, size in zip(shapes, sizes, strict=True))
    )


def random_states(rule: Rule, batch: int, height: int, width: int, seed: int = 0) -> np.ndarray:
    """Return states in which about half of the cells are nonzero."""
    draw = np.random.default_rng(seed)
    states = draw.uniform(-0.2, 1, (batch, height, width, rule.channels))
    return (states * (draw.random((batch, height, width, 1)) < 0.5)).astype(np.float32)


def signal_shares(signals: np.ndarray, count: int) -> np.ndarray:
    """Return a mixture or map as other programs take it: the weights of the signals, (batch, height, width, signal)."""
    return signals[:, None, None, :] if signals.ndim == 2 else np.eye(count, dtype=np.float32)[signals]


def blastema(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user would."""
    environment = os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"} | variables
    return subprocess.run(
        [sys.executable, "-m", "blastema", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@pytest.fixture
def refusal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command in this process; return the one line with which it refuses, before it writes anything."""

    def run(*arguments: str, cwd: Path) -> str:
        monkeypatch.chdir(cwd)
        before = {path: path.lstat().st_mtime_ns for path in cwd.rglob("*")}
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        printed = capsys.readouterr()
        assert stopped.value.code == 2
        assert printed.out == ""
        assert re.fullmatch(r"blastema: [^\n]+\n", printed.err)
        assert {path: path.lstat().st_mtime_ns for path in cwd.rglob("*")} == before
        return printed.err

    return run


OTHER_PROGRAMS = Path(__file__).parent / "formats"


@pytest.fixture(scope="session")
def node():
    """Return a function that runs a script of tests/formats in node, with its npm packages and a browser."""
    missing = [name for name in ("node", "chromium") if not shutil.which(name)]
    if not (OTHER_PROGRAMS / "node_modules").is_dir():
        missing.append("tests/formats/node_modules (make other-programs)")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}, to try organisms in other programs")

    def run(script: str, *arguments: str | Path) -> str:
        command = ["node", script, *map(str, arguments)]
        done = subprocess.run(command, cwd=OTHER_PROGRAMS, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
