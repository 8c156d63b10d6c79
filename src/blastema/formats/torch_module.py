"""An organism as a PyTorch module, for the files that `blastema export --to torch` writes.

    from blastema.formats.torch_module import Automaton
    from safetensors.torch import load_file

    module = Automaton()
    module.load_state_dict(load_file("lizard.safetensors"))

Needs PyTorch and nothing else, so this file may be copied to where Blastema is not installed.
"""

from typing import Any

import torch
from torch import nn
from torch.nn import functional


class SignalBias(nn.Module):  # type: ignore[misc, unused-ignore]
    """A row for each signal, added to the hidden bias of cells with that signal."""

    def __init__(self, signals: int, hidden: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(signals, hidden))

    def forward(self, weights: Any = None) -> Any:
        """Return the rows, weighted, as (batch, hidden, height, width); by default the first row."""
        if weights is None:
            return self.bias[0, :, None, None]
        return torch.einsum("bshw,sc->bchw", weights, self.bias)


class Automaton(nn.Module):  # type: ignore[misc, unused-ignore]
    """One step of an organism with the article's filters and a dead edge; states are (batch, channel, height, width).

    Args:
        channels, hidden: widths of the organism's rule.
        fire_rate: probability that a cell updates in a step.
        alive_threshold: the alpha above which a cell is mature.
        signals: number of signals; 0 for organisms without.
    """

    def __init__(
        self,
        channels: int = 16,
        hidden: int = 128,
        fire_rate: float = 0.5,
        alive_threshold: float = 0.1,
        signals: int = 0,
    ) -> None:
        super().__init__()
        self.signal = SignalBias(signals, hidden) if signals else None
        self.hidden = nn.Conv2d(3 * channels, hidden, 1)
        self.update = nn.Conv2d(hidden, channels, 1)
        self.fire_rate, self.alive_threshold = fire_rate, alive_threshold
        sobel_x = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 8
        self.register_buffer("sobel", torch.stack([sobel_x, sobel_x.T]), persistent=False)

    def perceive(self, state: Any, angle: Any) -> Any:
        """Return all channels, then their slopes along x, then along y, rotated by the angle (radians)."""
        angle = torch.as_tensor(angle)
        (along_x, along_y), cos, sin = self.sobel, torch.cos(angle), torch.sin(angle)
        seen = [state]
        for kernel in (cos * along_x - sin * along_y, sin * along_x + cos * along_y):
            kernels = kernel.expand(state.shape[1], 1, 3, 3)
            seen.append(functional.conv2d(state, kernels, padding=1, groups=state.shape[1]))
        return torch.cat(seen, dim=1)

    def alive(self, state: Any) -> Any:
        """Return which cells have a mature neighbour, bool (batch, 1, height, width)."""
        return functional.max_pool2d(state[:, 3:4], 3, stride=1, padding=1) > self.alive_threshold

    def forward(self, state: Any, angle: Any = 0.0, fires: Any = None, signals: Any = None) -> Any:
        """Return the state one step later.

        Args:
            state: (batch, channel, height, width).
            angle: rotation of perception in radians.
            fires: bool (batch, 1, height, width), which cells update; drawn by default.
            signals: the weight of each signal, (batch, signal, height, width), whose batch, height and width may be 1
                for all cells; by default 1 for the first signal and 0 for the others.
        """
        if fires is None:
            fires = torch.rand_like(state[:, 3:4]) < self.fire_rate
        before = self.alive(state)
        hidden = self.hidden(self.perceive(state, angle))
        if self.signal is not None:
            hidden = hidden + self.signal(signals)
        elif signals is not None:
            raise ValueError("this module has no signals; make it with Automaton(signals=...)")
        change = self.update(torch.relu(hidden))
        grown = state + change * (fires & before)
        return grown * (before & self.alive(grown))
