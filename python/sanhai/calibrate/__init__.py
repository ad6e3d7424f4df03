"""From published figures to a calibrated start and the path after it."""
