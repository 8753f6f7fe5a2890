"""What ends work with a server: one line for the user, and whether the server or what it was asked for is to blame."""


class LiveFailure(Exception):
    """The message is the one line that the user sees; it never holds a secret."""


class ServerFailure(LiveFailure):
    """A server that cannot be reached, does not let us in, lacks a topic, or broke off."""


class RequestFailure(LiveFailure):
    """A file, a setting or an option that is wrong."""
