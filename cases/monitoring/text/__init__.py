"""Reading what people write: language, words, complaints, topics, near-duplicates. Pure Python; nothing of an app."""
