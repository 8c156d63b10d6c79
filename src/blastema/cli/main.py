"""The command `blastema`."""

import signal
import sys
from collections.abc import Sequence

import tyro

from blastema import __version__
from blastema.cli.doctor import doctor
from blastema.cli.grow import grow
from blastema.cli.train import train
from blastema.errors import BlastemaError

DESCRIPTION = f"""Grow pictures from a single cell. Blastema {__version__}

  blastema train 🦎
  blastema grow runs/lizard-regenerating
"""


def app() -> tyro.extras.SubcommandApp:
    """Return the commands; the documentation of the command line is made from it too."""
    commands = tyro.extras.SubcommandApp()
    for command in (train, grow, doctor):
        commands.command(command)
    return commands


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; a mistake of the user's is one line on standard error and exit code 2."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if arguments == ["--version"]:
        print(f"blastema {__version__}")
        return
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        app().cli(
            prog="blastema",
            description=DESCRIPTION,
            args=arguments or ["--help"],
            config=(tyro.conf.OmitArgPrefixes, tyro.conf.HelptextFromCommentsOff),
        )
    except BlastemaError as error:
        print(f"blastema: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
