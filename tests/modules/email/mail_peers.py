"""Peers of mail tests, each a process of its own: an SMTP server that plays roles, a name server, an IMAP server.

`python mail_peers.py smtp FOLDER` takes mails into FOLDER and prints its port. What it answers the mailbox part of an
address says: gone 550, full 452, shut 421, drop takes the mail and breaks off, late takes it at the second attempt,
umlaut 550 in Latin-1, leave 421 to the final dot of the first attempt. A sender called share gets two mails through on
a connection, then 421.
`python mail_peers.py dns ZONE.json [PORT]` answers from `{"name TYPE": ["text", …]}`, read anew for each question.
"""

import asyncio
import json
import sys
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from aiosmtpd.smtp import SMTP


class Roles:
    """What the SMTP server does with mails."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tried: set[str] = set()
        self.count = 0

    async def handle_MAIL(self, server, session, envelope, address, options) -> str:  # noqa: N802 - aiosmtpd's name
        session.mails = getattr(session, "mails", 0) + 1
        if address.startswith("share") and session.mails > 2:
            return "421 4.7.0 two mails a connection, closing"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 ok"

    async def handle_RCPT(self, server, session, envelope, address, options) -> str | bytes:  # noqa: N802 - aiosmtpd's name
        role = address.partition("@")[0].partition("-")[0]
        if role == "gone":
            return "550 5.1.1 <" + address + ">: Recipient address rejected: User unknown"
        if role == "full":
            return "452 4.2.2 mailbox is full, try later"
        if role == "umlaut":
            # Older servers answer in the encoding of their country.
            return "550 5.7.1 Empf\u00e4nger gesperrt".encode("latin-1")
        if role == "shut":
            return "421 4.7.0 too many connections, closing"
        if role == "late" and address not in self.tried:
            self.tried.add(address)
            return "451 4.7.1 greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if envelope.rcpt_tos[0].startswith("leave") and envelope.rcpt_tos[0] not in self.tried:
            self.tried.add(envelope.rcpt_tos[0])
            return "421 4.3.2 shutting down"
        self.count += 1
        name = f"{self.count:05}-{envelope.rcpt_tos[0]}.eml"
        content = f"X-Envelope-From: {envelope.mail_from}\r\n".encode() + envelope.original_content
        (self.folder / name).write_bytes(content)
        if envelope.rcpt_tos[0].startswith("drop"):
            server.transport.abort()
        return f"250 2.0.0 Ok: queued as Q{self.count}"


async def smtp(folder: Path) -> None:
    roles, loop = Roles(folder), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(roles, hostname="peer.example", loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class Names(asyncio.DatagramProtocol):
    """A name server over one file."""

    def __init__(self, zone: Path) -> None:
        self.zone = zone

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, source) -> None:
        asked = dns.message.from_wire(data)
        question = asked.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        zone = json.loads(self.zone.read_text())
        found = zone.get(f"{question.name.to_text(omit_final_dot=True)} {kind}")
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.AA
        if found is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
        # Long keys do not fit into 512 bytes; a client on this machine takes more.
        self.transport.sendto(answer.to_wire(max_size=65535), source)


async def names(zone: Path, port: int = 0) -> None:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Names(zone), local_addr=("127.0.0.1", port)
    )
    print(transport.get_extra_info("sockname")[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run({"smtp": smtp, "dns": names}[sys.argv[1]](Path(sys.argv[2]), *map(int, sys.argv[3:])))
