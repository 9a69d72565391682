"""What can go wrong in judgements and in the engines behind them.

ModelError
├── InferenceError      the pool gave no result
│   ├── PoolFull        too much is waiting already; the least urgent was let go
│   ├── PoolClosed      the service is stopping
│   ├── DeadlinePassed  the answer would have come too late to be of use
│   ├── EngineFailed    the engine raised (its exception is the cause), or could not be opened
│   └── EngineGone      the process that runs the engines ended or hung with this work in it, or is not back in time
└── WeightsError        model files
    ├── WeightsMissing  not on this machine: names the files and the command that brings them
    ├── FetchFailed     a download did not come through; what did come is kept for the next try
    └── WrongContent    a file is not what the manifest says it is
"""


class ModelError(Exception):
    """Base of everything raised on purpose here."""


class InferenceError(ModelError):
    pass


class PoolFull(InferenceError):
    pass


class PoolClosed(InferenceError):
    pass


class DeadlinePassed(InferenceError):
    pass


class EngineFailed(InferenceError):
    pass


class EngineGone(InferenceError):
    pass


class WeightsError(ModelError):
    pass


class WeightsMissing(WeightsError):
    pass


class FetchFailed(WeightsError):
    pass


class WrongContent(WeightsError):
    pass
