"""Cells that wake one at a time, each by its own clock, grow together: cell.c compiled for this machine, in a grid."""

import ctypes
import re
from pathlib import Path

import numpy as np
import pytest

from blastema.formats.cell import FIRMWARE
from blastema.loss import pixel_loss
from blastema.targets import load_target
from firmware_programs import CHANNELS, compiled_here

SIDE, TICKS = 72, 256


class Conditions(ctypes.Structure):
    """`struct swarm_conditions` of swarm.h."""

    _fields_ = tuple((name, ctypes.c_uint32) for name in ("delay", "loss", "noise", "drift", "blur"))


class Swarm:
    """A grid of cells with a seed cell in the middle."""

    def __init__(self, library, one, seed, *conditions):
        self._library, self._one = library, one
        self._swarm = library.swarm_new(SIDE, SIDE, 0, seed, Conditions(*conditions))
        library.swarm_seed(self._swarm, SIDE // 2, SIDE // 2)

    def run(self, waits):
        """Let so many average waits pass; return the updates."""
        return self._library.swarm_run(self._swarm, waits * TICKS)

    def switch(self, mask, on):
        for y, x in np.argwhere(mask):
            self._library.swarm_switch(self._swarm, int(y), int(x), on)

    def raw(self):
        """Return the states of all cells as the program has them."""
        states = np.zeros((SIDE, SIDE, CHANNELS), np.int16)
        self._library.swarm_states(self._swarm, states.ctypes.data_as(ctypes.c_void_p))
        return states

    def states(self):
        return (self.raw() / self._one).astype(np.float32)

    def loss(self):
        """log10 of the loss."""
        return float(np.log10(pixel_loss(self.states()[None], load_target("🦎"))[0]))

    def __del__(self):
        self._library.swarm_free(self._swarm)


def beginner(folder):
    """Return a function that begins a swarm of the cells in this folder: (seed, delay, loss, noise, drift)."""
    library = compiled_here(folder, FIRMWARE / "swarm.c")
    library.swarm_new.restype, library.swarm_run.restype = ctypes.c_void_p, ctypes.c_int64
    library.swarm_new.argtypes = [*[ctypes.c_int] * 3, ctypes.c_uint32, Conditions]
    for name, arguments in {"free": 0, "run": 1, "seed": 2, "switch": 3}.items():
        getattr(library, f"swarm_{name}").argtypes = [ctypes.c_void_p, *[ctypes.c_int] * arguments]
    library.swarm_states.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    (one,) = re.findall(r"cell_one\[16\] = {\n(.*?)}", (folder / "organism.h").read_text(), re.S)
    return lambda *arguments: Swarm(library, np.array(one.split(","), int), *arguments)


@pytest.fixture(scope="module")
def grow(lizard_cell):
    return beginner(lizard_cell)


RIGHT_HALF = np.zeros((SIDE, SIDE), bool)
RIGHT_HALF[:, SIDE // 2 :] = True


# Conditions of the rows of docs/firmware.md: delay in ticks, loss, noise and drift as shares.
CONDITIONS = {
    "messages arrive at once": (0, 0, 0, 0),
    "clocks differ by up to 30 %": (0, 0, 0, 0.3),
    "messages take up to a whole wait": (256, 0, 0, 0),
    "messages take up to half a wait, 10 % are lost, 10 % damaged, clocks differ by up to 10 %": (128, 0.1, 0.1, 0.1),
    "half of the messages are lost": (0, 0.5, 0, 0),
    "half of the messages are damaged": (0, 0, 0.5, 0),
}


def row(name, grow):
    """Return a row of docs/firmware.md: the loss after 300 waits, and 300 after the right half was restarted."""
    delay, *shares = CONDITIONS[name]
    swarm, losses = grow(0, delay, *(int(share * 65536) for share in shares)), []
    for _ in range(2):
        swarm.run(300)
        losses.append(f"{swarm.loss():.2f}")
        swarm.switch(RIGHT_HALF, 1)
    return f"| {name} | {' | '.join(losses)} |\n"


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_a_lizard_grows_of_cells_that_wake_one_at_a_time_and_regrows_after_a_cut(grow, seed):
    swarm = grow(seed)
    updates = swarm.run(200)
    assert updates == pytest.approx(200 * SIDE * SIDE, rel=0.01)
    assert swarm.loss() < -4
    swarm.switch(RIGHT_HALF, 1)
    assert swarm.loss() > -2
    swarm.run(300)
    assert swarm.loss() < -4


@pytest.mark.slow
@pytest.mark.parametrize("name", ["messages arrive at once", list(CONDITIONS)[3]])
def test_the_losses_on_the_page_are_those_of_a_swarm(grow, name):
    page = (Path(__file__).parents[1] / "docs/firmware.md").read_text("utf-8")
    written, measured = (re.findall(rf"^\| {name} \| (.*) \| (.*) \|$", text, re.M) for text in (page, row(name, grow)))
    # Weights are rounded by what cells perceive, which differs a little between instruction sets.
    assert np.array(measured, float) == pytest.approx(np.array(written, float), abs=0.2)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_swarm(grow):
    first, again, other = (grow(seed, 100, 3000, 300, 2000) for seed in (3, 3, 4))
    for swarm in (first, again, other):
        swarm.run(30)
    assert np.array_equal(first.states(), again.states())
    assert not np.array_equal(first.states(), other.states())


@pytest.mark.slow
@pytest.mark.parametrize(
    "conditions",
    [(128, 0, 0, 0), (0, 0.2, 0, 0), (0, 0, 0.2, 0), (0, 0, 0, 0.3), (128, 0.1, 0.1, 0.1)],
    ids=["delay", "loss", "noise", "drift", "all"],
)
def test_a_lizard_grows_whatever_happens_to_clocks_and_messages(grow, conditions):
    delay, *shares = conditions
    swarm = grow(5, delay, *(int(share * 65536) for share in shares))
    swarm.run(300)
    assert swarm.loss() < -3


@pytest.mark.slow
def test_a_half_that_is_switched_off_harms_the_other_less_than_one_that_dies_and_joins_in_when_it_is_switched_on(grow):
    swarm = grow(6)
    swarm.run(150)
    swarm.switch(RIGHT_HALF, 0)
    swarm.run(100)
    assert not swarm.states()[RIGHT_HALF].any()
    # The cells at the border keep the last numbers of those beyond it.
    left = swarm.states()[:, : SIDE // 2, :4] - load_target("🦎")[:, : SIDE // 2]
    assert np.log10(np.square(left).mean()) < -4
    swarm.switch(RIGHT_HALF, 1)
    swarm.run(300)
    assert swarm.loss() < -3.5
