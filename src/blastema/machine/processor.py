"""The processor: its cores, and its instruction set."""

import os
import platform
from pathlib import Path

# The levels of the x86-64 psABI and the features that each adds, by Linux's names.
X86_LEVELS = {
    "x86-64-v2": {"sse4_2", "popcnt", "ssse3", "cx16"},
    "x86-64-v3 (AVX2 and FMA)": {"avx2", "fma", "bmi1", "bmi2", "f16c", "movbe"},
    "x86-64-v4 (AVX-512)": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
}


def cores() -> int:
    """Return the number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def instruction_set() -> str:
    """Return the processor's highest level of vector instructions, if it is known."""
    if platform.machine().lower() in ("arm64", "aarch64"):
        return "ARMv8 (NEON)"
    flags = cpu_flags()
    if not flags:
        return f"{platform.machine()}, level unknown on {platform.system()}"
    level = "x86-64"
    for name, needed in X86_LEVELS.items():
        if not needed <= flags:
            break
        level = name
    return level


def cpu_flags() -> set[str]:
    """Return the processor's features by Linux's names; empty if they cannot be read."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return _mac_flags()
    lines = [line for line in text.splitlines() if line.startswith("flags")]
    return set(lines[0].split(":", 1)[1].split()) if lines else set()


def _mac_flags() -> set[str]:
    import subprocess

    try:
        result = subprocess.run(
            ["sysctl", "-n", "machdep.cpu.features", "machdep.cpu.leaf7_features"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return set()
    return set(result.stdout.lower().replace("sse4.2", "sse4_2").split())
