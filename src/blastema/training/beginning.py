"""A beginning: the trained organism whose weights a training starts from, instead of random ones."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from blastema.errors import BlastemaError
from blastema.organism import Organism
from blastema.rule import Rule, Weights
from blastema.rule.perception import names_of

# Attributes of a rule that a run may change, because the weights do not depend on them.
FREE = ("fire_rate", "alive_threshold", "edge")


@dataclass(frozen=True)
class Beginning:
    """The organism that a training starts from.

    Attributes:
        name: as the user gave it: of the zoo, of a file, of a run.
        sha256: of its weights.
        training: its own training record, which names its own beginning if it had one.
        organism: the organism; None once the run has been written, because its checkpoints hold the weights.
    """

    name: str
    sha256: str
    training: dict[str, Any]
    organism: Organism | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, organism: Organism, name: str | None = None) -> "Beginning":
        """Return the beginning with this organism; without a name, it is called by what it grows."""
        name = name or organism.record.target or "an organism"
        return cls(name, weights_sum(organism.weights), organism.training, organism)

    @classmethod
    def of_record(cls, record: Any) -> "Beginning":
        """Return the beginning in a file.

        Raises:
            BlastemaError: it is something else.
        """
        kinds = {"name": str, "sha256": str, "training": dict}
        if not isinstance(record, dict) or record.keys() != kinds.keys():
            raise BlastemaError(f"from is {record!r}; it must be an object with {', '.join(kinds)}")
        for name, kind in kinds.items():
            if not isinstance(record[name], kind):
                raise BlastemaError(f"{name} of from is {record[name]!r}; it must be a {kind.__name__}")
        return cls(**record)

    def record(self) -> dict[str, Any]:
        """Return what files say of it, ready for JSON."""
        return {"name": self.name, "sha256": self.sha256, "training": self.training}

    def check(self, rule: Rule) -> None:
        """Raise unless the weights fit a rule: the same channels and filters, and at least as many hidden units.

        Raises:
            BlastemaError: they do not fit.
        """
        own = self.organism.rule if self.organism else rule
        if not self.fits(rule):
            raise BlastemaError(
                f"{self.name} cannot be the beginning: it has {_sizes(own)}; the run has {_sizes(rule)}; "
                "channels and filters must be equal, and hidden at least as large"
            )

    def fits(self, rule: Rule) -> bool:
        """Return whether the weights fit a rule."""
        own = self.organism.rule if self.organism else rule
        return (own.channels, own.filters) == (rule.channels, rule.filters) and own.hidden <= rule.hidden

    def remarks(self, rule: Rule) -> list[str]:
        """Return what a user should know of it: its name, and each attribute in which the run's rule differs."""
        own = self.organism.rule if self.organism else rule
        remarks = [f"training begins with the weights of {self.name}; --from nothing begins with random ones"]
        remarks += [
            f"{name} is {getattr(rule, name)}; {self.name} was trained with {getattr(own, name)}"
            for name in FREE
            if getattr(rule, name) != getattr(own, name)
        ]
        if own.signals and not set(own.signals) & set(rule.signals):
            remarks.append(f"{self.name} has several bodies; training begins with the first, {own.signals[0]}")
        return remarks

    def weights(self, initial: Weights, rule: Rule) -> Weights:
        """Return the organism's weights, with those of a larger hidden layer from `initial`.

        The organism's hidden units come first. In `initial`, the output of the others is zero, so that at first the
        result grows exactly like the organism. Signals keep their bias by name; if the organism has others only, it
        is taken with its first.

        Args:
            initial: weights for the run's rule.
            rule: of the run.
        """
        assert self.organism is not None
        organism, signal_bias = self.organism, np.array(initial.signal_bias)
        own = organism.rule.signals
        if own and not set(own) & set(rule.signals):
            organism = organism.with_signal(own[0])
        for number, name in enumerate(rule.signals):
            if name in own:
                signal_bias[number, : organism.rule.hidden] = organism.weights.signal_bias[own.index(name)]
        pairs = zip(organism.weights, initial, strict=True)
        return Weights(*(_inside(*pair) for pair in pairs))._replace(signal_bias=signal_bias)


def weights_sum(weights: Weights) -> str:
    """Return the SHA-256 of the names, shapes and numbers of weights; empty arrays do not count."""
    digest = hashlib.sha256()
    for name, value in weights._asdict().items():
        array = np.ascontiguousarray(value, np.float32)
        if array.size:
            digest.update(f"{name} {array.shape}".encode())
            digest.update(array.data)
    return digest.hexdigest()


def _inside(own: Any, initial: Any) -> np.ndarray:
    """Return a copy of `initial` whose first rows and columns are those of `own`."""
    result = np.array(initial, np.float32)
    result[tuple(slice(length) for length in np.shape(own))] = own
    return result


def _sizes(rule: Rule) -> str:
    return f"{rule.channels} channels, {rule.hidden} hidden units and the filters {', '.join(names_of(rule.filters))}"
