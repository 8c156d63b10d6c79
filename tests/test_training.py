"""Training: pool, damage, loss, optimiser, and the three experiments."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jax.example_libraries import optimizers

from blastema.damage import CUTS, DAMAGES, Damage, random_disc, random_half, random_square
from blastema.engines import choose_engine
from blastema.io.tensors import read_tensors, write_tensors
from blastema.loss import pixel_loss, towards
from blastema.rule import Batch, Rule, Weights, seed_batch, seed_state
from blastema.targets import load_target
from blastema.training.collapse import collapse
from blastema.training.experiments import EXPERIMENTS, RECIPES
from blastema.training.optimiser import POLYNOMIAL, TIMES, adam, muon, no_moments, normalised, orthogonalised
from blastema.training.pool import Pool, nonzero_cells
from blastema.training.trainer import Report, Trainer
from conftest import random_states, random_weights

SMALL = dataclasses.replace(RECIPES["article"], pool=20, shortest=3, longest=6)


def trainer(experiment="regenerating", recipe=SMALL, seed=0, **target):
    picture = load_target("disc", **({"fit": 8, "pad": 4} | target))
    return Trainer(Rule(), EXPERIMENTS[experiment], recipe, picture, seed, choose_engine("numpy"))


def test_the_article_recipe_has_the_articles_numbers():
    recipe = RECIPES["article"]
    assert (recipe.steps, recipe.batch, recipe.pool, recipe.shortest, recipe.longest) == (8000, 8, 1024, 64, 96)
    assert [recipe.learning_rate(step) for step in (0, 1999, 2000, 7999)] == [2e-3, 2e-3, 2e-4, 2e-4]
    assert [recipe.most_cuts(step) for step in (0, 7999)] == [1, 1]


def test_late_rollouts_of_the_long_recipe_are_longer():
    recipe = RECIPES["long"]
    assert [recipe.rollout(step) for step in (0, 4799, 4800, 7999)] == [(64, 96), (64, 96), (102, 154), (102, 154)]
    subject = trainer(recipe=dataclasses.replace(SMALL, steps=10, longer=(0.5, 4.0)))
    rollouts = [subject.step().rollout for _ in range(10)]
    assert max(rollouts[:5]) <= 6
    assert min(rollouts[5:]) >= 12


def test_the_loss_is_the_mean_over_pixels_and_colours_and_jax_agrees_on_its_gradient():
    states, target = random_states(Rule(), 3, 6, 7), load_target("disc", fit=5, height=6, width=7)
    value, cotangent = towards(target)(states)
    expected, gradient = jax.value_and_grad(lambda s: jnp.mean((s[..., :4] - target) ** 2))(states)
    assert value == pytest.approx(float(expected), rel=1e-5)
    assert pixel_loss(states, target).mean() == pytest.approx(value, rel=1e-5)
    np.testing.assert_allclose(cotangent, gradient, atol=1e-8)


def test_adam_is_that_of_jax():
    weights = random_weights(Rule())
    begin, move, read = optimizers.adam(2e-3, 0.9, 0.999, 1e-8)
    judged, moments = begin(weights), no_moments(weights)
    for step in range(5):
        # Away from zero, where it makes no difference that Keras adds epsilon before bias correction and JAX after.
        gradient = Weights(*(tensor + np.sign(tensor) for tensor in random_weights(Rule(), seed=step)))
        weights, moments = adam(weights, gradient, moments, step, 2e-3, epsilon=1e-8)
        judged = move(step, gradient, judged)
    for ours, theirs in zip(weights, read(judged), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-6)
        assert ours.dtype == np.float32


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 99), st.floats(1e-4, 1e4))
def test_a_matrix_keeps_its_singular_vectors_when_it_is_made_orthogonal(rows, columns, seed, scale):
    matrix = (scale * np.random.default_rng(seed).normal(size=(rows, columns))).astype(np.float32)
    left, singular, right = np.linalg.svd(matrix.astype(np.float64), full_matrices=False)
    singular /= np.sqrt(np.sum(np.square(singular)))
    for _ in range(TIMES):
        singular = sum(factor * singular**power for factor, power in zip(POLYNOMIAL, (1, 3, 5), strict=True))
    np.testing.assert_allclose(orthogonalised(matrix), left * singular @ right, atol=2e-3)
    assert not orthogonalised(np.zeros_like(matrix)).any()


def test_muon_moves_the_biases_as_adam_does():
    weights, gradient = random_weights(Rule()), random_weights(Rule(), seed=1)
    arguments = (weights, gradient, no_moments(weights), 0, 2e-3)
    (moved, moments), (judged, expected) = muon(*arguments), adam(*arguments)
    for name, tensor in moved._asdict().items():
        assert np.array_equal(tensor, getattr(judged, name)) == (name not in ("hidden_weight", "update_weight"))
        assert tensor.dtype == np.float32
    assert all(np.array_equal(*pair) for pair in zip(moments.first, expected.first, strict=True))


@pytest.mark.slow
def test_muon_is_that_of_pytorch():
    torch = pytest.importorskip("torch", reason="not installed: PyTorch, which is large (pip install torch)")
    weights = random_weights(Rule())
    moments, names = no_moments(weights), ("hidden_weight", "update_weight")
    judged = [torch.tensor(getattr(weights, name)) for name in names]
    judge = torch.optim.Muon(judged, lr=2e-3, weight_decay=0, momentum=0.9, adjust_lr_fn="match_rms_adamw")
    for step in range(5):
        gradient = random_weights(Rule(), seed=step)
        weights, moments = muon(weights, gradient, moments, step, 2e-3)
        for tensor, name in zip(judged, names, strict=True):
            tensor.grad = torch.tensor(getattr(gradient, name))
        judge.step()
    for tensor, name in zip(judged, names, strict=True):
        start = getattr(random_weights(Rule()), name)
        far, off = np.abs(tensor.numpy() - start).max(), np.abs(tensor.numpy() - getattr(weights, name)).max()
        # It iterates in bfloat16, which has 8 bits.
        assert off < 0.03 * far


@pytest.mark.parametrize("channels", [4, 5, 16])
def test_the_loss_sees_the_first_four_channels_of_any_number(channels):
    states, target = random_states(Rule(channels=channels), 2, 6, 5), np.ones((6, 5, 4), np.float32)
    value, cotangent = towards(target)(states)
    expected = np.zeros_like(states)
    expected[..., :4] = (states[..., :4] - 1) * 2 / (2 * 6 * 5 * 4)
    np.testing.assert_allclose(cotangent, expected, rtol=1e-6)
    assert value == pytest.approx(np.mean((states[..., :4] - 1) ** 2), rel=1e-6)


def test_a_loss_that_is_asked_again_gives_what_a_fresh_one_would():
    target = np.ones((6, 5, 4), np.float32)
    again = towards(target)
    for seed, batch in enumerate((2, 2, 3, 2)):
        states = random_states(Rule(), batch, 6, 5, seed)
        for result, expected in zip(again(states), towards(target)(states), strict=True):
            np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("channels", [4, 5, 16])
def test_what_lives_is_all_there_is_bit_for_bit(channels):
    state = random_states(Rule(channels=channels), 1, 6, 5)[0]
    state[2:4] = 0
    cells, values = nonzero_cells(state)
    again = np.zeros((30, channels), np.float32)
    again[cells] = values
    assert again.tobytes() == state.tobytes()
    assert len(cells) <= 20


def test_normalised_gradients_have_length_one_and_zeros_stay_zero():
    gradient = random_weights(Rule(signals=("a", "b")))._replace(update_bias=np.zeros(16, np.float32))
    lengths = [np.linalg.norm(tensor) for tensor in normalised(gradient)]
    np.testing.assert_allclose(lengths, [1, 1, 1, 0, 1], atol=1e-5)


def test_a_gradient_whose_length_overflows_counts_as_none():
    weights = random_weights(Rule())
    result = normalised(weights._replace(hidden_bias=np.full_like(weights.hidden_bias, 1e25)))
    assert not result.hidden_bias.any()
    assert np.array_equal(result.update_weight, normalised(weights).update_weight)


@given(st.integers(0, 2**32 - 1))
def test_the_pool_returns_exactly_what_was_stored(tmp_path_factory, seed):
    path = tmp_path_factory.getbasetemp() / "pool.safetensors"
    draw = np.random.default_rng(seed)
    pool = Pool(np.arange(6), (5, 4, 16))
    batch = Batch(
        random_states(Rule(), 3, 5, 4, seed), np.arange(3, dtype=np.uint32) + 9, np.arange(3, dtype=np.uint32)
    )
    places = 1 + draw.choice(5, 3, replace=False)
    pool.put(places, batch)
    pool.states[0] = nonzero_cells(np.zeros((5, 4, 16), np.float32))  # a dead one
    write_tensors(path, pool.tensors(), {})
    again = Pool.of_tensors(read_tensors(path)[0], pool.shape)
    for result in (pool.take(places), again.take(places)):
        assert all(np.array_equal(*pair) for pair in zip(result, batch, strict=True))
    assert not again.take(np.array([0])).states.any()
    untouched = np.setdiff1d(np.arange(1, 6), places)
    assert (again.take(untouched).states == seed_state(5, 4)).all()


@given(st.integers(0, 2**32 - 1))
def test_the_pool_computes_the_losses_of_its_states(seed):
    states, target = random_states(Rule(), 3, 5, 4, seed), random_states(Rule(), 1, 5, 4, seed + 1)[0, ..., :4]
    states[0], states[1, 2:] = 0, 0
    pool = Pool(np.arange(4), (5, 4, 16))
    pool.put(np.array([2, 0, 3]), Batch(states, np.zeros(3, np.uint32), np.zeros(3, np.uint32)))
    losses = pool.losses(np.array([3, 2, 0]), target)
    np.testing.assert_allclose(losses, pixel_loss(states[[2, 0, 1]], target), rtol=1e-5)


def test_the_pool_stores_only_nonzero_cells():
    pool = Pool(np.arange(1024), (72, 72, 16))
    lizard = np.zeros((1, 72, 72, 16), np.float32)
    lizard[:, 16:56, 20:44] = 1
    for place in range(1024):
        pool.put(np.array([place]), Batch(lizard, np.zeros(1, np.uint32), np.zeros(1, np.uint32)))
    held = sum(cells.nbytes + values.nbytes for cells, values in pool.states)
    assert held < 0.25 * 1024 * lizard.nbytes


def test_random_discs_have_the_articles_positions_and_sizes():
    draw = np.random.default_rng(0)
    areas, rows = [], []
    for _ in range(2000):
        disc = random_disc(draw, 72, 72)
        areas.append(disc.sum())
        rows.append(np.nonzero(disc)[0].mean())
    # Radius uniform in 3.6 to 14.4: the mean area is pi (r1^2 + r1 r2 + r2^2) / 3.
    assert np.mean(areas) == pytest.approx(np.pi * (3.6**2 + 3.6 * 14.4 + 14.4**2) / 3, rel=0.03)
    assert min(rows) > 17
    assert max(rows) < 55
    assert np.mean(rows) == pytest.approx(35.5, abs=0.6)


def test_cuts_remove_the_named_part():
    draw = np.random.default_rng(0)
    removed = {name: DAMAGES[name].mask(draw, 72, 72) for name in CUTS}
    assert (removed["upper"] ^ removed["lower"]).all()
    assert (removed["left"] ^ removed["right"]).all()
    assert removed["left"][:, :36].all()
    assert removed["upper"][:36].all()
    assert removed["centre"].sum() == 16 * 16
    assert removed["centre"][28:44, 28:44].all()


def test_growing_starts_from_seeds():
    _, _, batch = trainer("growing").draw_batch(np.random.default_rng(1))
    assert (batch.states == seed_state(16, 16)).all()
    assert len(set(batch.seeds.tolist())) == 8


@pytest.mark.parametrize(("experiment", "damaged"), [("persistent", 0), ("regenerating", 3)])
def test_the_worst_is_reseeded_and_the_best_are_damaged(experiment, damaged):
    subject = trainer(experiment, recipe=dataclasses.replace(SMALL, pool=8))
    target = subject.target
    states = np.zeros((8, *target.shape[:2], 16), np.float32)
    for index in range(8):
        states[index, ..., :4] = target * (index + 1) / 8
        states[index, ..., 4] = target[..., 3]
    old = Batch(states, np.arange(8, dtype=np.uint32), np.full(8, 50, np.uint32))
    subject.pool.put(np.arange(8), old)
    group, _, batch = subject.draw_batch(np.random.default_rng(0))
    assert group.places.tolist() == list(range(8))
    assert np.array_equal(batch.states[0], seed_state(*target.shape[:2]))
    assert batch.ages.tolist() == [0] + [50] * 7
    changed = [not np.array_equal(*pair) for pair in zip(batch.states, states, strict=True)]
    assert changed == [True] + [False] * (7 - damaged) + [True] * damaged
    assert (batch.states[1:][batch.states[1:] != states[1:]] == 0).all()


def test_the_batch_returns_to_the_pool_with_its_new_age():
    subject = trainer("persistent")
    report = subject.step()
    grown = subject.pool.ages[subject.pool.ages > 0]
    assert len(grown) == 8
    assert (grown == report.rollout).all()


def test_training_depends_on_the_seed_alone():
    first, second, different = (trainer(seed=seed) for seed in (1, 1, 2))
    for subject in (first, second, different):
        for _ in range(3):
            subject.step()
    assert all(np.array_equal(*pair) for pair in zip(first.weights, second.weights, strict=True))
    assert not np.array_equal(first.weights.update_weight, different.weights.update_weight)


def test_a_non_finite_loss_changes_neither_weights_nor_pool():
    subject = trainer()
    subject.step()
    weights, states = subject.weights, list(subject.pool.states)
    subject.loss = towards(np.full_like(subject.target, np.nan))
    report = subject.step()
    assert (report.step, report.loss) == (2, np.inf)
    assert subject.weights is weights
    assert all(after is before for after, before in zip(subject.pool.states, states, strict=True))


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_non_finite_states_are_not_stored_in_the_pool(number):
    pool = Pool(np.arange(3), (5, 4, 16))
    before, batch = list(pool.states), seed_batch([7, 8], 5, 4)
    batch.states[1, 2, 2, 9] = number
    assert not pool.put(np.array([0, 1]), batch)
    assert pool.states == before
    assert pool.seeds.tolist() == [0, 1, 2]
    assert pool.put(np.array([0]), seed_batch([7], 5, 4))


def test_collapses_are_detected():
    batch = seed_batch([0, 1], 4, 4)
    report = Report(1, 0.1, 64, batch, batch)
    dead = batch._replace(states=np.zeros_like(batch.states))
    assert collapse(report, [0.1]) is None
    assert collapse(report._replace(loss=np.inf), [np.inf]) == "exploded"
    assert collapse(report._replace(after=dead), [0.1]) == "died"
    assert collapse(report, [0.01] * 200 + [0.2] * 20) == "worsened"
    # A short jump, and a loss that is always high.
    assert collapse(report, [0.01] * 200 + [0.2] * 9 + [0.01] * 11) is None
    assert collapse(report, [0.2] * 220) is None


def test_damaged_states_get_all_kinds_of_damage_in_turn(monkeypatch):
    asked = []
    for name in DAMAGES:

        def mask(draw, *size, name=name):
            asked.append(name)
            return np.zeros(size, bool)

        monkeypatch.setitem(DAMAGES, name, Damage(name, mask, ""))
    subject = trainer("regenerating", recipe=dataclasses.replace(SMALL, damages=("half", "square")))
    subject.step()
    subject.step()
    assert asked == ["half", "square", "half", "square", "half", "square"]


def test_cells_fire_less_often_and_rollouts_are_longer_in_turns_if_the_recipe_says_so(monkeypatch):
    recipe = dataclasses.replace(SMALL, shortest=4, longest=4, slowed=(1, 2.5))
    subject, rates = trainer(recipe=recipe), []
    run = subject.engine.value_and_grad

    def observed(rule, *arguments):
        rates.append(rule.fire_rate)
        return run(rule, *arguments)

    monkeypatch.setattr(subject.engine, "value_and_grad", observed)
    reports = [subject.step() for _ in range(3)]
    assert rates == [0.5, 0.2, 0.5]
    assert [report.rollout for report in reports] == [4, 10, 4]
    assert subject.rule.fire_rate == 0.5


def test_repeated_cuts_leave_their_place_empty_and_age_the_rest():
    recipe = dataclasses.replace(SMALL, steps=10, cuts=(0.5, 4), between=(2, 2))
    subject = trainer("regenerating", recipe)
    grown = seed_batch(range(3), *subject.target.shape[:2], 16)
    grown.states[:, 4:12, 4:12, 3] = 1
    ages = set()
    for step in range(10):
        subject.done = step
        damaged = subject.damage(grown, np.random.default_rng(step))
        assert (damaged.ages == damaged.ages[0]).all()
        assert damaged.ages[0] == 0 if step < 5 else damaged.ages[0] in (0, 2, 4, 6)
        assert ((damaged.states == 0).all(axis=-1) & (grown.states != 0).any(axis=-1)).any(axis=(1, 2)).all()
        ages.add(int(damaged.ages[0]))
    assert len(ages) > 1
    assert grown.states[:, 4:12, 4:12, 3].all()


@given(st.integers(0, 2**32 - 1), st.integers(8, 80), st.integers(8, 80))
def test_halves_and_squares_have_the_stated_sizes(seed, height, width):
    draw = np.random.default_rng(seed)
    half, square = random_half(draw, height, width), random_square(draw, height, width)
    assert 0.2 < half.mean() < 0.8
    rows, columns = (np.flatnonzero(square.any(axis=axis)) for axis in (1, 0))
    assert square.sum() == len(rows) * len(columns)
    assert max(len(rows), len(columns)) <= 0.3 * min(height, width) + 1


def test_a_custom_loss_trains_on_every_engine():
    rule = Rule()
    target = load_target("ring", fit=6, pad=3)

    @jax.value_and_grad
    def loss(states):
        return jnp.mean(jnp.abs(states[..., :4] - target))

    for name in ("numpy", "jax"):
        subject = Trainer(rule, EXPERIMENTS["growing"], SMALL, target, 0, choose_engine(name))
        losses = []
        for step in range(12):
            _, _, batch = subject.draw_batch(np.random.default_rng(step))
            result = subject.engine.value_and_grad(rule, subject.weights, batch, 12, loss)
            subject.weights, subject.moments = adam(
                subject.weights, normalised(result.gradient), subject.moments, step, 2e-3
            )
            losses.append(result.loss)
        assert losses[-1] < losses[0]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["jax", "numpy"])
def test_a_short_training_reduces_the_loss_to_a_tenth(engine):
    target = load_target("🎄", fit=10, pad=3)
    # Of one length, since JAX compiles for each.
    recipe = dataclasses.replace(RECIPES["article"], shortest=32, longest=32, batch=4)
    subject = Trainer(Rule(), EXPERIMENTS["growing"], recipe, target, 0, choose_engine(engine))
    losses = [subject.step().loss for _ in range(200)]
    print(engine, losses[0], np.median(losses[-20:]))
    assert np.median(losses[-20:]) < losses[0] / 10
