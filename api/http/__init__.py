"""Around every request: dependencies, middleware, problem details, OpenAPI.

Imported by ``app`` and the routes.
"""
