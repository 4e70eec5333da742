"""The exercise engine: a scenario, a seed and a log of events give the same course on every machine.

Pure Python. Nothing here imports Django or an app, and running a scenario needs the standard library alone; PyYAML and
jsonschema are imported only where an author's file is read (`documents`, `schemas`).
"""
