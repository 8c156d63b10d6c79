"""Sweeps: many trainings on many machines, each the same as if it had been run alone. Needs the extra [cluster]."""

# Seconds of training after which a worker sends its results.
SLICE = 30.0
