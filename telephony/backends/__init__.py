"""Where deeds are done: the operator's own service over HTTP, or the demo's small bank."""
