"""The sdist and the wheels: how they are built, and what may be in them."""

import re
import tarfile
import tempfile
import zipfile
from collections import Counter
from pathlib import Path, PurePosixPath

from packaging.tags import cpython_tags, platform_tags
from packaging.utils import parse_wheel_filename

from commands import CheckError, run

# In bytes. Emoji are 3.2 MB of it, and organisms 1.1 MB; the pictures of docs/ would add 6.6 MB.
LARGEST = {".gz": 5_000_000, ".whl": 6_000_000}
PICTURES = {".gif", ".jpg", ".png", ".svg", ".webp"}
# Pictures that the package needs when it runs: targets, and the page's preview.
WITH_PICTURES = {"src/blastema/targets/article_emoji", "src/blastema/playground/page"}


def files_of(sdist: Path) -> dict[str, int]:
    """Return the files of an sdist, without its top folder, and their sizes in bytes."""
    with tarfile.open(sdist) as archive:
        return {member.name.split("/", 1)[1]: member.size for member in archive if member.isfile()}


def check_size(path: Path) -> str:
    """Return the size of a distribution in words, or refuse one that is too large."""
    size, limit = path.stat().st_size, LARGEST[path.suffix]
    if size > limit:
        raise CheckError(f"{path.name} has {size:,} bytes; the limit in tools/distributions.py is {limit:,}")
    return f"{size / 1e6:.1f} MB"


def check_sdist(sdist: Path) -> str:
    """Return what is in an sdist, in words.

    Raises:
        CheckError: it is too large, or has a picture that the package does not need.
    """
    files = files_of(sdist)
    pictures = [name for name in files if PurePosixPath(name).suffix in PICTURES]
    if spare := [name for name in pictures if str(PurePosixPath(name).parent) not in WITH_PICTURES]:
        raise CheckError(f"{sdist.name} has pictures that the package does not need: {', '.join(spare)}")
    folders = Counter(name.split("/")[0] + "/" * ("/" in name) for name in files)
    listed = ", ".join(f"{folder} ({count})" if count > 1 else folder for folder, count in sorted(folders.items()))
    return f"{check_size(sdist)}, {len(files)} files, {len(pictures)} of them pictures: {listed}"


def build_sdist(tools: Path, project: Path, folder: Path) -> Path:
    """Build the sdist of a project into a folder, and return its path."""
    run(tools / "uv", "build", "--sdist", "--out-dir", folder, project)
    return only(folder, "*.tar.gz")


def build_wheel(tools: Path, python: Path, sdist: Path, *settings: str) -> Path:
    """Build a wheel for a Python from an sdist, not from the checkout, into a new folder, and return its path.

    The settings are those of the build, such as "wheel.cmake=false".
    """
    folder = Path(tempfile.mkdtemp(dir=sdist.parent, prefix="wheel-"))
    options = [option for setting in settings for option in ("-C", setting)]
    run(tools / "uv", "build", "--wheel", "--python", python, "--out-dir", folder, *options, sdist)
    return only(folder, "*.whl")


def repair(wheel: Path, tools: Path) -> tuple[Path, str]:
    """Return the wheel as PyPI takes it, named for the oldest Linux that it runs on, and what auditwheel says of it."""
    shown = " ".join(run(tools / "auditwheel", "show", wheel).split())
    tag = re.search(r'consistent with the following platform tag: "(\w+)"', shown)
    if not tag:
        raise CheckError(f"auditwheel finds no platform tag for {wheel.name}: {shown}")
    folder = wheel.parent / "repaired"
    run(tools / "auditwheel", "repair", "--wheel-dir", folder, wheel, env={"PATH": f"{tools}:/usr/bin:/bin"})
    return only(folder, "*.whl"), tag[1]


def suits(wheel: Path, version: str) -> bool:
    """Return whether a wheel built on this machine can be installed for a version of Python."""
    major, minor = map(int, version.split("."))
    tags = cpython_tags((major, minor), [f"cp{major}{minor}"], list(platform_tags()))
    return not parse_wheel_filename(wheel.name)[3].isdisjoint(tags)


def has_native_module(wheel: Path) -> bool:
    """Return whether the native engine is in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return any(re.fullmatch(r"blastema/_native\..*(so|pyd)", name) for name in archive.namelist())


def only(folder: Path, pattern: str) -> Path:
    """Return the one file of a folder that matches."""
    (path,) = folder.glob(pattern)
    return path
