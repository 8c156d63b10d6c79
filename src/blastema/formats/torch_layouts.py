"""Read state dicts of common PyTorch ports by the shapes of their tensors, whatever their names.

A port has two layers, linear or 1x1 convolutions, with or without a bias, transposed or not. The inputs of the first
layer may be in the file as 3x3 kernels. Otherwise the layout gives them: filter by filter (all channels of a filter,
then the next) or channel by channel (all filters of a channel, as in a grouped convolution), and which slope comes
first, the one along x or the one along y.
"""

from collections.abc import Mapping
from itertools import permutations
from typing import NamedTuple

import numpy as np

from blastema.errors import BlastemaError
from blastema.organism import Organism
from blastema.organism_file import TENSORS, check_weights
from blastema.rule import FILTERS, Rule
from blastema.rule.perception import kernels as kernels_of

LAYOUTS = ("filters-xy", "filters-yx", "channels-xy", "channels-yx")
# Wrong layouts explode: after 64 steps in a grid of 48x48, each of the 35 organisms of the zoo had values of 2.9e8 or
# more if read in a wrong layout, and none above 15 in its own.
TRIAL_STEPS, TRIAL_SIDE, TRIAL_MOST, LARGEST_TRIAL = 64, 48, 1e3, 100_000

Tensors = dict[str, np.ndarray]


class Layers(NamedTuple):
    """The two layers of a port: (hidden, inputs), (hidden), (channels, hidden), (channels)."""

    first: np.ndarray
    first_bias: np.ndarray
    second: np.ndarray
    second_bias: np.ndarray


def organism_of_port(tensors: Tensors, layout: str | None, file: str) -> Organism:
    """Return the organism of a port's tensors; `training` records the layout if the file does not.

    Args:
        tensors: tensors of its state_dict.
        layout: one of `LAYOUTS`; None chooses the one with which it grows, x before y.
        file: file name, for messages.

    Raises:
        BlastemaError: they are not those of an organism; the message lists them and those needed.
    """
    tensors = {name: _narrow(value) for name, value in tensors.items()}
    for name, value in tensors.items():
        if value.dtype != np.float32:
            raise BlastemaError(f"{name} in {file} is {value.dtype}; weights are float32, float16 or float64")
    kernels = {name: value for name, value in tensors.items() if value.shape[-2:] == (3, 3)}
    layers, rest = _layers({name: value for name, value in tensors.items() if name not in kernels}, kernels, file)
    if rest:
        raise _not_an_organism(tensors, file, f"with {', '.join(rest)[:100]} left over")
    training = {"source": "torch", "file": file}
    seen = _seen_by_kernels(kernels, layers, file)
    if seen is not None:
        return _organism(layers, *seen, training, file)
    tried = [layout] if layout else ["filters-xy", "channels-xy"]
    organisms = [
        _organism(layers, *_seen_by_layout(name, kernels, layers, file), training | {"layout": name}, file)
        for name in tried
    ]
    return organisms[0] if len(organisms) == 1 or _grows(organisms[0]) or not _grows(organisms[1]) else organisms[1]


def _narrow(value: np.ndarray) -> np.ndarray:
    """Return a tensor without the sides of 1 that convolutions of size 1 have, kernels of 3x3 as they are."""
    shape = value.shape
    if value.ndim > 2 and shape[-2:] != (3, 3):
        value = value.reshape([side for side in shape if side != 1] or [1])
    if value.dtype in (np.float16, np.float64):
        with np.errstate(over="ignore"):
            value = value.astype(np.float32)
    return value


def _layers(tensors: Tensors, kernels: Tensors, file: str) -> tuple[Layers, list[str]]:
    """Return the two layers, and the names of the remaining tensors."""
    matrices = {name: value for name, value in tensors.items() if value.ndim == 2}
    if len(matrices) != 2:
        raise _not_an_organism(tensors | kernels, file, f"with {len(matrices)} weights of layers")
    for first, second in permutations(matrices):
        for inputs_last in (True, False):
            a, b = (matrices[name] if inputs_last else matrices[name].T for name in (first, second))
            if a.shape[0] == b.shape[1] and b.shape[0] and a.shape[1] and a.shape[1] % b.shape[0] == 0:
                rest = [name for name in tensors if name not in matrices]
                biases = [_bias(name, len(side), tensors, rest) for name, side in ((first, a), (second, b))]
                return Layers(a, biases[0], b, biases[1]), rest
    raise _not_an_organism(tensors | kernels, file, "whose layers do not fit together")


def _bias(weight: str, length: int, tensors: Tensors, rest: list[str]) -> np.ndarray:
    """Return the bias of a layer, taken from the rest by name, else by length, else zeros."""
    fits = [name for name in rest if tensors[name].shape == (length,)]
    named = f"{weight.removesuffix('weight')}bias"
    name = named if named in fits else next(iter(fits), None)
    if name is None:
        return np.zeros(length, np.float32)
    rest.remove(name)
    return tensors[name]


def _seen_by_kernels(kernels: Tensors, layers: Layers, file: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the channel and the kernel of each input, if the file has a convolution that computes them."""
    inputs, channels = layers.first.shape[1], len(layers.second)
    for name, kernel in kernels.items():
        if kernel.ndim == 3:
            kernel = kernel[:, None]
        if kernel.ndim == 4 and len(kernel) == inputs and kernel.shape[1] in (1, channels):
            if kernel.shape[1] == 1:
                return np.arange(inputs) // (inputs // channels), kernel[:, 0]
            acts = np.abs(kernel).max(axis=(2, 3)) > 0
            if not (acts.sum(axis=1) == 1).all():
                raise BlastemaError(f"{name} in {file} mixes channels; an organism's filters take one channel each")
            return acts.argmax(axis=1), kernel[acts]
    return None


def _seen_by_layout(layout: str, kernels: Tensors, layers: Layers, file: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the channel and the kernel of each input, according to the layout."""
    if layout not in LAYOUTS:
        raise BlastemaError(f"there is no layout {layout!r}; choose one of {', '.join(LAYOUTS)}")
    channels = len(layers.second)
    count = layers.first.shape[1] // channels
    if count not in (3, 4):
        raise BlastemaError(
            f"the cells of {file} perceive {count} values of each channel; without kernels in the file, it must be 3 "
            "(identity and two Sobel filters) or 4 (the Laplacian after them)"
        )
    order = ["identity", "sobel_x", "sobel_y", "laplacian"]
    if layout.endswith("yx"):
        order[1:3] = "sobel_y", "sobel_x"
    stack = kernels_of(tuple(order[:count]), 0.0)
    for kernel in kernels.values():
        stack = _with_own(stack, kernel.reshape(-1, 3, 3), file)
    return _arranged(layout, stack, channels)


def _arranged(layout: str, stack: np.ndarray, channels: int) -> tuple[np.ndarray, np.ndarray]:
    if layout.startswith("filters"):
        return np.tile(np.arange(channels), len(stack)), np.repeat(stack, channels, axis=0)
    return np.repeat(np.arange(channels), len(stack)), np.tile(stack, (channels, 1, 1))


def _with_own(stack: np.ndarray, own: np.ndarray, file: str) -> np.ndarray:
    """Return the filters with those from the file: all, or some, which replace the filters with the same parts."""
    if len(own) == len(stack):
        return own
    stack = stack.copy()
    for kernel, parts in zip(own, _parts(own, file), strict=True):
        for place, standard in enumerate(_parts(stack, file)):
            if np.array_equal(parts != 0, standard != 0):
                stack[place] = kernel
    return stack


def _organism(
    layers: Layers, channel: np.ndarray, kernel: np.ndarray, training: Mapping[str, str], file: str
) -> Organism:
    """Return the organism whose inputs are these kernels of these channels, as sums of Blastema's filters."""
    channels, hidden = layers.second.shape
    parts = _parts(kernel, file)
    names = tuple(FILTERS)
    used = [place for place in range(len(names)) if parts[:, place].any()]
    try:
        rule = Rule(channels=channels, hidden=hidden, filters=tuple(names[place] for place in used))
    except BlastemaError as error:
        raise BlastemaError(f"{file} is not the state_dict of an organism: {error}") from None
    weight = np.zeros((len(used), channels, hidden), np.float32)
    # Weights that are not finite are refused below, with their names.
    with np.errstate(invalid="ignore", over="ignore"):
        for column, (where, factors) in enumerate(zip(channel, parts[:, used].astype(np.float32), strict=True)):
            for row in np.flatnonzero(factors):
                weight[row, where] += factors[row] * layers.first[:, column]
    tensors = (weight.reshape(-1, hidden), layers.first_bias, np.ascontiguousarray(layers.second.T), layers.second_bias)
    return Organism(check_weights(rule, dict(zip(TENSORS, tensors, strict=True)), file), rule, dict(training))


def _parts(kernels: np.ndarray, file: str) -> np.ndarray:
    """Return the share of each of Blastema's filters in each kernel, (kernels, filters)."""
    basis = kernels_of(tuple(FILTERS), 0.0).reshape(-1, 9).astype(np.float64)
    flat = kernels.reshape(-1, 9).astype(np.float64)
    parts = np.round(flat @ np.linalg.pinv(basis), 6)
    if not np.isfinite(flat).all() or np.abs(parts @ basis - flat).max() > 1e-5 * max(1, np.abs(flat).max()):
        raise BlastemaError(
            f"the cells of {file} perceive with kernels that are not sums of {', '.join(FILTERS)}; no others "
            "can be imported"
        )
    return parts


def _grows(organism: Organism) -> bool:
    """Return whether it stays alive and bounded for a while; True for large ones, which are not tried."""
    if organism.weights.hidden_weight.size > LARGEST_TRIAL:
        return True
    with np.errstate(all="ignore"):
        state = organism.grow(TRIAL_STEPS, TRIAL_SIDE, TRIAL_SIDE)
    return bool(state.any() and np.abs(state).max() < TRIAL_MOST)


def _not_an_organism(tensors: Tensors, file: str, why: str) -> BlastemaError:
    listed = [f"{name[:60]} {value.shape}" for name, value in tensors.items()]
    more = f", and {len(listed) - 8} more" if len(listed) > 8 else ""
    return BlastemaError(
        f"{file} is not the state_dict of an organism, {why}. It has {', '.join(listed[:8]) or 'no tensors'}{more}; it "
        "must have two layers, (hidden, 3 x channels) and (channels, hidden), linear or convolutions of size 1, each "
        "with or without a bias"
    )
