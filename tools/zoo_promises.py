"""Quality thresholds of the zoo: python tools/zoo_promises.py lists the organisms whose scores miss them."""

import sys

from blastema import load
from blastema.analysis.subject import EXPLODED_LOG_LOSS
from blastema.damage import ARTICLE_CUTS
from blastema.records import EightBitScores, Scores
from blastema.training.experiments import EXPERIMENTS
from blastema.zoo import names
from published_scores import PUBLISHED_SCORES

# Thresholds: worst of 16 after 10,000 steps, and medians 600 steps after each of the article's five cuts. The web is
# thin, so its thresholds are looser; small organisms have that of docs/small.md.
LINES = {"web": (-2.8, -2.7), "small-lizard": (-3.2, -3.2)}
LINE = (-3.5, -3.2)
# Share that must regrow after five centre cuts in a row. The others only must not explode.
FIVE_CUTS = {"regenerating/lizard": 7 / 8}
# Of organisms with several bodies: each number of each body, and each switch's share of the way.
BODY_LINE, RECOVERY = -3.2, 0.997
# What is not there yet: (worst after 10,000 steps, medians after the cuts, lowest recovery).
NOT_YET = {"ten": (-1.0, -2.2, 0.85)}
# The most that any number may lose when weights are rounded to 8 bits.
ROUNDING = 0.3


def badness(name: str, scores: Scores) -> tuple[float, float]:
    """Return the largest miss of a threshold, and the worst number; lower is better."""
    experiment = name.split("/")[0]
    cuts = [scores["regeneration"][cut] for cut in ARTICLE_CUTS] if EXPERIMENTS[experiment].damaged else []
    worst = max([scores["grown"] if experiment == "growing" else scores["after_10000"], *cuts])
    return max([0.0, *missed(name, scores).values()]), worst


def missed(name: str, scores: Scores) -> dict[str, float]:
    """Return by how much each number misses its threshold. Growing organisms only must not explode after cuts."""
    if "bodies" in scores:
        return missed_by_bodies(name.split("/")[1], scores)
    experiment, target = name.split("/")
    repeated = scores["repeated"]
    misses = {
        f"{cuts}, exploded": result["worst"]
        for cuts, result in repeated.items()
        if result["worst"] >= EXPLODED_LOG_LOSS
    }
    if experiment == "growing":
        return misses
    columns = promised(experiment, scores)
    rounded = promised(experiment, scores["eight_bit"]) if "eight_bit" in scores else {}
    oldest, cut = LINES.get(target, LINE)
    misses |= {"5 x centre": FIVE_CUTS.get(name, 0) - repeated["5 x centre"]["regrew"] / scores["organisms"]}
    misses |= {"after_10000": columns["after_10000"] - oldest}
    misses |= {column: columns[column] - cut for column in ARTICLE_CUTS if column in columns}
    misses |= {f"{column}, 8 bits": rounded[column] - columns[column] - ROUNDING for column in rounded}
    if experiment == "regenerating" and name in PUBLISHED_SCORES:
        ours = scores["means"] | {"after_5000": scores["after_5000"]}
        published = zip(("grown", "after_5000", *ARTICLE_CUTS), PUBLISHED_SCORES[name], strict=True)
        misses |= {f"{column}, mean": ours[column] - theirs for column, theirs in published}
    return {column: round(value, 3) for column, value in misses.items() if value > 0}


def missed_by_bodies(target: str, scores: Scores) -> dict[str, float]:
    """Return by how much each number of an organism with several bodies misses its threshold."""
    oldest, cut, recovery = NOT_YET.get(target, (BODY_LINE, BODY_LINE, RECOVERY))
    misses = {"lowest recovery": recovery - min(scores["recoveries"])}
    for body, numbers in scores["bodies"].items():
        misses[f"{body}, after_10000"] = numbers["after_10000"] - oldest
        misses |= {f"{body}, {column}": number - cut for column, number in numbers["regeneration"].items()}
    return {column: round(value, 3) for column, value in misses.items() if value > 0}


def promised(experiment: str, scores: Scores | EightBitScores) -> dict[str, float]:
    """Return the numbers that have a threshold in this experiment."""
    ages = {"grown": scores["grown"], "after_5000": scores["after_5000"], "after_10000": scores["after_10000"]}
    cuts = ARTICLE_CUTS if EXPERIMENTS[experiment].damaged else ()
    return ages | {cut: scores["regeneration"][cut] for cut in cuts}


if __name__ == "__main__":
    broken = {name: numbers for name in names() if (numbers := missed(name, load(name).scores or {}))}
    sys.exit("\n".join(f"{name}: {numbers}" for name, numbers in broken.items()) or None)
