"""What the service starts as the pool's process: `python -m telephony.pool_process`, never by hand."""

from models.inference.child import main
from telephony.recognisers import compose

if __name__ == "__main__":
    main(compose)
