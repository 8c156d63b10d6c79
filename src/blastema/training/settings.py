"""Settings: the fields of a recipe that a run changes."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from blastema.errors import BlastemaError
from blastema.training.experiments import RECIPES
from blastema.training.recipe import RANGES, Recipe

# Not `steps` and `batch`, which `Config` has.
NAMES = tuple(name for name in RANGES if name not in ("steps", "batch"))


def checked_settings(recipe: str, settings: Any) -> dict[str, Any]:
    """Return those settings that differ from the recipe, in the recipe's order.

    Args:
        recipe: its name.
        settings: values by the name of a field.

    Raises:
        BlastemaError: a field is unknown, or a value has the wrong type or is out of range.
    """
    if not isinstance(settings, Mapping):
        raise BlastemaError(f"settings is {settings!r}; it must be a mapping from names to values")
    for name in settings:
        if name not in NAMES:
            where = f"; give {name} by itself" if name in RANGES else f"; choose from {', '.join(NAMES)}"
            raise BlastemaError(f"a recipe has no setting {name!r}{where}")
    named = RECIPES[recipe]
    whole = changed(named, settings)
    return {name: getattr(whole, name) for name in NAMES if getattr(whole, name) != getattr(named, name)}


def changed(recipe: Recipe, settings: Mapping[str, Any]) -> Recipe:
    """Return the recipe with these settings; without a batch among them, with the smallest, which fits any pool."""
    return dataclasses.replace(recipe, **{"batch": 1, **settings})
