"""The fixtures of shops whose orders are known."""

from tests.shops import command_in, open_shop

__all__ = ["command_in", "open_shop"]
