"""What an address may be: plain http for this machine only, and no secret where none is needed."""

import ipaddress
import re
from urllib.parse import urlsplit

__all__ = ["is_loopback", "is_variable", "ping_fault", "server_of"]


def is_loopback(url: str) -> bool:
    """Whether the host of a URL is this machine: `localhost`, 127.0.0.0/8 or ::1."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def server_of(url: str) -> str:
    """The server behind a URL, whatever name and path it was asked by; this machine has several."""
    parts = urlsplit(url)
    host = "loopback" if is_loopback(url) else parts.hostname or ""
    return f"{host}:{parts.port or (80 if parts.scheme == 'http' else 443)}"


def ping_fault(url: str) -> str:
    """What keeps a URL from being pinged, in words that don't show it; empty if nothing does."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known or not url.isascii() or not url.isprintable() or " " in url:
        return "must be an address such as https://hc-ping.com/…, or $NAME"
    if parts.username or parts.password:
        return "must hold no user name and no password"
    if parts.scheme == "http" and not is_loopback(url):
        return "must begin with https://; plain http is for this machine only"
    return ""


def is_variable(address: str) -> bool:
    """Whether it is a `$NAME`, for what that variable holds."""
    return re.fullmatch(r"\$[A-Za-z_][A-Za-z0-9_]*", address) is not None
