"""Build the sdist and the wheels into dist/, and check them as users meet them.

python tools/release_check.py [--quick] [--tests] [--tag v1.2.3]

It runs in .venv-release, see the Makefile. Every Python of pyproject.toml that this machine has is tried; the
others are named.
"""

import argparse
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

import as_user
import project_files
from commands import CheckError, run, step
from distributions import build_sdist, build_wheel, check_sdist, check_size, has_native_module, repair, suits
from installed_tests import run_tests
from pythons import PROJECT, declared, find, version_of

TOOLS = Path(sys.executable).parent
DIST = PROJECT / "dist"
# A newest and an oldest set of libraries, as uv names them.
RESOLUTIONS = {"newest": "highest", "oldest": "lowest-direct"}


def main() -> None:
    """Run all checks; stop at the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="only with the Python that runs this")
    parser.add_argument("--tests", action="store_true", help="also run the fast tests on each installed wheel")
    parser.add_argument("--tag", help="also check that versions, dates and the changelog are those of this tag")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="blastema-release-") as folder:
        try:
            with step("project files") as details:
                details += project_files.check(TOOLS, arguments.tag)
            check_distributions(Path(folder), pythons_to_try(arguments.quick), arguments.tests)
        except CheckError as failure:
            sys.exit(f"FAILED: {failure}")
        except KeyboardInterrupt:
            sys.exit("Stopped; dist/ is as it was.")
    print(
        f"All checks passed. In {DIST.relative_to(PROJECT)}: {', '.join(sorted(path.name for path in DIST.iterdir()))}"
    )


def pythons_to_try(quick: bool) -> dict[str, Path]:
    """Return version to interpreter; print which of the declared versions are not on this machine."""
    this = version_of(sys.executable)
    found = {version: find(version) for version in declared() if not quick or version == this}
    if missing := [version for version, python in found.items() if python is None]:
        print(f"not tried, since not on this machine: Python {', '.join(missing)}", flush=True)
    pythons = {version: python for version, python in found.items() if python is not None}
    if not pythons:
        raise CheckError(f"pyproject.toml does not name Python {this}, which runs this: {', '.join(declared())}")
    return pythons


def check_distributions(folder: Path, pythons: dict[str, Path], tests: bool) -> None:
    """Build everything into a folder, check it, and leave in dist/ what this machine can release."""
    with step("sdist") as details:
        sdist = build_sdist(TOOLS, PROJECT, folder)
        details.append(check_sdist(sdist))
    wheels: list[Path] = []
    for version, python in pythons.items():
        if not any(suits(wheel, version) for wheel in wheels):
            wheels.append(native_wheel(version, python, sdist))
    with step("wheel without the native engine") as details:
        pure = build_wheel(TOOLS, Path(sys.executable), sdist, "wheel.cmake=false", "wheel.py-api=py3")
        details += [pure.name, check_size(pure)]
    with step("twine check, check-wheel-contents"):
        run(TOOLS / "twine", "check", "--strict", sdist, *wheels, pure)
        run(TOOLS / "check-wheel-contents", *wheels, pure, cwd=PROJECT)
    for version, python in pythons.items():
        wheel = next(wheel for wheel in wheels if suits(wheel, version))
        try_on(version, python, wheel, sdist, folder)
        if tests:
            with step(f"Python {version}, {wheel.name}: the fast tests") as details:
                details.append(run_tests(environment_of(folder, version, "tests", python), wheel))
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    for path in (sdist, *wheels, pure):
        shutil.copy(path, DIST)


def native_wheel(version: str, python: Path, sdist: Path) -> Path:
    """Build the wheel for a Python from the sdist, and return it as PyPI takes it."""
    with step(f"wheel built by Python {version}") as details:
        built = build_wheel(TOOLS, python, sdist)
        if not has_native_module(built):
            raise CheckError(f"{built.name} lacks the native engine; does this machine have GCC or Clang?")
        if sys.platform != "linux":
            return built
        wheel, platform = repair(built, TOOLS)
        details += [wheel.name, check_size(wheel), f"auditwheel: {platform}"]
        if "-abi3-" in wheel.name:
            run(TOOLS / "abi3audit", "--strict", wheel)
            details.append("abi3audit: stable ABI only")
        return wheel


def try_on(version: str, python: Path, wheel: Path, sdist: Path, folder: Path) -> None:
    """Install and use the wheel with the newest and the oldest libraries, and the sdist where there is no compiler."""
    for name, resolution in RESOLUTIONS.items():
        with step(f"Python {version}, wheel, {name} libraries") as details:
            inside = environment_of(folder, version, name, python)
            install: list[str | Path] = [TOOLS / "uv", "pip", "install", "--python", inside, "--resolution", resolution]
            # uv takes the oldest only of what is named.
            run(*install, "--only-binary", ":all:", wheel, *dependencies())
            as_user.check(inside, native=True)
            details.append(f"numpy {as_user.numpy_of(inside)}")
    with step(f"Python {version}, sdist without a compiler"):
        inside = environment_of(folder, version, "bare", python)
        run(inside, "-m", "pip", "install", sdist, env={"CC": "/nonexistent/cc", "CXX": "/nonexistent/c++"})
        as_user.check(inside, native=False)


def dependencies() -> list[str]:
    """Return what the package always needs, as pyproject.toml has it."""
    project: dict[str, list[str]] = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    return project["dependencies"]


def environment_of(folder: Path, version: str, name: str, python: Path) -> Path:
    """Make an environment for one of the trials, and return its interpreter."""
    return as_user.environment(python, folder / f"{version}-{name}")


if __name__ == "__main__":
    main()
