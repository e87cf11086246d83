"""Every speed that the README claims, one module each; `python -m benchmarks` runs them all."""
