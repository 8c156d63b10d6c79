"""Targets: the pictures that organisms are trained to grow."""

from blastema.targets.target import load_target, short_name

__all__ = ["load_target", "short_name"]
