"""Sweeps: many trainings on many machines, each the same as if it had been run alone. Needs the extra [cluster]."""
