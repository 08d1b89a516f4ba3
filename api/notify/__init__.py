"""Reaching people away from the page: an outbox of notices, sent by one leader, seen or passed on.

``settings``, ``words``, ``quiet`` and ``retries`` decide and are pure; ``addresses`` says what may
be an address and seals it; ``push``, ``gateways`` and ``webhooks`` are the ways out, one vendor
each; ``sender`` is the leader's work.
"""
