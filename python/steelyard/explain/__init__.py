"""What a configuration does with a request, and why: cases for the engine's simulation, and their outcomes for people."""
