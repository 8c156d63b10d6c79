"""Checks of the files around the package: versions, changelog, citation, workflows."""

import re
import tomllib
from pathlib import Path

from commands import CheckError, run
from pythons import PROJECT

# Files to check, and the schema of each, by the name that check-jsonschema has for it.
SCHEMAS = {
    "CITATION.cff": "citation-file-format",
    ".github/dependabot.yml": "dependabot",
    ".github/ISSUE_TEMPLATE/*.yml": "github-issue-forms",
    ".github/workflows/*.yml": "github-workflows",
}
# Sections of Keep a Changelog 1.1.0.
SECTIONS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
# The platforms that get wheels with the native engine; names of cibuildwheel.
PLATFORMS = {"linux": ["x86_64", "aarch64"], "macos": ["x86_64", "arm64"]}


def check(tools: Path, tag: str | None = None) -> list[str]:
    """Return what was checked, in words; with a tag, also that everything is ready for its release.

    Raises:
        CheckError: a file is wrong.
    """
    for pattern, schema in SCHEMAS.items():
        run(tools / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", *sorted(PROJECT.glob(pattern)))
    run(tools / "zizmor", "--offline", "--quiet", PROJECT / ".github")
    wheels = [build for platform in PLATFORMS for build in builds(tools, platform)]
    problems = mistakes(PROJECT) + (unready(PROJECT, tag) if tag else [])
    if problems:
        raise CheckError("\n".join(problems))
    return [f"version {version(PROJECT)}", f"{len(wheels)} builds of cibuildwheel"]


def builds(tools: Path, platform: str) -> list[str]:
    """Return what cibuildwheel would build on the machines of a platform."""
    printed = [
        run(tools / "cibuildwheel", "--print-build-identifiers", "--platform", platform, "--archs", arch, PROJECT)
        for arch in PLATFORMS[platform]
    ]
    return " ".join(printed).split()


def version(project: Path) -> str:
    """Return the version of the package, where it is declared."""
    (declared,) = re.findall(r'__version__ = "(.+)"', (project / "src/blastema/_version.py").read_text("utf-8"))
    return str(declared)


def mistakes(project: Path) -> list[str]:
    """Return what is wrong in CHANGELOG.md and CITATION.cff, at any time."""
    changelog, citation = (project / name for name in ("CHANGELOG.md", "CITATION.cff"))
    changes, cited = changelog.read_text("utf-8"), citation.read_text("utf-8")
    found = []
    releases = re.findall(r"^## (.*)$", changes, re.M)
    if releases[:1] != ["[Unreleased]"]:
        found.append("CHANGELOG.md: the first section must be ## [Unreleased]")
    found += [
        f"CHANGELOG.md: ## {title} must be ## [VERSION] - YYYY-MM-DD"
        for title in releases[1:]
        if not re.fullmatch(r"\[\d+\.\d+\.\d+\S*\] - \d{4}-\d\d-\d\d", title)
    ]
    if unknown := set(re.findall(r"^### (.*)$", changes, re.M)) - SECTIONS:
        found.append(f"CHANGELOG.md: no section of Keep a Changelog: {', '.join(sorted(unknown))}")
    if f"\nversion: {version(project)}\n" not in cited:
        found.append(f"CITATION.cff: version must be {version(project)}, as in src/blastema/_version.py")
    return found + wrong_addresses(project, changes, cited, [title.split("]")[0][1:] for title in releases])


def wrong_addresses(project: Path, changes: str, cited: str, releases: list[str]) -> list[str]:
    """Return where the project's address is missing, or is not that of Repository in pyproject.toml."""
    urls = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]["urls"]
    address = urls.get("Repository")
    links = dict(re.findall(r"^\[(.+)\]: (\S+)$", changes, re.M))
    repository = re.findall(r"^repository-code: (\S+)$", cited, re.M)
    if address is None:
        spare = [f"CHANGELOG.md: [{name}]" for name in links] + ["CITATION.cff: repository-code"] * bool(repository)
        return [f"{where}: pyproject.toml declares no Repository" for where in spare]
    found = [] if repository == [address] else [f"CITATION.cff: repository-code must be {address}"]
    return found + [
        f"CHANGELOG.md: [{release}] needs a link that begins with {address}/ at the end of the file"
        for release in releases
        if not links.get(release, "").startswith(f"{address}/")
    ]


def unready(project: Path, tag: str) -> list[str]:
    """Return what is not as it must be when a tag is released."""
    now = version(project)
    dates = re.findall(rf"^## \[{re.escape(now)}\] - (\S+)$", (project / "CHANGELOG.md").read_text("utf-8"), re.M)
    cited = re.findall(r"^date-released: '?([\d-]+)'?$", (project / "CITATION.cff").read_text("utf-8"), re.M)
    found = [] if tag == f"v{now}" else [f"the tag is {tag}, but src/blastema/_version.py has {now}: expected v{now}"]
    if len(dates) != 1:
        found.append(f"CHANGELOG.md: one section must be ## [{now}] - YYYY-MM-DD")
    if cited != dates:
        found.append("CITATION.cff: date-released must be the date of this version in CHANGELOG.md")
    return found
