"""Address ranges: what is told of an address where the very one says too much, or too little."""

import ipaddress


def range_of(ip: str | None) -> str | None:
    """The range an address is in: /24 of IPv4, /48 of IPv6; None if it is no address."""
    try:
        address = ipaddress.ip_address((ip or "").split("%", 1)[0])
    except ValueError:
        return None
    address = getattr(address, "ipv4_mapped", None) or address
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))
