"""One rule, two bodies: signals tell the cells what to grow, and can change while they live.

python examples/bodies.py [--quick]
"""

import sys

import numpy as np

import blastema
from blastema.render.animation import save_animation

STEPS = 3 if "--quick" in sys.argv else 2000

organism = blastema.train(["🍓", "🍄"], fit=20, pad=8, steps=STEPS, out="runs/bodies")
strawberry, mushroom = organism.rule.signals  # 🍓, 🍄

simulation = blastema.Simulation(organism, seed=1, signal=strawberry)
frames = [simulation.step(4)[0] for _ in range(50)]
# Half and half: a map has the number of a signal for each cell.
simulation.set_signal(np.indices(simulation.state.shape[:2])[1] * 2 // simulation.state.shape[1])
frames += [simulation.step(4)[0] for _ in range(50)]
simulation.set_signal(mushroom)
frames += [simulation.step(4)[0] for _ in range(50)]
save_animation(frames, "bodies.gif", zoom=6)
