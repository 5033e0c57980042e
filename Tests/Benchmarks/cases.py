"""The cases, each a function that yields what it measured.

1 to 16 are those of the table of targets; 17, PostgreSQL, is not here yet; what is measured beyond
the table begins with 18.
"""

from bulk_case import bulk
from completion_case import completion
from contention_case import contention
from directory_case import directory
from growth_case import growth
from loop_cases import enqueue_loop, settle_claim, settle_claim_batches
from memory_case import memory
from operator_case import operator
from persistent_case import persistent
from pickup_case import pickup
from process_cases import enqueue_process, start_up
from scale_case import claim_at_scale, size
from tail_case import tail
from worker_cases import worker

CASES = {
    1: start_up,
    2: enqueue_process,
    3: enqueue_loop,
    4: settle_claim,
    5: settle_claim_batches,
    6: bulk,
    7: size,
    8: claim_at_scale,
    9: worker,
    10: persistent,
    11: pickup,
    12: contention,
    13: directory,
    14: completion,
    15: tail,
    16: memory,
    18: operator,
    19: growth,
}
