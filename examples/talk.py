"""A video for a talk: grow, lose the lower half, heal; 1080 pixels high.

python examples/talk.py [--quick]        needs the extra [video]
"""

import sys

import numpy as np

import blastema
from blastema.render.animation import save_animation

STEPS = 20 if "--quick" in sys.argv else 300


def frames():
    """Yield the states, one by one, so that the video needs no memory."""
    simulation = blastema.Simulation(blastema.load("🦎"), seed=3)
    for _ in range(STEPS):
        yield simulation.step()[0]
    lower = np.zeros((72, 72), bool)
    lower[36:] = True
    simulation.damage(lower)
    for _ in range(STEPS):
        yield simulation.step()[0]


save_animation(frames(), "talk.mp4", fps=30, zoom=15, hold=2)
