"""Rates over time: models of mortality that an ensemble draws from."""
