"""Flags that a command shares with another, declared and documented only there."""

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Command = TypeVar("Command", bound=Callable[..., Any])


def with_flags_of(source: Callable[..., Any], names: Sequence[str]) -> Callable[[Command], Command]:
    """Return a decorator that replaces a command's `**flags` by flags of another command.

    Args:
        source: the other command, with the flags documented in the `Args` of its docstring.
        names: names of the shared parameters; defaults, annotations and documentation are copied.
    """

    def decorate(command: Command) -> Command:
        own, shared = inspect.signature(command), inspect.signature(source)
        kept = [parameter for parameter in own.parameters.values() if parameter.kind is not parameter.VAR_KEYWORD]
        taken = [shared.parameters[name].replace(kind=inspect.Parameter.KEYWORD_ONLY) for name in names]
        command.__signature__ = own.replace(parameters=[*kept, *taken])  # type: ignore[attr-defined]
        command.__annotations__ = {parameter.name: parameter.annotation for parameter in (*kept, *taken)}
        command.__annotations__["return"] = own.return_annotation
        text = inspect.getdoc(source) or ""
        lines = [_documentation(text, name) for name in names]
        command.__doc__ = "\n".join([inspect.getdoc(command) or "", *lines])
        return command

    return decorate


def _documentation(text: str, name: str) -> str:
    """Return the lines of a docstring that document an argument."""
    match = re.search(rf"^    {name}: .*(?:\n {{5,}}.*)*", text, re.M)
    if match is None:
        raise ValueError(f"{name} is not documented")
    return match[0]
