"""The packages that Blastema needs, as in pyproject.toml, and which are installed."""

import re

OWN = "blastema"


def installed(package: str) -> str | None:
    """Return the version of a package, or None if it is not installed."""
    # Imported here, since it is slow to import.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None


def libraries() -> list[str]:
    """Return the names of the packages that Blastema always needs.

    >>> "numpy" in libraries()
    True
    """
    return [package for package, extra in _requirements() if extra is None]


def extras() -> dict[str, str]:
    """Return the extras, and the package that each installs.

    >>> extras()["video"]
    'av'
    """
    return {extra: package for package, extra in _requirements() if extra is not None}


def _requirements() -> list[tuple[str, str | None]]:
    """Return packages and the extra that each is for, in the order of pyproject.toml."""
    from importlib.metadata import requires

    requirements = []
    for text in requires(OWN) or []:
        name, extra = re.match(r"[\w.-]+", text), re.search(r"extra == ['\"]([\w-]+)['\"]", text)
        if name:
            requirements.append((name[0], extra[1] if extra else None))
    return requirements
