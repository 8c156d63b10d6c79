"""A trained organism learns more: the lizard of the zoo, trained on with damage of your own choice.

python examples/fine_tuning.py [--quick]
"""

import sys

import blastema

STEPS = 3 if "--quick" in sys.argv else 300

lizard = blastema.load("🦎")
organism = blastema.train(
    "🦎",
    beginning=lizard,
    recipe="further",
    steps=STEPS,
    settings={"damages": ("half", "stripes")},
    out="runs/fine-tuning",
)
organism.save("lizard.safetensors")
