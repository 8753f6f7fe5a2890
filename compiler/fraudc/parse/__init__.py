"""Expressions: a fragment of a rule file in, its syntax tree out; what cannot be read is reported and gives None."""

from fraudc.parse.reader import parse_expression, parse_window

__all__ = ["parse_expression", "parse_window"]
