"""The pages of what leaves the house."""
