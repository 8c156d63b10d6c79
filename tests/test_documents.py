"""What the documents say is so."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
README = (PROJECT / "README.md").read_text("utf-8")
PAGES = sorted([PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *(PROJECT / "docs").rglob("*.md")])


def test_the_python_of_the_readme_runs(tmp_path, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.S)
    exec(compile(code, "README.md", "exec"), {"directory": tmp_path / "run"})
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 51
    assert printed[-1] == "(20, 20, 16)"


def test_the_first_two_commands_of_the_readme_are_those_of_the_makefile():
    commands = re.findall(r"^    (.+)$", README, re.M)
    assert commands[:2] == ["make grow", "make test"]
    rules = (PROJECT / "Makefile").read_text("utf-8")
    assert all(re.search(rf"^{command.split()[1]}:", rules, re.M) for command in commands[:2])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    text = page.read_text("utf-8")
    found = re.findall(r"\]\(([^)#]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    for link in found:
        assert link.startswith("https://") or (page.parent / link).exists(), link


def test_every_test_that_fidelity_names_exists():
    tests = "\n".join(path.read_text("utf-8") for path in (PROJECT / "tests").glob("*.py"))
    named = re.findall(r"`(test_\w+)`", (PROJECT / "docs/fidelity.md").read_text("utf-8"))
    assert len(named) > 10
    for name in named:
        assert f"def {name}(" in tests, name
