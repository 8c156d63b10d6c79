"""Build the page's kernels, the native engine in WebAssembly: python tools/build_kernel.py [--check] FOLDER.

`kernel.wasm` runs in every browser with SIMD, `kernel_relaxed.wasm` only where SIMD is relaxed, where it may multiply
and add in one instruction. The compiler is that of requirements/kernel.txt, so the same sources give the same bytes on
any machine. With --check, fail if the files in FOLDER have other bytes.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
NATIVE = ROOT / "native"
# File name, and the instructions of WebAssembly that it may use.
KERNELS = {"kernel.wasm": "generic+simd128", "kernel_relaxed.wasm": "generic+simd128+relaxed_simd"}
SOURCES = ("grid", "rollout", "signal_biases", "wasm/dish", "wasm/exports", "wasm/memory")
COMPILER = (sys.executable, "-m", "ziglang")
TARGET = ("-target", "wasm32-wasi")
FLAGS = (
    "-std=c++20", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", "-g0", "-DNDEBUG",
    # Otherwise the standard library would print an error, for which a module imports functions of the host.
    "-D_LIBCPP_VERBOSE_ABORT(...)=__builtin_trap()",
    "-Wall", "-Wextra", "-Werror", "-Wno-psabi", f"-I{NATIVE}", f"-I{NATIVE / 'wasm'}",
)  # fmt: skip
# The inner loops have to be fast, all the rest small.
FAST = ("-O3", "-ffp-contract=fast", "-fno-math-errno", "-DBLASTEMA_KERNEL=kernel_simd128", "-DBLASTEMA_LANES=4")
SMALL = ("-Os",)
# As C, since of the library of C++ only templates are used.
LINKED = (
    "-mexec-model=reactor", "-mcpu=generic", "-O2",
    "-Wl,--import-memory", "-Wl,--strip-all", "-Wl,-z,stack-size=262144",
)  # fmt: skip


def build(instructions: str) -> bytes:
    """Return a module."""
    with tempfile.TemporaryDirectory() as folder:
        cpu, module = f"-mcpu={instructions}", f"{folder}/kernel.wasm"
        objects = [_compiled(source, folder, cpu, *SMALL) for source in SOURCES]
        objects.append(_compiled("isa_kernel", folder, cpu, *FAST, f'-DBLASTEMA_ISA="{instructions}"'))
        _run("cc", *LINKED, *objects, "-o", module)
        return Path(module).read_bytes()


def _compiled(source: str, folder: str, *flags: str) -> str:
    """Return the path of the object file of a source file."""
    path = f"{folder}/{source.replace('/', '-')}.o"
    _run("c++", *FLAGS, *flags, "-c", str(NATIVE / f"{source}.cpp"), "-o", path)
    return path


def _run(command: str, *arguments: str) -> None:
    # What it compiles of its libraries is kept here, not in the user's home.
    cache = {f"ZIG_{scope}_CACHE_DIR": str(ROOT / "build/zig") for scope in ("GLOBAL", "LOCAL")}
    subprocess.run([*COMPILER, command, *TARGET, *arguments], env=os.environ | cache, check=True)


if __name__ == "__main__":
    folder = Path(sys.argv[-1])
    for name, instructions in KERNELS.items():
        content = build(instructions)
        if "--check" not in sys.argv:
            (folder / name).write_bytes(content)
        elif (folder / name).read_bytes() != content:
            sys.exit(f"{folder / name} is out of date; build it with: make kernel")
