"""The messages about a running training that browsers receive."""

import base64
import statistics
import time
from collections.abc import Iterable

import numpy as np

from blastema.formats.page import label, png
from blastema.hosting.events import Bulletin
from blastema.render.colour import rgba
from blastema.reporting.album import SAMPLE, pool_sample
from blastema.reporting.target_losses import target_losses
from blastema.training.config import run_name
from blastema.training.run import Run
from blastema.training.trainer import Report

# Seconds between two messages of a kind.
EVERY = {"progress": 0.5, "batch": 1.5, "pool": 4.0, "organism": 4.0}
# Most points of the loss curve, tiles in a row of pictures, and pixels on the longer side of a tile.
MOST_POINTS, BATCH_COLUMNS, POOL_COLUMNS, LARGEST_TILE = 300, 8, 12, 72
RECENT = 20


class Broadcast:
    """Publishes the progress of a run on a bulletin: call it with the report of each training step.

    The messages, each of which replaces the last of its kind; pictures are transparent PNGs as data URLs:
        run: `target` (label), `name`, `experiment`, `steps`, `directory`, `picture`, `height`, `width`, `batch`,
            `pool`.
        progress: `step`, `loss` (median of the last 20, null if infinite), `rate` (training steps per
            second), `left` (seconds), `targets` (with several, the loss of each by its signal), and the curve: `steps`
            and `losses`, medians over equal parts of the training so far, without those that are infinite.
        batch: `step`, `rollout`, `before`, `after`, `columns`, `count`, `reseeded`, `damaged`, `damages`: tiles in
            rows; the first `reseeded` were replaced by a seed cell, the last `damaged` were damaged, by the recipe's
            damages of these names in turn.
        pool: `step`, `picture`, `columns`, `count`.
        organism: `step`, `name`, `content` (organism file, base64).
        end: `step`, `finished`.
    """

    def __init__(self, run: Run, bulletin: Bulletin) -> None:
        self.run, self.bulletin = run, bulletin
        self.began, self.done_before = time.monotonic(), run.trainer.done
        self.last = dict.fromkeys(EVERY, -np.inf)
        self._publish_run()
        if run.losses:
            self._publish_progress(None)
            self._publish_organism(None)

    def __call__(self, report: Report) -> None:
        """Publish every message kind whose interval has elapsed."""
        now, final = time.monotonic(), report.step == self.run.config.steps
        for kind, seconds in EVERY.items():
            if final or now - self.last[kind] >= seconds:
                getattr(self, f"_publish_{kind}")(report)
                self.last[kind] = now

    def end(self) -> None:
        """Publish that training has ended, and whether it reached its last step."""
        done = self.run.trainer.done
        self.bulletin.publish("end", {"step": done, "finished": done >= self.run.config.steps})

    def _publish_run(self) -> None:
        run = self.run
        height, width = run.target.shape[:2]
        name = run_name(run.config)
        message = {
            "target": label(run.organism(), name), "name": name, "experiment": run.config.experiment,
            "steps": run.config.steps, "directory": str(run.directory), "picture": data_url(rgba(run.target)),
            "height": height, "width": width, "batch": run.config.batch,
            "pool": run.trainer.recipe.pool if run.trainer.experiment.starts_from == "pool" else 0,
        }  # fmt: skip
        self.bulletin.publish("run", message)

    def _publish_progress(self, _: Report | None) -> None:
        run = self.run
        parts = np.array_split(run.losses, min(MOST_POINTS, len(run.losses)))
        ends = np.cumsum([len(part) for part in parts])
        medians = np.array([np.median(part) for part in parts])
        # A training step that overflowed has an infinite loss, which JSON cannot hold.
        finite = np.isfinite(medians)
        loss = statistics.median(run.losses[-RECENT:])
        rate = (run.trainer.done - self.done_before) / max(time.monotonic() - self.began, 1e-9)
        message = {
            "step": run.trainer.done, "loss": loss if np.isfinite(loss) else None, "rate": round(rate, 3),
            "left": round((run.config.steps - run.trainer.done) / rate, 1) if rate else None,
            "targets": target_losses(run),
            "steps": [run.logged[end - 1] for end in ends[finite]],
            "losses": [float(f"{median:.4g}") for median in medians[finite]],
        }  # fmt: skip
        self.bulletin.publish("progress", message)

    def _publish_batch(self, report: Report) -> None:
        trainer, count = self.run.trainer, len(report.before.states)
        message = {
            "step": report.step, "rollout": report.rollout, "columns": min(count, BATCH_COLUMNS), "count": count,
            "before": data_url(tiles(report.before.states, BATCH_COLUMNS)),
            "after": data_url(tiles(report.after.states, BATCH_COLUMNS)),
            "reseeded": report.reseeded, "damaged": report.damaged,
            "damages": list(dict.fromkeys(trainer.recipe.damages)),
        }  # fmt: skip
        self.bulletin.publish("batch", message)

    def _publish_pool(self, report: Report) -> None:
        if self.run.trainer.experiment.starts_from == "pool":
            picture = data_url(tiles(pool_sample(self.run), POOL_COLUMNS))
            message = {"step": report.step, "columns": POOL_COLUMNS, "count": SAMPLE, "picture": picture}
            self.bulletin.publish("pool", message)

    def _publish_organism(self, _: Report | None) -> None:
        run = self.run
        name = f"{run_name(run.config)} after {run.trainer.done:,} training steps"
        content = base64.b64encode(run.organism().to_bytes()).decode()
        self.bulletin.publish("organism", {"step": run.trainer.done, "name": name, "content": content})


def tiles(states: Iterable[np.ndarray], columns: int) -> np.ndarray:
    """Return states side by side in rows of `columns`, transparent, uint8 `(height, width, 4)`.

    Large states are reduced to at most 72 pixels a side.

    Args:
        states: `(height, width, channel)` each, or one array of a batch.
        columns: the most in a row; the last row is padded with transparent tiles.
    """
    pixels = np.stack([rgba(_reduced(state)) for state in states])
    count, height, width, _ = pixels.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    whole = np.zeros((rows * columns, height, width, 4), np.uint8)
    whole[:count] = pixels
    return whole.reshape(rows, columns, height, width, 4).swapaxes(1, 2).reshape(rows * height, columns * width, 4)


def _reduced(state: np.ndarray) -> np.ndarray:
    """Return every nth cell in both directions, with the smallest n that fits into a tile."""
    stride = -(-max(state.shape[:2]) // LARGEST_TILE)
    return state[stride // 2 :: stride, stride // 2 :: stride]


def data_url(pixels: np.ndarray) -> str:
    """Return a PNG of the pixels as a data URL."""
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode()
