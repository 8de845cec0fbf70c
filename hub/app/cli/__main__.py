"""``python -m hub.app.cli``: the same as ``peyvand``, wherever the script itself is not on the path."""

import sys

from hub.app.cli import main

sys.exit(main())
