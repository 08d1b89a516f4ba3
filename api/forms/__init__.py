"""What callers may send, and how it is checked: the pydantic models of bodies and queries.

No database work of its own; imported by routes and by the parts that carry requests out.
"""
