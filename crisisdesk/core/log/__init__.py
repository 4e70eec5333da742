"""What happened: events, their seals, the readable history, and the check of both."""
