"""`--set NAME=VALUE`: fields of the recipe and of the rule, as text."""

import dataclasses
from collections.abc import Sequence
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from blastema.errors import BlastemaError
from blastema.rule import Rule
from blastema.training.experiments import RECIPES
from blastema.training.recipe import Recipe
from blastema.training.settings import NAMES

# Signals are named by the targets.
OF_RULE = tuple(field.name for field in dataclasses.fields(Rule) if field.name != "signals")
# Flags of their own.
FLAGS = ("steps", "batch")


class Settings(NamedTuple):
    """What `--set` changes.

    Attributes:
        recipe, rule: values by the name of a field.
    """

    recipe: dict[str, Any]
    rule: dict[str, Any]


def parse_settings(texts: Sequence[str]) -> Settings:
    """Return the values in texts such as `pool=512`; whether they are in range is checked later.

    Raises:
        BlastemaError: a name is unknown or given twice, or a value cannot be read.
    """
    defaults, values = default_values(), {}
    for text in texts:
        name, equals, value = text.partition("=")
        if name in FLAGS:
            raise BlastemaError(f"--set {text} has a flag of its own; use --{name}")
        if name not in defaults or not equals:
            raise BlastemaError(f"--set {text} is not NAME=VALUE; NAME is one of {', '.join(defaults)}")
        if name in values:
            raise BlastemaError(f"--set gives {name} twice; give it once")
        try:
            values[name] = _value(type_of(name), value)
        except ValueError:
            example = f"--set {name}={as_text(defaults[name])}"
            raise BlastemaError(f"cannot read the value in --set {text}; write it as in {example}") from None
    recipe = {name: value for name, value in values.items() if name in NAMES}
    return Settings(recipe, {name: value for name, value in values.items() if name in OF_RULE})


def default_values() -> dict[str, Any]:
    """Return what can be set, with the values of the default recipe and rule."""
    recipe, rule = next(iter(RECIPES.values())), Rule()
    return {name: getattr(recipe, name) for name in NAMES} | {name: getattr(rule, name) for name in OF_RULE}


def as_text(value: Any) -> str:
    """Return a value as `--set` takes it.

    >>> as_text(((0, 0.004), (0.3, 0.002)))
    '0:0.004,0.3:0.002'
    """
    if not isinstance(value, tuple):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return ",".join(":".join(map(as_text, part)) if isinstance(part, tuple) else as_text(part) for part in value)


def type_of(name: str) -> Any:
    """Return the type of a field."""
    return get_type_hints(Recipe if name in NAMES else Rule)[name]


def _value(hint: Any, text: str, separator: str = ",") -> Any:
    """Return the value of this type in a text; parts are separated by commas, and inside these by colons."""
    if get_origin(hint) is tuple:
        parts, (first, *others) = text.split(separator), get_args(hint)
        hints = [first] * len(parts) if others == [...] else [first, *others]
        return tuple(_value(inner, part, ":") for inner, part in zip(hints, parts, strict=True))
    return hint(text) if hint in (int, float) else text.strip()
