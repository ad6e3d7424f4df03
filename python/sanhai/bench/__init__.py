"""Speed against its targets, measured on the machine at hand: `python -m sanhai.bench`."""
