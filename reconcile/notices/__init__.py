"""What people and a dead man's switch are told of a run. A notice that fails never fails the run.

`ending` says what is to be told, `notifier` to whom; `people` and `ping` carry it there.
"""
