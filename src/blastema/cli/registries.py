"""Choices and help of flags, from the registries. Read when the command is parsed, see `choices`."""

from blastema.cli.choices import FromRegistry, listed


def _engines() -> str:
    from blastema.engines import ENGINES

    return listed(list(ENGINES))


def _devices() -> str:
    from blastema.engines import ENGINES

    able = listed([f"--engine {name}" for name, kind in ENGINES.items() if kind.over])
    return f"number of devices that share the work, for {able}; see docs/scaling.md"


def _damages() -> str:
    from blastema.damage import DAMAGES

    return "\n".join(f"{name}: {damage.sentence}" for name, damage in DAMAGES.items())


def _experiments() -> str:
    from blastema.training.experiments import EXPERIMENTS

    return ", ".join(experiment.sentence for experiment in EXPERIMENTS.values())


def _experiment_names() -> list[str]:
    from blastema.training.experiments import EXPERIMENTS

    return list(EXPERIMENTS)


def _recipes() -> str:
    from blastema.training.experiments import RECIPES

    usual = next(iter(RECIPES.values()))
    return ", ".join(
        f"{name} ({recipe.sentence}"
        + (f", {recipe.steps} steps" if recipe.steps != usual.steps else "")
        + (f" in batches of {recipe.batch})" if recipe.batch != usual.batch else ")")
        for name, recipe in RECIPES.items()
    )


def _recipe_names() -> list[str]:
    from blastema.training.experiments import RECIPES

    return list(RECIPES)


def _settings() -> str:
    from blastema.cli.settings import as_text, default_values

    return "\n".join(f"{name}={as_text(value)}" for name, value in default_values().items())


def _formats() -> str:
    from blastema.formats import formats

    needs = {name: f"; needs the extra [{form.extra}]" if form.extra else "" for name, form in formats().items()}
    return "\n".join(f"{name}: {form.help}{needs[name]}" for name, form in formats().items())


def _format_names() -> list[str]:
    from blastema.formats import formats

    return list(formats())


def _suffixes() -> str:
    from blastema.formats import formats

    files = ", ".join(f"{form.suffix} for {name}" for name, form in formats().items() if form.suffix)
    return f"{files}; a folder for {listed([name for name, form in formats().items() if not form.suffix], 'and')}"


def _sizes() -> str:
    from blastema.formats import formats

    return listed([f"{name} ({form.sized})" for name, form in formats().items() if form.sized], "and")


def _one_body() -> str:
    from blastema.formats import formats

    return listed([name for name, form in formats().items() if not form.signals], "and")


def _files() -> str:
    from blastema.formats import formats

    return listed([form.reads for form in formats().values() if form.reads], "or")


def _layouts() -> list[str]:
    from blastema.formats import formats

    return [layout for form in formats().values() for layout in form.layouts]


def _figures() -> str:
    from blastema.figures import NAMES, trains

    return f"{', '.join(NAMES)}; {listed([name for name in NAMES if trains(name)], 'and')} train a lizard first"


def trouble(name: str) -> FromRegistry:
    """Return the help of a trouble of `blastema swarm`."""

    def sentence() -> str:
        from blastema.swarm import TROUBLES

        kind = TROUBLES[name]
        return f"{kind.sentence}, 0 to {kind.largest:g}"

    return FromRegistry(sentence)


ENGINE, DEVICES = FromRegistry(_engines), FromRegistry(_devices)
DAMAGE = FromRegistry(_damages)
EXPERIMENT = FromRegistry(_experiments, _experiment_names)
RECIPE = FromRegistry(_recipes, _recipe_names)
SETTINGS = FromRegistry(_settings)
FORMAT = FromRegistry(_formats, _format_names)
OUT, SIZE, FILE = FromRegistry(_suffixes), FromRegistry(_sizes), FromRegistry(_files)
ONE_BODY = FromRegistry(_one_body)
LAYOUT = FromRegistry(lambda: "", _layouts)
FIGURE = FromRegistry(_figures)
