"""One-line descriptions of invalid arguments.

Tyro parses the arguments. If it rejects them, they are compared with the command's signature here, because Tyro's own
messages fill a screen, name Python's types, and suggest the flags of other commands.
"""

import difflib
import inspect
import re
import types
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from tyro.conf import UseAppendAction

from blastema.cli.choices import flag_name

NUMBER = re.compile(r"-\.?\d")


class Argument(NamedTuple):
    """One argument of a command.

    Attributes:
        name: the flag, `--fire-rate`, or the metavar of a positional argument.
        type: type of a value, without None.
        many: any number of values can follow.
        needed: it has no default.
        positional: it has no flag.
    """

    name: str
    type: Any
    many: bool
    needed: bool
    positional: bool


def mistake_in(command: str, function: Callable[..., Any], given: Sequence[str]) -> str | None:
    """Return what is wrong with these arguments, or None if nothing can be told from the command's signature."""
    arguments = _arguments(function)
    flags = {argument.name: argument for argument in arguments if not argument.positional}
    switches = {name.replace("--", "--no-", 1): flag for name, flag in flags.items() if flag.type is bool}
    positional: list[str] = []
    seen: set[str] = set()
    tokens = list(given)
    while tokens:
        token = tokens.pop(0)
        if not _is_flag(token):
            positional.append(token)
            continue
        name, equals, value = token.partition("=")
        name = name.replace("_", "-")
        seen.add(name)
        argument = flags.get(name) or switches.get(name)
        if argument is None:
            near = difflib.get_close_matches(name, flags, 1)
            return f"{command} has no flag {name}" + (f", did you mean {near[0]}?" if near else "")
        values = [value] if equals else _values(argument, tokens)
        mistake = _mistake_of_flag(argument, values)
        if mistake:
            return mistake
    expected = [argument for argument in arguments if argument.positional]
    missing = [argument.name for argument in expected if argument.needed][len(positional) :]
    missing += [name for name, flag in flags.items() if flag.needed and name not in seen]
    if missing:
        return f"{command} needs {' and '.join(missing)}"
    if len(positional) > len(expected) and not any(argument.many for argument in expected):
        names = f"only {' and '.join(argument.name for argument in expected)}" if expected else "no arguments"
        return f"{command} takes {names}; {positional[len(expected)]!r} is one too many"
    return None


def _values(argument: Argument, tokens: list[str]) -> list[str]:
    """Take the values of a flag from the tokens that follow it."""
    most = 0 if argument.type is bool else len(tokens) if argument.many else 1
    values: list[str] = []
    while tokens and len(values) < most and not _is_flag(tokens[0]):
        values.append(tokens.pop(0))
    return values


def _mistake_of_flag(argument: Argument, values: list[str]) -> str | None:
    if argument.type is bool:
        return f"{argument.name} takes no value" if values else None
    if not values and not argument.many:
        return f"{argument.name} needs a value"
    return next(filter(None, (_mistake_of_value(argument, value) for value in values)), None)


def _mistake_of_value(argument: Argument, value: str) -> str | None:
    start = f"{argument.name} is {value!r}; it must be"
    if get_origin(argument.type) is Literal:
        choices = [str(choice) for choice in get_args(argument.type)]
        return None if value in choices else f"{start} one of {', '.join(choices)}"
    if argument.type not in (int, float):
        return None
    try:
        argument.type(value)
    except ValueError:
        return f"{start} a number" if argument.type is float else f"{start} a whole number{_whole(value)}"
    return None


def _whole(value: str) -> str:
    """Return `, such as 10000` for `1e4`."""
    try:
        number = float(value)
    except ValueError:
        return ""
    return f", such as {round(number)}" if abs(number) < 1e15 else ""


def _is_flag(token: str) -> bool:
    return token.startswith("-") and token != "-" and not NUMBER.match(token)


def _arguments(function: Callable[..., Any]) -> list[Argument]:
    """Return the arguments that the signature of a command declares."""
    hints = get_type_hints(function, include_extras=True)
    return [
        _argument(parameter, hints[name])
        for name, parameter in inspect.signature(function).parameters.items()
        if name in hints
    ]


def _argument(parameter: inspect.Parameter, hint: Any) -> Argument:
    kind, *extras = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(member for member in get_args(kind) if member is not type(None))
    several = get_origin(kind) is tuple
    positional = parameter.kind is parameter.POSITIONAL_ONLY
    metavar = next((extra.metavar for extra in extras if getattr(extra, "metavar", None)), parameter.name.upper())
    return Argument(
        metavar if positional else flag_name(parameter.name),
        get_args(kind)[0] if several else kind,
        # Not a flag that is repeated for each value.
        several and UseAppendAction not in extras,
        parameter.default is parameter.empty,
        positional,
    )
