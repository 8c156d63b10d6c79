"""Pictures of organisms: colour, picture, animation, terminal, and the course of the loss."""
