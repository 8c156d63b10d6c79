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
# A grid of cells, each with sixteen numbers. One small network, the same in every cell, looks at the cell and its
# eight neighbours and says how the sixteen numbers change. There is no plan and no clock: half of the cells, at random,
# act in a step. Trained end to end, the network makes one cell grow into a picture.
#
# This notebook walks through the four experiments of [Growing Neural Cellular
# Automata](https://doi.org/10.23915/distill.00023) (Mordvintsev, Randazzo, Niklasson, Levin; Distill 2020), with
# Blastema's own organisms. Every figure is drawn here, by the functions that `blastema figure` calls; `QUICK` draws
# fewer pictures and trains less.

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
    """Go through things, and show how far it is."""
    bar = display(HTML(name), display_id=True)
    for number, thing in enumerate(things):
        if number % 20 == 0:
            bar.update(HTML(f'{name} <progress max="{count}" value="{number}"></progress>'))
        yield thing
    bar.update(HTML(""))


def show(name: str) -> HTML:
    """Draw a figure and show it, with what it shows."""
    path = save_figure(name, PICTURES, setting)
    picture = f"data:image/{path.suffix[1:]};base64,{base64.b64encode(path.read_bytes()).decode()}"
    caption = figure_named(name).CAPTION
    return HTML(f'<figure><img src="{picture}" alt="{caption}"><figcaption>{caption}</figcaption></figure>')


setting = Setting(quick=QUICK, seed=0, track=track)

# %% [markdown]
# ## The model
#
# The first three numbers of a cell are its colour, the fourth is alpha: a cell whose alpha, or a neighbour's, is above
# 0.1 is alive, any other is empty and stays out. The other twelve mean what training makes them mean.
#
# A cell perceives its own numbers and, through two Sobel filters, how each of them rises to the right and downward: 48
# numbers. The network, 48 to 128 to 16 with a ReLU between, turns them into a change. Its last layer begins at zero, so
# that an untrained cell does nothing.

# %%
show("step")

# %% [markdown]
# An organism of the zoo is a file with those 8,336 weights. `grow` gives the state of every cell after some steps.

# %%
lizard = blastema.load("🦎")
state = lizard.grow(steps=200, seed=0)
print(sum(weights.size for weights in lizard.weights), "weights; a state of", state.shape)

# %% [markdown]
# Cells know nothing of each other but what passes from neighbour to neighbour. Here one cell was changed; the square is
# as far as the change can possibly have come.

# %%
show("influence")

# %% [markdown]
# So whatever the cells of a head know of their tail, they know by these signals:

# %%
show("channels")

# %% [markdown]
# They were trained with half of the cells acting in a step. With fewer they grow as well, only later; the nearer all of
# them come to acting at once, the worse it gets.

# %%
show("asynchrony")

# %% [markdown]
# ## Experiment 1: learning to grow
#
# A seed cell, 64 to 96 steps, and the mean squared difference to the picture, through which the gradient flows back to
# the weights. That is all of it. Train one yourself: here a small tree, so that it takes seconds.

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
# What a rule makes of the seed cell while it is still learning:

# %%
show("training")

# %% [markdown]
# These organisms were looked at after 64 to 96 steps, and never again. What they do later nobody told them.

# %%
show("unstable")

# %% [markdown]
# ## Experiment 2: what persists
#
# To make the picture a place where growth comes to rest, training must begin from what growth has led to. A pool keeps
# organisms of all ages; a batch is drawn from it, grown on, and put back. The worst of each batch is replaced by a seed
# cell, so that growing is not forgotten.

# %%
show("pool")

# %% [markdown]
# How they last, and what the three experiments have taught: lower is better, and one unit is a factor of ten.

# %%
show("curves")

# %% [markdown]
# ## Experiment 3: regeneration
#
# Something of persistence heals by itself. To make sure of it, the best three of each batch lose a part before they
# grow on.

# %%
show("regeneration")

# %%
show("teaser")

# %% [markdown]
# ## Experiment 4: rotation
#
# Only the Sobel filters know where right and down are. Turn them, and the whole organism turns: nothing was trained for
# that.

# %%
show("rotation")

# %%
show("turning")

# %% [markdown]
# ## Further
#
# A flatworm with two heads, cut in three:

# %%
show("planarian")

# %% [markdown]
# And two species that have never met:

# %%
show("together")

# %% [markdown]
# ## Yours
#
# `show` puts a living organism into the notebook (it needs `pip install 'blastema[notebook]'`): drag to erase,
# double-click to sow.

# %%
lizard.show()
