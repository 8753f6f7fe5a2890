"""W9xx: rules that compile, and that their author may not have meant."""

from fraudc.diagnostics import Code

FOR_EVER = Code(
    "W901",
    "state that is kept for ever",
    "`over all` keeps the numbers of a key for ever, also of a customer who never comes back. With `forget` in fraudc.yaml, a key that has "
    "been silent for so long starts anew and its state goes.",
    "entities:\n  customer: {key: customer_id}",
    "entities:\n  customer: {key: customer_id, forget: 400d}",
)

CODES = (FOR_EVER,)
