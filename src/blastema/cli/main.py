"""The command `blastema`."""

import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any

import tyro

from blastema import __version__
from blastema.cli.doctor import doctor
from blastema.cli.evaluate import evaluate
from blastema.cli.export import export
from blastema.cli.figure import figure
from blastema.cli.grow import grow
from blastema.cli.import_ import import_
from blastema.cli.play import play
from blastema.cli.site import site
from blastema.cli.train import train
from blastema.cli.zoo import zoo
from blastema.errors import BlastemaError

DESCRIPTION = f"Grow pictures from a single cell. Blastema {__version__}"
COMMANDS: dict[str, Callable[..., Any]] = {
    "train": train, "grow": grow, "evaluate": evaluate, "play": play, "site": site,
    "zoo": zoo, "figure": figure, "export": export, "import": import_, "doctor": doctor,
}  # fmt: skip
# What each help text ends with: two commands to paste.
EXAMPLES = {
    "": ("blastema train 🦎", "blastema grow runs/lizard-regenerating"),
    "train": (
        "blastema train 🦎",
        "blastema train cat.jpg --background auto --experiment growing --fit 24 --pad 8 --steps 1000",
    ),
    "grow": (
        "blastema grow runs/lizard-regenerating --out lizard.gif",
        "blastema grow runs/lizard-regenerating --damage lower@200 --steps 500",
    ),
    "zoo": ("blastema zoo", "blastema grow 🦎"),
    "figure": ("blastema figure teaser", "blastema figure all --quick --out figures"),
    "export": (
        "blastema export 🦎 --to shadertoy --out lizard",
        "blastema export runs/lizard-regenerating --to onnx --out lizard.onnx",
    ),
    "import": ("blastema import model.json", "blastema import model.json --out runs/theirs.safetensors"),
    "evaluate": (
        "blastema evaluate 🦎 --picture lizard.png",
        "blastema evaluate runs/lizard-regenerating --json lizard.json",
    ),
    "play": (
        "blastema play",
        "blastema play --train 🦎",
    ),
    "site": ("blastema site public", "blastema site public runs/lizard-regenerating"),
    "doctor": ("blastema doctor", "blastema train 🦎 --engine numpy"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; a mistake of the user's is one line on standard error and exit code 2."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if arguments == ["--version"]:
        print(f"blastema {__version__}")
        return
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        run_command(arguments or ["--help"])
    except BlastemaError as error:
        print(f"blastema: {error}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        # A full disk, a file that another program took away: not the user's mistake, and no riddle either.
        print(f"blastema: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def run_command(arguments: Sequence[str]) -> None:
    """Parse the command line and call the command; help ends in commands to paste."""
    helped = any(argument in ("-h", "--help") for argument in arguments)
    try:
        tyro.extras.subcommand_cli_from_dict(
            COMMANDS, prog="blastema", description=DESCRIPTION, args=arguments, config=(tyro.conf.OmitArgPrefixes,)
        )
    except SystemExit:
        if helped:
            command = arguments[0] if arguments[0] in COMMANDS else ""
            print("\n".join(f"  {example}" for example in EXAMPLES[command]))
        raise
