"""Rules and their tests in, the changes to rules that no test notices out."""

from fraudc.author.mutation.changes import Change, changes
from fraudc.author.mutation.noticing import Noticed, unnoticed

__all__ = ["Change", "Noticed", "changes", "unnoticed"]
