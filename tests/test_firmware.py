"""The program of one cell, on an emulated board and on this machine."""

import ctypes
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema import Organism
from blastema.errors import BlastemaError
from blastema.formats import export
from blastema.formats.cell import SOURCES, header
from blastema.quantisation.cell_layout import MOST_HIDDEN
from blastema.quantisation.integer_cell import IntegerCell, meaning
from blastema.rule import Batch, Filter, Rule, step
from blastema.rule.perception import SOBEL_X
from conftest import random_weights
from firmware_programs import MESSAGE, PORTS, PROCESSORS, Cell, Host, image, message, run, sizes

CPUS = ("Cortex-M0", "Cortex-M4")
ROM_SIZE, RAM_SIZE, GREETINGS = 10240, 256, 16


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """The program of a cell of random weights, in which alpha rises."""
    weights = random_weights(Rule())
    weights.update_bias[3] = 0.01
    path = tmp_path_factory.mktemp("firmware") / "cell"
    export(Organism(weights, training={"fit": 8, "pad": 4}), "cell", path)
    return path


@pytest.fixture(scope="module")
def host(folder):
    return Host(folder)


def board(name, folder, random=1, seed=False):
    """An emulated board with the program of this folder."""
    pytest.importorskip("unicorn", reason="not installed: unicorn")
    from emulated_board import CPUS, Board

    return Board(*image(name, folder), CPUS[name], random, seed)


def messages(draw):
    """What arrives in a wait: up to three messages of any size, of which a few are broken."""
    arrived = []
    for _ in range(draw.integers(4)):
        content = bytearray(message(np.clip(draw.normal(0, draw.choice([3, 20, 90]), MESSAGE - 1), -127, 127)))
        if draw.random() < 0.1:
            content[draw.integers(MESSAGE)] ^= 1 << draw.integers(8)
        arrived.append((int(draw.integers(PORTS)), bytes(content)))
    return arrived


def same_bytes(name, folder, updates):
    """Update a board and a cell of this machine side by side; return the board, and how often it was silent."""
    emulated, host = board(name, folder, 77, seed=True), Host(folder, 77)
    host.seed()
    draw, silent = np.random.default_rng(0), 0
    for _ in range(updates):
        wait, arrived = host.wait(), messages(draw) if draw.random() < 0.9 else []
        for port, content in arrived:
            host.receive(port, content)
        sent = emulated.update(arrived)
        told = host.wake()
        assert emulated.wait == wait
        assert sent == (host.tell() if told else b"")
        silent += not told
        memory, ours = emulated.cell(ctypes.sizeof(Cell)), bytes(host.cell)
        # The scratch memory holds the last message of a silent cell or of a loud one.
        assert memory[: Cell.scratch.offset] == ours[: Cell.scratch.offset]
        assert memory[Cell.heard.offset :] == ours[Cell.heard.offset :]
    return emulated, silent


@pytest.mark.parametrize("name", CPUS)
def test_a_board_sends_the_same_bytes_as_this_machine(name, folder):
    emulated, _ = same_bytes(name, folder, 200)
    assert emulated.stack_used() <= emulated.stack_size == RAM_SIZE - ctypes.sizeof(Cell)


@pytest.mark.slow
@pytest.mark.parametrize("name", CPUS)
def test_a_board_with_a_lizard_sends_the_same_bytes_for_thousands_of_updates(name, lizard_cell):
    emulated, silent = same_bytes(name, lizard_cell, 3000)
    assert emulated.stack_used() <= emulated.stack_size
    assert silent < 1500


@pytest.mark.parametrize("name", CPUS)
@pytest.mark.parametrize("access", ["*(char *)(0x20000000 + 256) = 1", "(void)*(char *)10240", "*(char *)8192 = 1"])
def test_an_access_outside_of_the_memory_of_a_board_is_noticed(name, access, folder, tmp_path):
    unicorn = pytest.importorskip("unicorn", reason="not installed: unicorn")
    from emulated_board import OutsideError

    shutil.copytree(folder, tmp_path / "stray")
    stray(tmp_path / "stray/board.c", "void board_start(void) {", access.replace("(char", "(volatile char") + ";")
    with pytest.raises((OutsideError, unicorn.UcError)):
        board(name, tmp_path / "stray")


@pytest.mark.parametrize("name", CPUS)
def test_a_stack_that_is_too_small_does_not_reach_the_cell(name, folder, tmp_path):
    unicorn = pytest.importorskip("unicorn", reason="not installed: unicorn")
    shutil.copytree(folder, tmp_path / "deep")
    stray(
        tmp_path / "deep/cell.c",
        "PART void clear(void *memory, uint_fast8_t size) {",
        "volatile char a[64]; a[0] = 1; (void)a[0];",
    )
    with pytest.raises(unicorn.UcError):
        board(name, tmp_path / "deep", seed=True).update([])


def stray(path, after, statement):
    """Put a statement into a function."""
    text = path.read_text()
    assert text.count(after) == 1
    path.write_text(text.replace(after, after + statement))


@pytest.mark.parametrize("name", CPUS)
def test_it_fits_into_10_kb_of_rom_and_256_bytes_of_ram(name, folder):
    content, symbols = image(name, folder)
    assert len(content) <= ROM_SIZE
    assert symbols["stack_top"] == symbols["cell"] == 0x20000000 + RAM_SIZE - ctypes.sizeof(Cell)


@pytest.mark.parametrize("name", CPUS)
def test_the_widest_rule_that_is_exported_still_fits(name, tmp_path):
    rule = Rule(hidden=MOST_HIDDEN)
    export(Organism(random_weights(rule), rule, {"fit": 8, "pad": 4}), "cell", tmp_path / "wide")
    assert len(image(name, tmp_path / "wide")[0]) <= ROM_SIZE


def test_the_command_on_the_page_compiles_it(folder, tmp_path):
    page = (Path(__file__).parents[1] / "docs/firmware.md").read_text("utf-8")
    (command,) = re.findall(r"^    (arm-none-eabi-gcc .*?cell\.elf)$", page, re.M | re.S)
    shutil.copytree(folder, tmp_path / "cell")
    program, *arguments = command.replace("\\\n", "").split()
    here = [tmp_path / "cell" / word if word.endswith((".c", ".ld", ".elf")) else word for word in arguments]
    run(PROCESSORS["Cortex-M0"], program.removeprefix("arm-none-eabi-"), *here)
    assert (tmp_path / "cell/cell.elf").stat().st_size > 9000


@pytest.mark.parametrize("name", PROCESSORS)
def test_it_compiles_for_other_processors(name, folder, tmp_path):
    shutil.copytree(folder, tmp_path / "cell")
    measured = sizes(name, tmp_path / "cell")
    assert 8448 < measured.rom <= ROM_SIZE
    assert measured.cell == ctypes.sizeof(Cell)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (
            Rule(channels=20, hidden=20),
            "this organism has 20 channels; a cell's message has room for 16: it needs 304 bytes of RAM (48 too many); "
            "train one with --set channels=16",
        ),
        (
            Rule(channels=20, hidden=300),
            "it needs 25,864 bytes of ROM (15,624 too many) and 304 bytes of RAM (48 too many); "
            f"train one with --set channels=16 --set hidden={MOST_HIDDEN}",
        ),
        (
            Rule(hidden=300),
            f"this organism has 300 hidden units; a cell's ROM has room for {MOST_HIDDEN}: "
            f"it needs 21,064 bytes of ROM (10,824 too many); train one with --set hidden={MOST_HIDDEN}",
        ),
        (Rule(channels=4, hidden=137), "it needs 10,306 bytes of ROM (66 too many); "),
        (
            Rule(filters=("identity", "laplacian")),
            "this organism has the filters identity, laplacian; a cell has identity, sobel_x, sobel_y",
        ),
        (
            Rule(filters=("identity", Filter("mine", fixed=SOBEL_X))),
            "this organism has the filters identity, mine; a cell has identity, sobel_x, sobel_y",
        ),
        (
            Rule(signals=("one", "two")),
            "this organism grows one or two, and cell has no room for signals; export one body with --signal NAME",
        ),
    ],
)
def test_a_rule_that_a_cell_cannot_have_is_refused_by_name(rule, says, tmp_path):
    with pytest.raises(BlastemaError, match=re.escape(says)):
        export(Organism(random_weights(rule), rule), "cell", tmp_path / "a")
    assert not list(tmp_path.iterdir())


def test_the_folder_has_the_sources_and_the_note_the_error_of_a_step(tmp_path):
    organism = Organism(
        random_weights(Rule()), training={"target": "*/ x", "experiment": "growing", "fit": 8, "pad": 4}
    )
    note = export(organism, "cell", tmp_path / "a")
    assert re.search(r"the root mean square error of a cell's change per step is \S+;", note)
    assert {path.name for path in (tmp_path / "a").iterdir()} == {"organism.h", *SOURCES}
    assert (tmp_path / "a/organism.h").read_text().startswith("/* The organism of a cell:  x, growing. Written by")
    # Again, over the old one.
    export(organism, "cell", tmp_path / "a")


def code(steps):
    """What a message shows of numbers in steps: up to 100 each step, beyond each 16th."""
    beyond = np.clip(np.abs(steps) - 100, 0, None)
    return np.sign(steps) * (np.minimum(np.abs(steps), 100) + np.rint(beyond / 16))


def steps_of(codes):
    """What a code stands for, in steps."""
    return np.sign(codes) * (np.abs(codes) + 15 * np.clip(np.abs(codes) - 100, 0, None))


def test_a_message_shows_all_that_a_state_may_be(folder):
    host = Host(folder)
    for start in range(-32767, 32768, 16 * 37):
        states = np.clip(start + 37 * np.arange(16), -32767, 32767)
        host.cell.numbers("state")[:] = states
        codes = np.frombuffer(host.tell()[:-1], np.int8).astype(int)
        small = np.abs(states) <= 100 * 64
        assert np.all(np.abs(steps_of(codes) * 64 - states)[small] <= 32)
        assert np.all(np.abs(steps_of(codes) * 64 - states) <= 64 * 8 + 32)
        assert np.abs(codes).max() <= 126


@pytest.mark.parametrize(("channels", "hidden", "spread"), [(16, 128, 0.3), (7, 40, 0.3), (7, 40, 2)])
def test_an_update_is_that_of_the_engines_with_the_numbers_in_integers(channels, hidden, spread, folder, tmp_path):
    rule, draw = Rule(channels=channels, hidden=hidden, fire_rate=1.0), np.random.default_rng(0)
    numbers = IntegerCell(
        draw.normal(0, 30, (3 * channels, hidden)).astype(np.int8),
        draw.normal(0, 500, hidden).astype(np.int16),
        draw.normal(0, 20, (hidden, channels)).astype(np.int8),
        draw.normal(0, 100, channels).astype(np.int16),
        update_shift=11,
        update_factor=20000,
        one=draw.integers(1000, 4000, channels).astype(np.int16),
        alive_above=7,
        error=0.0,
    )
    shutil.copytree(folder, tmp_path / "cell")
    (tmp_path / "cell/organism.h").write_text(header(numbers, "drawn by lot"))
    host, changes = Host(tmp_path / "cell"), []
    for _ in range(200):
        # Numbers that messages can show exactly.
        shown = steps_of(code(np.rint(draw.normal(0, spread, (3, 3, channels)) * numbers.one / 64)).clip(-125, 125))
        shown[1, 1, 3] = 40
        host.cell.numbers("state")[:channels] = shown[1, 1] * 64
        host.cell.numbers("neighbours")[:channels] = np.delete(code(shown).reshape(9, channels), 4, axis=0).T
        host.cell.heard = 255
        assert host.wake()
        state = (shown * 64 / numbers.one).astype(np.float32)
        batch = Batch(state[None], np.zeros(1, np.uint32), np.zeros(1, np.uint32))
        after = step(rule, meaning(numbers), batch).states[0, 1, 1]
        changes.append(after - state[1, 1])
        # Each of the hidden units' products is rounded to a step or two of the state.
        np.testing.assert_allclose(host.cell.numbers("state")[:channels], after * numbers.one, rtol=0, atol=12)
    assert np.sqrt(np.mean(np.square(changes * numbers.one))) > 100


@given(st.lists(st.integers(-127, 127), min_size=16, max_size=16), st.integers(0, 135))
def test_a_message_with_a_wrong_bit_changes_nothing(host, numbers, bit):
    host.library.cell_start(ctypes.byref(host.cell), 1)
    right, before = message(numbers), bytes(host.cell)
    wrong = bytearray(right)
    wrong[bit // 8] ^= 1 << bit % 8
    assert not host.receive(3, bytes(wrong))
    assert bytes(host.cell) == before
    assert host.receive(3, right)
    assert host.cell.numbers("neighbours")[:, 3].tolist() == numbers


def test_a_neighbour_that_falls_silent_keeps_its_last_numbers(folder):
    host = Host(folder)
    for port in range(PORTS):
        host.receive(port, message([port - 4] * 16))
    for _ in range(300):
        host.receive(6, message([5] * 16))
        host.wake()
    assert host.cell.numbers("neighbours")[4].tolist() == [-4, -3, -2, -1, 0, 1, 5, 3]


# The two beside each port, around the cell.
BESIDE = ((1, 3), (0, 2), (1, 4), (0, 5), (2, 7), (3, 6), (5, 7), (4, 6))


@pytest.mark.parametrize("silent", range(PORTS))
def test_a_neighbour_that_never_spoke_is_taken_to_be_halfway_between_those_beside_it(silent, folder):
    host, draw = Host(folder), np.random.default_rng(silent)
    for update in range(1, 30):
        numbers = draw.integers(-127, 128, (PORTS, 16))
        for port in set(range(PORTS)) - {silent}:
            host.receive(port, message(numbers[port]))
        host.wake()
        guess = np.trunc(numbers[list(BESIDE[silent])].sum(axis=0) / 2) if update > GREETINGS else [0] * 16
        assert host.cell.numbers("neighbours")[:, silent].tolist() == list(guess)


def test_a_cell_dies_with_its_neighbourhood_and_says_so_once(folder):
    host = Host(folder)
    assert [host.wake() for _ in range(GREETINGS + 1)] == [True] * GREETINGS + [False]
    host.seed()
    assert host.wake()
    host.cell.numbers("state")[:] = [7] * 16
    assert host.wake()
    assert host.tell() == message([0] * 16)
    assert not any(host.cell.state)
    assert not host.wake()
    # Something near it is not empty, which may not know that this cell is.
    host.receive(0, message([0, 0, 1] + [0] * 13))
    assert host.wake()
    assert host.tell() == message([0] * 16)
    # With a living neighbour it lives.
    host.receive(0, message([0, 0, 0, 100] + [0] * 12))
    assert host.wake()


def test_cells_with_different_numbers_wait_differently_and_as_long_on_average(folder):
    first, second = ([cell.wait() for _ in range(5000)] for cell in (Host(folder, 1), Host(folder, 2)))
    assert np.mean(np.equal(first, second)) < 0.02


def test_a_wait_is_256_ticks_on_average_and_after_the_shortest_a_step_more_with_each_coin_that_shows_tails(folder):
    # All that a generator of 16 bits draws.
    cell, shortest, step = Host(folder), 89, 112
    steps, rest = np.divmod(np.array([cell.wait() for _ in range(2**16 - 1)]) - shortest, step)
    assert np.mean(steps * step + rest + shortest) == pytest.approx(256, abs=0.5)
    assert (rest.min(), rest.max()) == (0, step - 1)
    assert np.bincount(steps) / len(steps) == pytest.approx([*0.5 ** np.arange(1, 10), 0.5**9], abs=0.001)


@pytest.mark.slow
def test_the_sizes_on_the_page_are_those_that_are_measured(lizard_cell, tmp_path):
    pytest.importorskip("unicorn", reason="not installed: unicorn")
    from write_firmware_docs import with_sizes

    shutil.copytree(lizard_cell, tmp_path / "cell")
    written = (Path(__file__).parents[1] / "docs/firmware.md").read_text("utf-8")
    # Weights are rounded by what cells perceive, which differs a little between instruction sets.
    measured, on_page = (
        [float(number.replace(",", "")) for number in re.findall(r"(?<= )[\d,]+(?= \|)", text)]
        for text in (with_sizes(written, tmp_path / "cell"), written)
    )
    assert len(on_page) >= 21
    assert measured == pytest.approx(on_page, rel=0.01)
