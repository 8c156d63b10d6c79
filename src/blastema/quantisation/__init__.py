"""Smaller weights: 8 bits as in the article (`eight_bit`), int8 with a scale per row (`rows`), 2 to 8 bits (`few_bits`)."""
