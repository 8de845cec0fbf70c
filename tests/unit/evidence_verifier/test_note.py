"""Notes, checkpoints and cosignatures are those of the C2SP formats."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_verifier.note import WITNESS_KEY, Key, Note, NoteError, TreeHead, parse_line, signature_line
from hub.security.evidence.log_key import LogSigner

# The example of golang.org/x/mod/sumdb/note, the format's first implementation.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The example of c2sp.org/tlog-checkpoint.
C2SP_NOTE = (
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
SIGNER = LogSigner(b"s" * 32, "hub.example/journal")


def witness_line(text: str, name: str = "witness.example", at_s: int = 1_795_000_000) -> tuple[Key, str]:
    private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
    key = Key(name, WITNESS_KEY, private.public_key().public_bytes_raw())
    signature = private.sign(f"cosignature/v1\ntime {at_s}\n{text}".encode())
    return key, signature_line(key, at_s.to_bytes(8, "big") + signature)


def test_a_note_of_the_formats_first_implementation_verifies() -> None:
    assert Note.parse(GO_NOTE).signed_by(Key.parse(GO_KEY)) is not None
    assert str(Key.parse(GO_KEY)) == GO_KEY


def test_a_changed_note_does_not() -> None:
    with pytest.raises(NoteError, match="does not belong"):
        Note.parse(GO_NOTE.replace("answer", "Answer")).signed_by(Key.parse(GO_KEY))


def test_a_signature_of_an_unknown_key_is_ignored() -> None:
    assert Note.parse(GO_NOTE).signed_by(SIGNER.key) is None


def test_a_checkpoint_of_the_specification_is_read() -> None:
    head = TreeHead.parse(Note.parse(C2SP_NOTE).text)
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20852163)
    assert head.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    assert head.text() == Note.parse(C2SP_NOTE).text


def test_what_the_hub_signs_is_such_a_checkpoint() -> None:
    note = Note.parse(SIGNER.sign(7, b"r" * 32))
    assert TreeHead.parse(note.text) == ("hub.example/journal", 7, b"r" * 32)
    line = note.signed_by(SIGNER.key)
    assert line is not None
    assert note.only(line) == SIGNER.sign(7, b"r" * 32)


def test_a_cosignature_says_when_and_takes_nothing_from_the_logs_own() -> None:
    signed = SIGNER.sign(7, b"r" * 32)
    key, line = witness_line(Note.parse(signed).text)
    note = Note.parse(f"{signed}{line}\n")
    assert note.cosigned_by(key) == 1_795_000_000
    own = note.signed_by(SIGNER.key)
    assert own is not None
    assert note.only(own) == signed
    assert Note.parse(signed).cosigned_by(key) is None


def test_a_cosignature_of_another_checkpoint_or_time_is_wrong() -> None:
    signed = SIGNER.sign(7, b"r" * 32)
    key, line = witness_line(Note.parse(SIGNER.sign(8, b"r" * 32)).text)
    with pytest.raises(NoteError):
        Note.parse(f"{signed}{line}\n").cosigned_by(key)
    _, line = witness_line(Note.parse(signed).text)
    later = bytearray(parse_line(line).signature)
    later[7] ^= 1
    with pytest.raises(NoteError):
        Note.parse(f"{signed}{signature_line(key, bytes(later))}\n").cosigned_by(key)


def test_a_witness_never_passes_for_the_log_nor_the_log_for_a_witness() -> None:
    signed = SIGNER.sign(7, b"r" * 32)
    as_witness = Key(SIGNER.key.name, WITNESS_KEY, SIGNER.key.public)
    assert Note.parse(signed).cosigned_by(as_witness) is None
    assert Note.parse(signed).signed_by(as_witness) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "no blank line\n", "text\n\n", "text\n\n\u2014 name c2ln", "text\n\nname c2ln\n", "text\n\n\u2014 name !\n",
        "text\n\n\u2014 a+b c2lnbmF0dXJl\n", "te\x07xt\n\n\u2014 name c2lnbmF0dXJl\n", "text\n\n\u2014 name c2ln\n",
    ],
)  # fmt: skip
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        Note.parse(text)


@pytest.mark.parametrize(
    "text",
    ["o\n1\n", "o\n01\nAAAA\n", "\n1\n" + "A" * 43 + "=\n", "o\n-1\n" + "A" * 43 + "=\n", "o\n1\nAAAA\n",
     "o\n1\n" + "A" * 43 + "=\nextension\n"],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        TreeHead.parse(text)


@pytest.mark.parametrize(
    "text",
    ["", "a+b", GO_KEY[:-4], GO_KEY.replace("c74f20a3", "c74f20a4"), "with space" + GO_KEY, GO_KEY + "=="],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        Key.parse(text)
