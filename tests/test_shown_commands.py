"""Every shell command that the pages and the help texts show runs as pasted; long trainings are cut short."""

import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from blastema import load
from blastema.figures import NAMES
from blastema.targets import load_target
from test_documents import EXAMPLES, PAGES, PROJECT, README, commands_of, shown

# What is appended so that a command takes seconds: nothing else of it is changed.
SHORTER = {
    r"blastema train ": " --steps 1",
    r"blastema play --train ": " --steps 1",
    r"blastema sweep ": " --steps 1",
    r"blastema evaluate ": " --organisms 2",
    r"blastema figure ": " --quick",
}
RUN = "runs/lizard-regenerating"
# Pages that are walked through from top to bottom, since a command needs what those before it have made.
WALKS = [PROJECT / f"docs/tutorials/{name}.md" for name in ("one-computer-a-cell", "sweep-on-a-cluster")]
TUTORIALS = [page for page in PAGES if page.parent.name == "tutorials" and "```python" in page.read_text("utf-8")]
TUTORIALS = [*(page for page in TUTORIALS if page not in WALKS), PROJECT / "docs/index.md"]
# Those that need an argument of the reader's, another program's file, or minutes: that their flags exist is checked.
LEFT_OUT = (
    r"blastema (\S+ )?[A-Z]{3,}|blastema import|blastema [a-z]+$(?<!play)(?<!zoo)(?<!doctor)|.*figure all"
    r"|.* --scheduler "
)


def shortened(command: str) -> str:
    return command + "".join(more for beginning, more in SHORTER.items() if re.match(beginning, command))


def run_pasted(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line in a shell that finds `blastema`, and no browser."""
    scripts = str(Path(sys.executable).parent)
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "BROWSER")}
    environment |= {"PATH": f"{scripts}{os.pathsep}{environment['PATH']}", "PYTHONIOENCODING": "utf-8"}
    if command.startswith("blastema play"):
        return play(command, folder, environment)
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=300
    )


def play(command: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Start the playground, fetch its page and its organisms, and press Ctrl-C."""
    with subprocess.Popen(
        ["bash", "-c", f"exec {command}"], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:  # fmt: skip
        try:
            url = re.search(r"http://\S+", process.stdout.readline())[0]
            with urllib.request.urlopen(url, timeout=60) as page:
                assert b"<title>" in page.read()
            with urllib.request.urlopen(f"{url}organisms.json", timeout=60) as listed:
                assert json.load(listed)["organisms"]
            process.send_signal(signal.SIGINT)
            out, error = process.communicate(timeout=120)
        finally:
            process.kill()
    # 130 is what a shell expects of a training that Ctrl-C stopped.
    return subprocess.CompletedProcess(command, 0 if process.returncode == 130 else process.returncode, out, error)


def put_what_readers_have(folder: Path) -> None:
    """A photograph named cat.jpg, as the examples have it, and a run whose organism is trained."""
    from PIL import Image

    picture = Image.new("RGB", (60, 50), "white")
    picture.paste("brown", (20, 10, 40, 45))
    picture.save(folder / "cat.jpg")
    # An organism that grows over the whole grid would take minutes to evaluate.
    (folder / RUN).mkdir(parents=True)
    load("🦎").save(folder / RUN / "organism.safetensors")


@pytest.mark.slow
def test_the_readmes_block_of_commands_runs_as_pasted(tmp_path):
    block = README.split("## Train and grow")[1].split("\n## ")[0]
    lines = [line for line in shown(block) if re.match(r"pip|blastema", line)]
    # That the package installs, with and without a compiler, is tried on a clean machine.
    assert lines.pop(0) == "pip install ."
    assert re.search(r"pip\" install .* \.$", (PROJECT / ".ci/run").read_text(), re.M)
    assert len(lines) >= 7
    for line in lines:
        # Drawing every figure takes minutes, and tests of the figures draw each: here, one that trains nothing.
        run = run_pasted(shortened(line.replace("figure all", f"figure {NAMES[0]}")), tmp_path)
        assert run.returncode == 0, f"{line}\n{run.stderr}"
    assert {"lizard.gif", "lizard.png", "figures", "lizard", "runs"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.slow
def test_commands_in_pages_and_help_run_as_pasted(tmp_path):
    left_out = [PROJECT / "README.md", PROJECT / "docs/gallery.md", *WALKS]
    texts = [page.read_text("utf-8") for page in PAGES if page not in left_out]
    commands = {command for text in texts for command in commands_of(text)}
    commands |= set(EXAMPLES)
    commands = sorted(command for command in commands if not re.match(LEFT_OUT, command))
    # The test above runs these.
    commands = [command for command in commands if command not in commands_of(README)]
    assert len(commands) > 8
    put_what_readers_have(tmp_path)
    for command in commands:
        run = run_pasted(shortened(command), tmp_path)
        assert run.returncode == 0, f"{command}\n{run.stderr}"


@pytest.mark.slow
@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
def test_the_python_of_a_page_runs_as_printed(page, tmp_path):
    code = "\n".join(re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.S))
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=300)
    assert run.returncode == 0, run.stderr


def script_of(page: Path) -> str:
    """Return what a page shows, as one script of a shell; what runs in a terminal of its own, in the background."""
    lines = ["set -e", "trap 'jobs -p | xargs -r kill' EXIT"]
    for block, python in re.findall(r"((?:^    [^\n]*\n)+)|```python\n(.*?)```", page.read_text("utf-8"), re.M | re.S):
        if python:
            lines.append(f"python - <<'END'\n{python}END")
        for command in re.sub(r"\\\n *", "", block).splitlines():
            command = command.strip()
            background = " &" if command.startswith("dask ") else ""
            lines.append((f"{command} --steps 1" if command.startswith("blastema train") else command) + background)
    return "\n".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize("page", WALKS, ids=lambda page: page.stem)
def test_a_tutorial_is_walked_from_top_to_bottom(page, tmp_path):
    script = script_of(page)
    if "arm-none-eabi" in script and not shutil.which("arm-none-eabi-gcc"):
        pytest.skip("not installed: arm-none-eabi-gcc, to compile the program of a cell (gcc-arm-none-eabi)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run = run_pasted(
        script.replace(":8786", f":{port}").replace("--port 8786", f"--port {port} --no-dashboard"), tmp_path
    )
    assert run.returncode == 0, run.stderr
    if "sweep" in page.stem:
        assert re.findall(r"seed=\d (\w+)$", run.stdout, re.M) == ["equal"] * 4
    else:
        assert int(re.search(r"filename\n\s*(\d+)", run.stdout)[1]) <= 10_240


def test_targets_that_the_readme_names_exist(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    put = README.split("Train any of")[1].split("Choose")[0]
    named = re.findall(r"`train (\S+?)(?: --background (\S+?))?`", put)
    assert len(named) >= 5
    for target, background in named:
        if not target.endswith(".jpg"):
            assert load_target(target, background=background or None)[..., 3].max() > 0.1


@pytest.mark.slow
def test_make_grow_trains_a_lizard_in_a_minute_of_two_cores(tmp_path):
    dry = subprocess.run(
        ["make", "--dry-run", "--assume-old=.venv/installed", "grow"], cwd=PROJECT, capture_output=True, text=True
    )
    (line,) = [line for line in dry.stdout.splitlines() if " train " in line]
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = run_pasted(re.sub(r"^\S*/blastema", "blastema", line), tmp_path)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert run.returncode == 0, run.stderr
    # Processor time, since other work of the machine makes wall time longer.
    assert ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime < 2 * 60
    (log,) = tmp_path.glob("runs/*/log.jsonl")
    losses = [json.loads(step)["loss"] for step in log.read_text().splitlines()]
    assert min(losses[-100:]) < 0.1 * losses[0]
