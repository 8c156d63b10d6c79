"""JSON as strangers write it: one error for whatever is wrong, nothing that readers could take differently."""

import json
import math
from pathlib import Path
from typing import Any

from blastema.errors import BlastemaError


def parse_json(text: bytes | str, source: Path | str) -> Any:
    """Return what the text says; bytes are UTF-8.

    Raises:
        BlastemaError: it is no JSON, nested too deeply, or has a key twice in one object.
    """
    return _parsed(text, source)


def parse_metadata(text: str, source: str) -> Any:
    """Return what the text says, with None for numbers that are not finite, so that it can be written as JSON again.

    Earlier versions wrote NaN and Infinity, which Python reads and browsers do not.

    Raises:
        BlastemaError: as `parse_json`, or it holds text that is not Unicode.
    """
    value = _parsed(text, source, parse_float=_finite, parse_constant=lambda _: None)
    json_text(value, source)
    return value


def json_text(value: Any, source: str) -> str:
    """Return a value as JSON that every program can read, keys sorted; same value, same text.

    Raises:
        BlastemaError: it has numbers that are not finite, text that is not Unicode, or things that JSON does not have.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
        text.encode()
    except UnicodeEncodeError:
        raise BlastemaError(f"{source} has text that is not Unicode (a lone surrogate)") from None
    except (TypeError, ValueError, RecursionError) as error:
        raise BlastemaError(
            f"{source} cannot be written as JSON: {error}; use finite numbers, text, lists and objects"
        ) from None
    return text


def _finite(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None


def _parsed(text: bytes | str, source: Path | str, **hooks: Any) -> Any:
    try:
        # Of bytes, Python would guess the encoding; other programs do not.
        text = text if isinstance(text, str) else text.decode()
        return json.loads(text, object_pairs_hook=_once, **hooks)
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
