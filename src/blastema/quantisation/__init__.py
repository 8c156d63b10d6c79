"""Smaller weights: the article's 8 bits (`eight_bit`), int8 with a scale per row (`rows`), 2 to 8 bits (`few_bits`)."""
