"""What ends a command early: one line for the user and the exit code that goes with it."""

FINDINGS, USAGE, WARNINGS, SERVER = 1, 2, 3, 4


class Failure(Exception):
    """The command cannot go on; the message is the one line that the user sees."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code
