"""Many organisms in one dish: twelve seed cells grow side by side.

python examples/dish.py [--quick]
"""

import sys

import numpy as np

import blastema
from blastema.render.animation import save_animation

STEPS, EVERY = (20, 10) if "--quick" in sys.argv else (600, 4)
ROWS, COLUMNS, APART = 3, 4, 44

organism = blastema.load("🦋")
simulation = blastema.Simulation(organism, seed=0, height=ROWS * APART, width=COLUMNS * APART)
simulation.state[...] = 0
for row, column in np.ndindex(ROWS, COLUMNS):
    # As a seed cell: all but the colours are 1.
    simulation.state[row * APART + APART // 2, column * APART + APART // 2, 3:] = 1
frames = [simulation.step(EVERY)[0] for _ in range(STEPS // EVERY)]
save_animation(frames, "dish.gif", zoom=3)
