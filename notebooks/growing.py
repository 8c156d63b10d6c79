# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Growing Neural Cellular Automata
#
# Each cell of a grid runs the same small network and sees only its eight neighbours. Trained end to end, the network
# makes one cell grow into a picture, keep it, and regrow what is cut away.
#
# This notebook follows [the article of that name](https://doi.org/10.23915/distill.00023) (Mordvintsev, Randazzo,
# Niklasson, Levin; Distill 2020) in its order, through its four experiments. It trains organisms with
# [Blastema](../docs/index.md) and redraws every figure.

# %% [markdown]
# ## Install
#
# The next cell does nothing where Blastema is installed already. Elsewhere, as in Colab, it installs a wheel that lies
# beside this notebook, or else the release on PyPI.

# %%
from importlib.util import find_spec

if find_spec("blastema") is None:
    print("installing Blastema")
    # %pip install --quiet --find-links . "blastema[notebook]"

# %% [markdown]
# ## Settings
#
# Three trainings of a small lizard, and all figures, take some minutes. `QUICK` shortens both, to see whether
# everything works.

# %%
import base64
import os
import tempfile
from pathlib import Path

import numpy as np
from IPython.display import HTML, display

import blastema
from blastema.figures import figure_named, save_small_figure, trains
from blastema.figures.figure import Setting
from blastema.render.animation import save_animation
from blastema.render.loss_picture import loss_picture
from blastema.render.picture import save, sheet
from blastema.training.run import Run

QUICK = bool(os.environ.get("BLASTEMA_QUICK"))
# Some figures show a training of 4,000 steps, which takes minutes. Unless this is true, they show one of 300 steps.
LONG_TRAININGS = False
# Training steps of each experiment.
STEPS = 30 if QUICK else 500
PICTURES = Path("pictures")
PICTURES.mkdir(exist_ok=True)


def embedded(path: Path, caption: str) -> HTML:
    """Return a picture with its caption."""
    data = f"data:image/{path.suffix[1:]};base64,{base64.b64encode(path.read_bytes()).decode()}"
    return HTML(f'<figure><img src="{data}" alt="{caption}"><figcaption>{caption}</figcaption></figure>')


def still(states, caption: str, columns: int = 8, zoom: int = 3) -> HTML:
    """Show states in rows."""
    save(sheet(states, columns, zoom), path := PICTURES / "still.webp")
    return embedded(path, caption)


def film(states, caption: str, zoom: int = 6) -> HTML:
    """Show states one after the other."""
    save_animation(states, path := PICTURES / "film.webp", zoom=zoom)
    return embedded(path, caption)


def curve(run: Run, caption: str) -> HTML:
    """Show the loss of each training step of a run."""
    save(loss_picture(run.logged, run.losses), path := PICTURES / "curve.webp")
    return embedded(path, caption)


def track(things, name: str, count: int):
    """Iterate over things and show the progress."""
    bar = display(HTML(name), display_id=True)
    for number, thing in enumerate(things):
        if number % 20 == 0:
            bar.update(HTML(f'{name} <progress max="{count}" value="{number}"></progress>'))
        yield thing
    bar.update(HTML(""))


def show(name: str) -> HTML:
    """Draw a figure of the article and show it; `blastema figure` writes a larger one."""
    quick = QUICK or (trains(name) and not LONG_TRAININGS)
    path = save_small_figure(name, PICTURES, Setting(quick=quick, seed=0, track=track))
    return embedded(path, figure_named(name).CAPTION)


# %% [markdown]
# ## A live lizard
#
# This is what the experiments lead to. Drag across the lizard to erase cells, and it regrows; double-click to plant
# another seed cell.

# %%
blastema.load("🦎").show()

# %% [markdown]
# ### Grown and regrown
#
# Ten such organisms, one for each of the article's emoji, from [the zoo](../docs/zoo.md).

# %%
show("teaser")

# %% [markdown]
# ## Model
#
# ### One update step
#
# One step of a cellular automaton, from left to right: state, perception, update, and two masks.

# %%
show("step")

# %% [markdown]
# ### Cell state
#
# A state is an array `(height, width, 16)`. The first three numbers of a cell are its colour, the fourth is alpha. A
# cell is mature if its alpha is above 0.1. A cell that is not, and has no mature neighbour, is empty: all its numbers
# are zero. The other twelve numbers are hidden channels; training decides what they mean.
#
# Growth starts from a seed cell: alpha and hidden channels are one, the colour is zero.

# %%
from blastema.rule import alive, fires, perceive, update

batch = blastema.seed_batch(seeds=[0], height=72, width=72, channels=16)
state = batch.states[0]
print("state", state.shape, "- cells that are not empty:", (state != 0).any(axis=-1).sum())
print("the seed cell:", state[36, 36])

# %% [markdown]
# ### Hidden channels
#
# All that a cell of the head knows about the tail reached it through its neighbours' hidden channels.

# %%
show("channels")

# %% [markdown]
# ### Cellular automaton rule
#
# **Perception.** A cell perceives its own numbers and, through two Sobel filters, the slope of each to the right and
# downward: 48 numbers.
#
# **Update rule.** A network, 48 to 128 to 16 with a ReLU in between, turns them into a change: 8,336 weights, the same
# for all cells. The last layer starts at zero, so an untrained cell does not change.
#
# **Stochastic cell update.** There is no common clock: in each step a random half of the cells fires.
#
# **Living cell masking.** Only cells that are alive before and after the update keep their numbers.
#
# These are the functions of the rule, in this order, and the step that they make together:

# %%
lizard = blastema.load("🦎")
rule = lizard.rule
grown = blastema.Simulation(lizard, seed=0)
grown.step(44)

batch = grown.batch
before = alive(batch.states, rule.alive_threshold, rule.edge)
perception = perceive(batch.states, rule.filters, 0.0, rule.edge)
change = update(perception, lizard.weights)
firing = fires(batch.seeds, batch.ages, 72, 72, rule.fire_rate)[..., None]
states = batch.states + np.where(firing & before, change, 0)
states = np.where(before & alive(states, rule.alive_threshold, rule.edge), states, 0)

print(sum(weights.size for weights in lizard.weights), "weights; perception", perception.shape)
print("largest difference to a step of Blastema:", np.abs(states - grown.step(1)).max())

# %% [markdown]
# ### How influence spreads
#
# Information passes only from neighbour to neighbour. Here one cell was changed; the square marks how far the change
# can have spread.

# %%
show("influence")

# %% [markdown]
# ### Synchronous and asynchronous
#
# With fewer cells firing at a time than in training, the organism grows just as well, only more slowly; the closer the
# cells come to all firing at once, the worse the result.

# %%
show("asynchrony")

# %% [markdown]
# ## Experiment 1: Learning to Grow
#
# A training step starts from seed cells, takes 64 to 96 steps, and compares the result with the target: the loss is
# the mean squared difference of red, green, blue and alpha. Its gradient flows back through the steps to the weights.
# That is all. This trains a small lizard from random weights, as the article does. To stop it, interrupt the kernel.

# %%
folder = tempfile.mkdtemp()
growing = blastema.train("🦎", experiment="growing", fit=20, pad=6, steps=STEPS, beginning="nothing", out=folder)

# %% [markdown]
# A run keeps the loss of each training step:

# %%
run = Run.resume(folder)
curve(run, "Learning to grow: the loss of each training step, and its running median.")

# %% [markdown]
# A batch of one more training step: eight seed cells, and what they have become.

# %%
report = run.trainer.step()
still([*report.before.states, *report.after.states], f"A batch before and after {report.rollout} steps.")

# %% [markdown]
# The organism that was trained, growing from a seed cell for 96 steps:

# %%
film(growing.frames(steps=96, height=32, width=32), "A small lizard grows.")

# %% [markdown]
# And live, for as long as you like:

# %%
growing.show()

# %% [markdown]
# ### Unstable
#
# Nothing in this training says what to do after 96 steps: some organisms fade or fall apart, others never stop growing.
# Those in the figure are larger and were trained longer, as by
# `blastema.train("🦎", experiment="growing", beginning="nothing")`.

# %%
show("unstable")

# %% [markdown]
# ## Experiment 2: What persists, exists
#
# For the picture to become an attractor, training must also start from grown states. A pool keeps states of all ages.
# Each training step draws a batch from it, continues growing it, and puts it back. The worst state of each batch is
# replaced by a seed cell, so that growth from a seed cell is not forgotten.
#
# Here the lizard of experiment 1 learns to persist:

# %%
folder = tempfile.mkdtemp()
persistent = blastema.train("🦎", experiment="persistent", fit=20, pad=6, steps=STEPS, beginning=growing, out=folder)

# %%
run = Run.resume(folder)
report = run.trainer.step()
still(
    [*report.before.states, *report.after.states],
    f"A batch before and after {report.rollout} steps: a seed cell first, then states of the pool.",
)

# %% [markdown]
# Both lizards, the one of experiment 1 above, after 100, 200, ... 800 steps:

# %%
AGES = range(100, 801, 100)
aged = []
for organism in (growing, persistent):
    simulation = blastema.Simulation(organism, seed=1)
    aged += [simulation.step(100)[0] for _ in AGES]
still(aged, "Above: trained to grow. Below: trained to persist.")

# %% [markdown]
# ### The pool
#
# The figure trains a lizard of its own, for 300 steps, or for 4,000 with `LONG_TRAININGS = True`, which takes minutes.

# %%
show("pool")

# %% [markdown]
# ### Steps of training
#
# An organism learns to grow and to stay at the same time.

# %%
show("training")

# %% [markdown]
# ### Curves
#
# Persistence and regeneration after each of the three experiments. Lower is better; one unit is a factor of ten.

# %%
show("curves")

# %% [markdown]
# ## Experiment 3: Learning to regenerate
#
# Persistent organisms already repair some damage. To train for it, the best three states of each batch lose a part
# before their rollout. Here the lizard of experiment 2 learns it:

# %%
folder = tempfile.mkdtemp()
regenerating = blastema.train(
    "🦎", experiment="regenerating", fit=20, pad=6, steps=STEPS, beginning=persistent, out=folder
)

# %%
run = Run.resume(folder)
report = run.trainer.step()
still(
    [*report.before.states, *report.after.states],
    f"A batch before and after {report.rollout} steps: a seed cell first, three damaged states last.",
)

# %% [markdown]
# Both lizards, the one of experiment 2 above, lose their right half after 200 steps:

# %%
right = np.zeros((32, 32), bool)
right[:, 16:] = True
cut = []
for organism in (persistent, regenerating):
    simulation = blastema.Simulation(organism, seed=1)
    cut.append(simulation.step(200)[0])
    simulation.damage(right)
    cut.append(simulation.state.copy())
    cut += [simulation.step(steps)[0] for steps in (10, 20, 30, 40, 100, 200)]
still(cut, "Above: trained to persist. Below: trained to regenerate.")

# %% [markdown]
# ### Regeneration
#
# Organisms of the zoo, of 40 cells. `blastema.train("🦎", experiment="persistent")` and
# `blastema.train("🦎", experiment="regenerating")` train such a pair.

# %%
show("regeneration")

# %% [markdown]
# ## Experiment 4: Rotating the perceptive field
#
# Only the Sobel filters depend on direction. Rotate them, and the whole organism is rotated, without any training for
# it:

# %%
turned = [regenerating.grow(steps=200, height=32, width=32, angle=np.radians(angle)) for angle in range(0, 360, 45)]
still(turned, "The small lizard at eight angles.")

# %% [markdown]
# ### Rotation
#
# Four organisms of the zoo:

# %%
show("rotation")

# %% [markdown]
# ### All the way round
#
# One seed cell for each angle:

# %%
show("turning")

# %% [markdown]
# ## Discussion
#
# ### A planarian in three pieces
#
# A two-headed flatworm, cut in three, inspired the article.

# %%
show("planarian")

# %% [markdown]
# ### A planarian's set point
#
# The article ends with the set point that decides how many heads a flatworm regrows. Here it is a signal, which all
# cells of one rule receive:

# %%
show("setpoint")

# %% [markdown]
# ### Cells that fail
#
# The article imagines a grid of tiny computers. Here every cell is one: it wakes at random, works with integers, and
# sends its neighbours messages of 17 bytes. Restarts heal; cells that fall silent for good do more harm.

# %%
show("swarm")

# %% [markdown]
# ### Grown together
#
# Two organisms that never met in training:

# %%
show("together")

# %% [markdown]
# ## Your own
#
# Any of 1,434 emoji, an image file or an array can be a target. `blastema.train("🦋")` trains a picture of 40 cells for
# 8,000 training steps, without a GPU; it starts with the weights of another organism, which regenerates already. Keep
# what you trained:

# %%
regenerating.save("lizard.safetensors")
blastema.load("lizard.safetensors").show()
