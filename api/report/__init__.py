"""The discharge report of a stay as a PDF: who, curves, scores, alerts, thresholds.

``gathering`` reads it by the rights of whoever asks; ``pdf`` and ``curves`` draw it and are pure.
"""
