"""`blastema grow --signal`: what an organism with signals grows, and from which step on."""

import numpy as np
import pytest

from blastema import Organism, Rule
from blastema.cli.signals import parse_signals
from conftest import blastema, random_weights

RULE = Rule(channels=8, hidden=20, signals=("🦎", "🎄"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("signals")
    Organism(random_weights(RULE), RULE, {"target": ["🦎", "🎄"], "fit": 8, "pad": 4}).save(path / "two.safetensors")
    return path


def grown(folder, *flags):
    fixed = ("grow", "two.safetensors", "--out", "a.npy", "--steps", "12")
    result = blastema(*fixed, *flags, cwd=folder)
    assert result.returncode == 0, result.stderr
    return np.load(folder / "a.npy")


@pytest.mark.slow
def test_signals_change_what_grows(folder):
    lizard, tree = grown(folder, "--signal", "lizard"), grown(folder, "--signal", "🎄")
    assert not np.array_equal(lizard, tree)
    assert np.array_equal(lizard, grown(folder))
    assert np.array_equal(lizard, grown(folder, "--signal", "🦎", "--signal", "🎄@12"))
    switched = grown(folder, "--signal", "tree@6")
    assert not np.array_equal(switched, lizard)
    assert not np.array_equal(switched, tree)
    blend = grown(folder, "--signal", "🦎=0.5,tree=0.5")
    assert not any(np.array_equal(blend, other) for other in (lizard, tree, switched))


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--signal", "fish"), "there is no signal 'fish'; choose 🦎 or 🎄"),
        (("--signal", "🦎=0.5"), "the weights of the signals add up to 0.5; they must add up to 1"),
        (("--signal", "🦎=nan,🎄=1"), "the weight of the signal 🦎 is nan"),
        (("--signal", "🦎=x"), "--signal '🦎=x' is not valid; use NAME=WEIGHT,NAME=WEIGHT"),
        (("--signal", "🦎@99"), "--signal '🦎@99' would come after the last step, 12; use more --steps"),
        (("--signal", "🦎", "--signal", "🎄"), "--signal is given 2 times for step 0"),
        (("--signal", ""), "--signal '' is not valid"),
    ],
)
def test_invalid_signals_are_refused(refusal, folder, flags, says):
    assert says in refusal("grow", "two.safetensors", "--steps", "12", "--out", "b.npy", *flags, cwd=folder)


def test_organisms_without_signals_have_none_to_choose(folder):
    result = blastema("grow", "🦎", "--signal", "🎄", cwd=folder)
    assert result.returncode == 2
    assert "--signal is for organisms whose rule has signals" in result.stderr


def test_changes_are_in_the_order_of_their_steps():
    changes = parse_signals(["🎄@30", "🦎"], RULE.signals, 40)
    assert [(start, dict(shares)) for start, shares in changes] == [(0, {"🦎": 1}), (30, {"🎄": 1})]
