"""How large a rule file may be, and how reading stops where it is larger or cannot be read on."""

LARGEST_FILE = 1_048_576  # bytes
DEEPEST = 64  # levels
MOST_NODES = 50_000  # values, those behind an alias counted each time
LONGEST_SCALAR = 65_536  # characters


class UnreadableError(Exception):
    """The rest of the file cannot be read; why is reported already."""
