"""Sweeps: the same runs as trained alone, whatever dies on the way."""

import csv
import dataclasses
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path

import pytest

from blastema import Rule, load
from blastema.cli.sweep_axes import flags_of_file, jobs_of
from blastema.engines.native_engine import isas
from blastema.errors import BlastemaError
from blastema.io.atomic import replacing
from blastema.sweep import cluster, files
from blastema.sweep.files import ORDER, read_files, write_files
from blastema.sweep.job import jobs_in, refuse_same_names
from blastema.sweep.results import Results, names_in
from blastema.sweep.slice import trained
from blastema.training.lock import locked
from blastema.training.recipe import RANGES
from blastema.training.run import Config, Run
from conftest import blastema

NOTHING_GIVEN = {
    "experiment": ("regenerating",), "seed": ("0",), "recipe": (), "from_": (), "steps": (), "batch": (), "set_": (),
    "size": None, "fit": 40, "pad": None, "background": None, "engine": None,
}  # fmt: skip
# Eight short trainings.
EIGHT = ("disc", "ring", "--experiment", "growing", "persistent", "--seed", "3..4", "--steps", "30", "--set", "pool=16")
SMALL = ("--set", "longest=70", "--fit", "10", "--pad", "3")
NAME = "disc-persistent-steps=30-pool=16-longest=70-seed=3"


def flags(**given):
    return NOTHING_GIVEN | given


def eight(out):
    return jobs_of(
        flags(
            targets=("disc", "ring"), experiment=("growing", "persistent"), seed=("3..4",), steps=(30,),
            set_=("pool=16", "longest=70"), fit=10, pad=3,
        ),
        out,
    )  # fmt: skip


def content(directory):
    """Return the files of a run; of the log, without how long the steps took."""
    contents = {name: (directory / name).read_bytes() for name in ORDER if (directory / name).exists()}
    lines = [json.loads(line) for line in contents["log.jsonl"].splitlines()]
    return contents | {"log.jsonl": [{name: line[name] for name in line if name != "seconds"} for line in lines]}


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Return what the eight trainings give one by one, by name."""
    out = tmp_path_factory.mktemp("alone")
    for job in eight(out):
        list(Run.begin(job.directory, job.config).train())
    return {job.name: content(job.directory) for job in eight(out)}


class Processes:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder):
        self.folder, self.all = folder, []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"

    def scheduler(self, **variables):
        options = ("--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        return self.start("scheduler", *options, **variables)

    def worker(self, *arguments, **variables):
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder))
        return self.start("worker", self.address, *options, *arguments, **variables)

    def start(self, kind, *arguments, **variables):
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments]
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, cwd=self.folder, env=os.environ | variables, **silent)
        self.all.append(process)
        return process

    def sweep(self, *arguments, **more):
        """Start the eight trainings on these workers."""
        return start_sweep(self.folder, "--scheduler", self.address, *arguments, **more)

    def end(self):
        for process in self.all:
            process.kill()
            process.wait()


def start_sweep(folder, *arguments, **more):
    """Start the eight trainings in a session of their own, as in a terminal of their own."""
    command = [sys.executable, "-m", "blastema", "sweep", *EIGHT, *SMALL, "--out", "out", "--slice", "0.3"]
    return subprocess.Popen(
        [*command, *arguments], cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        encoding="utf-8", start_new_session=True, **more,
    )  # fmt: skip


@pytest.fixture
def processes(tmp_path):
    started = Processes(tmp_path)
    yield started
    started.end()


def lines_in(out):
    return sum(path.read_bytes().count(b"\n") for path in out.glob("*/log.jsonl"))


def wait_for(condition, process, seconds=240):
    """Wait until the condition holds, while a process runs."""
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)


def check_complete(out, alone):
    assert {path.name for path in out.iterdir() if path.is_dir()} == set(alone)
    for name, expected in alone.items():
        assert content(out / name) == expected, name
    rows = [json.loads(line) for line in (out / "results.jsonl").read_text("utf-8").splitlines()]
    assert [row["name"] for row in rows] == list(alone)
    assert {row["state"] for row in rows} == {"finished"}
    for row in rows:
        assert row["validation"] < 0
        assert row["done"] == row["steps"] == 30
        assert row["engine"] == "native"
        assert row["isa"]


@pytest.mark.slow
def test_a_worker_that_is_killed_changes_no_byte(processes, alone, tmp_path):
    processes.scheduler()
    first, second = processes.worker(), processes.worker()
    sweep = processes.sweep()
    wait_for(lambda: lines_in(tmp_path / "out") > 40, sweep)
    first.kill()
    wait_for(lambda: lines_in(tmp_path / "out") > 90, sweep)
    third = processes.worker()
    wait_for(lambda: lines_in(tmp_path / "out") > 120, sweep)
    second.kill()
    _, told = sweep.communicate(timeout=300)
    assert sweep.returncode == 0, told
    assert third.poll() is None
    check_complete(tmp_path / "out", alone)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*/*")}
    again = processes.sweep()
    _, told = again.communicate(timeout=60)
    assert (again.returncode, told) == (
        0,
        "8 of 8 runs have finished in out: results.csv, results.jsonl, results.png\n",
    )
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*/*")} == before


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl_c", "kill"])
def test_a_sweep_that_is_stopped_continues_and_trains_nothing_twice(tmp_path, alone, number):
    out = tmp_path / "out"
    sweep = start_sweep(tmp_path, "--workers", "2")
    wait_for(lambda: lines_in(out) > 100, sweep)
    if number == signal.SIGINT:
        # A terminal sends it to the workers, too.
        os.killpg(sweep.pid, number)
    else:
        sweep.send_signal(number)
    printed, told = sweep.communicate(timeout=120)
    assert printed == ""
    assert "Traceback" not in told
    if number == signal.SIGINT:
        assert sweep.returncode == 130
        assert told.count("Ctrl-C again stops at once") == 1
        assert re.search(r"Stopped; \d of 8 runs have finished, and the others are saved", told)
    wait_for_end_of_session(sweep.pid)
    before = {job.directory / "log.jsonl": saved_lines(job) for job in eight(out)}
    assert sum(map(len, before.values())) > 60
    again = start_sweep(tmp_path, "--workers", "2")
    _, told = again.communicate(timeout=300)
    assert again.returncode == 0, told
    check_complete(out, alone)
    for log, lines in before.items():
        # The same times, too: none of these steps was trained again.
        assert log.read_bytes().splitlines()[: len(lines)] == lines


@pytest.mark.slow
def test_ctrl_c_ends_a_slice_after_its_step(tmp_path):
    # Large, so that thousands of steps, after which a training may fail, are far away when the signal comes.
    arguments = ("disc", "--steps", "100000", "--workers", "1")
    command = [sys.executable, "-m", "blastema", "sweep", *arguments, "--slice", "600", "--out", "out"]
    sweep = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    for line in sweep.stderr:
        if re.search(r"step [1-9]", line):
            break
    sweep.send_signal(signal.SIGINT)
    # Without the stop it would be ten minutes.
    _, told = sweep.communicate(timeout=200)
    assert sweep.returncode == 130
    assert "Stopped; 0 of 1 runs have finished, and the others are saved" in told
    assert lines_in(tmp_path / "out") > 0


def saved_lines(job):
    """Return the lines of a log up to the checkpoint; a kill between the two files leaves more."""
    job.look()
    log = job.directory / "log.jsonl"
    return log.read_bytes().splitlines()[: job.saved] if log.exists() else []


def wait_for_end_of_session(session):
    """Wait until no process of a session is left."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        listed = subprocess.run(["ps", "-o", "stat=,args=", "--sid", str(session)], capture_output=True, text=True)
        left = [line for line in listed.stdout.splitlines() if not line.startswith("Z")]
        if not left:
            return
        time.sleep(0.2)
    raise AssertionError(left)


@pytest.mark.slow
def test_a_sweep_waits_for_a_scheduler_that_is_restarted(processes, alone, tmp_path):
    scheduler = processes.scheduler()
    workers = processes.worker(), processes.worker()
    sweep = processes.sweep()
    wait_for(lambda: lines_in(tmp_path / "out") > 60, sweep)
    scheduler.kill()
    scheduler.wait()
    time.sleep(3)
    assert sweep.poll() is None
    for worker in workers:
        worker.kill()
    processes.scheduler()
    processes.worker()
    _, told = sweep.communicate(timeout=300)
    assert sweep.returncode == 0, told
    assert "the connection to the scheduler was lost" in told
    assert "the scheduler is back" in told
    check_complete(tmp_path / "out", alone)


def other_version(folder, package, version):
    """Return a folder for PYTHONPATH in which a package claims another version."""
    info = folder / f"{package}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    return str(folder)


@pytest.mark.slow
def test_workers_that_cannot_train_are_named_and_not_used(processes, tmp_path):
    (tmp_path / "no_native.py").write_text("import sys\nsys.modules['blastema._native'] = None\n")
    processes.scheduler()
    old = processes.worker(PYTHONPATH=other_version(tmp_path / "old", "blastema", "0.0.1"))
    without = processes.worker("--preload", str(tmp_path / "no_native.py"))
    refused = processes.sweep()
    _, told = refused.communicate(timeout=120)
    assert refused.returncode == 2, told
    # Which of them connects first is open.
    assert "blastema: none of the workers can train" in told
    assert re.search(r"is not used: (it has blastema 0.0.1, this machine|the native engine is not installed)", told)
    processes.worker(PYTHONPATH=other_version(tmp_path / "numpy", "numpy", "2.0.0"))
    wait_for_workers(processes.address, 3)
    sweep = processes.sweep()
    _, told = sweep.communicate(timeout=300)
    assert sweep.returncode == 0, told
    assert "is not used: it has blastema 0.0.1, this machine 0.1.0; install the same on both" in told
    assert "is not used: the native engine is not installed" in told
    assert "has numpy 2.0.0, this machine" in told
    assert old.poll() is without.poll() is None


@pytest.mark.slow
def test_a_scheduler_with_another_version_is_refused(processes, tmp_path):
    processes.scheduler(PYTHONPATH=other_version(tmp_path / "old", "blastema", "0.0.1"))
    refused = processes.sweep()
    _, told = refused.communicate(timeout=120)
    assert refused.returncode == 2
    assert told.startswith("blastema: the scheduler has blastema 0.0.1, this machine 0.1.0; install the same version")
    assert not (tmp_path / "out").exists()


def wait_for_workers(address, count):
    from distributed import Client
    from distributed.versions import VersionMismatchWarning

    # Other versions are what is tested; as an error the warning would leave a client that is half connected.
    with warnings.catch_warnings(action="ignore", category=VersionMismatchWarning), Client(address) as client:
        client.wait_for_workers(count, timeout=60)


@pytest.mark.slow
def test_a_run_names_the_engine_that_trained_it(processes, tmp_path):
    (tmp_path / "no_native.py").write_text("import sys\nsys.modules['blastema._native'] = None\n")
    processes.scheduler()
    processes.worker("--preload", str(tmp_path / "no_native.py"))
    arguments = ("disc", "--steps", "2", "--experiment", "growing", "--fit", "6", "--pad", "2", "--set", "longest=64")
    for engine in ("numpy", "native"):
        options = ("--engine", engine, "--scheduler", processes.address, "--out", engine)
        run = blastema("sweep", *arguments, *options, cwd=tmp_path)
        assert (run.returncode == 0) == (engine == "numpy"), run.stderr
    (row,) = csv.DictReader((tmp_path / "numpy/results.csv").read_text("utf-8").splitlines())
    assert (row["engine"], row["state"]) == ("numpy", "finished")
    assert row["isa"]


@pytest.mark.slow
def test_a_full_disk_stops_the_sweep_and_loses_nothing(processes, tmp_path, alone):
    # A limit on the size of files gives the same error, at the same place, as a full disk.
    script = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))"
    command = f"{script}; from blastema.cli.main import main; main()"
    processes.scheduler()
    processes.worker()
    arguments = ["sweep", *EIGHT, *SMALL, "--out", "out", "--slice", "0.3", "--scheduler", processes.address]
    full = subprocess.run(
        [sys.executable, "-c", command, *arguments], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8"
    )
    assert full.returncode == 2, full.stderr
    assert re.search(r"blastema: cannot write to \S+: File too large; what was finished is saved", full.stderr)
    assert "Traceback" not in full.stderr
    sweep = processes.sweep()
    _, told = sweep.communicate(timeout=300)
    assert sweep.returncode == 0, told
    check_complete(tmp_path / "out", alone)


@pytest.mark.slow
def test_the_script_of_the_page_trains_its_runs(tmp_path):
    page = (Path(__file__).parents[1] / "docs/sweeps.md").read_text("utf-8")
    (script,) = re.findall(r"```python\n(.*?run_sweep.*?)```", page, re.S)
    (tmp_path / "mine.py").write_text(script, "utf-8")
    for _ in range(2):
        run = subprocess.run([sys.executable, "mine.py"], cwd=tmp_path, capture_output=True, text=True)
        assert (run.returncode, run.stdout) == (0, "")
        assert "Traceback" not in run.stderr
    assert run.stderr == ""
    rows = [json.loads(line) for line in (tmp_path / "sweeps/mine/results.jsonl").read_text("utf-8").splitlines()]
    assert [(row["name"], row["done"], row["state"]) for row in rows] == [
        ("disc-30", 30, "finished"),
        ("disc-60", 60, "finished"),
    ]
    list(Run.begin(tmp_path / "alone", Config("disc", steps=30, fit=12, pad=4)).train())
    assert content(tmp_path / "alone") == content(tmp_path / "sweeps/mine/disc-30")


@pytest.mark.slow
def test_a_script_looks_at_its_runs_and_stops_one(tmp_path):
    page = (Path(__file__).parents[1] / "docs/sweeps.md").read_text("utf-8")
    (script,) = [text for text in re.findall(r"```python\n(.*?)```", page, re.S) if "swept" in text]
    # Which of the two is the worse one at step 40 is not the page's to know.
    (tmp_path / "best.py").write_text(script.replace("run.loss > 0.018", 'run.name == "disc-0"'), "utf-8")
    printed = []
    for _ in range(2):
        run = subprocess.run([sys.executable, "best.py"], cwd=tmp_path, capture_output=True, text=True)
        assert (run.returncode, "Traceback" in run.stderr) == (0, False), run.stderr
        printed.append([line.split()[:3] for line in run.stdout.splitlines()])
    first = {
        name: [line[1:] for line in printed[0] if line[0] == f"sweeps/best/{name}"] for name in ("disc-0", "disc-1")
    }
    assert first == {
        "disc-0": [["25", "running"], ["40", "running"]],
        "disc-1": [["25", "running"], ["40", "running"], ["60", "finished"]],
    }
    assert sorted(printed[1]) == [["sweeps/best/disc-0", "40", "waiting"], ["sweeps/best/disc-1", "60", "finished"]]
    rows = [json.loads(line) for line in (tmp_path / "sweeps/best/results.jsonl").read_text("utf-8").splitlines()]
    assert [(row["name"], row["done"], row["state"]) for row in rows] == [
        ("disc-0", 40, "stopped"),
        ("disc-1", 60, "finished"),
    ]
    list(Run.begin(tmp_path / "alone", Config("disc", steps=60, fit=6, pad=4, seed=1)).train())
    assert content(tmp_path / "alone") == content(tmp_path / "sweeps/best/disc-1")


def test_the_table_has_every_field_and_score_and_what_trained_a_run(tmp_path, monkeypatch):
    if len(isas()) < 2:
        pytest.skip("not here: a second instruction set of the native engine")
    jobs = eight(tmp_path)[2:4]
    monkeypatch.setenv("BLASTEMA_ISA", isas()[1])
    for step in Run.begin(jobs[0].directory, jobs[0].config).train():
        if step.step == 20:
            break
    monkeypatch.setenv("BLASTEMA_ISA", isas()[0])
    list(Run.resume(jobs[0].directory).train())
    for job in jobs:
        job.look()
    results = Results(tmp_path, jobs)
    results.write()
    assert names_in(tmp_path) == ["results.csv", "results.jsonl", "results.png"]
    rows = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text("utf-8").splitlines()]
    table = list(csv.DictReader((tmp_path / "results.csv").read_text("utf-8").splitlines()))
    assert [row["state"] for row in table] == [row["state"] for row in rows] == ["finished", "waiting"]
    assert {*RANGES, *(field.name for field in dataclasses.fields(Rule))} - {"signals"} <= rows[0].keys()
    assert (rows[0]["pool"], rows[0]["longest"], rows[0]["hidden"]) == (16, 70, 128)
    assert json.loads(table[0]["learning_rates"]) == rows[0]["learning_rates"]
    assert rows[0]["isa"] == f"{isas()[1]} then {isas()[0]}"
    assert rows[0]["validation"] == load(jobs[0].directory).scores["validation"] == float(table[0]["validation"])
    assert table[1]["validation"] == ""


class KilledError(Exception):
    """Stands for `kill -9`."""


def next_slice(directory):
    """Return the files of a slice of one training step."""
    return trained(read_files(directory), 0, lambda: False, lambda step, loss: None).files


@pytest.mark.parametrize("writes", range(6))
def test_a_kill_between_two_files_loses_a_slice_at_most(tmp_path, alone, monkeypatch, writes):
    job = eight(tmp_path)[2]
    run = Run.begin(job.directory, job.config)
    for report in run.train():
        if report.step == 24:
            break
    # At step 25 is a milestone.
    slice_ = next_slice(job.directory)
    assert slice_.keys() == {
        "best.safetensors",
        "organism.safetensors",
        "log.jsonl",
        "rollback.safetensors",
        "checkpoint.safetensors",
    }
    left = iter(range(writes))

    def replacing_until_killed(path):
        if next(left, None) is None:
            raise KilledError
        return replacing(path)

    monkeypatch.setattr(files, "replacing", replacing_until_killed)
    with suppress(KilledError):
        write_files(job.directory, slice_)
    list(Run.resume(job.directory).train())
    assert content(job.directory) == alone[job.name]


def test_an_unreachable_scheduler_is_refused(tmp_path, refusal, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    arguments = ("sweep", "disc", "--out", "out", "--scheduler")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        assert f"no scheduler answers at {address} (" in refusal(*arguments, address, cwd=tmp_path)
    told = refusal(*arguments, "nonsense://x", cwd=tmp_path)
    assert "no scheduler answers at nonsense://x" in told
    assert "start one with: dask scheduler" in told


def test_without_dask_the_extra_is_named(tmp_path, refusal, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    told = refusal("sweep", "disc", "--out", "out", "--scheduler", "tcp://127.0.0.1:1", cwd=tmp_path)
    assert "install it with: pip install 'blastema[cluster]'" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "no target given"),
        (("disc",), "give one, as in --out sweeps/first"),
        (("disc", "--out", "o", "--set", "hiden=3"), "--set hiden=3 is not NAME=VALUE; NAME is one of pool, "),
        (("disc", "--out", "o", "--set", "hidden=3,x"), "cannot read the value in --set hidden=x"),
        (("disc", "--out", "o", "--set", "hidden"), "--set hidden is not NAME=VALUE"),
        (("disc", "--out", "o", "--seed", "4..0"), "--seed is '4..0'; it must be a whole number, or a range"),
        (("disc", "--out", "o", "--seed", "0..999999999"), "makes more than 100,000 runs"),
        (("disc", "--out", "o", "--seed", "1..999", "--steps", *map(str, range(1, 200))), "that makes 198,801 runs"),
        (("disc", "--out", "o", "--experiment", "fly"), "there is no experiment 'fly'"),
        (("nosuch", "--out", "o"), "nosuch"),
        (("disc", "--out", "o", "--slice", "0"), "--slice"),
        (("disc", "--out", "o", "--workers", "0"), "--workers"),
        (("disc", "--out", "o", "--workers", "2", "--scheduler", "tcp://x:1"), "leave it out with --scheduler"),
        (("no.toml",), "cannot read no.toml"),
    ],
)
def test_mistakes_are_refused_before_anything_is_written(tmp_path, refusal, arguments, told):
    assert told in refusal("sweep", *arguments, cwd=tmp_path)


def test_another_run_in_the_directory_is_refused(tmp_path, refusal):
    out = tmp_path / "o"
    (job,) = jobs_of(flags(targets=("disc",), fit=10, pad=3), out)
    Run.begin(job.directory, job.config)
    told = refusal("sweep", "disc", "--fit", "11", "--pad", "3", "--out", "o", cwd=tmp_path)
    assert told.endswith("disc-regenerating-seed=0 holds a run with another fit; choose another --out, or remove it\n")
    with locked(out):
        assert "another sweep is running in o" in refusal(
            "sweep", "disc", "--fit", "10", "--pad", "3", "--out", "o", cwd=tmp_path
        )


def test_every_combination_has_a_name_that_more_values_do_not_change(tmp_path):
    few = jobs_of(flags(targets=("🦎",), seed=("1",), set_=("pool=64",)), tmp_path)
    many = jobs_of(
        flags(
            targets=("🦎", "ring", "ring"), experiment=("growing", "regenerating"), seed=("0..2", "7", "1"),
            set_=("pool=64,128", "pool=64", "damages=disc", "damages=half,square"),
        ),
        tmp_path,
    )  # fmt: skip
    assert len(many) == len({job.name for job in many}) == 2 * 2 * 4 * 2 * 2
    assert [job.name for job in few] == ["lizard-regenerating-pool=64-seed=1"]
    assert "ring-growing-pool=128-damages=half,square-seed=7" in {job.name for job in many}
    assert {job.config.settings["pool"] for job in many if "pool" in job.config.settings} == {64, 128}
    assert {job.place for job in many if job.config.experiment == "growing"} == {
        f"{target} pool={pool} damages={damages}"
        for target in ("lizard", "ring")
        for pool in (64, 128)
        for damages in ("disc", "half,square")
    }
    refuse_same_names(many)


def test_runs_of_a_script_that_differ_in_the_seed_share_a_place(tmp_path):
    configs = {f"hidden={hidden}-seed={seed}": Config("disc", seed=seed) for hidden in (8, 16) for seed in (0, 1)}
    places = [job.place for job in jobs_in(tmp_path, configs | {"disc-1": Config("disc", seed=1)})]
    assert places == ["hidden=8", "hidden=8", "hidden=16", "hidden=16", "disc-1"]


def test_pictures_with_the_same_name_are_refused(tmp_path):
    jobs = jobs_of(flags(targets=("a/cat.png", "b/cat.png"), fit=10), tmp_path)
    with pytest.raises(BlastemaError, match="2 runs would be called cat-regenerating-seed=0; rename the"):
        refuse_same_names(jobs)


def test_a_file_says_the_same_as_flags(tmp_path):
    path = tmp_path / "first.toml"
    path.write_text(
        'targets = ["disc", ["🦎", "🎄"]]\nexperiment = ["growing", "persistent"]\nseed = "0..1"\nsteps = 40\n'
        'fit = 20\nfrom = "nothing"\n[set]\nhidden = [64, 128]\ndamages = ["disc", "half,square"]\n',
        "utf-8",
    )
    given = flags_of_file(path)
    jobs = jobs_of(NOTHING_GIVEN | given, tmp_path)
    same = flags(
        targets=("disc", ["🦎", "🎄"]), experiment=("growing", "persistent"), seed=("0..1",), steps=(40,), fit=20,
        from_=("nothing",), set_=("hidden=64,128", "damages=disc", "damages=half,square"),
    )  # fmt: skip
    assert [(job.name, job.config) for job in jobs] == [(job.name, job.config) for job in jobs_of(same, tmp_path)]
    assert len(jobs) == 2 * 2 * 2 * 2 * 2
    assert jobs[-1].config.target == ("🦎", "🎄")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("targets = [", "is not a TOML file"),
        ('target = "disc"', "has the unknown key target; choose from background, batch,"),
        ('targets = "disc"\nset = 3', "it must be a table"),
        ('targets = "disc"\nsteps = "many"', "steps is 'many'"),
        ('targets = "disc"\nseed = -1', "--seed is '-1'"),
    ],
)
def test_mistakes_in_a_file_are_refused(tmp_path, refusal, text, told):
    (tmp_path / "first.toml").write_text(text, "utf-8")
    assert told in refusal("sweep", "first.toml", cwd=tmp_path)
