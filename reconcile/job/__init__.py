"""The pipeline and the commands as functions: the one place where the stages meet.

`check`, `run`, `resume` and their like: files to a plan, a plan to outcomes,
outcomes to a workbook.
"""
