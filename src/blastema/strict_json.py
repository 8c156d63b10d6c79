"""JSON as strangers write it: one error for whatever is wrong, nothing that readers could take differently."""

import json
from pathlib import Path
from typing import Any

from blastema.errors import BlastemaError


def parse_json(text: bytes | str, source: Path | str) -> Any:
    """Return what the text says.

    Raises:
        BlastemaError: it is no JSON, nested too deeply, or has a key twice in one object.
    """
    try:
        return json.loads(text, object_pairs_hook=_once)
    except _TwiceError as error:
        raise BlastemaError(
            f"{source} has the key {str(error)[:40]!r} twice in one object; which one counts?"
        ) from None
    except RecursionError:
        raise BlastemaError(f"{source} is nested too deeply to be read") from None
    except ValueError:
        raise BlastemaError(f"{source} is not JSON, or is cut off") from None


class _TwiceError(Exception):
    """A key came twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _TwiceError(key)
        found[key] = value
    return found
