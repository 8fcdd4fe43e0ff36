"""The address of a server, and the connection to it: encrypted unless it is this machine itself."""

import http.client
import ssl
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from ..errors import PackagerError


def checked_address(address: str) -> SplitResult:
    """Return the parts of an address without `/` or `/api` at its end.

    Raises:
        PackagerError: it is none, holds a password, or is one to which a token would go unencrypted.
    """
    hint = "give it as https://zenodo.org"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise PackagerError(f"is no address ({error})", path=address, hint=hint) from error
    if parts.username is not None or parts.password is not None:
        shown = f"{parts.scheme}://{host}"
        raise PackagerError("has a user name or password in it, which others can see", path=shown, hint=hint)
    if parts.scheme not in ("https", "http") or not host or parts.query or parts.fragment:
        raise PackagerError("is no address of a server", path=address, hint=hint)
    if parts.scheme == "http" and not _is_this_machine(host):
        raise PackagerError("would send the token unencrypted", path=address, hint="use https")
    return SplitResult(parts.scheme, parts.netloc, parts.path.rstrip("/").removesuffix("/api"), "", "")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def open_connection(parts: SplitResult, timeout: float) -> http.client.HTTPConnection:
    """Return a connection to be made, through the proxy that the environment names for https.

    Args:
        parts: of a checked address.
        timeout: seconds without a sign of the server.

    Raises:
        PackagerError: the proxy's address cannot be used.
    """
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=timeout)
    context = ssl.create_default_context()
    proxy = _proxy(host)
    if proxy is None:
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=context)
    through = http.client.HTTPSConnection(
        proxy.hostname or "", proxy.port or 8080, timeout=timeout, context=context
    )
    through.set_tunnel(host, port or 443, headers=_proxy_headers(proxy))
    return through


def _proxy(host: str) -> SplitResult | None:
    """Return the proxy that the environment names for https."""
    from urllib.request import getproxies, proxy_bypass

    named = getproxies()
    address = named.get("https") or named.get("all")
    if not address or proxy_bypass(host):
        return None
    try:
        proxy = urlsplit(address if "://" in address else f"http://{address}")
        _ = proxy.port
    except ValueError as error:
        raise PackagerError(f"the proxy of the environment has an address that is none ({error})") from error
    return proxy


def _proxy_headers(proxy: SplitResult) -> dict[str, str]:
    from base64 import b64encode
    from urllib.parse import unquote

    if proxy.username is None:
        return {}
    user = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {b64encode(user.encode('utf-8')).decode('ascii')}"}
