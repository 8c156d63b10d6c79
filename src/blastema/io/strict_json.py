"""JSON from untrusted files: any problem gives a one-line error, and ambiguous content is refused."""

import json
import math
import re
from itertools import accumulate
from pathlib import Path
from typing import Any

from blastema.errors import BlastemaError

# Lists and objects inside one another, at most, as on the page. Python's own limit differs between its versions.
DEEPEST = 500
# The last string of a text that is cut off has no end.
STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"?|[][{}]', re.DOTALL)


def parse_json(text: bytes | str, source: Path | str) -> Any:
    """Return the value of a JSON text; bytes are UTF-8.

    Args:
        text: JSON.
        source: what holds it, for messages.

    Raises:
        BlastemaError: it is not JSON, is nested too deeply, or repeats a key in one object.
    """
    return _parsed(text, source)


def parse_metadata(text: str, source: str) -> Any:
    """Return the value of a JSON text, with None for numbers that are not finite, so that it can be written again.

    Earlier versions wrote NaN and Infinity, which Python reads but browsers do not.

    Raises:
        BlastemaError: as for `parse_json`, or it holds text that is not Unicode.
    """
    value = _parsed(text, source, parse_float=_finite, parse_constant=lambda _: None)
    json_text(value, source)
    return value


def json_text(value: Any, source: str) -> str:
    """Return a value as standard JSON with sorted keys; the same value gives the same text.

    Args:
        value: of JSON's types.
        source: what holds it, for messages.

    Raises:
        BlastemaError: it has numbers that are not finite, text that is not Unicode, or values of other types.
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
        # Given bytes, Python would guess the encoding; other programs do not.
        text = text if isinstance(text, str) else text.decode()
        if _is_too_deep(text):
            raise RecursionError
        return json.loads(text, object_pairs_hook=_unique_keys, **hooks)
    except _RepeatedKeyError as error:
        raise BlastemaError(
            f"{source} has the key {str(error)[:40]!r} twice in one object; remove one of them"
        ) from None
    except RecursionError:
        raise BlastemaError(f"{source} is nested too deeply") from None
    except ValueError:
        raise BlastemaError(f"{source} is not JSON, or is cut off") from None


def _is_too_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    brackets = (match[0] for match in STRING_OR_BRACKET.finditer(text) if match[0] in "[]{}")
    return max(accumulate(1 if bracket in "[{" else -1 for bracket in brackets), default=0) > DEEPEST


class _RepeatedKeyError(Exception):
    """An object repeats a key."""


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise _RepeatedKeyError(key)
        result[key] = value
    return result
