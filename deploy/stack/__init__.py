"""``homeward up``: the embedded ward on one machine, from plan to supervisor.

Imported by ``cli`` and ``demo``.
"""
