"""`blastema grow ORGANISM`: watch an organism grow, or write it to a file."""

from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import Positional, UseAppendAction, arg

from blastema.cli.registries import DAMAGE, DEVICES, ENGINE


def grow(
    organism: Annotated[Positional[Path], arg(metavar="ORGANISM")],
    /,
    out: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None,
    steps: int = 200,
    size: Annotated[str | None, arg(metavar="SIZE", help_behavior_hint="")] = None,
    angle: float = 0.0,
    damage: Annotated[tuple[str, ...], arg(metavar="[KIND[@STEP] ...]", help_behavior_hint=""), DAMAGE] = (),
    signal: Annotated[tuple[str, ...], UseAppendAction, arg(metavar="NAME[@STEP]", help_behavior_hint="")] = (),
    seed: int = 0,
    fire_rate: Annotated[float | None, arg(metavar="FLOAT", help_behavior_hint="")] = None,
    edge: Annotated[Literal["dead", "wrap"] | None, arg(metavar="{dead,wrap}", help_behavior_hint="")] = None,
    zoom: Annotated[int | None, arg(metavar="INT", help_behavior_hint="(default: 4)")] = None,
    fps: Annotated[float | None, arg(metavar="FLOAT", help_behavior_hint="(default: 25)")] = None,
    sheet: bool = False,
    engine: Annotated[str | None, arg(metavar="NAME", help_behavior_hint=""), ENGINE] = None,
    devices: Annotated[int | None, arg(metavar="INT", help_behavior_hint="(default: 1)"), DEVICES] = None,
) -> None:
    """Grow an organism from a single cell, in the terminal or into a file.

    Args:
        organism: a name in the zoo (🦎), an organism file, a run directory, or one of the article's models (.json)
        out: write .gif .webp .png (animated) .mp4, or .npy (the final state), instead of showing it in the terminal
        steps: number of steps
        size: size of the grid, 72 or 96x64 (width by height) (default: as in training)
        angle: rotate the cells' perception by this many degrees
        damage: KIND or KIND@STEP, halfway through if no step is given; KIND is one of
            {damage}
        signal: what to grow if its rule has signals: 🎄, from a step on: 🎄@300, or a blend: 🦎=0.5,🎄=0.5; can be
            repeated (default: the first of its signals)
        seed: decides which cells fire; the same on every engine
        fire_rate: probability that a cell updates in a step (default: the organism's own)
        edge: what lies past the edge of the grid (default: the organism's own)
        zoom: pixels per cell, for --out
        fps: frames per second
        sheet: write a contact sheet (.png, .webp, .jpg) instead of an animation
        engine: {engine} (default: the fastest available)
        devices: {devices}
    """
    from blastema.cli.growth import Growth
    from blastema.cli.growth_output import Output, show, write
    from blastema.library import load

    output = Output.of(out, zoom, fps, sheet)
    growth = Growth.of(
        load(organism), steps=steps, size=size, degrees=angle, damage=damage, signal=signal, seed=seed,
        fire_rate=fire_rate, edge=edge, engine=engine, devices=devices,
    )  # fmt: skip
    output.check(growth)
    if output.path is None:
        show(growth, output.fps)
    else:
        write(growth, output)
