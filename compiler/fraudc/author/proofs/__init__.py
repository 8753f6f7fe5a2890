"""What can be proved about rules without data: plans in, claims that hold on every stream of transactions out.

Whatever cannot be proved is not said: a claim is sound, and the list of claims is not complete.
"""
