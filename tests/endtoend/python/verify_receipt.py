#!/usr/bin/env python3
"""Verifies a receipt of Dossier with nothing of Dossier: hashlib, and Ed25519 from `cryptography`.

Written from the specifications: RFC 6962 (the tree), C2SP signed-note, tlog-checkpoint, tlog-cosignature and tlog-proof, protobuf's encoding, and the
description of a receipt in shared/receipt. It reads of an event only the fields that a receipt rests on.

    verify_receipt.py RECEIPT KEYS [--cosigners N] [--every-byte]

KEYS is the installation's verifier-keys.txt, of which deploy/README.md says the form: the line before a key says which checkpoints or seconds it signs. Cosigners in it that are not called .../cosigner are witnesses, of whom N have to have cosigned. With --every-byte every byte of the receipt is changed once, and each change has to be refused.
"""

import base64
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ORIGINS = {1: "submission", 2: "moderation", 3: "publication", 4: "audit"}
# Numbers of payloads in event.proto.
SUBMITTED, APPROVED, GRANTED, PROPOSED, CONFIRMED, PUBLISHED = 102, 205, 210, 223, 224, 300
# In whose journal each stands, and as what somebody may have done it (numbers of Role in types.proto).
STANDS_IN = {
    "submitted": "submission",
    "approved": "moderation",
    "designated": "moderation",
    "correction-proposed": "moderation",
    "correction-confirmed": "moderation",
    "published": "publication",
}
ROLES = {
    "submitted": (1, 2, 8, 10),
    "approved": (3, 4, 5),
    "correction-proposed": (4,),
    "correction-confirmed": (4,),
    "published": (5,),
}
KINDS = {
    "submitted": SUBMITTED,
    "approved": APPROVED,
    "designated": GRANTED,
    "correction-proposed": PROPOSED,
    "correction-confirmed": CONFIRMED,
    "published": PUBLISHED,
}


SIGNERS = ("cosigner", "moderation", "publication", "submission")


class Refused(Exception):
    """The receipt does not hold."""


def need(holds, what):
    if not holds:
        raise Refused(what)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def unbase64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Refused(f"no base64: {error}") from None
    need(base64.b64encode(data).decode() == text, "base64 in another form")
    return data


class Key:
    """A C2SP verifier key: name, a hash that names it, its type, and an Ed25519 key."""

    def __init__(self, text, kind, after=None, until=None):
        self.after, self.until = after, until
        parts = text.split("+", 2)
        need(len(parts) == 3, "a key has three parts")
        self.text, self.name = text, parts[0]
        data = unbase64(parts[2])
        need(len(data) == 33 and data[0] == kind, "a key of another type")
        self.id = sha256(self.name.encode(), b"\n", data)[:4]
        need(self.id.hex() == parts[1], "a key with another id")
        self.key = Ed25519PublicKey.from_public_bytes(data[1:])

    def signs(self, at):
        """Whether it is this key that signs there: a checkpoint (epoch, size) after the one, or a second from the one on."""
        begins = self.after is None or (self.after <= at if isinstance(at, int) else self.after < at)
        return begins and (self.until is None or at <= self.until)

    def check(self, signature, message):
        try:
            self.key.verify(signature, message)
        except InvalidSignature:
            raise Refused(f"a signature of {self.name} does not fit") from None


def fields(data):
    """The fields of a protobuf message: number -> values, as numbers or bytes."""
    found, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            need(at < len(data) and shift < 64, "a number that does not end")
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        tag = varint()
        number, form = tag >> 3, tag & 7
        if form == 0:
            value = varint()
        else:
            need(form in (1, 2, 5), "a field of an unknown form")
            length = {1: 8, 5: 4}.get(form)
            length = varint() if length is None else length
            need(at + length <= len(data), "a field that is longer than its message")
            value = data[at : at + length]
            at += length
        found.setdefault(number, []).append(value)
    return found


def last(message, number, default=b""):
    """Of a field that stands once the last one counts."""
    return message.get(number, [default])[-1]


def inner(message, *numbers):
    for number in numbers:
        message = fields(last(message, number))
    return message


def fixed(data):
    return int.from_bytes(data, "little", signed=True) if data else 0


def place(message):
    return (ORIGINS.get(last(message, 1, 0)), last(message, 2, 0), last(message, 3, 0))


class Event:
    """What a receipt needs of an event; proven to stand in its log."""

    def __init__(self, what, proof, keys):
        lines = proof.split("\n")
        need(lines[0] == "c2sp.org/tlog-proof@v1" and lines[1].startswith("extra "), "no proof with an event")
        data = unbase64(lines[1][len("extra ") :])
        need(lines[2].startswith("index "), "no index")
        index = lines[2][len("index ") :]
        need(index.isascii() and index.isdigit() and str(int(index)) == index, "no index")
        end = lines.index("", 3)
        path = [unbase64(line) for line in lines[3:end]]
        need(all(len(one) == 32 for one in path), "no hash")
        note = "\n".join(lines[end + 1 :])

        envelope = fields(data)
        self.what, self.id = what, last(envelope, 1)
        self.place = (ORIGINS.get(last(envelope, 2, 0)), last(envelope, 3, 0), last(envelope, 4, 0))
        self.entry = last(envelope, 7)
        self.recorded_at = fixed(last(envelope, 9))
        actor = fields(last(envelope, 11))
        self.person = last(actor, 2) if last(actor, 1, 0) == 1 else None
        authority = fields(last(envelope, 13))
        self.authority = (last(authority, 1), place(fields(last(authority, 2)))) if authority else None
        kinds = [number for number in envelope if number >= 30]
        need(kinds == [KINDS[what]], f"what is said to be {what} is another event")
        self.payload = fields(last(envelope, kinds[0]))

        need(self.place[0] == STANDS_IN[what], "an event of another log")
        size, root = self.believed(note, keys[self.place[0]], keys["cosigner"], keys["witnesses"])
        need(int(index) == self.place[2], "the event stands elsewhere")
        # The leaf is the hash of the event, not the event.
        need(self.root(sha256(b"\0", sha256(data)), int(index), size, path) == root, "the log does not hold it")

    def believed(self, note, own, cosigner, witnesses):
        """Size and root of the checkpoint, signed by the log, by the cosigner, by any of the witnesses, and by nobody else."""
        text, _, signatures = note.rpartition("\n\n")
        text += "\n"
        lines = text.split("\n")
        need(len(lines) == 4 and lines[3] == "", "a checkpoint of another form")
        origin, size, root = lines[:3]
        need(origin == f"{own[0].name}/{self.place[1]}", "a checkpoint of another log")
        need(size.isascii() and size.isdigit() and str(int(size)) == size, "no size")
        stand = (self.place[1], int(size))
        need(signatures.endswith("\n"), "an unfinished note")
        signed = {}
        for line in signatures[:-1].split("\n"):
            parts = line.split(" ")
            need(len(parts) == 3 and parts[0] == "\u2014", "no signature line")
            data = unbase64(parts[2])
            need((parts[1], data[:4]) not in signed, "two signatures of one key")
            signed[(parts[1], data[:4])] = data[4:]
        key = self.key = next((one for one in own if (one.name, one.id) in signed), own[0])
        need(key.signs(stand), "a key that the log does not sign there with")
        self.witnesses = [one for one in witnesses if (one.name, one.id) in signed]
        known = {(one.name, one.id) for one in [key, cosigner, *self.witnesses]}
        need(set(signed) == known and len(known) == 2 + len(self.witnesses), "a signature is missing, or nobody knows whose it is")
        key.check(signed[(key.name, key.id)], text.encode())
        for one in [cosigner, *self.witnesses]:
            cosignature = signed[(one.name, one.id)]
            need(len(cosignature) == 72, "no cosignature")
            time = int.from_bytes(cosignature[:8], "big")
            need(time < 1 << 63, "a time that cannot be")
            need(one.signs(time), "a cosigner's key that it did not have then")
            one.check(cosignature[8:], f"cosignature/v1\ntime {time}\n{text}".encode())
        return int(size), unbase64(root)

    @staticmethod
    def root(leaf, index, size, path):
        """RFC 9162, section 2.1.3.2."""
        need(index < size, "no such leaf")
        own, top, node = index, size - 1, leaf
        for sibling in path:
            need(top > 0, "a path that is too long")
            if own & 1 or own == top:
                node = sha256(b"\1", sibling, node)
                while not own & 1 and own:
                    own, top = own >> 1, top >> 1
            else:
                node = sha256(b"\1", node, sibling)
            own, top = own >> 1, top >> 1
        need(top == 0, "a path that is too short")
        return node


def record(payload, numbers):
    return tuple(last(payload, number).decode() for number in numbers)


def named_witnesses(receipt, own):
    """The witnesses that the receipt names: in order, each once, none of them the installation itself."""
    named = receipt["keys"].get("witnesses", [])
    need(isinstance(named, list) and all(isinstance(text, str) for text in named), "no list of witnesses")
    need(named or "witnesses" not in receipt["keys"], "an empty list of witnesses")
    need(named == sorted(named), "witnesses that are not in order")
    keys = [Key(text, 4) for text in named]
    raw = [key.key.public_bytes_raw() for key in [*own, *keys]]
    need(len(set(raw)) == len(raw), "one key under two names")
    return keys


def verify(data, trusted, cosigners=0):
    """Says what holds; `Refused` where something does not. `cosigners`: so many trusted witnesses must have cosigned all of it."""
    try:
        text = data.decode()
        receipt = json.loads(text)
    except ValueError as error:
        raise Refused(f"no JSON: {error}") from None
    need(isinstance(receipt, dict), "no receipt")
    need(set(receipt) == {"content", "edition", "format", "keys", "number", "proofs", "salt"}, "members of a receipt")
    written = json.dumps(receipt, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    need(written == text, "not written in the one form of a receipt")
    need(receipt["format"] == "dossier-receipt/1", "another form")
    need(isinstance(receipt["keys"], dict), "no keys")
    need(set(receipt["keys"]) - {"witnesses"} == set(SIGNERS), "other keys than those of a receipt")
    # A log that took another key has both, a space between them.
    own = {who: [known_key(text, trusted[who]) for text in str(receipt["keys"][who]).split(" ")] for who in SIGNERS}
    need(len(own["cosigner"]) == 1, "two keys of the cosigner")
    witnesses = named_witnesses(receipt, [key for keys in own.values() for key in keys])

    events = []
    for proven in receipt["proofs"]:
        need(isinstance(proven, dict) and set(proven) == {"proof", "what"} and proven["what"] in KINDS, "members of a proof")
        events.append(Event(proven["what"], proven["proof"], {**own, "cosigner": own["cosigner"][0], "witnesses": witnesses}))
    for who in SIGNERS[1:]:
        idle = [key for key in own[who] if not any(event.key is key for event in events)]
        need(len(own[who]) == 1 or not idle, "a key that has signed nothing")
    need(all(any(one in event.witnesses for event in events) for one in witnesses), "a witness that has signed nothing")
    trusted_too = {key.text for key in trusted["witnesses"]}
    seen = [one for one in witnesses if one.text in trusted_too and all(one in event.witnesses for event in events)]
    need(len(seen) >= cosigners, f"{len(seen)} trusted witnesses have cosigned all of it")
    by = {}
    for event in events:
        by.setdefault(event.what, []).append(event)
    for what, found in by.items():
        need(what == "designated" or len(found) == 1, f"two events are {what}")
    names = set(by) - {"designated"}
    reviewed = names == {"submitted", "approved", "published"}
    need(reviewed or names == {"correction-proposed", "correction-confirmed", "published"}, "the events of a receipt")
    first, second, published = (by[what][0] for what in (
        ("submitted", "approved", "published") if reviewed else ("correction-proposed", "correction-confirmed", "published")
    ))
    deeds = (first, second, published)
    need(first.entry and all(deed.entry == first.entry for deed in deeds), "one entry")
    need(first.recorded_at < second.recorded_at < published.recorded_at, "the order of time")

    # One content: as text, as it was submitted or proposed, judged, let through, published.
    salt = bytes.fromhex(receipt["salt"])
    need(len(salt) == 32 and salt.hex() == receipt["salt"], "the salt")
    digest = sha256(salt, receipt["content"].encode())
    of_content = lambda message: last(message, 2)
    need(of_content(inner(published.payload, 4)) == digest, "the text is not the one that was published")
    need(last(inner(second.payload, 1), 1) == digest, "another content was judged")
    if reviewed:
        need(of_content(inner(first.payload, 2)) == digest, "another content was submitted")
        need(of_content(inner(second.payload, 2)) == digest, "another content was approved")
        need(place(inner(second.payload, 7)) == first.place, "the approval names another submission")
        facts = record(first.payload, (4, 3, 5))
        need(record(second.payload, (4, 3, 5)) == facts, "another body, type or language")
        authors = {last(fields(author), 1) for author in first.payload.get(6, [])}
        need(second.person not in authors, "an author approved it")
    else:
        need(of_content(inner(first.payload, 1, 3)) == digest, "another content was proposed")
        need(of_content(inner(second.payload, 4)) == digest, "another content was confirmed")
        need(place(inner(second.payload, 2)) == first.place, "the confirmation names another proposal")
        facts = record(second.payload, (6, 5, 7))
    need(second.person and first.person and second.person != first.person, "one person did both")
    need(place(inner(published.payload, 1, 1)) == second.place, "the edition names another approval")
    need(record(published.payload, (6, 5, 7)) == facts, "the edition is of another body, type or language")
    need(last(published.payload, 2).decode() == receipt["number"], "another number")
    need(last(published.payload, 3, 0) == receipt["edition"], "another edition")

    body, kind, _ = facts
    granted = {event.place: event for event in by.get("designated", [])}
    used = {deed.authority[1] for deed in deeds if deed.authority}
    need(used == set(granted) and len(granted) == len(by.get("designated", [])), "a designation too much or too little")
    for deed in (first, second) + ((published,) if published.person else ()):
        need(deed.authority, "no designation")
        event = granted[deed.authority[1]]
        grant = inner(event.payload, 1)
        need(event.id == deed.authority[0], "another designation")
        need(last(grant, 1) == deed.person, "somebody else's designation")
        need(last(grant, 2, 0) in ROLES[deed.what], "a designation as something else")
        need(last(grant, 3).decode() in ("", body), "a designation for another body")
        types = [one.decode() for one in grant.get(4, [])]
        need(not types or kind in types, "a designation for another type")
        need(fixed(last(grant, 5)) <= deed.recorded_at and event.recorded_at <= deed.recorded_at, "a designation of later")
        need(6 not in grant or deed.recorded_at < fixed(last(grant, 6)), "a designation that had ended")
    return f"edition {receipt['edition']} of {receipt['number']} ({kind}, {body}) holds, cosigned by {len(seen)} witnesses"


def known_key(text, known):
    found = [key for key in known if key.text == text]
    need(len(found) == 1, "another key than those that are trusted")
    return found[0]


def stretch(words, read):
    """`after X`, `up to Y`, both, or neither."""
    after = until = None
    if words[:1] in (["after"], ["from"]):
        after, words = read(words[1]), words[2:]
    if words[:2] == ["up", "to"]:
        until, words = read(words[2]), words[3:]
    need(not words, "a line about a key that cannot be read")
    return after, until


def checkpoint_at(text):
    epoch, size = text.split("/")
    return int(epoch), int(size)


def read_keys(path):
    """The keys of the installation: who signs -> keys, each with the stretch that it signs."""
    found, said = {"witnesses": []}, []
    for line in open(path, encoding="utf-8"):
        line = line.strip()
        if line.startswith("#"):
            words = line[1:].split()
            said = words if words[:1] in (["log"], ["cosigner"], ["witness"]) else said
        elif line:
            name, kind = line.split("+", 1)[0], unbase64(line.split("+", 2)[2])[0]
            if kind == 1:
                after, until = stretch(said[2:], checkpoint_at)
                who = name.rsplit("/", 1)[-1]
            elif said[:1] == ["witness"] or not name.endswith("/audit/cosigner"):
                after, until, who = None, None, "witnesses"
            else:
                after, until = stretch(said[1:], int)
                who = "cosigner"
            found.setdefault(who, []).append(Key(line, kind, after, until))
            said = []
    return found


def main():
    data, keys = open(sys.argv[1], "rb").read(), read_keys(sys.argv[2])
    cosigners = int(sys.argv[sys.argv.index("--cosigners") + 1]) if "--cosigners" in sys.argv else 0
    try:
        print(verify(data, keys, cosigners))
    except Refused as refused:
        sys.exit(f"does not hold: {refused}")
    if "--every-byte" not in sys.argv:
        return
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 1 << (at % 8)
        try:
            verify(bytes(changed), keys)
        except Refused:
            continue
        except Exception as error:  # whatever it is, the change was not accepted
            print(f"byte {at}: {type(error).__name__} instead of a refusal", file=sys.stderr)
            continue
        sys.exit(f"byte {at} was changed and the receipt still holds")
    print(f"each of {len(data)} bytes was changed, and each change was refused")


main()
