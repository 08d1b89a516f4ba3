"""The ``homeward`` command: thin; each part is imported only when it is asked for.

The top of the package: imported by nobody.
"""

from deploy.cli.main import main

__all__ = ["main"]
