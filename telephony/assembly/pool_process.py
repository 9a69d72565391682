"""What the service starts as the pool's process: `python -m telephony.assembly.pool_process`, never by hand."""

from models.inference.child import main
from telephony.assembly.recognisers import compose

if __name__ == "__main__":
    main(compose)
