"""Bodies and queries that callers send, as pydantic models, with their checks.

No database work of its own; imported by routes and by the parts that carry requests out.
"""
