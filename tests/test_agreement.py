"""What agrees between engines and instruction sets, and what does not: the claims of docs/decisions/randomness.md."""

import importlib.util
from pathlib import Path

import pytest

from blastema.engines import choose_engine
from blastema.engines.native_engine import NativeEngine, isas

SPEC = importlib.util.spec_from_file_location("agreement", Path(__file__).parents[1] / "benchmarks/agreement.py")
agreement = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(agreement)

pytestmark = pytest.mark.slow
several_isas = pytest.mark.skipif(
    len(isas()) < 2, reason="not here: this processor has one instruction set of the native engine"
)


@pytest.mark.parametrize("engine", [NativeEngine(isas()[-1]), choose_engine("numpy"), choose_engine("jax")])
def test_stable_organisms_agree_on_every_engine_up_to_rounding(engine):
    case = ("regenerating/lizard", 300)
    # Measured: 3.2e-6. If rounding were amplified, it would be 1e5 times larger, as in the chaotic case below.
    assert agreement.difference(agreement.grown(engine, *case), agreement.grown(NativeEngine(), *case)) < 1e-5


@several_isas
def test_a_chaotic_organism_diverges_between_instruction_sets():
    apart = {}
    for steps in (96, 2000):
        best, lowest = (agreement.grown(NativeEngine(isa), "growing/lizard", steps) for isa in (isas()[0], isas()[-1]))
        apart[steps] = agreement.difference(best, lowest)
    assert apart[96] < 1e-4
    assert apart[2000] > 1e-2


@several_isas
def test_trainings_diverge_between_instruction_sets():
    first, last = (agreement.trained(NativeEngine(isa), 40) for isa in (isas()[0], isas()[-1]))
    assert agreement.difference(first[10], last[10]) < 1e-4
    assert agreement.difference(first[40], last[40]) > 0
