"""What happens later: due rows, waking workers, notices, tidying."""
