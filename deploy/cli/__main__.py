"""``python -m deploy.cli``: the ``homeward`` command."""

from deploy.cli.main import main

main()
