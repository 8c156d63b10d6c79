# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Growing pictures from a single cell
#
# Each cell of a grid holds sixteen numbers. All cells run the same small network. It sees a cell and its eight
# neighbours and computes how the sixteen numbers change. There is no global plan and no clock: in each step, a random
# half of the cells fires. Trained end to end, the network makes one cell grow into a picture.
#
# This notebook walks through the four experiments of [Growing Neural Cellular
# Automata](https://doi.org/10.23915/distill.00023) (Mordvintsev, Randazzo, Niklasson, Levin; Distill 2020) with
# Blastema's organisms. It draws every figure with the functions that `blastema figure` calls. Set `QUICK` to draw fewer
# pictures and train less.

# %%
import base64
import os
from pathlib import Path

from IPython.display import HTML, display

import blastema
from blastema.figures import figure_named, save_figure
from blastema.figures.figure import Setting

QUICK = bool(os.environ.get("BLASTEMA_QUICK"))
PICTURES = Path("pictures")
PICTURES.mkdir(exist_ok=True)


def track(things, name: str, count: int):
    """Iterate over things and show the progress."""
    bar = display(HTML(name), display_id=True)
    for number, thing in enumerate(things):
        if number % 20 == 0:
            bar.update(HTML(f'{name} <progress max="{count}" value="{number}"></progress>'))
        yield thing
    bar.update(HTML(""))


def show(name: str) -> HTML:
    """Draw a figure and show it with its caption."""
    path = save_figure(name, PICTURES, setting)
    picture = f"data:image/{path.suffix[1:]};base64,{base64.b64encode(path.read_bytes()).decode()}"
    caption = figure_named(name).CAPTION
    return HTML(f'<figure><img src="{picture}" alt="{caption}"><figcaption>{caption}</figcaption></figure>')


setting = Setting(quick=QUICK, seed=0, track=track)

# %% [markdown]
# ## The model
#
# The first three numbers of a cell are its colour, the fourth is alpha. A cell is alive if its own alpha or a
# neighbour's is above 0.1; any other cell is empty and is not updated. The other twelve numbers are hidden channels;
# training decides what they mean.
#
# A cell perceives its own numbers and, through two Sobel filters, the slope of each to the right and downward: 48
# numbers. The network, 48 to 128 to 16 with a ReLU in between, turns them into an update. The last layer starts at
# zero, so an untrained cell does not change.

# %%
show("step")

# %% [markdown]
# An organism of the zoo is a file with the 8,336 weights of such a network. `grow` returns the state of every cell
# after a number of steps.

# %%
lizard = blastema.load("🦎")
state = lizard.grow(steps=200, seed=0)
print(sum(weights.size for weights in lizard.weights), "weights; a state of", state.shape)

# %% [markdown]
# Information passes only from neighbour to neighbour. Here one cell was changed; the square marks how far the change
# can have spread.

# %%
show("influence")

# %% [markdown]
# So everything that the cells of the head know about the tail reaches them through these hidden channels:

# %%
show("channels")

# %% [markdown]
# The organism was trained with half of its cells firing in each step. With fewer, it grows just as well, only more
# slowly; the closer the cells come to all firing at once, the worse the result.

# %%
show("asynchrony")

# %% [markdown]
# Nothing in the rule needs a common clock or a reliable grid. Here every cell is a small computer of its own: it wakes
# at random, works with integers, and sends its neighbours messages of 17 bytes. Restarts heal; cells that fall silent
# for good do more harm.

# %%
show("swarm")

# %% [markdown]
# ## Experiment 1: learning to grow
#
# Training starts from a seed cell, takes 64 to 96 steps, and computes the mean squared difference to the picture; its
# gradient flows back through the steps to the weights. That is all. Train one yourself: a small tree takes seconds.

# %%
from blastema.engines import choose_engine
from blastema.render.picture import sheet
from blastema.rule import Rule
from blastema.targets import load_target
from blastema.training.experiments import EXPERIMENTS, Recipe
from blastema.training.trainer import Trainer

steps = 60 if QUICK else 600
target = load_target("🎄", fit=20, pad=6)
trainer = Trainer(Rule(), EXPERIMENTS["growing"], Recipe(steps=steps), target, seed=0, engine=choose_engine())
for _ in range(steps):
    report = trainer.step()
print(f"loss after {steps} training steps: {report.loss:.4f}")
sheet(report.after.states, columns=8, zoom=3)

# %% [markdown]
# Growth from the seed cell at several stages of training:

# %%
show("training")

# %% [markdown]
# During training, the loss was computed after 64 to 96 steps only. Nothing determines what these organisms do later:

# %%
show("unstable")

# %% [markdown]
# ## Experiment 2: what persists
#
# For the picture to become an attractor, training must also start from grown states. A pool keeps states of all ages.
# Each training step draws a batch from it, continues growing it, and puts it back. The worst state of each batch is
# replaced by a seed cell, so that growth from a seed cell is not forgotten.

# %%
show("pool")

# %% [markdown]
# Persistence and regeneration after each of the three experiments. Lower is better; one unit is a factor of ten.

# %%
show("curves")

# %% [markdown]
# ## Experiment 3: regeneration
#
# Persistent organisms already repair some damage. To train for it, the best three states of each batch lose a part
# before their rollout.

# %%
show("regeneration")

# %%
show("teaser")

# %% [markdown]
# ## Experiment 4: rotation
#
# Only the Sobel filters depend on direction. Rotate them, and the whole organism is rotated, without any training for
# it.

# %%
show("rotation")

# %%
show("turning")

# %% [markdown]
# ## Beyond the experiments
#
# A two-headed flatworm, cut in three:

# %%
show("planarian")

# %% [markdown]
# The middle of a one-headed flatworm, in either of two signals:

# %%
show("setpoint")

# %% [markdown]
# Two organisms that never met in training:

# %%
show("together")

# %% [markdown]
# ## Try it
#
# `show` displays a live organism in the notebook (it needs `pip install 'blastema[notebook]'`): drag to erase,
# double-click to plant a seed cell.

# %%
lizard.show()
