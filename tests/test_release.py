"""What is released is complete and no more, and the files around it agree."""

import email
import importlib
import io
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.specifiers import SpecifierSet

from blastema import __version__

PROJECT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
# What an sdist has, beside its PKG-INFO.
RELEASED = ["native", "src", "pyproject.toml", "README.md", "CHANGELOG.md", "CITATION.cff", "CMakeLists.txt", "LICENSE"]
BUILD = "import sys; from scikit_build_core.build import build_sdist; print(build_sdist(sys.argv[1]))"


@pytest.fixture
def tools():
    """The modules of tools/ that check a release."""
    names = ("commands", "distributions", "project_files", "pythons")
    return SimpleNamespace(**{name: importlib.import_module(name) for name in names})


@pytest.fixture(scope="session")
def sdist(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdist")
    command = [sys.executable, "-c", BUILD, folder]
    built = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return folder / built.splitlines()[-1]


def test_the_sdist_is_what_builds_the_package_and_no_more(sdist, tools):
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *RELEASED]
    names = subprocess.run(listed, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    expected = {name for name in names.split("\0") if name and (PROJECT / name).exists()}
    assert tools.distributions.files_of(sdist).keys() == expected | {"PKG-INFO"}


def test_the_sdist_has_the_files_that_cmake_names(sdist, tools):
    cmake = (PROJECT / "CMakeLists.txt").read_text("utf-8").replace("${firmware}", "src/blastema/firmware")
    sources = set(re.findall(r"[\w/]+/\w+\.c(?:pp)?\b", cmake))
    assert len(sources) > 10
    assert sources <= tools.distributions.files_of(sdist).keys()


def test_an_sdist_with_a_picture_of_the_documents_or_too_large_is_refused(sdist, tools, tmp_path, monkeypatch):
    assert re.search(
        r"\d MB, \d+ files, \d+ of them pictures: .*native/ \(\d+\)", tools.distributions.check_sdist(sdist)
    )
    other = tmp_path / "other.tar.gz"
    with tarfile.open(sdist) as old, tarfile.open(other, "w:gz") as new:
        for member in old:
            new.addfile(member, old.extractfile(member))
        new.addfile(tarfile.TarInfo("blastema-0/docs/pictures/lizard.gif"), io.BytesIO())
    with pytest.raises(
        tools.commands.CheckError, match=r"pictures that the package does not need: docs/pictures/lizard\.gif"
    ):
        tools.distributions.check_sdist(other)
    monkeypatch.setitem(tools.distributions.LARGEST, ".gz", 1_000_000)
    with pytest.raises(tools.commands.CheckError, match=r"the limit in tools/distributions\.py is 1,000,000"):
        tools.distributions.check_sdist(sdist)


def test_the_page_on_pypi_has_no_link_into_the_checkout(sdist):
    with tarfile.open(sdist) as archive:
        (member,) = [member for member in archive if member.name.endswith("/PKG-INFO")]
        text = email.message_from_bytes(archive.extractfile(member).read()).get_payload()
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert "https://doi.org/10.23915/distill.00023" in links
    assert all(link.startswith("https://") for link in links)
    assert "<img" not in text
    assert "make grow" not in text
    assert "    pip install blastema\n" in text
    assert "pip install 'blastema[cluster]'" in text
    assert "pip install ." not in text
    assert "docs/" not in text
    assert "@software{blastema" in text


def test_the_pythons_of_classifiers_wheels_and_limits_are_the_same(tools):
    versions = tools.pythons.declared()
    admitted = SpecifierSet(PYPROJECT["project"]["requires-python"])
    assert versions == [f"3.{minor}" for minor in range(11, 11 + len(versions))]
    assert next(f"3.{minor}" for minor in range(30) if f"3.{minor}" in admitted) == versions[0]
    builds = [f"cp{version.replace('.', '')}-*" for version in versions]
    assert PYPROJECT["tool"]["cibuildwheel"]["build"] == builds
    ci, release = ((PROJECT / f".github/workflows/{name}.yml").read_text("utf-8") for name in ("ci", "release"))
    assert re.findall(r"\d\.\d+", re.search(r"python: \[(.*)\]", ci)[1]) == versions[1:]
    assert re.findall(r"^ +(3\.\d+)$", release, re.M) == versions[::-1]


def test_pythons_are_found_on_path_and_those_that_do_not_start_are_not(tools, tmp_path, monkeypatch):
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("PATH", str(tmp_path))
    this = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert tools.pythons.find(this) == Path(sys.executable)
    assert tools.pythons.find("3.99") is None
    broken = tmp_path / "python3.99"
    broken.write_text("#!/bin/sh\necho 'no such version' >&2\nexit 127\n", "utf-8")
    broken.chmod(0o755)
    assert tools.pythons.find("3.99") is None
    broken.write_text("#!/bin/sh\necho 3.99\n", "utf-8")
    assert tools.pythons.find("3.99") == broken


@pytest.mark.parametrize(
    ("name", "fitting"),
    [
        ("cp311-cp311-linux_x86_64", ["3.11"]),
        ("cp312-abi3-linux_x86_64", ["3.12", "3.13", "3.14", "3.15"]),
        ("cp312-abi3-win_amd64", []),
    ],
)
def test_a_wheel_is_taken_for_the_pythons_that_can_install_it(tools, name, fitting, monkeypatch):
    monkeypatch.setattr(tools.distributions, "platform_tags", lambda: ["linux_x86_64"])
    wheel = Path(f"blastema-0.1.0-{name}.whl")
    assert [v for v in ("3.11", "3.12", "3.13", "3.14", "3.15") if tools.distributions.suits(wheel, v)] == fitting


def test_changelog_citation_and_version_agree(tools):
    assert tools.project_files.version(PROJECT) == __version__
    assert tools.project_files.mistakes(PROJECT) == []


@pytest.fixture
def project(tmp_path):
    """A project that is ready for its release, without an address."""
    (tmp_path / "src/blastema").mkdir(parents=True)
    (tmp_path / "src/blastema/_version.py").write_text('__version__ = "1.2.0"\n', "utf-8")
    (tmp_path / "pyproject.toml").write_text('[project.urls]\nArticle = "https://doi.org/x"\n', "utf-8")
    changes = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2027-01-31\n\n### Added\n\n- This.\n"
    (tmp_path / "CHANGELOG.md").write_text(changes, "utf-8")
    (tmp_path / "CITATION.cff").write_text("title: x\nversion: 1.2.0\ndate-released: 2027-01-31\n", "utf-8")
    return tmp_path


def test_a_project_that_is_ready_can_be_released(tools, project):
    assert tools.project_files.mistakes(project) == []
    assert tools.project_files.unready(project, "v1.2.0") == []


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("CHANGELOG.md", "[Unreleased]", "1.3, unreleased", "the first section must be ## [Unreleased]"),
        ("CHANGELOG.md", "2027-01-31", "January", "must be ## [VERSION] - YYYY-MM-DD"),
        ("CHANGELOG.md", "### Added", "### New", "no section of Keep a Changelog: New"),
        ("CHANGELOG.md", "- This.", "[1.2.0]: https://x/y", "pyproject.toml declares no Repository"),
        ("CITATION.cff", "1.2.0", "1.1.0", "CITATION.cff: version must be 1.2.0"),
        ("CITATION.cff", "title: x", "repository-code: https://x", "pyproject.toml declares no Repository"),
        ("pyproject.toml", "Article", "Repository", "CITATION.cff: repository-code must be https://doi.org/x"),
        ("pyproject.toml", "Article", "Repository", "[1.2.0] needs a link that begins with https://doi.org/x/"),
    ],
)
def test_files_that_do_not_agree_are_named(tools, project, name, old, new, says):
    path = project / name
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    assert says in "\n".join(tools.project_files.mistakes(project))


@pytest.mark.parametrize(
    ("tag", "name", "old", "new", "says"),
    [
        ("v1.3.0", "CITATION.cff", "", "", "the tag is v1.3.0, but src/blastema/_version.py has 1.2.0"),
        ("v1.2.0", "CHANGELOG.md", "[1.2.0]", "[1.1.0]", "one section must be ## [1.2.0] - YYYY-MM-DD"),
        ("v1.2.0", "CITATION.cff", "01-31", "02-01", "date-released must be the date of this version"),
        ("v1.2.0", "CITATION.cff", "date-released: 2027-01-31", "", "date-released must be the date of this version"),
    ],
)
def test_a_tag_is_released_only_when_everything_is_ready(tools, project, tag, name, old, new, says):
    path = project / name
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    assert says in "\n".join(tools.project_files.unready(project, tag))
