"""``python -m deploy.cli``: the ``homeward`` command."""

import sys

from deploy.cli.main import main

sys.exit(main())
