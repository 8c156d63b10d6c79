"""A rule of your own: fewer channels and hidden units, a filter of our own, a grid without edges.

python examples/own_rule.py [--quick]
"""

import sys

import blastema
from blastema.render.picture import picture, save

STEPS = 3 if "--quick" in sys.argv else 1500

# What a cell has less of than its diagonal neighbours. Filters that turn with the cell have two more matrices.
diagonals = blastema.Filter("diagonals", fixed=[[1 / 4, 0, 1 / 4], [0, -1, 0], [1 / 4, 0, 1 / 4]])
rule = blastema.Rule(
    channels=12, hidden=64, filters=("identity", "sobel_x", "sobel_y", diagonals), fire_rate=0.75, edge="wrap"
)
organism = blastema.train("🐞", experiment="persistent", fit=20, pad=6, steps=STEPS, rule=rule, out="runs/own-rule")
print(f"{sum(tensor.size for tensor in organism.weights):,} parameters")
save(picture(organism.grow(steps=200, height=32, width=32), zoom=8), "own_rule.png")
