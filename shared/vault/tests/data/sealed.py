"""Seals a text as the documentation of dossier-vault says, with libsodium (PyNaCl): python3 sealed.py > sealed.hex"""

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as seal

key = bytes(range(32))
key_id, entry, digest, nonce = b"\x11" * 16, b"\x22" * 16, b"\x33" * 32, b"\x40" * 24
REASON, ENTRY = 3, 1

text = "Дата и место".encode()
frame = b"\x01" + len(text).to_bytes(4, "big") + text
frame += b"\0" * (-len(frame) % 64)
associated = b"dossier-vault/1/" + key_id + bytes([REASON, ENTRY]) + entry + b"\x01" + digest
print(seal(frame, associated, nonce, key).hex())
