"""Versions of installed packages."""


def installed(package: str) -> str | None:
    """Return the version of a package, or None if it is not installed."""
    # Imported here, since it is slow to import.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None
