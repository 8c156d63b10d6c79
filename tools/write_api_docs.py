"""Write docs/api.md, the list of public names that the site documents."""

import importlib
import inspect

import blastema
from generated_file import command_line, write_or_check

INTRODUCTION = """\
# Python

Written by `tools/write_api_docs.py`. Names of the package itself, and what trainings and measurements use beside them.

"""
# Beside the names of the package itself.
MORE = {
    "Trainings": ["training.run.Config", "training.run.Run", "training.recipe.Recipe", "training.trainer.Report"],
    "Pictures": ["render.picture.picture", "render.picture.save", "render.animation.save_animation"],
    "Swarms": ["swarm.Swarm", "swarm.Troubles"],
}


def home(name: str) -> str:
    """Return the full name of a public name, where it is defined."""
    value = getattr(blastema, name)
    module = getattr(value, "__module__", None)
    # A type alias or a function of a package is documented where users import it from.
    return f"{module}.{name}" if module and hasattr(importlib.import_module(module), name) else f"blastema.{name}"


def page() -> str:
    """Return the page.

    Raises:
        SystemExit: a public name has no docstring.
    """
    sections = {"blastema": [home(name) for name in blastema.__all__]}
    sections |= {title: [f"blastema.{name}" for name in names] for title, names in MORE.items()}
    parts = [
        f"## {title}\n\n" + "\n\n".join(f"::: {name}" for name in names) + "\n" for title, names in sections.items()
    ]
    for name in (name for names in sections.values() for name in names):
        module, _, own = name.rpartition(".")
        if not inspect.getdoc(getattr(importlib.import_module(module), own)):
            raise SystemExit(f"{name} has no docstring")
    return INTRODUCTION + "\n".join(parts)


if __name__ == "__main__":
    chosen = command_line(__doc__).parse_args()
    write_or_check(chosen.path, page(), chosen.check)
