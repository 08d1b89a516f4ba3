"""The week: whose hours meet which demand at least cost, what one more hour is worth, and shifts.

``hours`` is the linear programme (supply, demand, ``min c.x``) with its shadow prices in words;
``week`` makes whole shifts of it within the rules of rest and hours.
"""
