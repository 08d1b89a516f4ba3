"""Models of whole tables of people: diabetes, cohorts, and the readers of recordings.

Imported by ``evaluation`` and by programs that train.
"""
