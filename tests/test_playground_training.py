"""A training that browsers watch: what they are told, and the commands as a user runs them."""

import base64
import dataclasses
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image

from blastema import Organism, Rule, load, load_target
from blastema.hosting.broadcast import EVERY, Broadcast, tiles
from blastema.hosting.events import Bulletin
from blastema.playground.offline import WORKER
from blastema.render.colour import rgba
from blastema.training import run as run_module
from blastema.training.run import Config, Run
from conftest import blastema, random_states, random_weights


@pytest.fixture(autouse=True)
def short_pool(monkeypatch):
    """Rollouts of a few steps, and a pool of 60."""
    short = dataclasses.replace(
        run_module.RECIPES["article"], pool=60, shortest=4, longest=8, damages=("square", "half")
    )
    monkeypatch.setitem(run_module.RECIPES, "blastema", short)


def published(bulletin: Bulletin) -> dict:
    """Return the newest message of each kind."""
    text = bulletin.newer(0, 0)[1].decode()
    messages = re.findall(r"event: (\w+)\ndata: ([^\n]*)\n\n", text)
    assert text == "".join(f"event: {kind}\ndata: {data}\n\n" for kind, data in messages)
    return {kind: json.loads(data) for kind, data in messages}


def pixels(url: str) -> np.ndarray:
    assert url.startswith("data:image/png;base64,")
    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as image:
        return np.array(image)


@pytest.mark.parametrize("experiment", ["growing", "regenerating"])
def test_a_run_is_described(tmp_path, experiment):
    run = Run.begin(tmp_path / "run", Config("🦎", experiment=experiment, steps=5, fit=8, pad=4))
    bulletin = Bulletin()
    broadcast = Broadcast(run, bulletin)
    assert published(bulletin).keys() == {"run"}
    reports = []
    for report in run.train():
        reports.append(report)
        broadcast(report)
    broadcast.end()
    messages = published(bulletin)
    assert messages["run"] == messages["run"] | {
        "target": "🦎", "name": "lizard", "experiment": experiment, "steps": 5, "height": 16, "width": 16, "batch": 8,
        "pool": 60 if experiment == "regenerating" else 0,
    }  # fmt: skip
    assert np.array_equal(pixels(messages["run"]["picture"]), rgba(load_target("🦎", fit=8, pad=4)))
    assert messages["progress"]["step"] == 5
    assert messages["progress"]["steps"] == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(messages["progress"]["losses"], run.losses, rtol=1e-3)
    assert messages["progress"]["loss"] == np.median(run.losses)
    batch = messages["batch"]
    assert (batch["step"], batch["rollout"], batch["count"]) == (5, reports[-1].rollout, 8)
    assert batch["damages"] == list(run.trainer.recipe.damages)
    for name in ("before", "after"):
        states = getattr(reports[-1], name).states
        assert np.array_equal(pixels(batch[name])[:, 16:32], rgba(states[1]))
    assert ("pool" in messages) == (experiment == "regenerating")
    (tmp_path / "told.safetensors").write_bytes(base64.b64decode(messages["organism"]["content"]))
    both = zip(load(tmp_path / "told.safetensors").weights, run.trainer.weights, strict=True)
    assert all(np.array_equal(*pair) for pair in both)
    assert messages["organism"]["name"] == "lizard after 5 training steps"
    assert messages["end"] == {"step": 5, "finished": True}


def test_an_infinite_loss_is_null(tmp_path):
    run = Run.begin(tmp_path / "run", Config("disc", experiment="growing", steps=9, fit=6, pad=4))
    run.losses, run.logged = [0.5, float("inf"), float("inf")], [1, 2, 3]
    bulletin = Bulletin()
    Broadcast(run, bulletin)
    progress = published(bulletin)["progress"]
    assert (progress["loss"], progress["steps"], progress["losses"]) == (None, [1], [0.5])
    assert run.organism().training["final_loss"] is None
    run.save()


def test_nothing_is_published_between_intervals(tmp_path, monkeypatch):
    run = Run.begin(tmp_path / "run", Config("disc", experiment="growing", steps=50, fit=6, pad=4))
    bulletin = Bulletin()
    broadcast = Broadcast(run, bulletin)
    monkeypatch.setattr("blastema.hosting.broadcast.EVERY", dict.fromkeys(EVERY, 1000.0))
    for report in run.train():
        broadcast(report)
        if report.step == 20:
            break
    assert {message["step"] for kind, message in published(bulletin).items() if kind != "run"} == {1}
    broadcast.end()
    assert published(bulletin)["end"] == {"step": 20, "finished": False}


def test_a_resumed_run_shows_its_past_at_once(tmp_path):
    training = Run.begin(tmp_path / "run", Config("disc", experiment="growing", steps=9, fit=6, pad=4)).train()
    for _ in range(4):
        next(training)
    training.close()
    bulletin = Bulletin()
    Broadcast(Run.resume(tmp_path / "run"), bulletin)
    messages = published(bulletin)
    assert messages["progress"]["steps"] == [1, 2, 3, 4]
    assert messages["progress"]["left"] is None
    assert messages["organism"]["step"] == 4


def test_tiles_lie_in_rows_and_large_ones_are_made_smaller():
    states = random_states(Rule(), 5, 6, 7)
    sheet = tiles(states, 3)
    assert sheet.shape == (12, 21, 4)
    assert np.array_equal(sheet[6:, 7:14], rgba(states[4]))
    assert not sheet[6:, 14:].any()
    assert tiles(random_states(Rule(), 2, 200, 100), 8).shape == (67, 66, 4)


def test_slow_clients_skip_older_messages_and_none_accumulate():
    bulletin = Bulletin()
    for step in range(1000):
        bulletin.publish("progress", {"step": step})
    number, text = bulletin.newer(0, 0)
    assert text == b'event: progress\ndata: {"step": 999}\n\n'
    assert bulletin.newer(number, 0.01) == (number, b"")
    threading.Timer(0.1, bulletin.publish, ("end", {})).start()
    assert bulletin.newer(number, 5) == (number + 1, b"event: end\ndata: {}\n\n")


@contextmanager
def playing(*arguments, cwd):
    """`blastema play` as a user runs it, until Ctrl-C; gives the process and the address that it printed."""
    environment = os.environ | {"PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "blastema", "play", "--no-browser", *arguments],
        cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    try:
        line = process.stdout.readline()
        match = re.fullmatch(r"the playground is at (http://127\.0\.0\.1:\d+/) \(Ctrl-C stops it\)\n", line)
        assert match, line or process.stderr.read()
        yield process, match[1]
    finally:
        process.kill()
        process.communicate()


posix = pytest.mark.skipif(os.name != "posix", reason="not here: Ctrl-C is sent as a signal")


def fetch(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read()


@posix
def test_play_serves_until_ctrl_c_and_ends_quietly(tmp_path):
    Organism(random_weights(Rule())).save(tmp_path / "mine.safetensors")
    with playing("mine.safetensors", cwd=tmp_path) as (process, url):
        listed = json.loads(fetch(url + "organisms.json"))
        assert listed["training"] is None
        assert listed["organisms"][0]["name"] == "mine"
        assert fetch(url + listed["organisms"][0]["url"]) == (tmp_path / "mine.safetensors").read_bytes()
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60) == ("", "")
        assert process.returncode == 0


@posix
def test_a_server_open_to_the_network_prints_a_warning_with_its_address(tmp_path):
    with playing("--host", "0.0.0.0", cwd=tmp_path) as (process, url):
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
        match = re.fullmatch(r"warning: other machines on the network can open it at http://([\w.-]+):(\d+)/\n", error)
        assert match, error
        assert match[1] not in ("0.0.0.0", "127.0.0.1")
        assert f":{match[2]}/" in url


@posix
@pytest.mark.slow
def test_a_training_is_watched_stopped_and_resumed(tmp_path):
    Run.begin(tmp_path / "run", Config("disc", experiment="growing", steps=100_000, fit=6, pad=4))
    for before in (0, 1):
        with playing("--resume", "run", cwd=tmp_path) as (process, url):
            listed = json.loads(fetch(url + "organisms.json"))
            assert listed["training"] == {"events": "training/events"}
            assert [listed["organisms"][0][name] for name in ("name", "label", "height")] == ["run", "disc", 14]
            kinds, steps = set(), []
            with urllib.request.urlopen(url + "training/events", timeout=60) as stream:
                while not {"run", "progress", "batch", "organism"} <= kinds or steps[-1] < 2 + before:
                    kinds.add(stream.readline().decode().removeprefix("event: ").strip())
                    message = json.loads(stream.readline().decode().removeprefix("data: "))
                    stream.readline()
                    steps.append(message.get("step", 0))
                process.send_signal(signal.SIGINT)
                rest = stream.read().decode()
            assert '"finished": false' in rest
            out, error = process.communicate(timeout=60)
            assert process.returncode == 130
            assert out == ""
            assert re.search(r"Everything is saved; continue with:\n  .*blastema train --resume run\n", error), error
        assert Run.resume(tmp_path / "run").trainer.done >= max(steps) > before


@posix
@pytest.mark.slow
def test_play_trains_with_the_flags_of_train(tmp_path):
    flags = ["--experiment", "growing", "--recipe", "article", "--steps", "100000", "--seed", "7", "--size", "20x18",
             "--fit", "10", "--background", "auto", "--engine", "numpy", "--batch", "4"]  # fmt: skip
    Image.new("RGB", (20, 20), "white").save(tmp_path / "photo.png")
    with Image.open(tmp_path / "photo.png") as image:
        image.paste("red", (5, 5, 15, 15))
        image.save(tmp_path / "photo.png")
    with playing("--train", "photo.png", *flags, cwd=tmp_path) as (process, url):
        listed = json.loads(fetch(url + "organisms.json"))["organisms"][0]
        assert (listed["name"], listed["height"], listed["width"]) == ("photo-growing", 18, 20)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    config = json.loads((tmp_path / "runs/photo-growing/config.json").read_text("utf-8"))
    assert config == config | {
        "target": "photo.png", "experiment": "growing", "recipe": "article", "seed": 7, "height": 18, "width": 20,
        "fit": 10, "background": "auto", "engine": "numpy", "batch": 4,
    }  # fmt: skip


@posix
@pytest.mark.slow
def test_play_trains_several_targets_and_publishes_the_loss_of_each(tmp_path):
    flags = ["--steps", "100000", "--fit", "6", "--pad", "4", "--engine", "numpy", "--set", "pool=16"]
    with playing("--train", "disc", "--train", "ring", *flags, cwd=tmp_path) as (process, url):
        with urllib.request.urlopen(url + "training/events", timeout=60) as stream:
            lines = (line.decode() for line in stream)
            progress = (
                json.loads(line[6:]) for line in lines if line.startswith('data: {"step"') and '"targets"' in line
            )
            assert next(message for message in progress if message["targets"])["targets"].keys() == {"disc", "ring"}
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    config = json.loads((tmp_path / "runs/disc-ring-regenerating/config.json").read_text("utf-8"))
    assert (config["target"], config["recipe"]) == (["disc", "ring"], "many")


def test_play_takes_every_flag_of_train(tmp_path):
    def flags(command):
        return set(re.findall(r"--[a-z]+", blastema(command, "--help", cwd=tmp_path).stdout))

    assert flags("train") - flags("play") == {"--out"}


@posix
@pytest.mark.slow
def test_browsers_that_go_away_end_no_training(tmp_path):
    Run.begin(tmp_path / "run", Config("disc", experiment="growing", steps=100_000, fit=6, pad=4))
    with playing("--resume", "run", cwd=tmp_path) as (process, url):
        for _ in range(5):
            with urllib.request.urlopen(url + "training/events", timeout=60) as stream:
                stream.readline()
            time.sleep(0.7)
        assert process.poll() is None
        assert json.loads(fetch(url + "organisms.json"))["training"]


@posix
@pytest.mark.slow
def test_a_finished_run_says_so_and_is_shown(tmp_path):
    list(Run.begin(tmp_path / "run", Config("disc", experiment="growing", steps=2, fit=6, pad=4)).train())
    with playing("--resume", "run", cwd=tmp_path) as (process, url):
        with urllib.request.urlopen(url + "training/events", timeout=60) as stream:
            text = ""
            while "event: end" not in text:
                text += stream.readline().decode()
            assert stream.readline().decode() == 'data: {"step": 2, "finished": true}\n'
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
        assert error.endswith("run has already finished its 2 steps; use --steps N to train further\n")
        assert process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("play", "nothing"), "there is no organism nothing"),
        (("play", "--train", "lizzard"), "did you mean lizard"),
        (("play", "--train", "🦎", "--resume", "x"), "give only one of them"),
        (("play", "--resume", "x"), "is not the directory of a run"),
        (("play", "--experiment", "growing"), "can only be combined with --train"),
        (("play", "--fit", "12", "--seed", "3"), "--seed, --fit can only be combined with --train"),
        (("play", "--resume", "x", "--fit", "12"), "--resume continues a run with its own settings; leave out --fit"),
        (("play", "--train", "🦎", "--fit", "0"), "fit is 0; a target needs a whole number from 1 to 4096"),
        (("play", "--steps", "3"), "only works together with --train or --resume"),
        (("play", "--train", "🦎", "--steps", "0"), "steps is 0"),
        (("play", "--port", "99999"), "--port is 99999"),
        (("play", "--train", "🦎", "--host", "no.such.host.invalid"), "cannot listen on no.such.host.invalid"),
        (("site", "mine"), "is not empty, and blastema site did not write it"),
        (("site", "new", "nothing"), "there is no organism nothing"),
        (("site", "/dev/null/site"), "cannot write /dev/null/site"),
    ],
)
def test_a_mistake_is_one_line_and_makes_nothing(refusal, tmp_path, arguments, says):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years of work")
    assert says in refusal(*arguments, cwd=tmp_path)


def test_a_site_has_what_the_server_has(tmp_path):
    run = blastema("site", "public", cwd=tmp_path)
    assert run.returncode == 0
    assert re.match(r"wrote \d+ files to public; ", run.stderr)
    with playing(cwd=tmp_path) as (_, url):
        paths = [path for path in (tmp_path / "public").rglob("*") if path.is_file() and path.name[0] != "."]
        assert len(paths) > 5
        site = {path.relative_to(tmp_path / "public").as_posix(): path.read_bytes() for path in paths}
        # The server's page keeps nothing for use without a network.
        site["index.html"], marks = re.subn(rb' data-version="\w+"', b"", site["index.html"])
        assert marks == 1
        with pytest.raises(urllib.error.HTTPError, match="404"):
            fetch(url + WORKER)
        assert site.pop(WORKER)
        for path, content in site.items():
            assert fetch(url + path) == content
