"""Quantised weights: the article's 8-bit weights (`eight_bit`), and int8 with a scale per row (`rows`)."""
