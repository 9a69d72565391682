"""The demo: three recorded callers through the true path, shown live and written up."""
