"""What goes wrong in a swarm. Each kind is declared once, in `TROUBLES`."""

from typing import NamedTuple

from blastema.quantisation.integer_cell import LARGEST_BYTE

# As CELL_TICKS in cell.h: ticks of an average wait.
TICKS = 256
# Average waits in which cells are added.
ADDED_WITHIN = 100


class Trouble(NamedTuple):
    """A kind of trouble.

    Attributes:
        name: field of `Troubles`, and flag of `blastema swarm`.
        sentence: description for help texts.
        title: heading of its table in the report.
        largest: value allowed; the least is 0, which means none.
        measured: values in the report, ascending.
    """

    name: str
    sentence: str
    title: str
    largest: float
    measured: tuple[float, ...]


TROUBLES = {
    trouble.name: trouble
    for trouble in (
        Trouble(
            "delay",
            "each message arrives after a random time of up to this many average waits",
            "Delay of messages, up to so many average waits",
            10.0,
            (0.25, 0.5, 1.0),
        ),
        Trouble("lost", "share of the messages that are lost", "Share of messages lost", 1.0, (0.1, 0.3, 0.5)),
        Trouble(
            "corrupted",
            "share of the messages that arrive with one wrong bit",
            "Share of messages with a wrong bit",
            1.0,
            (0.1, 0.3, 0.5),
        ),
        Trouble(
            "noise",
            "standard deviation of a random error of each number that a cell receives, as a share of the largest one",
            "Noise of the numbers that a cell receives",
            1.0,
            (0.01, 0.03, 0.1),
        ),
        Trouble(
            "drift",
            "clocks run faster or slower by up to this share",
            "Clocks differ by up to this share",
            0.9,
            (0.3, 0.6, 0.9),
        ),
        Trouble(
            "silent",
            "share of the cells that are silent from the start",
            "Share of cells that are silent from the start",
            1.0,
            (0.05, 0.1, 0.2),
        ),
        Trouble(
            "failing",
            "share of the cells that fall silent for good in 100 average waits",
            "Share of cells that fall silent in 100 waits",
            1.0,
            (0.001, 0.003, 0.01),
        ),
        Trouble(
            "restarting",
            "share of the cells that restart empty in 100 average waits",
            "Share of cells that restart in 100 waits",
            1.0,
            (0.1, 0.3, 0.9),
        ),
        Trouble(
            "added",
            "share of the cells that are missing at first, plugged in at random moments of the first 100 average waits",
            "Share of cells that are plugged in later",
            1.0,
            (0.1, 0.3, 0.9),
        ),
    )
}


class Troubles(NamedTuple):
    """How much of each kind of trouble there is; see `TROUBLES`."""

    delay: float = 0.0
    lost: float = 0.0
    corrupted: float = 0.0
    noise: float = 0.0
    drift: float = 0.0
    silent: float = 0.0
    failing: float = 0.0
    restarting: float = 0.0
    added: float = 0.0

    @property
    def flags(self) -> dict[str, float]:
        """The values by flag of `blastema swarm`."""
        return {f"--{name}": value for name, value in self._asdict().items()}

    @property
    def conditions(self) -> tuple[int, int, int, int, int]:
        """The conditions of swarm.h: delay in ticks, noise in 256ths of a step, the others of 2^16."""
        lost, corrupted, drift = (round(share * 65536) for share in (self.lost, self.corrupted, self.drift))
        return round(self.delay * TICKS), lost, corrupted, drift, round(self.noise * LARGEST_BYTE * 256)


def in_one_wait(share: float) -> float:
    """Return the probability per wait of what happens to this share of the cells within 100 waits.

    >>> round(in_one_wait(0.5), 4), in_one_wait(1.0)
    (0.0069, 1.0)
    """
    return 1 - (1 - share) ** 0.01
