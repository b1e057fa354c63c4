"""The pipeline and the commands as functions: the one place where the stages meet."""
