"""Life: a cell is alive while any alpha in its 3x3 neighbourhood is above the alive threshold."""

from blastema.rule.grid import ALPHA, Array, Edge, neighbours


def alive(state: Array, alive_threshold: float, edge: Edge) -> Array:
    """Return which cells are alive, bool `(..., height, width, 1)`.

    A cell whose own alpha is above the threshold is mature; its neighbours are growing. Both are alive.

    Args:
        state: `(..., height, width, channel)`.
        alive_threshold: of alpha (0.1 in the article).
        edge: what lies past the edge of the grid.
    """
    mature = state[..., ALPHA : ALPHA + 1] > alive_threshold
    in_column = mature | neighbours(mature, -1, 0, edge) | neighbours(mature, 1, 0, edge)
    return in_column | neighbours(in_column, 0, -1, edge) | neighbours(in_column, 0, 1, edge)
