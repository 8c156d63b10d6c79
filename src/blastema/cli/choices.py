"""Flags whose choices or help come from a registry. They are filled in when the command is parsed, not before.

Most registries need NumPy, which would double the time until `blastema --help` answers.
"""

import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from types import NoneType
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from tyro.conf import arg


class FromRegistry(NamedTuple):
    """Annotates a parameter of a command.

    Attributes:
        text: replaces `{parameter}` in the docstring of the command.
        names: the only values of the flag; any if None.
    """

    text: Callable[[], str]
    names: Callable[[], Iterable[str]] | None = None


def filled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the command with choices and help from the registries."""
    hints, text = get_type_hints(function, include_extras=True), inspect.getdoc(function) or ""
    for name, hint in hints.items():
        marker = next((extra for extra in _extras(hint) if isinstance(extra, FromRegistry)), None)
        if marker:
            # Further lines belong to the same argument.
            text = text.replace(f"{{{name}}}", marker.text().replace("\n", "\n" + " " * 8))
            hints[name] = _limited(hint, tuple(marker.names())) if marker.names else hint
    signature = inspect.signature(function)

    @functools.wraps(function)
    def command(*positional: Any, **flags: Any) -> Any:
        return function(*positional, **flags)

    # Otherwise Tyro would inspect the original function.
    del command.__wrapped__
    command.__doc__, command.__annotations__ = text, hints
    parameters = [value.replace(annotation=hints.get(name, Any)) for name, value in signature.parameters.items()]
    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return command


def listed(words: Sequence[str], last: str = "or") -> str:
    """Return words as a list in a sentence.

    >>> listed(["native", "numpy", "jax"])
    'native, numpy or jax'
    """
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def flag_name(parameter: str) -> str:
    """Return the flag of a parameter of a command; a name that Python reserves ends in `_`.

    >>> flag_name("fire_rate"), flag_name("from_")
    ('--fire-rate', '--from')
    """
    return f"--{parameter.strip('_').replace('_', '-')}"


def _extras(hint: Any) -> tuple[Any, ...]:
    return get_args(hint)[1:] if get_origin(hint) is Annotated else ()


def _limited(hint: Any, names: tuple[str, ...]) -> Any:
    """Return the annotation of a flag that takes these names only."""
    kind, extras = get_args(hint)[0], list(_extras(hint))
    choices: Any = Literal[names]
    if NoneType in get_args(kind):
        # Tyro would show None as one of the choices.
        metavar = f"{{{','.join(names)}}}"
        extras = [_with_metavar(extra, metavar) for extra in extras] or [arg(metavar=metavar)]
        choices = choices | None
    return Annotated[choices, *extras]


def _with_metavar(extra: Any, metavar: str) -> Any:
    """Return the result of `tyro.conf.arg` with another metavar; other annotations are returned unchanged."""
    return dataclasses.replace(extra, metavar=metavar) if dataclasses.is_dataclass(extra) else extra  # type: ignore[type-var]
