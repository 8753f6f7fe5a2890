"""Typed expressions: walked as trees, spelled as text, and the signatures that name their state."""
