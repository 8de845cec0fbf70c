"""``python -m evidence_verifier FILE``."""

import sys

from evidence_verifier.program import main

sys.exit(main())
