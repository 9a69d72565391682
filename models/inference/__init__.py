"""The inference pool: all engine work goes through one `Pool`, bounded, urgent work first, nothing too late.

`InferencePool` runs engines on threads of this process, `ProcessPool` lets another process do that, `InlinePool` runs
them in place, for virtual time. None of them knows an engine: the composition root hands over factories by name.
"""

from models.engines import BatchEngine, Engine, EngineFactory, Priority
from models.inference.inline import InlinePool
from models.inference.pool import Pool
from models.inference.process import ProcessPool
from models.inference.stats import PoolStats, Timing
from models.inference.threads import InferencePool
from models.inference.watch import Limits

__all__ = [
    "BatchEngine",
    "Engine",
    "EngineFactory",
    "InferencePool",
    "InlinePool",
    "Limits",
    "Pool",
    "PoolStats",
    "Priority",
    "ProcessPool",
    "Timing",
]
