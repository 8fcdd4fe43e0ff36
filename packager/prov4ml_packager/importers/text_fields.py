"""Small texts of other trackers."""


def without_credentials(address: str | None) -> str | None:
    """Return an address without the user and password that it may carry."""
    scheme, separator, rest = (address or "").partition("://")
    if not separator:
        return address
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
