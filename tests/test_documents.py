"""What the documents say is so."""

import inspect
import re
import shlex
import tomllib
from pathlib import Path

import numpy as np
import pytest

from blastema import Rule, load
from blastema.cli.choices import flag_name
from blastema.cli.commands import COMMANDS, FIRST_EXAMPLES
from blastema.engines import choose_engine
from blastema.formats import distill, onnx, shadertoy, tfjs_constants
from blastema.hosting import server
from blastema.io.tensors import LARGEST_HEADER
from blastema.rule import alive, fires, initial_weights, perceive, seed_batch
from blastema.rule.signal import LONGEST_SIGNAL, MOST_SIGNALS
from blastema.targets.emoji import characters
from blastema.training.experiments import EXPERIMENTS, RECIPES

PROJECT = Path(__file__).resolve().parents[1]
README = (PROJECT / "README.md").read_text("utf-8")
MAKEFILE = (PROJECT / "Makefile").read_text("utf-8")
PAGES = sorted([PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *(PROJECT / "docs").rglob("*.md")])
PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(PROJECT).as_posix())
EXAMPLES = [*FIRST_EXAMPLES, *(example for command in COMMANDS.values() for example in command.examples)]
# Folders that a page may name a file from.
ROOTS = [PROJECT, PROJECT / "src/blastema"]


def shown(text: str) -> list[str]:
    """Return what a page shows as code outside of its longer listings: inline, or indented by four spaces."""
    text = re.sub(r"```.*?```", "", text, flags=re.S)
    lines = [line.split("  #")[0].strip() for line in re.findall(r"^    (?! )(.+)$", text, re.M)]
    return lines + [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", text)]


def commands_of(text: str) -> list[str]:
    """Return the commands of Blastema that a text shows."""
    return [code for code in shown(text) if code.startswith("blastema ")]


def flags_of(command: str) -> set[str]:
    """Return the flags of a subcommand, such as --fire-rate."""
    names = [flag_name(name) for name in inspect.signature(COMMANDS[command].function).parameters]
    return {*names, *(name.replace("--", "--no-", 1) for name in names)}


def test_the_python_of_the_readme_runs_as_printed(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", README, re.S)
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out == "(20, 20, 16)\n"
    assert load("tree.safetensors") == load("runs/tree-growing")
    assert len(Path("runs/tree-growing/log.jsonl").read_text("utf-8").splitlines()) == 50


def test_the_first_two_commands_of_the_readme_are_make_grow_and_make_test():
    assert re.findall(r"^    (.+)$", README, re.M)[:2] == ["make grow", "make test"]


def test_the_readme_is_short():
    assert README.count("\n") < 90


@PAGE
def test_links_lead_somewhere(page):
    # A listing has no links: what looks like one is a program's.
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S)
    links = re.findall(r"\]\(([^)#]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    # What `make site` puts beside the pages.
    built = {
        f"dishes/{name}.html?embed" for name in re.findall(r"(\S+)=\S+", re.search(r"DISHES := (.*)", MAKEFILE)[1])
    }
    for link in links:
        assert link.startswith("https://") or link in built or (page.parent / link).exists(), link


@PAGE
def test_commands_and_flags_that_a_page_shows_exist(page):
    text = page.read_text("utf-8")
    for command in commands_of(text):
        _, name, *arguments = command.split()
        assert name in COMMANDS, command
        assert {word for word in arguments if word.startswith("--")} <= flags_of(name), command
    known = set().union(*map(flags_of, COMMANDS))
    for code in shown(text):
        if re.fullmatch(r"--[a-z]\S*( .*)?", code):
            assert code.split()[0] in known, code


def test_the_examples_of_help_have_flags_that_exist():
    for command in EXAMPLES:
        _, name, *arguments = command.split()
        assert {word for word in arguments if word.startswith("--")} <= flags_of(name), command


@PAGE
def test_make_targets_files_and_tests_that_a_page_names_exist(page):
    rules = (PROJECT / "Makefile").read_text("utf-8")
    tests = "\n".join(path.read_text("utf-8") for path in (PROJECT / "tests").glob("*.py"))
    for code in shown(page.read_text("utf-8")):
        if code.startswith("make "):
            for target in (word for word in shlex.split(code)[1:] if "=" not in word):
                assert re.search(rf"^{target}:", rules, re.M), code
        for path in re.findall(r"(?:^|\s)((?:[a-z_.-]+/)+(?:[\w*-]+\.\w+)?)(?=$|[\s:])", code):
            if path.split("/")[0] not in {"runs", "figures", "dist", "build"}:
                # NAME stands for what the reader adds.
                pattern = path.replace("NAME", "*")
                assert any(list(root.glob(pattern)) for root in ROOTS), path
        for name in re.findall(r"\btest_\w+\b(?!\.py)", code):
            assert f"def {name}(" in tests, name


def test_every_departure_in_fidelity_names_a_test_or_a_golden_vector():
    rows = (PROJECT / "docs/fidelity.md").read_text("utf-8").split("| --- |\n", 1)[1].split("\n\n")[0].splitlines()
    assert len(rows) > 10
    for row in rows:
        assert re.search(r"`test_\w+`|golden vector", row), row


def test_the_readme_counts_what_there_is():
    extras = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    (line,) = re.findall(r"^Extras: (.*);", README, re.M)
    assert re.findall(r"\[(\w+)\]", line) == list(extras)
    assert f"any of {len(characters()):,} emoji" in README
    assert f"`--experiment {' | '.join(EXPERIMENTS)}`" in README
    assert f"blastema train 🦎                           # {RECIPES['blastema'].steps} training steps" in README


def test_the_dependencies_are_those_that_the_page_gives_reasons_for():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    page = (PROJECT / "docs/decisions/dependencies.md").read_text("utf-8")
    (core,) = re.findall(r"^The core is (.*)\.$", page, re.M)
    assert set(re.findall(r"\w+", core)) - {"and"} == {re.split(r"[>=]", name)[0] for name in project["dependencies"]}
    assert set(re.findall(r"`\[(\w+)\]`", page)) == set(project["optional-dependencies"])


def test_limits_that_pages_name_are_those_of_the_code():
    formats = " ".join((PROJECT / "docs/formats.md").read_text("utf-8").split())
    assert tfjs_constants.MOST_WEIGHT_BYTES == 64_000_000
    assert LARGEST_HEADER == 1_000_000
    assert "its weights up to 64 MB; the header of a safetensors file up to 1 MB" in formats
    assert f"opset {onnx.OPSET}, IR version {onnx.IR_VERSION}" in formats
    assert f"at most {distill.LARGEST_SCALE:.0e}".replace("+", "") in formats
    assert f"canvas of {shadertoy.CANVAS[1]}x{shadertoy.CANVAS[0]}" in formats
    assert f"Limits: {shadertoy.MOST_CHANNELS} channels; {shadertoy.MOST_SIGNALS} signals" in formats
    model = " ".join((PROJECT / "docs/model.md").read_text("utf-8").split())
    assert f"at most {MOST_SIGNALS} signals. A name has 1 to {LONGEST_SIGNAL} printable characters" in model
    page = " ".join((PROJECT / "docs/decisions/server.md").read_text("utf-8").split())
    assert (server.SECONDS, server.LARGEST_REQUEST, server.MOST_CONNECTIONS) == (10, 128 * 1024, 100)
    assert "within ten seconds and 128 kB in all, a hundred at a time" in page


def test_the_recipe_page_has_the_numbers_of_the_recipes():
    page = (PROJECT / "docs/recipe.md").read_text("utf-8")
    for column, name in ((1, "article"), (2, "blastema")):
        recipe = RECIPES[name]
        rates = ", ".join(
            (f"from {begin:.0%} ".replace("%", " %") if begin else "") + f"{rate:.0e}".replace("e-0", "e-")
            for begin, rate in recipe.learning_rates
        )
        rows = {
            cells[0]: cells for cells in (line.strip("| ").split(" | ") for line in page.splitlines() if "|" in line)
        }
        assert rows["learning rate"][column].replace("of the steps ", "") == rates
        assert re.match(r"\d+", rows["pool"][column])[0] == str(recipe.pool)
        damages = rows["damages of the three best of a batch"][column]
        assert [word for word in ("disc", "half", "square") if word in damages] == list(recipe.damages)
    begin, times = RECIPES["long"].longer
    assert f"rollouts {times} times as long from {begin:.0%}".replace("%", " %") in page


def test_a_rule_has_as_many_numbers_as_the_model_page_says():
    weights = initial_weights(np.random.default_rng(0))
    assert f"{sum(tensor.size for tensor in weights):,} numbers" in (PROJECT / "docs/model.md").read_text("utf-8")


def test_of_a_grown_lizard_one_cell_in_eleven_acts_and_a_quarter_of_its_units_are_not_zero():
    organism, rule = load("🦎"), Rule()
    states = choose_engine().grow(rule, organism.weights, seed_batch([0], 72, 72, 16), 200).states
    act = alive(states, rule.alive_threshold, rule.edge)[..., 0] & fires(np.uint32([0]), np.uint32([200]), 72, 72, 0.5)
    assert 1 / 13 < act.mean() < 1 / 9
    hidden = (
        perceive(states, rule.filters, 0.0, rule.edge)[act] @ organism.weights.hidden_weight
        + organism.weights.hidden_bias
    )
    assert 0.19 < (hidden > 0).mean() < 0.31
