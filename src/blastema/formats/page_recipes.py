"""What the page's trainer takes from Python's: the recipes, and the numbers that training shares with them."""

import json
from dataclasses import asdict
from typing import Any

from blastema import damage
from blastema.analysis.regeneration import APART
from blastema.analysis.subject import EXPLODED_LOG_LOSS, GROWN, LEAST
from blastema.targets import bridge, image, place
from blastema.targets.target import FAINT, PAD
from blastema.training import collapse, milestone, optimiser, run, validation
from blastema.training.experiments import EXPERIMENTS, RECIPES


def recipes_file() -> bytes:
    """Return the content of `recipes.json`."""
    content = {
        "recipes": {name: asdict(recipe) for name, recipe in RECIPES.items()},
        "experiments": {name: asdict(experiment) for name, experiment in EXPERIMENTS.items()},
        "damage": _lower(damage, "MIDDLE_HALF", "MIDDLE_QUARTER", "RADIUS", "HALF_SIDE"),
        "optimiser": _lower(optimiser, "LEAST_LENGTH", "POLYNOMIAL", "TIMES", "REACH", "MATRICES"),
        "collapse": _lower(collapse, "JUMP", "STAYS", "LOOKS_BACK") | _lower(run, "PATIENCE"),
        "milestone": _lower(milestone, "COUNT", "SHORTEST_STAGE"),
        "validation": _lower(validation, "ORGANISMS", "AFTER", "CUTS_IN_A_ROW", "CUTS")
        | {"grown": GROWN, "apart": APART, "exploded_log_loss": EXPLODED_LOG_LOSS, "least": LEAST},
        "place": _lower(place, "ROOTED", "GOOD_ROOTS", "MARGIN", "OPAQUE") | {"pad": PAD, "faint": FAINT},
        "background": _lower(image, "BEGINS", "FULLY", "MOST_PIXELS"),
        "bridge": _lower(bridge, "LEAP", "BRIDGE", "SHOWS", "FEWEST", "SMALLEST", "LARGEST_BRIDGED"),
    }
    # Line by line, since the page's one script holds it.
    return json.dumps(content, indent=1).encode()


def _lower(module: Any, *names: str) -> dict[str, Any]:
    """Return constants of a module, by their names in small letters."""
    return {name.lower(): getattr(module, name) for name in names}
