"""Smaller organisms: fewer bits, hidden units and channels."""

import dataclasses
import shlex

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema import Organism, Rule, load
from blastema.analysis.examination import examine
from blastema.analysis.short import short_scores
from blastema.analysis.subject import Subject
from blastema.damage import ARTICLE_CUTS
from blastema.engines import choose_engine
from blastema.errors import BlastemaError
from blastema.library import target_of
from blastema.quantisation.compensated import compensated_whole
from blastema.quantisation.compression import check_possible, compressed, fitted, packed_whole
from blastema.quantisation.few_bits import nearest_weights, weights_of, whole_of
from blastema.quantisation.packed import packed_size
from blastema.quantisation.pruning import pruned, remove_inputs
from blastema.rule import Weights, update
from blastema.training.experiments import EXPERIMENTS
from blastema.training.recipe import Recipe
from blastema.training.run import Config, Run
from blastema.training.trainer import Trainer
from conftest import blastema, random_weights

RULE = Rule(channels=6, hidden=20)


def seen(rule, seed=0, count=3000):
    """Correlated perceptions, as the channels of neighbours are."""
    draw = np.random.default_rng(seed)
    width = rule.perception
    return draw.normal(size=(count, 5)) @ draw.normal(size=(5, width)) + 0.05 * draw.normal(size=(count, width))


def error(inputs, one, other):
    return float(np.sqrt(np.mean((update(inputs, one) - update(inputs, other)) ** 2)))


@given(bits=st.integers(2, 8), seed=st.integers(0, 1000))
def test_compensated_rounding_errs_less_than_the_nearest(bits, seed):
    weights, inputs = random_weights(RULE, seed), seen(RULE, seed)
    whole = compensated_whole(weights, bits, inputs)
    assert error(inputs, weights_of(whole), weights) < 0.8 * error(inputs, nearest_weights(weights, bits), weights)
    assert all(np.array_equal(*pair) for pair in zip(whole_of(weights_of(whole), bits), whole, strict=True))
    assert packed_whole(weights_of(whole)).bits <= bits


def test_every_bit_helps():
    weights, inputs = random_weights(RULE), seen(RULE)
    errors = [compressed(RULE, weights, inputs, bits, RULE.hidden).error for bits in range(2, 9)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.03 * errors[0]


def test_rounding_for_training_does_not_scale_units_against_each_other():
    weights = random_weights(RULE)._replace(signal_bias=np.ones((2, 20), np.float32))
    for ours, exact in zip(nearest_weights(weights, 8), weights, strict=True):
        np.testing.assert_allclose(ours, exact, atol=0.02 * np.abs(exact).max())


def test_a_hidden_unit_that_others_can_replace_goes_first_and_nothing_changes():
    weights, inputs = random_weights(RULE), seen(RULE)
    weights.hidden_weight[:, 7], weights.hidden_bias[7] = weights.hidden_weight[:, 3], weights.hidden_bias[3]
    rule, smaller = pruned(RULE, weights, inputs, 19)
    assert (rule.hidden, rule.channels) == (19, 6)
    assert [tensor.shape for tensor in smaller] == [(18, 19), (19,), (19, 6), (6,), (0, 19)]
    scale = np.sqrt(np.mean(update(inputs, weights) ** 2))
    assert error(inputs, smaller, weights) < 1e-3 * scale


def test_a_channel_that_does_nothing_goes_first():
    weights, inputs = random_weights(RULE), seen(RULE)
    weights.hidden_weight[[5, 11, 17]] = 0
    # Colours and alpha stay even where they do as little.
    weights.hidden_weight[[2, 8, 14]] = 0
    rule, smaller = pruned(RULE, weights, inputs, 20, 5)
    assert (rule.channels, rule.hidden) == (5, 20)
    kept = [0, 1, 2, 3, 4]
    rows = [filter_ * 6 + channel for filter_ in range(3) for channel in kept]
    np.testing.assert_allclose(update(inputs[:, rows], smaller), update(inputs, weights)[:, kept], atol=1e-4)


def test_what_is_left_makes_up_for_what_is_removed():
    weights, inputs = random_weights(RULE), seen(RULE)
    _, smaller = pruned(RULE, weights, inputs, 14)
    units = [int(np.flatnonzero((weights.hidden_weight == column[:, None]).all(axis=0))[0]) for column in smaller[0].T]
    only = Weights(weights[0][:, units], weights[1][units], weights[2][units], weights[3])
    assert error(inputs, smaller, weights) < 0.5 * error(inputs, only, weights)


def test_inputs_in_no_group_stay():
    layer, inputs = np.random.default_rng(0).normal(size=(7, 2)), np.random.default_rng(1).normal(size=(99, 6))
    kept, rest = remove_inputs(layer, inputs, [np.array([1, 4]), np.array([5])], 0)
    assert (kept.tolist(), rest.shape) == ([0, 2, 3], (4, 2))


def test_without_samples_the_rest_stays_as_it_is():
    weights = random_weights(RULE)
    _, smaller = pruned(RULE, weights, np.zeros((0, RULE.perception)), 10)
    rows = {tuple(row) for row in weights.update_weight}
    assert len(smaller.update_weight) == 10
    assert {tuple(row) for row in smaller.update_weight} < rows


@given(size=st.integers(60, 700), seed=st.integers(0, 9))
def test_what_is_fitted_fits(size, seed):
    result = fitted(RULE, random_weights(RULE, seed), seen(RULE, seed, 300), size)
    assert result.size == packed_size(result.rule, result.whole.bits) <= size
    assert result.weights.hidden_bias.size == result.rule.hidden


def test_too_few_bytes_name_the_least_that_works():
    weights, inputs = random_weights(RULE), seen(RULE)
    with pytest.raises(BlastemaError, match=r"30 bytes are too few; .* of 6 channels needs (\d+)$") as caught:
        check_possible(RULE, 30)
    least = int(str(caught.value).split()[-1])
    assert fitted(RULE, weights, inputs, least).size == least
    with pytest.raises(BlastemaError, match=f"{least - 1} bytes are too few"):
        fitted(RULE, weights, inputs, least - 1)
    with pytest.raises(BlastemaError, match="one hidden unit and 8 bits"):
        check_possible(RULE, least, 8)


@pytest.fixture
def lizard(tmp_path):
    """A folder with an organism that says what it grows."""
    Organism(random_weights(RULE), RULE, {"target": "🦎", "fit": 6, "pad": 4}, {"validation": 1.0}).save(
        tmp_path / "it.safetensors"
    )
    return tmp_path


def test_compress_writes_an_organism_and_says_what_it_lost(lizard):
    run = blastema("compress", "it.safetensors", "--bytes", "300", "--out", "small.safetensors", cwd=lizard)
    assert run.returncode == 0, run.stderr
    assert run.stderr.startswith("wrote small.safetensors\nTrain it further with as many bits: ")
    further = shlex.split(run.stderr.split("blastema ")[1])
    trained = blastema(*further, "--steps", "1", "--fit", "6", "--pad", "4", "--out", "run", cwd=lizard)
    assert trained.returncode == 0, trained.stderr
    rows = {" ".join(words[:-2]): words[-2:] for line in run.stdout.splitlines() if len(words := line.split()) > 2}
    small = load(lizard / "small.safetensors")
    bits = int(rows["bits per weight"][1])
    assert (load(lizard / "run").rule, packed_whole(load(lizard / "run").weights).bits) == (small.rule, bits)
    assert rows["bytes"] == [
        str(4 * (18 * 20 + 20 + 20 * 6 + 6)).replace("2024", "2,024"),
        str(packed_size(small.rule, bits)),
    ]
    assert rows["hidden units"] == ["20", str(small.rule.hidden)]
    assert all(f"{cut}, 600 steps later" in rows for cut in ARTICLE_CUTS)
    assert (small.training["weights"], small.scores) == (f"{bits} bits", None)
    out = blastema("export", "small.safetensors", "--to", "packed", "--out", "small.nca", cwd=lizard)
    assert "weights are exact" in out.stderr
    assert (lizard / "small.nca").stat().st_size == packed_size(small.rule, bits) <= 300


def test_compress_removes_the_share_that_is_asked_for(lizard):
    run = blastema(
        "compress", "it.safetensors", "--prune", "0.25", "--organisms", "1", "--out", "a.safetensors", cwd=lizard
    )
    assert run.returncode == 0, run.stderr
    small = load(lizard / "a.safetensors")
    assert small.rule == RULE.replace(hidden=15)
    assert (small.training["weights"], small.training["pruned"]) == ("8 bits", "from 20 hidden units")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "nothing says how small; give --bytes, --bits or --prune"),
        (("--bytes", "300", "--prune", "0.5"), "--bytes decides how many hidden units are removed; leave out --prune"),
        (("--bytes", "0"), "--bytes is 0; it must be at least 1"),
        (("--bytes", "20"), "20 bytes are too few; with one hidden unit and 2 bits per weight"),
        (("--bits", "1"), "--bits is 1; it must be between 2 and 8"),
        (("--prune", "1"), "--prune is 1.0; it must be from 0 to below 1"),
        (("--prune", "nan"), "--prune is nan; it must be from 0 to below 1"),
        (("--bits", "4", "--out", "a.nca"), "--out a.nca has the suffix '.nca'; use .safetensors"),
    ],
)
def test_a_mistake_is_one_line_and_writes_nothing(refusal, lizard, arguments, says):
    out = () if "--out" in arguments else ("--out", "a.safetensors")
    assert says in refusal("compress", "it.safetensors", *arguments, *out, cwd=lizard)


def test_an_organism_with_signals_is_refused(refusal, tmp_path):
    says = refusal("compress", "set-point", "--bits", "4", "--out", "a.safetensors", cwd=tmp_path)
    assert "has the signals one head, two heads; a packed file has room for one body" in says


def trainer(bits):
    recipe = Recipe(steps=4, batch=2, pool=4, reseeded=1, damaged=1, shortest=3, longest=4, bits=bits)
    picture = Config("🦎", fit=6, pad=4).picture()
    result = Trainer(RULE, EXPERIMENTS["regenerating"], recipe, picture, 0, choose_engine("numpy"))
    result.weights = random_weights(RULE)
    return result


def test_training_rounds_from_its_share_of_the_steps_on():
    exact, rounding = trainer((1.0, 32)), trainer((0.5, 3))
    for step in range(4):
        if step == 2:
            # So far as without rounding.
            assert all(np.array_equal(*pair) for pair in zip(exact.weights, rounding.weights, strict=True))
        cells = rounding.weights if step < 2 else nearest_weights(rounding.weights, 3)
        assert all(np.array_equal(*pair) for pair in zip(rounding.cell_weights, cells, strict=True))
        assert packed_whole(rounding.final_weights).bits == 3
        for each in (exact, rounding):
            each.step()
    assert not np.array_equal(exact.weights.hidden_weight, rounding.weights.hidden_weight)


def test_its_gradients_are_those_of_the_rounded_weights_and_change_the_exact_ones():
    rounding, plain = trainer((0.0, 3)), trainer((1.0, 32))
    plain.weights = rounding.cell_weights
    before = rounding.weights
    assert rounding.step().loss == plain.step().loss
    moves = [
        now.hidden_weight - was
        for now, was in ((rounding.weights, before[0]), (plain.weights, trainer((0, 3)).cell_weights[0]))
    ]
    np.testing.assert_allclose(*moves, atol=1e-6)


def test_a_run_with_bits_ends_with_weights_that_pack(tmp_path):
    settings = {"bits": (0.5, 4), "pool": 8, "shortest": 3, "longest": 4}
    run = Run.begin(tmp_path / "run", Config("🦎", steps=4, fit=6, pad=4, rule=RULE, settings=settings, engine="numpy"))
    for _ in run.train():
        pass
    organism = load(tmp_path / "run")
    assert packed_whole(organism.weights).bits <= 4
    assert dataclasses.asdict(run.config.full_recipe())["bits"] == (0.5, 4)


@pytest.mark.slow
def test_the_short_examination_agrees_with_the_long_one():
    subject = Subject(load("🦎"), target_of(load("🦎"), "🦎"), choose_engine())
    report = examine(*vars(subject).values(), organisms=2).report
    short = short_scores(subject, 2, 1000)
    assert short["grown"] == report["persistence"]["200"]["median"]
    assert short["old"] == report["persistence"]["1000"]["worst"]
    assert {cut: short[cut] for cut in ARTICLE_CUTS} == {
        cut: report["regeneration"][cut]["after"]["600"] for cut in ARTICLE_CUTS
    }
