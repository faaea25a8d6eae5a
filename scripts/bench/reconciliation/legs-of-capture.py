#!/usr/bin/env python3
"""Reduces a capture of SIP to legs: what happened to each INVITE, as anybody sees it who only has the packets.

    legs-of-capture.py FILE --server PORT [--dialled PORT]...

FILE      pcap (dumpcap -P, tcpdump -w) with SIP over UDP and TCP, IPv4
--server  the port of the SIP server; its side of each leg is told by it
--dialled a TCP port of a peer to which the server connects by itself, from a port of no meaning

Writes one JSON object: how many messages there were, and the legs in the order of their INVITEs. Times are UTC
milliseconds of the kernel. Nothing in here knows how the server works; it reads RFC 3261, 3515, 3891 and 6665.
Needs Python 3.8 or later, and nothing else. Ends with 2 and a sentence when FILE cannot be read.
"""
import argparse
import json
import re
import struct
import sys

# RFC 3261 section 17: whatever is said is said for 64*T1, then it is given up; milliseconds.
GIVEN_UP_MS = 32_000
COMPACT = {
    "c": "content-type", "f": "from", "i": "call-id", "l": "content-length", "m": "contact", "o": "event",
    "r": "refer-to", "t": "to", "v": "via",
}


class Unreadable(Exception):
    pass


def packets(file):
    """(milliseconds, IPv4 packet) of each frame of a pcap file."""
    head = file.read(24)
    kinds = {0xA1B2C3D4: 1_000, 0xA1B23C4D: 1_000_000}
    for order in "<>":
        per_ms = kinds.get(struct.unpack(order + "I", head[:4])[0]) if len(head) == 24 else None
        if per_ms is not None:
            break
    else:
        raise Unreadable("this is no pcap file; write it with `dumpcap -P` or `tcpdump -w`")
    link = struct.unpack(order + "I", head[20:])[0] & 0xFFFF
    skip = {1: 14, 101: 0, 113: 16}.get(link)
    if skip is None:
        raise Unreadable(f"link type {link} is not known; capture on an Ethernet or loopback interface")
    while True:
        record = file.read(16)
        if len(record) < 16:
            return
        seconds, fraction, kept, whole = struct.unpack(order + "IIII", record)
        frame = file.read(kept)
        if len(frame) < kept:
            # The capture was cut off in the middle of its last packet.
            return
        if kept < whole:
            raise Unreadable("packets were cut off in the capture; capture whole ones (-s 0)")
        if frame[skip : skip + 1] and frame[skip] >> 4 == 4:
            yield seconds * 1000 + fraction / per_ms, frame[skip:]


class Stream:
    """One direction of a TCP connection, put in order."""

    def __init__(self):
        self.next = None
        self.early = {}
        self.bytes = b""

    def take(self, number, flags, data):
        if flags & 0x02:
            self.next = (number + 1) & 0xFFFFFFFF
            return
        if self.next is None:
            self.next = number
        if data:
            self.early[number] = data
        while self.early:
            fitting = [(n, (self.next - n) & 0xFFFFFFFF) for n in self.early]
            now = [(n, known) for n, known in fitting if known < 0x80000000]
            if not now:
                return
            for n, known in now:
                piece = self.early.pop(n)[known:]
                self.bytes += piece
                self.next = (self.next + len(piece)) & 0xFFFFFFFF

    def messages(self):
        """Whole messages, by Content-Length (RFC 3261 section 18.3)."""
        while True:
            self.bytes = self.bytes.lstrip(b"\r\n")
            end = self.bytes.find(b"\r\n\r\n")
            if end < 0:
                return
            length = re.search(rb"^(?:content-length|l)\s*:\s*(\d+)", self.bytes[:end], re.I | re.M)
            size = end + 4 + (int(length.group(1)) if length else 0)
            if len(self.bytes) < size:
                return
            message, self.bytes = self.bytes[:size], self.bytes[size:]
            yield message


def datagrams(file):
    """(milliseconds, transport, source port, destination port, bytes) of each SIP message."""
    streams = {}
    for at, ip in packets(file):
        if struct.unpack("!H", ip[6:8])[0] & 0x3FFF:
            raise Unreadable("the capture has fragments of IP packets, which this does not put together")
        length = struct.unpack("!H", ip[2:4])[0]
        body = ip[(ip[0] & 15) * 4 : length]
        if ip[9] == 17:
            source, target = struct.unpack("!HH", body[:4])
            yield at, "udp", source, target, body[8:]
        elif ip[9] == 6:
            source, target, number = struct.unpack("!HHI", body[:8])
            stream = streams.setdefault((ip[12:16], source, ip[16:20], target), Stream())
            stream.take(number, body[13], body[(body[12] >> 4) * 4 :])
            for message in stream.messages():
                yield at, "tcp", source, target, message


class Message:
    def __init__(self, raw):
        head, _, self.body = raw.decode("utf-8", "replace").partition("\r\n\r\n")
        lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
        words = lines[0].split(" ")
        self.status = int(words[1]) if words[0] == "SIP/2.0" else None
        self.uri = "" if self.status else words[1]
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            self.headers.setdefault(COMPACT.get(name, name), []).append(value.strip())
        number, self.method = self.get("cseq").split()[:2]
        self.cseq = int(number)
        if self.status is None:
            self.method = words[0]
        self.call_id = self.get("call-id")
        self.branch = parameter(self.get("via").split(",")[0], "branch")

    def get(self, name):
        return self.headers.get(name, [""])[0]


def parameter(value, name):
    found = re.search(rf";\s*{name}\s*=\s*\"?([^;,>\s\"]+)", re.sub(r"<[^>]*>", "", value), re.I)
    return found.group(1) if found else None


def user(value):
    found = re.search(r"(?:sips?|tel):([^@;?>]+)", value)
    return found.group(1) if found else ""


class Leg:
    def __init__(self, at, invite, inbound, peer):
        identity = invite.get("p-asserted-identity") or invite.get("from")
        self.inbound = inbound
        self.peer = peer
        self.call_id = invite.call_id
        self.uri_user = user(invite.uri)
        self.identity = user(identity)
        self.caller_tag = parameter(invite.get("from"), "tag")
        self.callee_tag = None
        self.replaces = re.split(r"[;\s]", invite.get("replaces"), maxsplit=1)[0] or None
        self.number = invite.cseq
        self.invited_at = at
        self.challenged = []
        self.rang_at = self.answered_at = self.acked_at = self.final = self.final_at = self.cancelled_at = None
        # First BYE of each side, and what was answered to it.
        self.byes = {}
        # re-INVITE and UPDATE of each side, and what was answered to them.
        self.offers = {"server": [], "peer": []}
        self.asks = []
        self.requests = {}

    def side(self, from_server):
        return "server" if from_server else "peer"

    def request(self, at, message, from_server):
        method, number = message.method, message.cseq
        side = self.side(from_server)
        calling = from_server != self.inbound
        if method == "INVITE" and parameter(message.get("to"), "tag") is None:
            # Once more, with credentials or without a body (RFC 3261 section 8.1.3.5).
            if number > self.number:
                self.number = number
                self.challenged.append(self.final)
                self.final = self.final_at = None
            return
        if method == "ACK":
            if calling and number == self.number and self.final is not None and self.final < 300:
                self.acked_at = self.acked_at or at
            return
        if method == "CANCEL":
            if calling and number == self.number:
                self.cancelled_at = self.cancelled_at or at
            return
        if (side, method, number) in self.requests:
            return
        ask = self.requests[(side, method, number)] = {"at": at, "status": None}
        if method == "BYE":
            self.byes.setdefault(side, ask)
        elif method in ("INVITE", "UPDATE"):
            self.offers[side].append(ask)
        elif method == "REFER":
            self.refer(ask, message, side)
        elif method == "INFO":
            key = re.search(r"^Signal\s*=\s*(\S)", message.body, re.M)
            if key and side == "peer":
                ask.update(by="info", key=key.group(1))
                self.asks.append(ask)
        elif method == "NOTIFY" and side == "server":
            self.notify(message)

    def refer(self, ask, message, side):
        target = message.get("refer-to")
        replaces = re.search(r"[?&]replaces=([^&>]+)", target, re.I)
        named = re.split("%3B|;", replaces.group(1), maxsplit=1, flags=re.I)[0] if replaces else None
        named = named and re.sub("%([0-9a-f]{2})", lambda hex: chr(int(hex.group(1), 16)), named, flags=re.I)
        ask.update(by="refer", side=side, cseq=message.cseq, to=user(target), replaces=named, news=[], told=None)
        self.asks.append(ask)

    def notify(self, message):
        """RFC 3515 section 2.4.6: the id is the CSeq of the REFER; only the first may be without."""
        refers = [ask for ask in self.asks if ask["by"] == "refer"]
        number = parameter(message.get("event"), "id")
        of = [ask for ask in refers if number is None or ask["cseq"] == int(number)]
        said = re.match(r"SIP/2\.0 (\d{3})", message.body)
        if of and said:
            status = int(said.group(1))
            of[0]["news"].append(status)
            if message.get("subscription-state").startswith("terminated"):
                of[0]["told"] = status

    def response(self, at, message, from_server):
        status = message.status
        answering = from_server == self.inbound
        if message.method == "INVITE" and answering and message.cseq == self.number:
            if status == 100 or self.final is not None:
                return
            self.callee_tag = parameter(message.get("to"), "tag") or self.callee_tag
            if status < 200:
                self.rang_at = self.rang_at or at
                return
            self.final, self.final_at = status, at
            if status < 300:
                self.answered_at = at
        elif status >= 200:
            asked = self.requests.get((self.side(not from_server), message.method, message.cseq))
            if asked is not None and asked["status"] is None:
                asked["status"], asked["answeredAt"] = status, at

    def end(self):
        """Who ended it and when; both null while nobody has."""
        if self.final is None:
            return "nobody", self.invited_at + GIVEN_UP_MS
        if self.final >= 300:
            given_up = self.cancelled_at is not None and self.cancelled_at < self.final_at
            if self.inbound:
                return ("peer", self.cancelled_at) if given_up else ("server", self.final_at)
            return ("server" if given_up else "peer"), self.final_at
        ours, theirs = self.byes.get("server"), self.byes.get("peer")
        if theirs and (not ours or theirs["at"] <= ours["at"]):
            return "peer", theirs["at"]
        if not ours:
            return None, None
        if self.inbound and self.acked_at is None:
            return "nobody", ours["at"]
        said = [ours.get("answeredAt"), theirs and theirs["at"], ours["at"] + GIVEN_UP_MS]
        return "server", min(at for at in said if at is not None)

    def told(self):
        by, at = self.end()
        tags = [self.callee_tag, self.caller_tag] if self.inbound else [self.caller_tag, self.callee_tag]
        return {
            "callId": self.call_id, "serverTag": tags[0], "peerTag": tags[1], "direction": "in" if self.inbound else "out",
            "peer": self.peer, "number": self.uri_user, "identity": self.identity, "replaces": self.replaces,
            "invitedAt": self.invited_at, "rangAt": self.rang_at, "answeredAt": self.answered_at,
            "ackedAt": self.acked_at, "cancelledAt": self.cancelled_at, "challenged": self.challenged,
            "status": self.final, "finalAt": self.final_at, "endedBy": by, "endedAt": at,
            "byeAt": {side: ask["at"] for side, ask in self.byes.items()}, "offers": self.offers, "asks": self.asks,
        }


def reduce(file, server, dialled):
    legs, seen, count, again, strange = {}, set(), 0, 0, 0
    for at, transport, source, target, raw in datagrams(file):
        if not raw.strip():
            continue
        try:
            message = Message(raw)
        except (ValueError, IndexError):
            strange += 1
            continue
        from_server = source == server or (transport == "tcp" and target in dialled)
        peer = target if from_server else source
        count += 1
        key = (from_server, message.call_id, message.method, message.cseq, message.status, message.branch, message.body)
        # The same words once more: a retransmission. What is told of a leg is told of the first time.
        again += key in seen
        seen.add(key)
        leg = legs.get(message.call_id)
        if leg is None:
            if message.method == "INVITE" and message.status is None:
                legs[message.call_id] = Leg(at, message, not from_server, f"127.0.0.1:{peer}/{transport}")
        elif message.status is None:
            leg.request(at, message, from_server)
        else:
            leg.response(at, message, from_server)
    return {"messages": count, "retransmitted": again, "strange": strange, "legs": [leg.told() for leg in legs.values()]}


def main():
    line = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    line.add_argument("file")
    line.add_argument("--server", type=int, required=True)
    line.add_argument("--dialled", type=int, action="append", default=[])
    wish = line.parse_args()
    try:
        with open(wish.file, "rb") as file:
            json.dump(reduce(file, wish.server, frozenset(wish.dialled)), sys.stdout)
    except (OSError, Unreadable) as error:
        print(f"{wish.file}: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
