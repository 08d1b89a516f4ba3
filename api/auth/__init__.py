"""Authentication: passwords, sessions, second factors, throttling of log-ins.

Imported by ``http``, routes and pages.
"""
