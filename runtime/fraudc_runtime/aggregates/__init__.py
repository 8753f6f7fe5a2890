"""Accumulators: what an aggregate keeps of its members, as generated code; one module a family, and the readings on top of them."""
