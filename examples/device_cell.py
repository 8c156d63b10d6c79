"""A cell as the program of a microcontroller: its bytes, and what thousands of them grow.

python examples/device_cell.py [--quick]        compiles with arm-none-eabi-gcc, or with the cc of this machine
"""

import shutil
import subprocess
import sys

import numpy as np

import blastema
from blastema.formats import export
from blastema.render.picture import picture, save
from blastema.swarm import Swarm, Troubles
from blastema.targets import load_target

WAITS, EVERY = (20, 10) if "--quick" in sys.argv else (400, 50)
FLAGS = "-Os -std=c99 -ffreestanding -fno-tree-loop-distribute-patterns -fno-asynchronous-unwind-tables"
# As in docs/firmware.md: the whole program of a board. Without its compiler, the cell alone.
BOARD = "-mcpu=cortex-m0 -mthumb -nostdlib -T cortex_m.ld cell.c board.c cortex_m.c -lgcc -o ../cell.elf"

lizard, target = blastema.load("🦎"), load_target("🦎")
export(lizard, "cell", "lizard-cell")
on_board = shutil.which("arm-none-eabi-gcc")
command = f"arm-none-eabi-gcc {FLAGS} {BOARD}" if on_board else f"cc {FLAGS} -c cell.c -o ../cell.elf"
subprocess.run(command.split(), cwd="lizard-cell", check=True)
size = ["arm-none-eabi-size" if on_board else "size", "cell.elf"]
rom = subprocess.run(size, capture_output=True, text=True, check=True).stdout.split("\n")[1].split()[0]
print(f"{rom} bytes of ROM on {'a Cortex-M0' if on_board else 'this machine'}")

# Each cell has a clock of its own, and a tenth of the messages are lost.
swarm = Swarm(lizard, seed=0, troubles=Troubles(lost=0.1))
for waits in range(EVERY, WAITS + 1, EVERY):
    swarm.run(EVERY)
    loss = np.log10(np.mean((swarm.state[..., :4] - target) ** 2))
    print(f"{waits} waits: log10 loss {loss:.2f}, {swarm.messages:,} messages")
save(picture(swarm.state, zoom=8), "device_cell.png")
