"""Persistence: does an organism stay what it became (article, experiment 2)?"""

import numpy as np

from blastema.analysis.subject import Subject, lasting

AT = (100, 200, 500, 1000, 2000, 5000, 10000)


def persistence(subject: Subject, seeds: np.ndarray, at: tuple[int, ...] = AT) -> np.ndarray:
    """Return log10 of the loss of each organism at each age, float `(len(at), len(seeds))`.

    Args:
        subject: the organism.
        seeds: uint32, one for each that is grown.
        at: ages in steps, ascending.
    """
    batch, found, age = subject.seeds(seeds), [], 0
    for wanted in at:
        batch, age = subject.grown(batch, wanted - age), wanted
        found.append(subject.log_loss(batch))
    return lasting(np.array(found))
