"""Files that mean harm meet one clear error, in bounded memory and time, and nothing is written."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fuzz import READERS
from verdicts import READ, REFUSED, is_read

from attacks import ATTACKS, GOOD, PICTURES
from blastema.formats import readable

resource = pytest.importorskip("resource", reason="not here: Windows cannot limit what a process may take")
# Python and its libraries take half of the memory, most of it room that is never used.
MOST_MEMORY, MOST_SECONDS, MOST_WRITTEN = 1_000_000_000, 20, 1_000_000
FUZZ = Path(__file__).parent / "attacks/fuzz.py"


# Limits that a process sets itself, just before it becomes the command: a fork of pytest has more than these already.
LIMITED = f"""
import os, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({MOST_MEMORY}, {MOST_MEMORY}))
resource.setrlimit(resource.RLIMIT_CPU, ({MOST_SECONDS}, {MOST_SECONDS}))
resource.setrlimit(resource.RLIMIT_FSIZE, ({MOST_WRITTEN}, {MOST_WRITTEN}))
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def attacked(folder, files, *arguments):
    """Put the files into a folder of their own and run the command there, with limits."""
    for name, content in files.items():
        with (folder / name).open("wb") as file:
            file.truncate(content) if isinstance(content, int) else file.write(content)
    (folder.parent / "secret").write_bytes(b"secret")
    before = sorted(folder.parent.rglob("*"))
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", LIMITED, "-m", "blastema", *arguments]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert sorted(folder.parent.rglob("*")) == before
    return run


@pytest.mark.slow
@pytest.mark.parametrize("name", ATTACKS | PICTURES)
def test_an_attack_meets_one_clear_error(name, tmp_path):
    files, says = (ATTACKS | PICTURES)[name]
    (tmp_path / "folder").mkdir()
    given = next(iter(files))
    command = ("import", given) if name in ATTACKS else ("train", given, "--steps", "1")
    run = attacked(tmp_path / "folder", files, *command)
    assert (run.returncode, run.stdout) == (2, ""), run.stderr
    assert re.fullmatch(r"blastema: [^\n]{1,600}\n", run.stderr), run.stderr
    assert says in run.stderr


@pytest.mark.slow
def test_every_format_that_is_read_is_attacked():
    attacked_formats = {name.split(",")[0] for name in ATTACKS}
    assert set(readable()) <= attacked_formats


@pytest.mark.parametrize("name", GOOD)
def test_within_the_same_limits_good_files_are_read(name, tmp_path):
    (tmp_path / "folder").mkdir()
    files = {"model.json": b"", **GOOD[name]} if name == "tfjs" else GOOD[name]
    run = attacked(tmp_path / "folder", files, "grow", next(iter(files)), "--steps", "1")
    assert run.returncode == 0, run.stderr


@pytest.mark.slow
def test_spoilt_files_are_read_or_refused():
    """Six seconds for each reader; all in one process, which takes longer to start than that."""
    run = subprocess.run([sys.executable, FUZZ, "all", "6"], capture_output=True, text=True, encoding="utf-8")
    print(run.stdout.strip())
    assert run.returncode == 0, run.stderr
    assert len(run.stdout.splitlines()) == len(READERS)


@pytest.mark.parametrize("name", READ | REFUSED)
def test_the_files_that_the_page_judges_too_are_read_or_refused(name, tmp_path):
    path = tmp_path / ("a.json" if name.startswith("distill") else "a.safetensors")
    path.write_bytes((READ | REFUSED)[name])
    assert is_read(path) == (name in READ)
