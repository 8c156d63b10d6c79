"""Parse the command line: return the call to make, or raise a one-line error."""

import contextlib
import difflib
import functools
import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import tyro

from blastema._version import __version__
from blastema.cli.choices import filled
from blastema.cli.commands import COMMANDS, FIRST_EXAMPLES
from blastema.cli.mistakes import mistake_in
from blastema.errors import BlastemaError

DESCRIPTION = f"Grow pictures from a single cell. Blastema {__version__}"
CONFIG = (tyro.conf.OmitArgPrefixes,)


def parse(arguments: Sequence[str]) -> Callable[[], Any]:
    """Return the call that the arguments describe; if they ask for help, print it and exit.

    Raises:
        BlastemaError: there is no such command, or its arguments are invalid.
    """
    name, *rest = arguments
    if name in COMMANDS:
        return _parse_command(name, rest)
    if name in ("-h", "--help") or name.startswith("--tyro-"):
        # The help shows only the first line of each command; shell completion needs the choices, too.
        prepared = filled if name.startswith("--tyro-") else lambda function: function
        functions = {known: prepared(command.function) for known, command in COMMANDS.items()}
        with _with_examples(FIRST_EXAMPLES):
            tyro.extras.subcommand_cli_from_dict(
                functions, prog="blastema", description=DESCRIPTION, args=arguments, config=CONFIG
            )
    if name.startswith("-"):
        raise BlastemaError(f"a command comes first, such as blastema grow; {name} is not one")
    near = difflib.get_close_matches(name, COMMANDS, 1)
    advice = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(COMMANDS)}"
    raise BlastemaError(f"there is no command {name!r}; {advice}")


def _parse_command(name: str, arguments: Sequence[str]) -> Callable[[], Any]:
    function = filled(COMMANDS[name].function)

    # Tyro only parses, so that errors of the command itself are not reported as invalid arguments.
    @functools.wraps(function)
    def deferred(*positional: Any, **flags: Any) -> Callable[[], Any]:
        return functools.partial(function, *positional, **flags)

    complaint = io.StringIO()
    try:
        with _with_examples(COMMANDS[name].examples), contextlib.redirect_stderr(complaint):
            return tyro.cli(deferred, prog=f"blastema {name}", args=arguments, config=CONFIG)
    except SystemExit as stop:
        if not stop.code:
            raise
        message = mistake_in(name, function, arguments) or _in_one_line(complaint.getvalue())
        advice = f"see blastema {name} --help"
        raise BlastemaError(f"{message} {advice}" if message.endswith("?") else f"{message}; {advice}") from None


@contextlib.contextmanager
def _with_examples(examples: Sequence[str]) -> Any:
    """Print the examples after a help text."""
    try:
        yield
    except SystemExit as stop:
        if not stop.code:
            print("\n".join(f"  {example}" for example in examples))
        raise


def _in_one_line(complaint: str) -> str:
    """Return Tyro's message without its box and its last sentence."""
    text = " ".join(re.sub(r"[\u2500-\u257f]", " ", complaint).split())
    return text.partition(" For full helptext")[0]
