"""Write the tables of docs/firmware.md, measured with the lizard: python tests/write_firmware_docs.py docs/firmware.md.

Needs the compilers that are named there, and Unicorn. Tests check what it writes.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import test_firmware_swarm
from blastema import load
from blastema.analysis.swarms import SwarmReport, measure, measure_cut, swarm_sections
from blastema.damage import ARTICLE_CUTS
from blastema.formats import export
from blastema.swarm import numbers_of
from blastema.targets import load_target
from blastema.targets.emoji import ARTICLE_EMOJI
from emulated_board import CPUS, Board
from firmware_programs import CHANNELS, PORTS, PROCESSORS, image, message, sizes
from test_swarm import TOGETHER

SIZES, SWARMS, LIMITS, ALL_AT_ONCE, EMOJI = (
    f"<!-- made by tests/write_firmware_docs.py{part} -->\n"
    for part in ("", ": swarms", ": limits", ": together", ": emoji")
)
END = "<!-- end -->\n"
SIZES_HEAD = (
    "| processor | flags | ROM | cell | stack by the compiler | stack in the emulator | instructions of an update "
    "| of the longest |\n| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
)
EMOJI_HEAD = f"| | grown | {' | '.join(ARTICLE_CUTS)} |\n| --- |{' ---: |' * 6}\n"
TOGETHER_HEAD = (
    "| 5 % of the cells are silent | grown: worst | median | right half restarted: worst | median |\n"
    "| --- | ---: | ---: | ---: | ---: |\n"
)
# What makes an update long: numbers that messages show in coarse steps, all negative.
LARGEST = [-126] * CHANNELS
SWARMS_HEAD = "| | grown | right half restarted |\n| --- | ---: | ---: |\n"


def row(name: str, folder: Path) -> str:
    """Return the row of a processor; an update is that of the seed cell, and the emulator also takes messages."""
    rom, cell, stack = sizes(name, folder)
    used, counts = "", ["", ""]
    if name in CPUS:
        content, symbols = image(name, folder)
        board, rom = Board(content, symbols, CPUS[name], 1, True), len(content)
        counts = [f"{instructions(board, numbers):,}" for numbers in (None, LARGEST)]
        used = str(board.stack_used())
    columns = (f"{rom:,}", cell, stack, used, *counts)
    return f"| {name} | `{' '.join(PROCESSORS[name].flags)}` | {' | '.join(map(str, columns))} |\n"


def instructions(board: Board, numbers: list[int] | None) -> int:
    """Return how many an update takes, before which each neighbour sends these numbers, or none sends a message."""
    messages = [] if numbers is None else [(port, message(numbers)) for port in range(PORTS)]
    board.counting, board.instructions = True, 0
    board.update(messages)
    return board.instructions


def limits(report: SwarmReport) -> str:
    """Return the table of how much trouble a swarm bears."""
    lines = ["| | none | | | | breaks at |\n| --- | ---: | ---: | ---: | ---: | ---: |\n"]
    for section, trouble in zip(swarm_sections(report), report["troubles"].values(), strict=True):
        end = trouble["breaks_at"]
        columns = ["", *section.columns[1:], "" if end is None else f"{end:g}"]
        lines.append(f"| **{section.title.partition(' · ')[0]}** | {' | '.join(columns)} |\n")
        for label, losses in section.rows.items():
            lines.append(f"| {label} | {' | '.join(f'{loss:.2f}' for loss in losses)} | |\n")
    return "".join(lines)


def with_limits(text: str) -> str:
    """Return the page with how much trouble the lizard bears; takes minutes."""
    return between(text, LIMITS, limits(measure(numbers_of(load("🦎")), load_target("🦎"))))


def with_together(text: str) -> str:
    """Return the page with what a lizard bears all at once; takes a minute."""
    numbers, target = numbers_of(load("🦎")), load_target("🦎")
    lines = [TOGETHER_HEAD]
    for reading, troubles in TOGETHER.items():
        losses = measure_cut(numbers, target, troubles, swarms=10)
        columns = np.stack([losses.max(axis=0), np.median(losses, axis=0)], axis=1).ravel()
        lines.append(f"| {reading} | {' | '.join(f'{loss:.2f}' for loss in columns)} |\n")
    return between(text, ALL_AT_ONCE, "".join(lines))


def emoji_row(emoji: str) -> str:
    """Return the median losses of swarms, grown and after each of the article's cuts."""
    numbers, target = numbers_of(load(emoji)), load_target(emoji)
    medians = [np.median(measure_cut(numbers, target, cut=cut), axis=0) for cut in ARTICLE_CUTS]
    losses = (medians[0][0], *(regrown for _, regrown in medians))
    return f"| {emoji} | {' | '.join(f'{loss:.2f}' for loss in losses)} |\n"


def with_emoji(text: str) -> str:
    """Return the page with the article's ten emoji; takes minutes."""
    return between(text, EMOJI, EMOJI_HEAD + "".join(map(emoji_row, ARTICLE_EMOJI)))


def between(text: str, begin: str, content: str) -> str:
    """Return the page with other content after a mark."""
    before, mark, rest = text.partition(begin)
    return before + mark + content + END + rest.partition(END)[2]


def with_sizes(text: str, folder: Path) -> str:
    """Return the page with the sizes of the sources in this folder."""
    return between(text, SIZES, SIZES_HEAD + "".join(row(name, folder) for name in PROCESSORS))


def with_swarms(text: str, folder: Path) -> str:
    """Return the page with the losses of swarms of the cells in this folder; takes a minute."""
    grow = test_firmware_swarm.beginner(folder)
    rows = [test_firmware_swarm.row(name, grow) for name in test_firmware_swarm.CONDITIONS]
    return between(text, SWARMS, SWARMS_HEAD + "".join(rows))


if __name__ == "__main__":
    path = Path(sys.argv[1])
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "cell"
        export(load("🦎"), "cell", folder)
        text = with_swarms(with_sizes(path.read_text("utf-8"), folder), folder)
        path.write_text(with_emoji(with_together(with_limits(text))), "utf-8")
