"""What trains needs torch, which nothing else does: without it these stories are told by `make test-training` alone."""

import warnings
from importlib.util import find_spec

collect_ignore: list[str] = []
if find_spec("torch") is None:
    collect_ignore += ["test_phone_cepstra.py", "test_speech.py"]
    warnings.warn("the training recipe's tests need torch: `make test-training` brings it", stacklevel=1)
