"""What surrounds every request and what pages share."""
