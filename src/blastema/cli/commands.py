"""The commands, each declared once: its function, and the examples at the end of its help."""

from collections.abc import Callable
from typing import Any, NamedTuple

from blastema.cli.compress import compress
from blastema.cli.doctor import doctor
from blastema.cli.evaluate import evaluate
from blastema.cli.export import export
from blastema.cli.figure import figure
from blastema.cli.grow import grow
from blastema.cli.import_ import import_
from blastema.cli.play import play
from blastema.cli.site import site
from blastema.cli.swarm import swarm
from blastema.cli.sweep import sweep
from blastema.cli.target import target
from blastema.cli.train import train
from blastema.cli.zoo import zoo


class Command(NamedTuple):
    """A command of the command line.

    Attributes:
        function: runs it; its signature and docstring define the flags and the help.
        examples: two commands to paste.
    """

    function: Callable[..., Any]
    examples: tuple[str, str]


# At the end of `blastema --help`.
FIRST_EXAMPLES = ("blastema train 🦎", "blastema grow runs/lizard-regenerating")
COMMANDS = {
    "train": Command(
        train,
        (
            "blastema train 🦎",
            "blastema train cat.jpg --background auto --experiment growing --fit 24 --pad 8 --steps 1000",
        ),
    ),
    "sweep": Command(
        sweep,
        (
            "blastema sweep 🦎 🎄 --experiment persistent regenerating --seed 0..1 --out sweeps/one",
            "blastema sweep 🦎 --set pool=64,256 --scheduler tcp://10.0.0.2:8786 --out sweeps/two",
        ),
    ),
    "target": Command(
        target,
        ("blastema target 🦎", "blastema target cat.jpg --background auto --fit 24 --pad 8 --out target.png"),
    ),
    "grow": Command(
        grow,
        (
            "blastema grow runs/lizard-regenerating --out lizard.gif",
            "blastema grow runs/lizard-regenerating --damage lower@200 --steps 500",
        ),
    ),
    "evaluate": Command(
        evaluate,
        (
            "blastema evaluate 🦎 --picture lizard.png",
            "blastema evaluate runs/lizard-regenerating --json lizard.json",
        ),
    ),
    "compress": Command(
        compress,
        (
            "blastema compress 🦎 --bytes 4000 --out small.safetensors",
            "blastema compress runs/lizard-regenerating --bits 6 --prune 0.25 --out small.safetensors",
        ),
    ),
    "swarm": Command(
        swarm,
        (
            "blastema swarm 🦎",
            "blastema swarm 🦎 --lost 0.1 --drift 0.3 --damage right --out swarm.gif",
        ),
    ),
    "play": Command(play, ("blastema play", "blastema play --train 🦎")),
    "site": Command(site, ("blastema site public", "blastema site public runs/lizard-regenerating")),
    "zoo": Command(zoo, ("blastema zoo", "blastema grow 🦎")),
    "figure": Command(figure, ("blastema figure teaser", "blastema figure all --quick --out figures")),
    "export": Command(
        export,
        (
            "blastema export 🦎 --to shadertoy --out lizard",
            "blastema export runs/lizard-regenerating --to onnx --out lizard.onnx",
        ),
    ),
    "import": Command(
        import_, ("blastema import model.json", "blastema import model.json --out runs/theirs.safetensors")
    ),
    "doctor": Command(doctor, ("blastema doctor", "blastema train 🦎 --engine numpy")),
}
