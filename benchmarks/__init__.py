"""What reconcile costs, side by side with its peers: `python -m benchmarks`.

One module per benchmark; `registry` names them. Nothing in here is needed to use reconcile.
"""
