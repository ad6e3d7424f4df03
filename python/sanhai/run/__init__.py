"""Runs: a place and a scenario compiled to arrays, projected, with draws, together or apart."""
