"""What other settings would have called: a replay of stored readings, in processes of its own.

``desk`` keeps who asked what and how far it is; ``child`` is the process that computes, which knows
no database; ``readings`` reads what it computes from, and ``answers`` says what came of it. Nothing
of it is stored.
"""
