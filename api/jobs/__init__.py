"""Background tasks, each led by one process at a time.

Imported by ``app``, which starts them.
"""
