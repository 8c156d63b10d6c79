"""How much trouble a swarm bears: its loss when grown and when half of it restarted, against each kind of trouble."""

import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self, TypedDict

import numpy as np

from blastema.analysis.report import Section
from blastema.analysis.subject import log_of, seeds_for
from blastema.damage import DAMAGES
from blastema.loss import COLOURS, rgba_channels
from blastema.machine import cores
from blastema.quantisation.integer_cell import IntegerCell
from blastema.swarm import TROUBLES, Swarm, Troubles

# Average waits of growth, and after the restart.
WAITS = 300
# Swarms for each value of a trouble.
SWARMS = 3
# A swarm breaks where its median loss is above this, see `analysis.report.EXAMPLES`.
BREAKS_ABOVE = -3.0
RESTARTED = "right"
GROWN, REGROWN = "grown", f"{RESTARTED} half restarted"


class SwarmScores(TypedDict):
    """Medians of log10 of the loss at one value of a trouble."""

    value: float
    grown: float
    restarted: float


class TroubleScores(TypedDict):
    """One kind of trouble; `breaks_at` is the first value measured at which a median is too large, if there is one."""

    values: list[SwarmScores]
    breaks_at: float | None


class SwarmReport(TypedDict):
    """What `blastema swarm --report --json` writes."""

    waits: int
    swarms: int
    breaks_above: float
    without: SwarmScores
    troubles: dict[str, TroubleScores]


def log_loss(swarm: Swarm, target: np.ndarray) -> float:
    """Return log10 of the loss, averaged over the cells that run; over all cells if none does."""
    running = swarm.running
    return float(log_of(np.mean((rgba_channels(swarm.state) - target)[running if running.any() else ~running] ** 2)))


def placed(target: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return a target in a grid of another size, with its seed cell in the middle; what lies outside is cut off."""
    rows, columns = (
        np.arange(side) - side // 2 + own // 2 for side, own in zip((height, width), target.shape[:2], strict=True)
    )
    inside = (np.isin(side, np.arange(own)) for side, own in zip((rows, columns), target.shape[:2], strict=True))
    grid, (down, across) = np.zeros((height, width, COLOURS), np.float32), inside
    grid[np.ix_(down, across)] = target[np.ix_(rows[down], columns[across])]
    return grid


def measure(
    numbers: IntegerCell,
    target: np.ndarray,
    seed: int = 0,
    swarms: int = SWARMS,
    waits: int = WAITS,
    kinds: Collection[str] = tuple(TROUBLES),
    progress: Callable[[str], None] = lambda _: None,
) -> SwarmReport:
    """Measure swarms with each kind of trouble, each by itself; the same seed gives the same report.

    Args:
        numbers: of the organism, see `blastema.swarm.numbers_of`.
        target: float32 `(height, width, 4)`; swarms have this size.
        seed: determines the seeds of the swarms.
        swarms: how many for each value.
        waits: average waits of growth, and after the restart.
        kinds: names of the troubles.
        progress: called with the name of what is measured next.
    """
    cases = [("", 0.0), *((name, value) for name in kinds for value in TROUBLES[name].measured)]
    with _Swarms(numbers, target, waits) as begun:
        work = {case: begun.submit(_only(*case), seed, swarms) for case in cases}
        scores = [_scores(case, futures, progress) for case, futures in work.items()]
    by_name = {name: [score for case, score in zip(cases, scores, strict=True) if case[0] == name] for name in kinds}
    return {
        "waits": waits,
        "swarms": swarms,
        "breaks_above": BREAKS_ABOVE,
        "without": scores[0],
        "troubles": {name: {"values": values, "breaks_at": breaks_at(values)} for name, values in by_name.items()},
    }


def measure_cut(
    numbers: IntegerCell,
    target: np.ndarray,
    troubles: Troubles = Troubles(),  # noqa: B008
    seed: int = 0,
    swarms: int = SWARMS,
    waits: int = WAITS,
    cut: str = RESTARTED,
) -> np.ndarray:
    """Return log10 of the loss of swarms when they are grown, and so many waits after a cut, `(swarms, 2)`.

    Args:
        numbers, target, seed, swarms, waits: as for `measure`.
        troubles: what goes wrong, all at once.
        cut: damage by name; the cells in it restart.
    """
    with _Swarms(numbers, target, waits) as begun:
        return np.array([future.result() for future in begun.submit(troubles, seed, swarms, cut)])


def _only(name: str, value: float) -> Troubles:
    return Troubles(**{name: value}) if name else Troubles()


class _Swarms:
    """Swarms of an organism that are measured, as many at a time as there are cores; Ctrl-C ends them, too."""

    def __init__(self, numbers: IntegerCell, target: np.ndarray, waits: int) -> None:
        self._numbers, self._target, self._waits = numbers, target, waits
        self._pool, self._stop = ThreadPoolExecutor(cores()), threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)

    def submit(
        self, troubles: Troubles, seed: int, swarms: int, cut: str = RESTARTED
    ) -> list[Future[tuple[float, float]]]:
        """Begin to measure swarms."""
        return [self._pool.submit(self._losses, troubles, each, cut) for each in seeds_for(swarms, seed).tolist()]

    def _losses(self, troubles: Troubles, seed: int, cut: str) -> tuple[float, float]:
        """Return log10 of the loss of a swarm when it is grown, and so many waits after a cut."""
        height, width = self._target.shape[:2]
        swarm = Swarm(self._numbers, seed, height, width, troubles)
        grown = self._run(swarm)
        swarm.restart(DAMAGES[cut].mask(np.random.default_rng(0), height, width))
        return grown, self._run(swarm)

    def _run(self, swarm: Swarm) -> float:
        for _ in range(self._waits):
            if not self._stop.is_set():
                swarm.run()
        return log_loss(swarm, self._target)


def _scores(
    case: tuple[str, float], futures: list[Future[tuple[float, float]]], progress: Callable[[str], None]
) -> SwarmScores:
    name, value = case
    progress(f"{TROUBLES[name].title.lower()}: {value:g}" if name else "swarms without trouble")
    grown, restarted = np.median([future.result() for future in futures], axis=0).round(4).tolist()
    return {"value": value, "grown": grown, "restarted": restarted}


def breaks_at(scores: list[SwarmScores]) -> float | None:
    """Return the first value at which a swarm breaks, grown or restarted, or None."""
    return next((each["value"] for each in scores if max(each["grown"], each["restarted"]) > BREAKS_ABOVE), None)


def swarm_sections(report: SwarmReport) -> Iterator[Section]:
    """Yield a table for each kind of trouble."""
    for name, trouble in report["troubles"].items():
        scores = [report["without"], *trouble["values"]]
        end = trouble["breaks_at"]
        yield Section(
            f"{TROUBLES[name].title} · {'does not break' if end is None else f'breaks at {end:g}'}",
            [f"{each['value']:g}" for each in scores],
            {GROWN: [each["grown"] for each in scores], REGROWN: [each["restarted"] for each in scores]},
        )
