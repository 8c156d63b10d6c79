"""The sketch of examples/tile: on an emulated board, with Arduino's own files, and in a grid that grows a lizard."""

import ctypes
import re

import numpy as np
import pytest

from blastema import Organism
from blastema.formats import export
from blastema.loss import pixel_loss
from blastema.rule import Rule
from blastema.targets import load_target
from conftest import random_weights
from firmware_programs import Cell
from tile_programs import PROJECT, SKETCH, WAIT, Grid, arduino_object, grids, image, ones, without_passing_on

SIDE, PICTURE = 48, 72
PAGE = PROJECT / "docs/hardware.md"
# In the order of the ports of cell.h.
AROUND = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A cell of random weights, in which alpha rises, so that all tiles come alive."""
    weights = random_weights(Rule(), scale=0.02)
    weights.update_bias[3] = 0.03
    path = tmp_path_factory.mktemp("tile") / "cell"
    export(Organism(weights, training={"fit": 8, "pad": 4}), "cell", path)
    return path


@pytest.fixture(scope="module")
def library(folder):
    return grids(folder)


def grown(library, waits, lost=0.0):
    """A grid of five by five tiles whose middle was seeded."""
    grid = Grid(library, 5, 1, lost)
    grid.press(2, 2)
    grid.run(waits * WAIT)
    return grid


def agreement(grid):
    """Share of the neighbours whose state a tile knows, for each port."""
    cells, known = grid.cells(), np.zeros(8)
    for y, x in np.ndindex(3, 3):
        for port, (dy, dx) in enumerate(AROUND):
            state = cells[y + 1 + dy][x + 1 + dx].numbers("state").astype(int)
            told = np.clip((state + 32) >> 6, -127, 127)
            known[port] += np.array_equal(cells[y + 1][x + 1].numbers("neighbours")[:, port], told)
    return known / 9


@pytest.mark.parametrize(("lost", "least"), [(0.0, 0.97), (0.05, 0.19)], ids=["", "bytes are lost"])
def test_a_tile_knows_its_eight_neighbours_through_four_wires(lost, least, library):
    grid, shares = grown(library, 30, lost), []
    assert all(cell.numbers("state").any() for row in grid.cells() for cell in row)
    for _ in range(300):
        grid.run(61)
        shares.append(agreement(grid))
    # If one byte in 20 is lost, 0.36 of the messages of 20 bytes arrive whole, and 0.13 of those that are passed on.
    assert np.mean(shares) > least
    assert np.mean(shares, axis=0).min() > least - 0.15


def test_a_tile_is_dark_until_somebody_presses_a_button(library):
    grid = Grid(library, 3)
    grid.run(20 * WAIT)
    assert not any(cell.numbers("state").any() for row in grid.cells() for cell in row)
    assert not grid.leds().any()


def test_the_seed_cell_tells_its_neighbours_before_it_changes(library, folder):
    grid = Grid(library, 3)
    grid.run(WAIT)
    grid.press(1, 1)
    # The shortest wait is 89 ms.
    grid.run(80)
    cells = grid.cells()
    assert cells[1][1].numbers("state")[3:].tolist() == ones(folder)[3:].tolist()
    for port, (dy, dx) in enumerate(AROUND):
        assert cells[1 - dy][1 - dx].numbers("neighbours")[3:, port].min() > 0


def test_an_led_shows_the_colour_of_its_cell(library, folder):
    grid = grown(library, 20)
    level = np.clip(255 * grid.states(ones(folder))[..., :3], 0, 255)
    assert len(np.unique(grid.leds())) > 10
    np.testing.assert_allclose(grid.leds(), level**2 / 255, atol=2)


@pytest.mark.parametrize("name", ["Cortex-M0", "Cortex-M4"])
def test_an_emulated_board_does_what_a_tile_on_this_machine_does(name, library, folder):
    pytest.importorskip("unicorn", reason="not installed: unicorn")
    from emulated_tile import replay

    grid = Grid(library, 3, 2)
    grid.trace(1, 1)
    grid.press(1, 1)
    grid.run(15 * WAIT)
    cell = grid.cells()[1][1]
    assert cell.numbers("neighbours").any(axis=0).all()
    memory = replay(*image(name, folder), name, grid.traced(1, 1), ctypes.sizeof(Cell))
    assert memory == bytes(cell)


@pytest.mark.parametrize("change", [(-1, 1), (40, 1), (5000, 1)])
def test_an_emulated_board_that_does_something_else_is_noticed(change, library, folder):
    pytest.importorskip("unicorn", reason="not installed: unicorn")
    from emulated_tile import DiffersError, replay

    grid = Grid(library, 3, 2)
    grid.trace(1, 1)
    grid.run(5 * WAIT)
    place, added = change
    trace = grid.traced(1, 1)
    trace[place] = (trace[place][0] + added, trace[place][1])
    with pytest.raises(DiffersError):
        replay(*image("Cortex-M0", folder), "Cortex-M0", trace, ctypes.sizeof(Cell))


def test_the_sketch_compiles_with_the_files_of_arduino(folder):
    assert arduino_object(folder).stat().st_size > 1000


# The rows of docs/hardware.md: the sketch, the share of the bytes that are lost, and of the tiles that are off.
CONDITIONS = {
    "all tiles run": (lambda folder: SKETCH, 0.0, 0.0),
    "one byte in 100 is lost": (lambda folder: SKETCH, 0.01, 0.0),
    "one tile in 100 is off": (lambda folder: SKETCH, 0.0, 0.01),
    "nothing is passed on": (without_passing_on, 0.0, 0.0),
}


def lizard_loss(grid, folder, on):
    """log10 of the loss in the picture's own grid, in which tiles that are off have no part."""
    states, pad = grid.states(ones(folder)), (PICTURE - SIDE) // 2
    target = load_target("🦎").copy()
    target[pad:-pad, pad:-pad] *= on[..., None]
    around = np.pad(states, ((pad, pad), (pad, pad), (0, 0)))
    return float(np.log10(pixel_loss(around[None], target)[0]))


def row(name, folder):
    """Return a row of docs/hardware.md: the loss after 300 waits, and 300 after the right half restarted."""
    sketch, lost, off = CONDITIONS[name]
    grid, losses = Grid(grids(folder, sketch(folder)), SIDE, 0, lost), []
    on = np.random.default_rng(0).random((SIDE, SIDE)) >= off
    on[SIDE // 2, SIDE // 2] = True
    grid.switch(~on, False)
    grid.press(SIDE // 2, SIDE // 2)
    for _ in range(2):
        grid.run(300 * WAIT)
        losses.append(f"{lizard_loss(grid, folder, on):.2f}")
        grid.switch(on & (np.arange(SIDE) >= SIDE // 2), True)
    return f"| {name} | {' | '.join(losses)} |\n"


@pytest.mark.slow
def test_a_lizard_grows_of_tiles_and_regrows_what_is_restarted(lizard_cell):
    name = "all tiles run"
    written, measured = (
        [float(loss) for losses in re.findall(rf"^\| {name} \| (.*) \| (.*) \|$", text, re.M) for loss in losses]
        for text in (PAGE.read_text("utf-8"), row(name, lizard_cell))
    )
    assert max(measured) < -4
    # Weights are rounded by what cells perceive, which differs a little between instruction sets.
    assert measured == pytest.approx(written, abs=0.2)


@pytest.mark.slow
def test_the_times_on_the_page_are_those_that_are_counted(lizard_cell):
    pytest.importorskip("unicorn", reason="not installed: unicorn")
    from write_hardware_docs import TIME, with_times

    written = PAGE.read_text("utf-8")
    tables = (text.split(TIME)[1].split("<!-- end")[0] for text in (with_times(written, lizard_cell), written))
    measured, on_page = (
        [float(number.replace(",", "")) for number in re.findall(r"(?<= )[\d,.]+(?= )", table)] for table in tables
    )
    assert len(on_page) == 7 * 5
    # The time is rounded to tenths of a millisecond.
    assert measured == pytest.approx(on_page, rel=0.01, abs=0.1)


def test_the_times_of_messages_on_the_page_are_up_to_date():
    from write_hardware_docs import with_wires

    written = PAGE.read_text("utf-8")
    assert with_wires(written) == written


def test_lines_and_ticks_on_the_page_are_those_of_the_sketch():
    page, sketch = " ".join(PAGE.read_text("utf-8").split()), (SKETCH / "tile.h").read_text()
    values = dict(re.findall(r"#define (\w+) (\S+)\n", sketch))
    assert f"lines of {int(values['BAUD']):,} baud" in page
    assert f"With a tick of {values['TICK']} ms" in page
    assert f"blue of the LED are at pins {values['RED']}, {values['GREEN']} and {values['BLUE']}" in page
    assert f"the button is between pin {values['BUTTON']} and ground" in page
    for place in ("above", "left", "right", "below"):
        assert f"| {place} | `{values[f'PORT_{place.upper()}']}` |" in page
