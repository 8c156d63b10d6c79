"""An organism as a PyTorch module, for what `blastema export --to torch` writes. Needs PyTorch and nothing else."""

import torch
from torch import nn
from torch.nn import functional


class Automaton(nn.Module):
    """One step of an organism; states are (batch, channel, height, width)."""

    def __init__(self, channels=16, hidden=128, fire_rate=0.5, alive_above=0.1):
        super().__init__()
        self.hidden = nn.Conv2d(3 * channels, hidden, 1)
        self.update = nn.Conv2d(hidden, channels, 1)
        self.fire_rate, self.alive_above = fire_rate, alive_above
        sobel_x = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 8
        self.register_buffer("sobel", torch.stack([sobel_x, sobel_x.T]), persistent=False)

    def perceive(self, state, angle):
        """All channels as they are, then their slopes along x, then along y, senses turned by the angle."""
        angle = torch.as_tensor(angle)
        (along_x, along_y), cos, sin = self.sobel, torch.cos(angle), torch.sin(angle)
        seen = [state]
        for kernel in (cos * along_x - sin * along_y, sin * along_x + cos * along_y):
            kernels = kernel.expand(state.shape[1], 1, 3, 3)
            seen.append(functional.conv2d(state, kernels, padding=1, groups=state.shape[1]))
        return torch.cat(seen, dim=1)

    def alive(self, state):
        return functional.max_pool2d(state[:, 3:4], 3, stride=1, padding=1) > self.alive_above

    def forward(self, state, angle=0.0, fires=None):
        """Return the state one step later; `fires`, bool (batch, 1, height, width), says who may act."""
        if fires is None:
            fires = torch.rand_like(state[:, 3:4]) < self.fire_rate
        before = self.alive(state)
        change = self.update(torch.relu(self.hidden(self.perceive(state, angle))))
        grown = state + change * (fires & before)
        return grown * (before & self.alive(grown))
