"""Write docs/cli.md from the output of `--help`."""

import os
import subprocess
import sys

from blastema.cli.commands import COMMANDS
from generated_file import command_line, write_or_check


def help_text(command: str) -> str:
    """Return the output of `blastema COMMAND --help` on a terminal of 80 columns without colours."""
    environment = os.environ | {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}
    arguments = [sys.executable, "-m", "blastema", *command.split(), "--help"]
    run = subprocess.run(arguments, capture_output=True, check=True, env=environment)
    return "\n".join(line.rstrip() for line in run.stdout.decode("utf-8").strip().splitlines())


def page() -> str:
    """Return the page."""
    parts = ["# The command line\n\nWritten by `make docs` from the help of each command.\n"]
    parts += [
        f"## blastema {command}".rstrip() + f"\n\n```text\n{help_text(command)}\n```\n" for command in ("", *COMMANDS)
    ]
    return "\n".join(parts)


if __name__ == "__main__":
    chosen = command_line(__doc__).parse_args()
    write_or_check(chosen.path, page(), chosen.check)
