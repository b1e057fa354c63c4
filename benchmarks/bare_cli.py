"""The least program with a command line of click: what `--help` can't cost less than."""

import click


@click.group()
@click.version_option("0", prog_name="bare")
def program() -> None:
    """Does nothing."""


if __name__ == "__main__":
    program()
