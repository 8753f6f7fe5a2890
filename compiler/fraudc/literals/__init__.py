"""Literals of the language: durations, instants and currencies, each from text to number."""
