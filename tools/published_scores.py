"""Scores of the article's published models, measured elsewhere by another program on their 8-bit weights.

log10 of the mean over 16 organisms: grown, the worst after 5,000 steps, and 600 steps after each of the article's cuts,
in the order of `blastema.damage.ARTICLE_CUTS`.
"""

PUBLISHED_SCORES = {
    "persistent/lizard": (-3.61, -3.60, -2.6, -1.7, -1.5, -2.1, -1.3),
    "regenerating/lizard": (-3.35, -2.81, -3.5, -3.6, -3.4, -3.6, -2.7),
    "regenerating/grinning": (-2.72, -1.66, -2.0, -2.5, -1.7, -1.6, -2.5),
    "regenerating/explosion": (-2.74, -1.24, -1.6, -1.6, -1.6, -1.7, -2.3),
    "regenerating/fish": (-2.64, -1.57, -1.7, -1.7, -1.8, -2.6, -2.1),
    "regenerating/butterfly": (-3.19, -2.31, -2.9, -2.4, -1.7, -1.7, -3.0),
    "regenerating/tree": (-3.56, -2.33, -2.2, -2.8, -2.9, -2.1, -3.5),
}
