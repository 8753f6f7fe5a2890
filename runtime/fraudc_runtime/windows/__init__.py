"""Window kinds: what members a window holds, as generated code over slots of a key's state; one module a kind."""
