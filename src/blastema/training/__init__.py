"""Training: experiments, pool, damage, loss, optimiser, trainer, checkpoint, and the directory of a run."""
