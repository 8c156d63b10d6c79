"""The usual PyTorch port: every cell of the grid computed, a grouped convolution for perception, autograd."""

import torch
from torch import nn
from torch.nn import functional

from workload import LEARNING_RATE, Contender, Work


class Cells(nn.Module):
    def __init__(self, work: Work, fire_rate: float) -> None:
        super().__init__()
        self.fire_rate = fire_rate
        slope = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8
        same = torch.zeros(3, 3)
        same[1, 1] = 1
        self.register_buffer("filters", torch.stack([same, slope, slope.T])[:, None].repeat(16, 1, 1, 1))
        # A grouped convolution orders outputs by channel, then filter; Blastema orders them by filter, then channel.
        order = torch.arange(48).reshape(3, 16).T.reshape(-1)
        self.hidden = nn.Conv2d(48, 128, 1)
        self.update = nn.Conv2d(128, 16, 1)
        with torch.no_grad():
            self.hidden.weight.copy_(torch.from_numpy(work.hidden_weight)[order].T[..., None, None])
            self.hidden.bias.copy_(torch.from_numpy(work.hidden_bias))
            self.update.weight.copy_(torch.from_numpy(work.update_weight).T[..., None, None])
            self.update.bias.copy_(torch.from_numpy(work.update_bias))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        before = functional.max_pool2d(x[:, 3:4], 3, 1, 1) > 0.1
        seen = functional.conv2d(x, self.filters, padding=1, groups=16)
        change = self.update(functional.relu(self.hidden(seen)))
        # The article's notebook lets dead cells fire and erases them afterwards; here they do not fire, as in Blastema.
        fires = (torch.rand(x[:, :1].shape) < self.fire_rate) & before
        x = x + change * fires
        after = functional.max_pool2d(x[:, 3:4], 3, 1, 1) > 0.1
        return x * (before & after)


def prepare(work: Work, fire_rate: float, threads: str) -> Contender:
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    cells = Cells(work, fire_rate)
    optimiser = torch.optim.Adam(cells.parameters(), LEARNING_RATE)
    start = torch.from_numpy(work.states).permute(0, 3, 1, 2).contiguous()
    target = torch.from_numpy(work.target).permute(2, 0, 1)

    def train(steps: int) -> float:
        x = start
        for _ in range(steps):
            x = cells(x)
        loss = functional.mse_loss(x[:, :4], target.expand(len(x), -1, -1, -1))
        optimiser.zero_grad()
        loss.backward()
        for tensor in cells.parameters():
            tensor.grad /= tensor.grad.norm() + 1e-8
        optimiser.step()
        return loss.item()

    @torch.no_grad()
    def simulate(steps: int) -> None:
        x = start[:1]
        for _ in range(steps):
            x = cells(x)

    return Contender(train, simulate)
