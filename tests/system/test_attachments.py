"""Large documents in and out of a running hub, over real sockets."""

import base64
import hashlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.hub_process import Answer, Outside, outside
from tests.system.peyvand_process import start_hub

pytestmark = pytest.mark.system
MIB = 1024 * 1024
PLAN = os.urandom(3 * MIB + 17)
TUS = ("Tus-Resumable", "1.0.0")
PIECE = ("Content-Type", "application/offset+octet-stream")
PDF = ("Content-Type", "application/pdf")
SETTINGS = {
    "PEYVAND_DOCUMENTS_MAX_BYTES": str(8 * MIB),
    "PEYVAND_DOCUMENTS_CLIENT_BYTES": str(100 * MIB),
    "PEYVAND_DOCUMENTS_RESERVE_BYTES": "0",
    "PEYVAND_DOCUMENTS_COLLECT_S": "0.2",
}


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    with outside(tmp_path_factory.mktemp("attachments"), **SETTINGS) as place:
        place.add_client("archive", "registry.title-inquiry")
        place.until_known("archive")
        yield place


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def field_of(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def put(there: Outside, content: bytes, *headers: tuple[str, str], key: str | None = None) -> Answer:
    return there.ask("POST", "/attachments", PDF, *headers, body=content, key=key)


def get(there: Outside, content: bytes, *headers: tuple[str, str], key: str | None = None) -> Answer:
    return there.ask("GET", f"/attachments/{digest_of(content)}", *headers, key=key)


def stored_parts(there: Outside) -> list[Path]:
    return [path for path in (there.where.data_dir / "documents").glob("??/*") if path.is_dir()]


class TestInOneGo:
    def test_a_document_comes_back_whole(self, there: Outside) -> None:
        stored = put(there, PLAN, ("Content-Digest", field_of(PLAN)))
        assert stored.status == 201
        href = f"/attachments/{digest_of(PLAN)}"
        assert stored.headers["location"] == href
        assert stored.json == {
            "digest": digest_of(PLAN),
            "size": len(PLAN),
            "media_type": "application/pdf",
            "href": href,
        }

        back = get(there, PLAN)
        assert (back.status, back.body) == (200, PLAN)
        assert back.headers["content-digest"] == field_of(PLAN)
        assert back.headers["content-type"] == "application/pdf"
        assert back.headers["content-disposition"].startswith("attachment;")

    def test_it_may_come_in_chunks_of_unknown_length(self, there: Outside) -> None:
        content = os.urandom(MIB)
        stored = there.ask("POST", "/attachments", PDF, body=[content[:99], content[99:]])
        assert (stored.status, stored.json["size"]) == (201, MIB)

    def test_it_may_be_the_file_of_a_form(self, there: Outside) -> None:
        content = os.urandom(2 * MIB) + b"\r\n--not-the-end"
        form = (
            b'--b0\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'
            b'--b0\r\nContent-Disposition: form-data; name="f"; filename="plan.png"\r\n'
            b"Content-Type: image/png\r\n\r\n" + content + b"\r\n--b0--\r\n"
        )
        answer = there.ask(
            "POST", "/attachments", ("Content-Type", "multipart/form-data; boundary=b0"), body=form
        )
        assert answer.status == 201, answer
        assert answer.json["digest"] == digest_of(content)
        assert answer.json["media_type"] == "image/png"
        assert get(there, content).headers["content-type"] == "image/png"

    @pytest.mark.parametrize(
        "form",
        [
            b"",
            b"--b0--\r\n",
            b"no form",
            b'--b0\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\ncut',
        ],
    )
    def test_a_form_without_a_whole_file_is_refused(self, there: Outside, form: bytes) -> None:
        answer = there.ask(
            "POST", "/attachments", ("Content-Type", "multipart/form-data; boundary=b0"), body=form
        )
        assert (answer.status, answer.code) == (400, "request.malformed")

    def test_what_does_not_match_its_digest_is_not_stored(self, there: Outside) -> None:
        content = os.urandom(100)
        answer = put(there, content, ("Content-Digest", field_of(b"other")))
        assert (answer.status, answer.code) == (422, "document.digest_mismatch")
        assert get(there, content).status == 404

    def test_too_much_is_refused_before_it_is_read(self, there: Outside) -> None:
        head = (
            f"POST /attachments HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {there.key}\r\n"
            f"Content-Length: {9 * MIB}\r\n\r\n"
        )
        with there.connect() as line:
            line.sendall(head.encode())
            assert b" 413 " in line.recv(100)

    def test_too_much_of_unknown_length_is_refused_on_the_way(self, there: Outside) -> None:
        answer = there.ask("POST", "/attachments", PDF, body=(bytes(MIB) for _ in range(9)))
        assert (answer.status, answer.code) == (413, "document.too_large")

    def test_nothing_at_all_is_a_document_too(self, there: Outside) -> None:
        assert put(there, b"").status == 201
        assert get(there, b"").body == b""


class TestWhoMay:
    def test_nobody_without_a_key(self, there: Outside) -> None:
        assert put(there, b"x", key="").status == 401
        assert get(there, PLAN, key="").status == 401

    def test_others_cannot_tell_that_it_exists(self, there: Outside) -> None:
        content = os.urandom(1000)
        put(there, content)
        other = there.keys["archive"]
        theirs = get(there, content, key=other)
        nobodys = there.ask("GET", f"/attachments/{'0' * 64}", key=other)
        assert (theirs.status, theirs.json) == (nobodys.status, nobodys.json)
        assert theirs.code == "document.unknown"

    def test_storing_what_another_has_stored_answers_the_same(self, there: Outside) -> None:
        content = os.urandom(2 * MIB)
        first, second = put(there, content), put(there, content, key=there.keys["archive"])
        assert (first.status, first.json) == (second.status, second.json)
        assert get(there, content, key=there.keys["archive"]).body == content

    def test_reading_is_recorded(self, there: Outside) -> None:
        content = os.urandom(10)
        put(there, content)
        assert get(there, content).status == 200
        rows = b"".join(path.read_bytes() for path in there.where.data_dir.glob("journal.db*"))
        assert f"attachment {digest_of(content)}".encode() in rows


class TestReading:
    def test_a_range_is_given(self, there: Outside) -> None:
        put(there, PLAN)
        part = get(there, PLAN, ("Range", f"bytes={MIB - 1}-{MIB + 1}"))
        assert (part.status, part.body) == (206, PLAN[MIB - 1 : MIB + 2])
        assert part.headers["content-range"] == f"bytes {MIB - 1}-{MIB + 1}/{len(PLAN)}"
        assert get(there, PLAN, ("Range", "bytes=-5")).body == PLAN[-5:]
        assert get(there, PLAN, ("Range", f"bytes={len(PLAN)}-")).status == 416

    def test_what_a_client_has_is_not_sent_again(self, there: Outside) -> None:
        put(there, PLAN)
        etag = get(there, PLAN).headers["etag"]
        assert get(there, PLAN, ("If-None-Match", etag)).status == 304

    def test_head_says_what_it_is(self, there: Outside) -> None:
        put(there, PLAN)
        head = there.ask("HEAD", f"/attachments/{digest_of(PLAN)}")
        assert (head.status, head.headers["content-length"], head.body) == (200, str(len(PLAN)), b"")


class TestResuming:
    def create(self, there: Outside, size: int) -> str:
        metadata = "filetype " + base64.b64encode(b"application/pdf").decode()
        answer = there.ask(
            "POST", "/attachments", TUS, ("Upload-Length", str(size)), ("Upload-Metadata", metadata), body=b""
        )
        assert answer.status == 201, answer
        return answer.headers["location"]

    def patch(
        self, there: Outside, place: str, offset: int, piece: bytes, *headers: tuple[str, str]
    ) -> Answer:
        return there.ask("PATCH", place, TUS, PIECE, ("Upload-Offset", str(offset)), *headers, body=piece)

    def test_what_is_offered_is_said(self, there: Outside) -> None:
        offer = there.ask("OPTIONS", "/attachments", key="")
        assert offer.status == 204
        assert "creation" in offer.headers["tus-extension"]
        assert offer.headers["tus-max-size"] == str(8 * MIB)

    def test_an_upload_in_pieces_through_a_kill_of_the_hub(self, there: Outside) -> None:
        content = os.urandom(4 * MIB + 5)
        place = self.create(there, len(content))
        assert self.patch(there, place, 0, content[: MIB + 3]).headers["upload-offset"] == str(MIB + 3)
        there.hub.kill()
        there.hub = start_hub(there.where)

        standing = there.ask("HEAD", place, TUS)
        assert standing.headers["upload-offset"] == str(MIB + 3)
        done = self.patch(there, place, MIB + 3, content[MIB + 3 :])
        assert done.status == 204, done
        assert done.headers["content-location"] == f"/attachments/{digest_of(content)}"
        assert done.headers["repr-digest"] == field_of(content)
        assert get(there, content).body == content
        assert there.ask("HEAD", place, TUS).headers["upload-offset"] == str(len(content))

    def test_a_piece_that_breaks_off_counts_as_far_as_it_came(self, there: Outside) -> None:
        content = os.urandom(3 * MIB)
        place = self.create(there, len(content))
        head = (
            f"PATCH {place} HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {there.key}\r\n"
            f"Tus-Resumable: 1.0.0\r\nContent-Type: {PIECE[1]}\r\nUpload-Offset: 0\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        with there.connect() as line:
            line.sendall(head.encode() + content[: 2 * MIB])
            line.shutdown(socket.SHUT_WR)
            while line.recv(4096):
                pass
        deadline = time.monotonic() + 60
        while not (offset := int(there.ask("HEAD", place, TUS).headers["upload-offset"])):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert MIB < offset <= 2 * MIB  # what a server holds of a connection that is gone may be lost with it
        assert self.patch(there, place, offset, content[offset:]).status == 204
        assert get(there, content).body == content

    def test_a_piece_at_the_wrong_place_is_refused(self, there: Outside) -> None:
        place = self.create(there, 100)
        answer = self.patch(there, place, 7, b"x")
        assert (answer.status, answer.code) == (409, "upload.offset")

    def test_a_piece_that_does_not_match_its_checksum_does_not_count(self, there: Outside) -> None:
        place = self.create(there, 3)
        good = ("Upload-Checksum", "sha256 " + base64.b64encode(hashlib.sha256(b"abc").digest()).decode())
        wrong = self.patch(there, place, 0, b"abd", good)
        assert (wrong.status, wrong.code) == (460, "upload.checksum_mismatch")
        assert there.ask("HEAD", place, TUS).headers["upload-offset"] == "0"
        assert self.patch(there, place, 0, b"abc", good).status == 204
        assert get(there, b"abc").body == b"abc"

    def test_nobody_else_can_touch_it(self, there: Outside) -> None:
        place = self.create(there, 100)
        for method in ("HEAD", "DELETE"):
            assert there.ask(method, place, TUS, key=there.keys["archive"]).status == 404

    def test_it_can_be_given_up(self, there: Outside) -> None:
        place = self.create(there, 100)
        assert there.ask("DELETE", place, TUS).status == 204
        assert there.ask("HEAD", place, TUS).status == 404

    def test_another_version_is_told_ours(self, there: Outside) -> None:
        answer = there.ask("POST", "/attachments", ("Tus-Resumable", "0.2.2"), ("Upload-Length", "3"))
        assert (answer.status, answer.headers["tus-version"]) == (412, "1.0.0")


def test_what_is_left_in_mid_upload_is_collected(there: Outside) -> None:
    """Kill -9 while a document comes in, in one go and in pieces: nothing stays on the disk that nobody has."""
    there.hub.kill()
    there.where.environment["PEYVAND_DOCUMENTS_UNFINISHED_S"] = "1"
    there.hub = start_hub(there.where)
    before = set(stored_parts(there))
    head = (
        f"POST /attachments HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {there.key}\r\n"
        f"Content-Length: {4 * MIB}\r\n\r\n"
    )
    deadline = time.monotonic() + 60
    with there.connect() as line:
        line.sendall(head.encode() + os.urandom(3 * MIB))
        while not set(stored_parts(there)) - before:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        there.hub.kill()
    left = set(stored_parts(there)) - before
    assert left
    there.hub = start_hub(there.where)
    while set(stored_parts(there)) & left:
        assert time.monotonic() < deadline, "it was never collected"
        time.sleep(0.1)
