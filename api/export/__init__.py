"""The record taken out as tables, for studies and warehouses: ``homeward export``.

All tables are read in one transaction, so they agree with each other; nobody is named in them
unless it is asked for and allowed; that it was done is in the audit before a file is there.
"""
