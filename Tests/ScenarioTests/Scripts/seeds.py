"""What the random choices of a script start from: the same each time, unless asked otherwise."""

import os
import random


def chosen(variable="QCTL_TEST_SEED", usual=300):
    """The number in the variable, which repeats a run; for `random` there, one never seen before."""
    wished = os.environ.get(variable) or str(usual)
    return random.randrange(1 << 32) if wished == "random" else int(wished)
