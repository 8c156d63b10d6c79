"""Flags that a command takes over from another, declared and explained there alone."""

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Command = TypeVar("Command", bound=Callable[..., Any])


def with_flags_of(other: Callable[..., Any], names: Sequence[str]) -> Callable[[Command], Command]:
    """Return a decorator that puts flags of another command in place of a command's `**flags`.

    Args:
        other: a function whose parameters Tyro makes flags of, explained in the `Args` of its docstring.
        names: of the parameters that are taken over, with their defaults, annotations and explanations.
    """

    def decorate(command: Command) -> Command:
        own, others = inspect.signature(command), inspect.signature(other)
        kept = [parameter for parameter in own.parameters.values() if parameter.kind is not parameter.VAR_KEYWORD]
        taken = [others.parameters[name].replace(kind=inspect.Parameter.KEYWORD_ONLY) for name in names]
        command.__signature__ = own.replace(parameters=[*kept, *taken])  # type: ignore[attr-defined]
        command.__annotations__ = {parameter.name: parameter.annotation for parameter in (*kept, *taken)}
        command.__annotations__["return"] = own.return_annotation
        text = inspect.getdoc(other) or ""
        lines = [_explained(text, name) for name in names]
        command.__doc__ = "\n".join([inspect.getdoc(command) or "", *lines])
        return command

    return decorate


def _explained(text: str, name: str) -> str:
    """Return the lines of a docstring that explain an argument."""
    found = re.search(rf"^    {name}: .*(?:\n {{5,}}.*)*", text, re.M)
    if found is None:
        raise ValueError(f"{name} is not explained")
    return found[0]
