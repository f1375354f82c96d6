"""What MediaNest claims about its speed, measured: `python -m benchmarks`."""
