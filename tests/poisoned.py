"""What lives chunks in the place of `chunks.lived`, in tests: one chunk of them is bad."""

import os
import signal

from mho_sim.sweeps.chunks import lived

BAD = 4  # the first world of the bad chunk
MUCH = 1 << 36  # bytes


def killing(order, first, *rest):
    """The bad chunk kills its process."""
    if first == BAD:
        os.kill(os.getpid(), signal.SIGKILL)
    return lived(order, first, *rest)


def greedy(order, first, *rest):
    """The bad chunk takes more memory than there may be."""
    if first == BAD:
        bytearray(MUCH)
    return lived(order, first, *rest)
