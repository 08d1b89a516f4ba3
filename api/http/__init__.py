"""What stands around every request: dependencies, middleware, problem details, OpenAPI.

Imported by ``app`` and the routes.
"""
