"""The configuration of a run as a file."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from blastema.errors import BlastemaError
from blastema.io.strict_json import parse_json
from blastema.organism_file import rule_of, rule_record
from blastema.rule import Rule
from blastema.training.beginning import Beginning
from blastema.training.config import FILE_KEYS, Config


def read_config(path: Path) -> dict[str, Any]:
    """Return the values in a configuration file, unchecked.

    Raises:
        BlastemaError: it is missing, or not a JSON object.
    """
    if not path.is_file():
        raise BlastemaError(f"{path.parent} is not the directory of a run: it has no {path.name}")
    try:
        values = parse_json(path.read_bytes(), path)
    except OSError as error:
        raise BlastemaError(f"cannot read {path}: {error.strerror or error}") from None
    except BlastemaError as error:
        raise BlastemaError(f"{path} is not the configuration of a run: {error}") from None
    if not isinstance(values, dict):
        raise BlastemaError(f"{path} is not the configuration of a run; it must be a JSON object")
    return values


def config_of(values: dict[str, Any], path: Path) -> Config:
    """Return the configuration with these values, from the file at `path`.

    Raises:
        BlastemaError: a key is unknown or missing, or a value is out of range.
    """
    known = {FILE_KEYS.get(entry.name, entry.name): entry.name for entry in dataclasses.fields(Config)}
    del known["array"]
    if unknown := sorted(values.keys() - known.keys()):
        raise BlastemaError(f"{path} has unknown keys: {', '.join(unknown)}")
    if "target" not in values:
        raise BlastemaError(f"{path} is not the configuration of a run: it has no target")
    values = {known[key]: value for key, value in values.items()}
    if "rule" in values:
        values["rule"] = _rule(values["rule"])
    if "beginning" in values:
        values["beginning"] = Beginning.of_record(values["beginning"])
    return Config(**values)


def _rule(record: Any) -> Rule:
    try:
        return rule_of(record)
    except (TypeError, KeyError, AttributeError):
        raise BlastemaError(f"rule is {record!r}; it must be an object with {', '.join(rule_record(Rule()))}") from None


def as_json(values: dict[str, Any]) -> str:
    """Return the text of a configuration file."""
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"
