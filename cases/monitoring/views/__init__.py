"""Pages of monitoring: the stream of mentions, sources, reports."""
