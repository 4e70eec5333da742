"""Measurements. `python -m bench <name>` prints figures and their ratios; no test depends on them."""
