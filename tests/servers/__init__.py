"""Real servers for tests and demonstrations, on loopback and free ports: each a context manager that leaves no process behind."""
