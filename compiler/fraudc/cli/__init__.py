"""The command line: one file a command group, thin; the only prints of the compiler."""
