"""`blastema swarm ORGANISM`: an organism grown by cells that are computers of their own."""

from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from blastema.cli.registries import DAMAGE, trouble


def swarm(
    organism: Annotated[Positional[Path], arg(metavar="ORGANISM")],
    /,
    out: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None,
    steps: int = 300,
    size: Annotated[str | None, arg(metavar="SIZE", help_behavior_hint="")] = None,
    delay: Annotated[float, trouble("delay")] = 0.0,
    lost: Annotated[float, trouble("lost")] = 0.0,
    corrupted: Annotated[float, trouble("corrupted")] = 0.0,
    noise: Annotated[float, trouble("noise")] = 0.0,
    drift: Annotated[float, trouble("drift")] = 0.0,
    silent: Annotated[float, trouble("silent")] = 0.0,
    failing: Annotated[float, trouble("failing")] = 0.0,
    restarting: Annotated[float, trouble("restarting")] = 0.0,
    added: Annotated[float, trouble("added")] = 0.0,
    damage: Annotated[tuple[str, ...], arg(metavar="[KIND[@STEP] ...]", help_behavior_hint=""), DAMAGE] = (),
    target: Annotated[str | None, arg(metavar="TARGET", help_behavior_hint="")] = None,
    signal: Annotated[str | None, arg(metavar="NAME", help_behavior_hint="")] = None,
    seed: int = 0,
    json: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None,
    zoom: Annotated[int | None, arg(metavar="INT", help_behavior_hint="(default: 4)")] = None,
    fps: Annotated[float | None, arg(metavar="FLOAT", help_behavior_hint="(default: 25)")] = None,
    sheet: bool = False,
    report: bool = False,
) -> None:
    """Grow an organism from cells that are computers of their own, with late, lost and damaged messages.

    Each cell runs the program of docs/firmware.md, in integers, and wakes by its own clock.

    Args:
        organism: a name in the zoo (🦎), an organism file, a run directory, or one of the article's models (.json)
        out: write .gif .webp .png (animated) .mp4, or .npy (the final state), instead of showing it in the terminal
        steps: length in average waits; a cell updates about once in each
        size: size of the grid, 72 or 96x64 (width by height) (default: as in training)
        delay: {delay}
        lost: {lost}
        corrupted: {corrupted}
        noise: {noise}
        drift: {drift}
        silent: {silent}
        failing: {failing}
        restarting: {restarting}
        added: {added}
        damage: cells that restart empty, KIND or KIND@STEP, halfway through if no step is given; KIND is one of
            {damage}
        target: picture to compare it with (default: the one it was trained on)
        signal: the body to grow, if its rule has signals (default: the first)
        seed: decides clocks, messages and which cells fail; the same seed gives the same swarm
        json: write the loss after each wait, and the number of updates and messages, to this file
        zoom: pixels per cell, for --out
        fps: frames per second
        sheet: write a contact sheet (.png, .webp, .jpg) instead of an animation
        report: measure instead how much of each trouble it bears, which takes minutes; --json writes the numbers
    """
    from blastema.cli.growth_output import Output, show, write
    from blastema.cli.output import check_file
    from blastema.cli.swarm_subject import SwarmSubject
    from blastema.cli.swarming import SwarmFlags
    from blastema.errors import BlastemaError
    from blastema.swarm import Troubles

    troubles = Troubles(delay, lost, corrupted, noise, drift, silent, failing, restarting, added)
    flags = SwarmFlags.of(steps, size, seed, damage, troubles)
    output = Output.of(out, zoom, fps, sheet)
    if json is not None:
        check_file("--json", json)
    if json is not None and json == out:
        raise BlastemaError(f"--json and --out are both {json}; give two files")
    if report:
        from blastema.cli.swarm_report import check_alone, write_swarm_report

        check_alone({"--out": out, "--size": size, "--damage": damage, "--sheet": sheet, **troubles.flags})
        write_swarm_report(SwarmSubject.of(organism, signal, target, True), seed, json)
        return
    growth = SwarmSubject.of(organism, signal, target, json is not None).growth(flags)
    output.check(growth)
    if output.path is None:
        show(growth, output.fps)
    else:
        write(growth, output)
    if json is not None:
        growth.write_numbers(json)
