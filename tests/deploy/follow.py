"""Follows one origin's stream without any code of Dossier, and checks what the origin signed.

It reads every event with nats-py, decodes it with classes that protoc generates from proto/*.proto while this runs, folds the RFC 6962
Merkle root in plain Python, and compares it with each signed checkpoint that a message carries (C2SP signed-note, tlog-checkpoint).

    follow.py --server tls://localhost:4222 --ca CA --nkey SEED --as SERVICE --origin ORIGIN --verifiers FILE --proto DIR [--events N]
              [--keep FILE]   writes the last checkpoint whose signature and root held

Prints one line of JSON. Exit codes: 0 all of it holds, 1 something does not, 2 the command line, 3 nothing came in time.
"""

import argparse
import asyncio
import base64
import hashlib
import importlib
import json
import pathlib
import ssl
import subprocess
import sys
import tempfile
import time

import nats
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

CHECKPOINT = "Dossier-Checkpoint"
EPOCH = "Dossier-Epoch"
PATIENCE = 60.0
BATCH = 256


class Broken(Exception):
    """Something does not hold."""


def generated_event_class(protos):
    """The class of the envelope, generated now."""
    out = tempfile.mkdtemp(prefix="follow-")
    root = pathlib.Path(protos)
    files = sorted(str(path) for path in root.rglob("*.proto"))
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{root}", f"--python_out={out}", *files]
    subprocess.run(command, check=True)
    sys.path.insert(0, out)
    return importlib.import_module("dossier.v1.event_pb2").Event


class Tree:
    """RFC 6962: the roots of complete subtrees on the right edge, largest first."""

    def __init__(self):
        self.size = 0
        self.edge = []

    def add(self, data):
        node, height = hashlib.sha256(b"\x00" + data).digest(), 0
        while self.edge and self.edge[-1][0] == height:
            left = self.edge.pop()[1]
            node, height = hashlib.sha256(b"\x01" + left + node).digest(), height + 1
        self.edge.append((height, node))
        self.size += 1

    def root(self):
        if not self.edge:
            return hashlib.sha256(b"").digest()
        node = self.edge[-1][1]
        for _, left in reversed(self.edge[:-1]):
            node = hashlib.sha256(b"\x01" + left + node).digest()
        return node


def verifiers_in(path):
    """C2SP verifier keys: NAME+ID+base64(type, key), by name and id."""
    found = {}
    for line in pathlib.Path(path).read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, key_id, material = line.strip().split("+", 2)
        material = base64.b64decode(material, validate=True)
        expected = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
        if expected.hex() != key_id:
            raise Broken(f"{name} is no verifier key")
        if material[0] == 4:
            # A cosigner's: it signs what others wrote, and no log of its own.
            continue
        if material[0] != 1:
            raise Broken(f"{name} is no Ed25519 verifier key")
        found[name, bytes.fromhex(key_id)] = Ed25519PublicKey.from_public_bytes(material[1:])
    return found


def opened_checkpoint(note, origin, verifiers):
    """Origin line, size and root of a checkpoint whose signature by `origin` holds."""
    text, separator, signatures = note.rpartition("\n\n")
    if not separator:
        raise Broken("a checkpoint has no signatures")
    text += "\n"
    for line in signatures.splitlines():
        dash, name, signature = line.split(" ")
        raw = base64.b64decode(signature, validate=True)
        key = verifiers.get((name, raw[:4]))
        if dash != "\u2014" or key is None or not name.endswith("/" + origin):
            continue
        try:
            key.verify(raw[4:], text.encode())
        except InvalidSignature as wrong:
            raise Broken(f"the signature of {name} does not hold") from wrong
        log, size, root = text.splitlines()[:3]
        if not log.startswith(name + "/"):
            raise Broken(f"{name} signed for {log}")
        return log, int(size), base64.b64decode(root, validate=True)
    raise Broken(f"no signature of a known key of {origin}")


class Follower:
    """What was read so far."""

    def __init__(self, origin, event_class, verifiers):
        self.origin, self.event_class, self.verifiers = origin, event_class, verifiers
        self.number = event_class.DESCRIPTOR.fields_by_name["origin"].enum_type.values_by_name[
            "ORIGIN_" + origin.upper()
        ].number
        self.tree = Tree()
        self.checked = 0
        self.checkpoints = 0
        self.kept = ""
        self.kinds = {}

    def take(self, message):
        """One message of the stream, in order."""
        headers, body = message.headers or {}, message.data
        event = self.event_class.FromString(body)
        place = (event.origin, event.epoch, event.sequence)
        wanted = (self.number, int(headers[EPOCH]), self.tree.size)
        if place != wanted or int(headers["Nats-Sequence"]) != self.tree.size + 1:
            raise Broken(f"message {headers['Nats-Sequence']} says it is {place}, wanted {wanted}")
        entry = headers["Nats-Subject"].split(".")[3]
        if (entry == "-") != (not event.entry):
            raise Broken(f"the subject of {place} names {entry}")
        kind = event.WhichOneof("payload")
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        # A leaf is the digest of the event's bytes, so that a proof needs no event.
        self.tree.add(hashlib.sha256(body).digest())
        if CHECKPOINT in headers:
            note = base64.b64decode(headers[CHECKPOINT]).decode()
            log, size, root = opened_checkpoint(note, self.origin, self.verifiers)
            if log.rsplit("/", 1)[1] != str(event.epoch):
                raise Broken(f"{log} is not of epoch {event.epoch}")
            if size != self.tree.size or root != self.tree.root():
                raise Broken(f"what was signed for {size} events is not what {self.tree.size} events amount to")
            self.checked, self.checkpoints, self.kept = size, self.checkpoints + 1, note

    def report(self):
        return {
            "origin": self.origin,
            "events": self.tree.size,
            "signed": self.checked,
            "checkpoints": self.checkpoints,
            "root": base64.b64encode(self.tree.root()).decode(),
            "kinds": self.kinds,
        }


async def read_batch(client, origin, number, inbox):
    """The stream's messages from a number on, as many as come in one batch (ADR-31)."""
    answers = await client.subscribe(inbox)
    ask = {"seq": number, "batch": BATCH, "max_bytes": 1 << 20, "next_by_subj": ">"}
    await client.publish(f"$JS.API.DIRECT.GET.DOSSIER_{origin.upper()}", json.dumps(ask).encode(), reply=inbox)
    found = []
    while True:
        message = await answers.next_msg(timeout=PATIENCE)
        if (message.headers or {}).get("Status") or not message.data:
            await answers.unsubscribe()
            return found
        found.append(message)


async def follow(arguments, follower):
    client = await nats.connect(
        arguments.server,
        tls=ssl.create_default_context(cafile=arguments.ca),
        nkeys_seed=arguments.nkey,
        inbox_prefix=f"_INBOX_{arguments.service}".encode(),
        allow_reconnect=False,
    )
    deadline, batches = time.monotonic() + PATIENCE, 0
    while follower.checked < arguments.events:
        if time.monotonic() > deadline:
            return False
        batches += 1
        inbox = f"_INBOX_{arguments.service}.follow.{batches}"
        found = await read_batch(client, arguments.origin, follower.tree.size + 1, inbox)
        for message in found:
            follower.take(message)
        if not found:
            await asyncio.sleep(0.05)
    await client.close()
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("server", "ca", "nkey", "origin", "verifiers", "proto"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--as", dest="service", required=True)
    parser.add_argument("--keep")
    parser.add_argument("--events", type=int, default=1, help="return when so many are covered by a signature")
    arguments = parser.parse_args()
    try:
        verifiers = verifiers_in(arguments.verifiers)
        follower = Follower(arguments.origin, generated_event_class(arguments.proto), verifiers)
        complete = asyncio.run(follow(arguments, follower))
    except Broken as broken:
        print(broken, file=sys.stderr)
        return 1
    if arguments.keep:
        pathlib.Path(arguments.keep).write_text(follower.kept)
    print(json.dumps(follower.report()))
    return 0 if complete else 3


if __name__ == "__main__":
    sys.exit(main())
