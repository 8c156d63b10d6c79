"""What an organism can do, measured: persistence, regeneration, rotation, other surroundings, 8-bit weights."""
