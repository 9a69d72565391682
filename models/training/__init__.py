"""How every shipped weight was made, runnable again. Needs the data folder, and soxr and soundfile to read it."""
