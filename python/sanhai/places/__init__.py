"""Places: bundled figures with source, date and confidence, and the calibrated start made from them."""
