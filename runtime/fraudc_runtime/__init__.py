"""The machine: a Plan and transactions in, alerts out; all that a worker needs."""
