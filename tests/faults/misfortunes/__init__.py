"""What may befall a ward: one body each, for ``make test`` and for ``make soak``.

Every chance is drawn from the scene's generator. A misfortune may leave the mending to its caller.
"""

from tests.faults.misfortunes import brokers, databases, devices, gateways, workers
from tests.faults.scene import Misfortune

MISFORTUNES: dict[str, Misfortune] = {
    fault.__name__: fault
    for faults in (gateways, databases, brokers, devices, workers)
    for fault in faults.FAULTS
}
