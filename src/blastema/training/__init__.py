"""Training: experiments, pool, optimiser, trainer, checkpoints, validation, and runs in directories."""
