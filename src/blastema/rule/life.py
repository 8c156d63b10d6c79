"""Life: which cells are alive. Why did this cell die? Because no alpha around it was above 0.1."""

from blastema.rule.grid import ALPHA, Array, Edge, neighbours


def alive(state: Array, alive_above: float, edge: Edge) -> Array:
    """Return which cells are alive, bool `(..., height, width, 1)`.

    A cell lives when any alpha in its 3x3 neighbourhood, its own included, is above `alive_above` (the article: 0.1).
    Those above it themselves are mature, their neighbours are growing.
    """
    mature = state[..., ALPHA : ALPHA + 1] > alive_above
    in_column = mature | neighbours(mature, -1, 0, edge) | neighbours(mature, 1, 0, edge)
    return in_column | neighbours(in_column, 0, -1, edge) | neighbours(in_column, 0, 1, edge)
