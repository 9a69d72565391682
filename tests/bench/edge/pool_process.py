"""The pool's process of the service under test: `python -m tests.bench.edge.pool_process`, started by its service."""

from models.inference.child import main
from tests.bench.edge.heard import compose

if __name__ == "__main__":
    main(compose)
