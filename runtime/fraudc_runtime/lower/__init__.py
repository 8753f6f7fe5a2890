"""Plan in, Python source out: what a rule set does to one transaction, as straight-line code over a key's list of slots."""
