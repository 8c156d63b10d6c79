"""Persistence: does an organism keep its shape (article, experiment 2)?"""

import numpy as np

from blastema.analysis.subject import Subject, lasting

AT = (100, 200, 500, 1000, 2000, 5000, 10000)


def persistence(subject: Subject, seeds: np.ndarray, at: tuple[int, ...] = AT) -> np.ndarray:
    """Return log10 of the loss of each organism at each age, float `(len(at), len(seeds))`.

    Args:
        subject: the organism.
        seeds: uint32, one for each organism grown.
        at: ages in steps, ascending.
    """
    batch, losses, age = subject.seeds(seeds), [], 0
    for next_age in at:
        batch, age = subject.grown(batch, next_age - age), next_age
        losses.append(subject.log_loss(batch))
    return lasting(np.array(losses))
