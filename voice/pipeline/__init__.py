"""One leg's pipeline on pipecat: thin processors around the pure parts of `voice/`. `build.py` lists them in order."""
