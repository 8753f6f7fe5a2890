"""An independent, slow and literal reading of the rule language: a rules project and lines in, alerts, late, dead and counts out.

It shares no code with the compiler or the machine, on purpose: an agreement between the two is evidence.
"""
