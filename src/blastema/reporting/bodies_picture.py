"""The page of an evaluation of an organism with signals: its bodies, their charts, and a matrix of switches."""

from PIL import Image

from blastema.analysis.bodies import BodiesExamination
from blastema.analysis.bodies_report import hardest_switch
from blastema.analysis.examination import SHOWN
from blastema.analysis.switching import AFTER
from blastema.damage import ARTICLE_CUTS
from blastema.render.layout import cropped, stack, titled
from blastema.render.picture import sheet
from blastema.reporting.report_picture import GAP, MARGIN, WIDTH, heading
from blastema.targets import short_name

LARGEST_ZOOM = 3


def bodies_picture(title: str, examination: BodiesExamination) -> Image.Image:
    """Return the page, RGB on white, 1120 pixels wide.

    Args:
        title: names the organism.
        examination: of its bodies.
    """
    names = [short_name(name) for name in examination.bodies]
    old, new, scores = hardest_switch(examination.report)
    text = (
        f"the hardest of {len(names) * (len(names) - 1)} switches: {short_name(old)} to {short_name(new)}, "
        f"{100 * scores['recovery']:.1f}% recovered"
    )
    states = [state for row in examination.states for state in row]
    labels = [f"{old} to {new}" if old != new else old for old in names for new in names]
    zoom = min(LARGEST_ZOOM, max(1, (WIDTH - 2 * MARGIN) // len(names) // (states[0].shape[1] + 4)))
    rows = [titled(f"From row to column, {AFTER} steps after the switch", sheet(states, len(names), zoom, labels))]
    for name, one in zip(names, examination.bodies.values(), strict=True):
        shown = cropped([*one.states["ages"][1:], *(one.states[cut][1] for cut in ARTICLE_CUTS)], 4)
        captions = [*(f"{age:,}" for age in SHOWN[1:]), *ARTICLE_CUTS]
        zoom = max(1, (WIDTH - 2 * MARGIN) // len(shown) // (shown[0].shape[1] + 4))
        rows.append(titled(f"{name}: by age, and regrown after each cut", sheet(shown, len(shown), zoom, captions)))
    return stack(heading(title, text), *rows, gap=GAP, margin=MARGIN)
