"""Practice before it is real: scenarios, a simulated public that answers, and what was learned."""
