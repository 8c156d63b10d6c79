"""The organism file: weights, rule and record as safetensors. The layout is described in docs/model.md.

Other formats with room for metadata use the same metadata and the same checks of the weights.
"""

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from blastema.errors import BlastemaError
from blastema.io.strict_json import json_text, parse_metadata
from blastema.io.tensors import read_tensors, write_tensors
from blastema.records import Scores
from blastema.rule import Filter, Rule, Weights
from blastema.rule.update import weight_shapes

KIND = "blastema-organism"
# Version 2 holds rules with custom filters or signals; what fits into version 1 is written as version 1.
VERSIONS = ("1", "2")
# Bytes; more than any valid rule needs.
MOST_BYTES = 2**31
TENSORS = ("hidden.weight", "hidden.bias", "update.weight", "update.bias")
# Only if the rule has signals.
SIGNAL_TENSOR = "signal.bias"
METADATA = ("format", "version", "rule", "training", "scores")
# Attributes of `Rule` that have another name in files.
FILE_KEYS = {"alive_threshold": "alive_above"}


class Contents(NamedTuple):
    """The content of an organism file; see `blastema.organism.Organism`."""

    weights: Weights
    rule: Rule
    training: dict[str, Any]
    scores: Scores | None


def write_contents(path: Path | str, contents: Contents) -> None:
    """Write an organism file; same contents, same bytes.

    Raises:
        BlastemaError: the file cannot be written, or the training record or the scores cannot be written as JSON, for
            example because of NaN.
    """
    metadata = metadata_of(KIND, contents.rule, contents.training, contents.scores)
    write_tensors(path, named_tensors(contents.weights), metadata)


def read_contents(path: Path) -> Contents:
    """Return the content of an organism file.

    Raises:
        BlastemaError: the file is missing, or something in it is unknown or invalid; the message names it.
    """
    tensors, metadata = read_tensors(path, MOST_BYTES)
    check_metadata(metadata, KIND, str(path))
    return contents_of(tensors, metadata, str(path))


def named_tensors(weights: Weights) -> dict[str, np.ndarray]:
    """Return the tensors of an organism by their names in files; without signals, there is no tensor for them."""
    tensors = dict(zip((*TENSORS, SIGNAL_TENSOR), weights, strict=True))
    return tensors if len(weights.signal_bias) else {name: tensors[name] for name in TENSORS}


def tensor_names(rule: Rule) -> tuple[str, ...]:
    """Return the names of the tensors of an organism with this rule."""
    return (*TENSORS, SIGNAL_TENSOR) if rule.signals else TENSORS


def metadata_of(kind: str, rule: Rule, training: dict[str, Any], scores: Scores | None = None) -> dict[str, str]:
    """Return the metadata of an organism for a file of any format with room for them.

    Args:
        kind: name of the format in the file, such as `blastema-organism`.
        rule, training, scores: of the organism.

    Raises:
        BlastemaError: the training record or the scores cannot be written as JSON, for example because of NaN.
    """
    metadata = {
        "format": kind,
        "version": VERSIONS[bool(rule.signals) or any(isinstance(given, Filter) for given in rule.filters)],
        "rule": json_text(rule_record(rule), "the rule"),
        "training": json_text(training, "the training record"),
    }
    return metadata if scores is None else metadata | {"scores": json_text(scores, "scores")}


def rule_record(rule: Rule) -> dict[str, Any]:
    """Return a rule as files hold it, ready for JSON."""
    record = {FILE_KEYS.get(name, name): value for name, value in asdict(rule).items()}
    if not rule.signals:
        del record["signals"]
    return record


def rule_of(record: dict[str, Any]) -> Rule:
    """Return the rule of such a record; its filters are names, or the matrices of one by their names.

    Raises:
        BlastemaError: a value is out of range, or a filter is neither.
    """
    names = {key: name for name, key in FILE_KEYS.items()}
    values = {names.get(key, key): value for key, value in record.items()}
    return Rule(**values | {"filters": tuple(_filter(entry) for entry in values["filters"])})


def contents_of(tensors: dict[str, np.ndarray], metadata: dict[str, str], source: str) -> Contents:
    """Return the content of a file with these tensors and this metadata; see `metadata_of`.

    Args:
        tensors: as in an organism file, under the names in `TENSORS`.
        metadata: checked by `check_metadata`.
        source: name of the file, for messages.

    Raises:
        BlastemaError: they do not fit together, or a value is invalid.
    """
    rule = _rule(source, metadata["rule"], first_version=metadata["version"] == VERSIONS[0])
    return Contents(
        check_weights(rule, tensors, source),
        rule,
        _object(source, "training", metadata["training"]),
        cast(Scores, _object(source, "scores", metadata["scores"])) if "scores" in metadata else None,
    )


def check_weights(rule: Rule, tensors: dict[str, np.ndarray], source: str) -> Weights:
    """Return the tensors of an organism as weights.

    Raises:
        BlastemaError: a tensor is missing or unknown, not of the shape and type that the rule needs, or not finite.
    """
    names = tensor_names(rule)
    unknown, missing = sorted(tensors.keys() - set(names)), sorted(set(names) - tensors.keys())
    if unknown or missing:
        problem = f"unknown tensors {', '.join(unknown)}" if unknown else f"no tensor {', '.join(missing)}"
        raise BlastemaError(f"{source} has {problem}; its rule needs exactly {', '.join(names)}")
    shapes = weight_shapes(rule.perception, rule.hidden, rule.channels, len(rule.signals))
    for name, shape in zip(names, shapes, strict=False):
        tensor = tensors[name]
        if tensor.shape != shape or tensor.dtype != np.float32:
            raise BlastemaError(f"{name} in {source} is {tensor.dtype} {tensor.shape}; its rule needs float32 {shape}")
        if not np.isfinite(tensor).all():
            raise BlastemaError(
                f"{name} in {source} has values that are not finite (NaN or infinite); weights must be finite"
            )
    weights = Weights(*(tensors[name] for name in names))
    return weights if rule.signals else weights._replace(signal_bias=np.zeros((0, rule.hidden), np.float32))


def check_metadata(metadata: dict[str, str], kind: str, source: str) -> None:
    """Raise unless this can be the metadata of a file of this format; see `metadata_of`.

    Raises:
        BlastemaError: another format, an unknown version, or unknown or missing keys.
    """
    if metadata.get("format") != kind:
        raise BlastemaError(f"{source} is not an organism: its format is {metadata.get('format')!r}, not {kind!r}")
    if metadata.get("version") not in VERSIONS:
        allowed = " and ".join(VERSIONS)
        raise BlastemaError(f"{source} has version {metadata.get('version')!r}; this program reads versions {allowed}")
    unknown, missing = sorted(metadata.keys() - set(METADATA)), sorted({"rule", "training"} - metadata.keys())
    if unknown or missing:
        problem = f"unknown keys {', '.join(unknown)}" if unknown else f"no key {', '.join(missing)}"
        raise BlastemaError(f"{source} has {problem} in its metadata; an organism has {', '.join(METADATA)}")


def _rule(source: str, text: str, first_version: bool) -> Rule:
    values = _object(source, "rule", text)
    known = rule_record(Rule())
    optional = set() if first_version else {"signals"}
    if values.keys() - optional != known.keys():
        wrong = ", ".join(sorted((values.keys() - optional) ^ known.keys()))
        raise BlastemaError(f"the rule in {source} has unknown or missing keys: {wrong}; it has {', '.join(known)}")
    filters = values["filters"]
    if not isinstance(filters, list) or (first_version and not all(isinstance(entry, str) for entry in filters)):
        allowed = "names" if first_version else "names and filters"
        raise BlastemaError(f"filters in {source} is {filters!r}; it must be a list of {allowed}")
    try:
        return rule_of(values)
    except (BlastemaError, TypeError) as error:
        raise BlastemaError(f"the rule in {source} is invalid: {error}") from None


def _filter(entry: object) -> str | Filter:
    if isinstance(entry, str):
        return entry
    keys = [field.name for field in fields(Filter)]
    if not isinstance(entry, dict) or sorted(entry) != sorted(keys):
        raise BlastemaError(f"filter {entry!r} is neither a name nor an object with {', '.join(keys)}")
    return Filter(**entry)


def _object(source: str, name: str, text: str) -> dict[str, Any]:
    value = parse_metadata(text, f"{name} in the metadata of {source}")
    if not isinstance(value, dict):
        raise BlastemaError(f"{name} in the metadata of {source} is not a JSON object")
    return value
