"""Rule sets as they are published: plans in, the whole sets that a running job takes over, and what each means for running state, out."""
