"""``make day``: a whole ward lives a day with an outbreak, an illness and an outage; its account.

Imported by nobody.
"""
