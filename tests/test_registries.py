"""Each choice is declared once: an entry that is added to a registry shows in help, choices, errors and documents."""

import dataclasses
import importlib.metadata
import importlib.util
import inspect
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from blastema import figures
from blastema.cli.commands import COMMANDS, Command
from blastema.cli.growth import parse_cut
from blastema.cli.main import main
from blastema.damage import DAMAGES, Damage
from blastema.diagnostics import examine
from blastema.engines import ENGINES, choose_engine
from blastema.engines.choice import EngineKind
from blastema.errors import BlastemaError
from blastema.figures.figure import Film
from blastema.formats import export, formats, registry
from blastema.rule import FILTERS, Rule
from blastema.training.experiments import EXPERIMENTS, RECIPES, Experiment
from blastema.training.recipe import Recipe
from blastema.training.run import Config
from blastema.training.trainer import Trainer
from blastema.training.validation import validation_score

PROJECT = Path(__file__).parents[1]
# Flags whose default depends on others, so that they have none of their own.
OTHERWISE = ("target", "recipe", "steps", "engine")


@pytest.fixture
def help_of(capsys, monkeypatch):
    """Return the help of a command, in one line without frames."""
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("NO_COLOR", "1")

    def text(*command):
        with pytest.raises(SystemExit):
            main([*command, "--help"])
        return " ".join(capsys.readouterr().out.replace("│", " ").split())

    return text


def test_a_command_is_in_help_and_on_its_page(help_of, monkeypatch):
    def dummy() -> None:
        """Do nothing at all."""

    monkeypatch.setitem(COMMANDS, "dummy", Command(dummy, ("blastema dummy", "blastema dummy")))
    assert "dummy Do nothing at all." in help_of()
    assert help_of("dummy").endswith("blastema dummy blastema dummy")
    writer = importlib.import_module("write_cli_docs")
    monkeypatch.setattr(writer, "help_text", lambda command: f"help of {command}")
    assert "## blastema dummy\n\n```text\nhelp of dummy\n```" in writer.page()


def test_a_format_is_in_help_errors_and_on_its_page(help_of, monkeypatch, tmp_path):
    dummy = dataclasses.replace(
        formats()["c"],
        name="dummy",
        suffix=".dum",
        help="a dummy",
        tolerance="none: it is a dummy",
        read=lambda path: None,
        recognise=lambda file: file.content == b"dummy",
        reads="dummy .dum",
        largest=3_000_000,
        sized="one cell",
        extra="fast",
        layouts=("up", "down"),
        signals=False,
    )
    monkeypatch.setattr(registry, "ALL", [*registry.ALL, dummy])
    text = help_of("export")
    assert ",dummy}" in text
    assert "dummy: a dummy; needs the extra [fast]" in text
    assert ", .dum for dummy;" in text
    assert "dummy (one cell)" in text
    assert "all of them; cell, distill, packed and dummy can hold one only" in text
    text = help_of("import")
    assert "or dummy .dum; recognised by its content" in text
    assert "channels-yx,up,down}" in text
    with pytest.raises(BlastemaError, match=r", dummy$"):
        export(None, "none", tmp_path / "a")
    (tmp_path / "a").write_bytes(b"dummy")
    assert registry.recognise(tmp_path / "a") == "dummy"
    writer = importlib.import_module("write_formats_docs")
    assert "| [dummy](#dummy) | yes | yes | | float exact" in writer.page("")
    assert "none: it is a dummy | 3 MB |" in writer.page("")


def test_an_experiment_is_in_help_and_can_be_trained_and_validated(help_of, monkeypatch):
    monkeypatch.setitem(EXPERIMENTS, "dummy", Experiment("seed", False, "to do nothing", "Nothing.", (2, 3), "red"))
    for command in ("train", "play"):
        assert f"{{{','.join(EXPERIMENTS)}}}" in help_of(command)
        assert ", to do nothing" in help_of(command)
    config = Config("disc", experiment="dummy", fit=4, pad=1, engine="numpy")
    trainer = Trainer(Rule(), EXPERIMENTS["dummy"], Recipe(), config.picture(), 0, choose_engine("numpy"))
    assert np.isfinite(validation_score(trainer, "dummy"))


def test_a_recipe_is_in_help(help_of, monkeypatch):
    monkeypatch.setitem(RECIPES, "dummy", Recipe(sentence="for dummies"))
    assert ",dummy}" in help_of("train")
    assert "dummy (for dummies)" in help_of("play")
    with pytest.raises(BlastemaError, match=r", dummy$"):
        Config("disc", recipe="none")


def test_the_flags_of_training_have_the_defaults_of_a_configuration():
    flags = inspect.signature(COMMANDS["train"].function).parameters
    shared = [field for field in dataclasses.fields(Config) if field.name in flags and field.name not in OTHERWISE]
    assert {"experiment", "batch", "seed", "fit"} <= {field.name for field in shared}
    assert [flags[field.name].default for field in shared] == [field.default for field in shared]


def test_a_damage_is_in_help_and_can_be_done(help_of, monkeypatch):
    monkeypatch.setitem(DAMAGES, "dummy", Damage("dummy", lambda draw, height, width: None, "one cell"))
    assert "dummy: one cell" in help_of("grow")
    assert parse_cut("dummy@3", 9) == (3, "dummy")
    with pytest.raises(BlastemaError, match=rf"{', '.join(DAMAGES)}$"):
        parse_cut("none", 9)


def test_an_engine_is_in_help_and_in_doctor(help_of, monkeypatch):
    kind = EngineKind(lambda: SimpleNamespace(name="dummy"), lambda engine: f"{engine.name} 1.0")
    monkeypatch.setitem(ENGINES, "dummy", kind)
    for command in ("train", "grow", "evaluate", "play"):
        assert f"{', '.join(list(ENGINES)[:-1])} or dummy" in help_of(command)
    assert examine()["Engines"]["dummy"] == "ready, dummy 1.0"
    assert Config("disc", engine="dummy").engine == "dummy"


def test_a_built_in_filter_is_in_the_table_of_the_model_page():
    page = (PROJECT / "docs/model.md").read_text("utf-8")
    for name in FILTERS:
        assert f"| `{name}`" in page, name


def test_each_format_has_a_section_of_its_page():
    page = (PROJECT / "docs/formats.md").read_text("utf-8")
    for name in formats():
        assert f"\n## {name}\n" in page, name


def test_a_figure_is_in_help(help_of, monkeypatch):
    module = ModuleType("blastema.figures.dummy")
    module.TRAINS, module.draw = True, lambda setting: None
    module.draw.__annotations__["return"] = Film
    monkeypatch.setitem(sys.modules, "blastema.figures.dummy", module)
    monkeypatch.setattr(figures, "NAMES", (*figures.NAMES, "dummy"))
    assert ", dummy; " in help_of("figure")


def test_doctor_lists_the_libraries_and_extras_of_the_package(monkeypatch):
    needed = ["numpy>=2", "dummy-one>=1", 'dummy.two[fast]>=2; extra == "dummy"']
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: needed)
    findings = examine()
    assert list(findings["Libraries"]) == ["numpy", "dummy-one"]
    assert findings["Libraries"]["dummy-one"] == "missing"
    assert findings["Extras"] == {"[dummy]": "not installed: pip install 'blastema[dummy]'"}
