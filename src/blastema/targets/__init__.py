"""Targets: the pictures that organisms are trained to grow."""

from blastema.targets.target import load_target, load_targets, short_name

__all__ = ["load_target", "load_targets", "short_name"]
