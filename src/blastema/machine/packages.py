"""Which packages are installed."""


def installed(package: str) -> str | None:
    """Return the version of a package, or None."""
    # Here, since it takes long to import.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None
