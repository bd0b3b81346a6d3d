"""Takes pip's place where this folder is on PYTHONPATH."""
