"""Rules and their tests in, what the tests never show out: clauses, thresholds, windows and cooldowns seen from one side only."""

from fraudc.author.coverage.measuring import Rules, measure
from fraudc.author.coverage.points import Coverage, Point, Side

__all__ = ["Coverage", "Point", "Rules", "Side", "measure"]
