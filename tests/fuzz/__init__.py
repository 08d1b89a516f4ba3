"""Whatever is sent is taken or refused by name: no part that reads others' bytes breaks on any.

``targets`` are the parts; ``test_targets`` asks them with Hypothesis in every run, ``atheris_run``
for as long as one likes, led by what of the code was reached (``make fuzz``).
"""
