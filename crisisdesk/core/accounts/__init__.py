"""Signing in, one's own profile and one's own tokens."""
