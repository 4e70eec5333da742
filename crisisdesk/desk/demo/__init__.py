"""A fictitious organisation to look around in and to test with."""
