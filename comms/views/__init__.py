"""The pages of what is said."""
