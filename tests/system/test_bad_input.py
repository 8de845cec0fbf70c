"""Whatever a client sends: its own code, a journal entry, nothing at the partner, and a hub that goes on."""

import json
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.system.hub_process import (
    ESTATE,
    IDENTITY,
    INQUIRY,
    PERSON,
    TITLE,
    Answer,
    Outside,
    answers,
    everything,
    outside,
)

pytestmark = pytest.mark.system
MAX_BODY = 100_000
GOOD = json.dumps(INQUIRY).encode()
LENGTH = b"Content-Length: %d\r\n" % len(GOOD)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    with outside(
        tmp_path_factory.mktemp("city"),
        PEYVAND_MAX_BODY_BYTES=str(MAX_BODY),
        PEYVAND_BODY_TIMEOUT_S="0.5",
    ) as there:
        there.add_client("clerk", IDENTITY)
        there.until_known("clerk")
        yield there
        log = there.log()
        assert [secret for secret in there.secrets() if secret in log] == []
        assert "Traceback" not in log


@pytest.fixture
def there(city: Outside) -> Iterator[Outside]:
    """The hub; afterwards it must have asked no partner for anything, and still answer."""
    before = city.ledger()
    yield city
    assert city.ledger() == before
    assert city.post(TITLE, INQUIRY).status == 200


def assert_refused(there: Outside, answer: Answer, status: int, code: str, sender: str = "portal") -> None:
    """A client's fault, told and recorded."""
    assert (answer.status, answer.code) == (status, code), answer
    problem = answer.json
    assert (problem["origin"], problem["exchange_id"]) == ("client", answer.exchange_id)
    if sender:
        history = there.shown(answer.exchange_id, key=there.keys[sender])["history"]
    else:
        history = there.recorded(answer.exchange_id)["history"]
    assert [(line["number"], line["state"], line["code"]) for line in history] == [(1, "rejected", code)]


# The message


def changed(**changes: object) -> bytes:
    return json.dumps(INQUIRY | changes).encode()


MESSAGES = {
    "empty": (b"", 400, "request.empty"),
    "blank": (b" \r\n\t ", 400, "request.empty"),
    "broken": (GOOD[:-1], 400, "request.malformed"),
    "two documents": (GOOD + GOOD, 400, "request.malformed"),
    "trailing comma": (b'{"a": 1,}', 400, "request.malformed"),
    "single quotes": (b"{'a': 1}", 400, "request.malformed"),
    "comment": (b"/* x */" + GOOD, 400, "request.malformed"),
    "byte order mark": (b"\xef\xbb\xbf" + GOOD, 400, "request.malformed"),
    "half a pair": (b'{"deed": "\\ud800"}', 400, "request.malformed"),
    "raw control character": (b'{"deed": "\x00"}', 400, "request.malformed"),
    "xml": (b"<deed/>", 400, "request.malformed"),
    "not utf-8": (GOOD.replace(b"note", b"n\xffte"), 400, "request.not_utf8"),
    "windows-1256": (
        json.dumps({"deed": "سند"}, ensure_ascii=False).encode("cp1256"),
        400,
        "request.not_utf8",
    ),
    "utf-16": (json.dumps({"deed": "سند"}).encode("utf-16"), 400, "request.not_utf8"),
    "overlong utf-8": (b'{"deed": "\xc0\xaf"}', 400, "request.not_utf8"),
    "a key twice": (b'{"deed": 1, "deed": 2}', 400, "request.duplicate_key"),
    "a key twice by escape": (b'{"deed": 1, "d\\u0065ed": 2}', 400, "request.duplicate_key"),
    "a key twice, deep": (b'[[[[{"a": [{"b": 1, "b": 1}]}]]]]', 400, "request.duplicate_key"),
    "NaN": (b'{"deed": NaN}', 400, "request.bad_number"),
    "infinity": (b"[-Infinity]", 400, "request.bad_number"),
    "number too large": (b"[1e400]", 400, "request.bad_number"),
    "integer too long": (b"[" + b"9" * 5000 + b"]", 400, "request.bad_number"),
    "too deep": (b"[" * 65 + b"]" * 65, 400, "request.too_deep"),
    "far too deep": (b"[" * 49_000 + b"]" * 49_000, 400, "request.too_deep"),
    "deep objects": (b'{"a":' * 9_000 + b"1" + b"}" * 9_000, 400, "request.too_deep"),
    "deep and unclosed": (b"[" * 90_000, 400, "request.too_deep"),
    "too large": (b" " * (MAX_BODY + 1), 413, "request.too_large"),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_that_is_no_document(there: Outside, name: str) -> None:
    body, status, code = MESSAGES[name]
    assert_refused(there, there.post(TITLE, body), status, code)


NOT_AS_AGREED = {
    "a field missing": (changed(deed={}), ["/deed/estate_note_number"]),
    "everything missing": (b"{}", ["/deed", "/requester"]),
    "a field too many": (changed(purpose="curiosity"), ["/purpose"]),
    "a field misspelt": (changed(deed={"estate_note_nunber": ESTATE}), ["/deed/estate_note_number", "/deed/estate_note_nunber"]),
    "a number for a text": (changed(deed={"estate_note_number": int(ESTATE)}), ["/deed/estate_note_number"]),
    "a text for an object": (changed(deed=ESTATE), ["/deed"]),
    "nothing for an object": (changed(deed=None), ["/deed"]),
    "a list for the whole": (b"[]", [""]),
    "a text for the whole": (b'"hello"', [""]),
    "a control character": (
        changed(deed={"estate_note_number": ESTATE + "\u0000"}), ["/deed/estate_note_number"]
    ),
    "persian digits": (changed(deed={"estate_note_number": "۱۲۳"}), ["/deed/estate_note_number"]),
    "an odd name": (changed(**{"a/b~c\u202e": 1}), ["/a~1b~0c\u202e"]),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_AS_AGREED)
def test_a_message_that_breaks_its_contract(there: Outside, name: str) -> None:
    body, pointers = NOT_AS_AGREED[name]
    answer = there.post(TITLE, body)
    assert_refused(there, answer, 422, "request.invalid")
    assert sorted(answer.pointers) == pointers
    assert ESTATE not in answer.body.decode()


def test_a_wrong_check_digit_names_the_field_and_not_the_value(there: Outside) -> None:
    answer = there.post(IDENTITY, PERSON | {"national_code": "9990000019"})
    assert_refused(there, answer, 422, "request.invalid")
    assert answer.pointers == ["/national_code"]
    assert b"9990000019" not in answer.body


def test_a_thousand_wrong_fields_are_answered_briefly(there: Outside) -> None:
    answer = there.post(TITLE, changed(**{f"x{number}": number for number in range(5000)}))
    assert_refused(there, answer, 422, "request.invalid")
    assert len(answer.json["errors"]) <= 100


def test_errors_speak_the_caller_s_language(there: Outside) -> None:
    titles = {
        language: there.post(TITLE, b"{}", ("Accept-Language", language)).json["title"]
        for language in ("fa-IR", "en-GB,fa;q=0.5", "xx;;q=,\xff", "")
    }
    assert titles["en-GB,fa;q=0.5"] == "The message does not match its contract"
    assert titles["fa-IR"] == titles["xx;;q=,\xff"] == titles[""] == "پیام با قرارداد نمی‌خواند"


# Content types and encodings


@pytest.mark.parametrize(
    "media_type",
    ["", "text/plain", "application/yaml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
     "application/json; charset=utf-16", "application/json; charset=windows-1256", "application/json, text/xml",
     "application/jsonx", "json", "application/json; charset", "\xff"],
)  # fmt: skip
def test_a_content_type_that_is_not_json(there: Outside, media_type: str) -> None:
    assert_refused(there, there.post(TITLE, INQUIRY, ("Content-Type", media_type)), 415, "request.media_type")


@pytest.mark.parametrize(
    "media_type",
    ["application/json", "application/json; charset=UTF-8", "Application/JSON;charset=utf-8",
     'application/json ; charset="UTF-8"', "application/json;", "application/json; version=1"],
)  # fmt: skip
def test_json_by_any_of_its_names(city: Outside, media_type: str) -> None:
    assert city.post(TITLE, INQUIRY, ("Content-Type", media_type)).status == 200


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "identity, gzip", "utf-8"])
def test_an_encoded_body(there: Outside, coding: str) -> None:
    answer = there.post(TITLE, b"\x1f\x8b\x08" + b"\x00" * 20, ("Content-Encoding", coding))
    assert_refused(there, answer, 415, "request.media_type")


def test_no_body_at_all(there: Outside) -> None:
    answer = there.ask("POST", f"/exchange/{TITLE}/v1", ("Content-Type", "application/json"))
    assert_refused(there, answer, 400, "request.empty")


def test_a_body_in_chunks(city: Outside) -> None:
    answer = city.ask(
        "POST", f"/exchange/{TITLE}/v1", ("Content-Type", "application/json"), body=[GOOD[:7], GOOD[7:]]
    )
    assert answer.status == 200


def test_chunks_beyond_the_limit(there: Outside) -> None:
    pieces = (b" " * 1000 for _ in range(MAX_BODY // 1000 + 50))
    answer = there.ask("POST", f"/exchange/{TITLE}/v1", ("Content-Type", "application/json"), body=pieces)
    assert_refused(there, answer, 413, "request.too_large")


def test_a_body_far_beyond_the_limit_is_refused_and_its_sender_gets_to_read_it(there: Outside) -> None:
    assert_refused(there, there.post(TITLE, b" " * (MAX_BODY * 200)), 413, "request.too_large")


# Lying, slow and lost clients


def test_a_length_that_promises_less_than_is_sent(there: Outside) -> None:
    said = there.raw(there.head(TITLE, b"Content-Length: 5", b"Connection: close") + b"\r\n" + GOOD)
    first = answers(said)[0]
    assert_refused(there, first, 400, "request.malformed")


def test_a_length_that_promises_more_than_is_sent(there: Outside) -> None:
    said = there.raw(there.head(TITLE, b"Content-Length: %d" % (len(GOOD) + 1)) + b"\r\n" + GOOD)
    assert_refused(there, answers(said)[0], 408, "request.timeout")


def test_a_body_that_drips_to_a_halt(there: Outside) -> None:
    with there.connect() as line:
        line.sendall(there.head(TITLE, b"Transfer-Encoding: chunked") + b"\r\n")
        for piece in (b"{", b'"', b"d"):
            line.sendall(b"1\r\n" + piece + b"\r\n")
        answer = answers(everything(line))[0]
    assert answer.json["retryable"] is True
    assert_refused(there, answer, 408, "request.timeout")


def last_exchange(there: Outside) -> str:
    listed = there.where.json("exchange", "list", "--limit", "1", "--client", "portal")["exchanges"]
    return str(listed[0]["exchange_id"])


def test_a_client_that_leaves_in_mid_body(there: Outside) -> None:
    before = last_exchange(there)
    with there.connect() as line:
        line.sendall(there.head(TITLE, b"Content-Length: 900") + b"\r\n{")
    while (id_ := last_exchange(there)) == before:
        pass
    (entry,) = there.recorded(id_)["history"]
    assert (entry["state"], entry["code"]) == ("rejected", "request.incomplete")


def test_a_client_that_leaves_before_its_answer(city: Outside) -> None:
    city.partners.mode("registry_office", "slow", delay_s=0.3, times=1)
    before = last_exchange(city)
    with city.connect() as line:
        line.sendall(city.head(TITLE) + LENGTH + b"\r\n" + GOOD)
    while (id_ := last_exchange(city)) == before:
        pass
    assert city.shown(id_, wait_s=10)["state"] == "completed"


@pytest.mark.parametrize(
    "rubbish",
    [b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", b"GET\r\n\r\n", b"\x00" * 100, b"POST / HTTP/1.1\r\n\x00: 1\r\n\r\n",
     b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
)  # fmt: skip
def test_what_is_no_http(there: Outside, rubbish: bytes) -> None:
    for answer in answers(there.raw(rubbish)):
        assert (answer.status, answer.code) in {(400, "request.malformed"), (404, "path.unknown")}


def test_headers_without_end(there: Outside) -> None:
    (answer,) = answers(there.raw(there.head(TITLE, b"X: " + b"x" * 200_000)))
    assert (answer.status, answer.code) == (431, "request.head_too_large")


def test_an_address_without_end(there: Outside) -> None:
    (answer,) = answers(there.raw(b"GET /" + b"a" * 200_000))
    assert (answer.status, answer.code) == (431, "request.head_too_large")
    longest = there.ask("POST", "/exchange/" + "a" * 30_000 + "/v1")
    assert_refused(there, longest, 404, "contract.unknown")


def test_requests_in_one_piece_are_answered_in_order(city: Outside) -> None:
    one = city.head(TITLE) + LENGTH + b"\r\n" + GOOD
    bad = city.head(TITLE, b"Content-Length: 2") + b"\r\n{}"
    last = city.head(TITLE, b"Connection: close") + LENGTH + b"\r\n" + GOOD
    assert [answer.status for answer in answers(city.raw(one + bad + one + bad + last))] == [
        200,
        422,
        200,
        422,
        200,
    ]


def test_a_client_that_offers_http_2(city: Outside) -> None:
    offer = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAEAAEAAAAIAAAAB")
    one = city.head(TITLE, *offer) + LENGTH + b"\r\n" + GOOD
    last = city.head(TITLE, b"Connection: close") + LENGTH + b"\r\n" + GOOD
    assert [answer.status for answer in answers(city.raw(one + last))] == [200, 200]


# Addresses and methods


@pytest.mark.parametrize(
    "path",
    ["/", "//", "/exchange", "/exchange/", "/exchange/x", f"/exchange/{TITLE}", f"/exchange/{TITLE}/1", f"/exchange//{TITLE}/v1",
     f"/exchange/{TITLE}/v1/", f"/exchange/{TITLE}//v1", f"//exchange/{TITLE}/v1", f"/exchange/x/../{TITLE}/v1",
     f"/exchange/%2e%2e/{TITLE}/v1", f"/exchange/{TITLE}%2Fv1", f"/EXCHANGE/{TITLE}/v1", "/admin/", "/console/", "/metrics", "/livez",
     "/..%2f..%2fetc/passwd", "/%00", "/exchanges/%2e%2e"],
)  # fmt: skip
def test_addresses_that_are_nowhere(there: Outside, path: str) -> None:
    answer = there.ask("POST", path, ("Content-Type", "application/json"), body=GOOD)
    assert answer.status in {404, 405}
    assert answer.code in {"path.unknown", "method.not_allowed"}


@pytest.mark.parametrize(
    ("name", "major", "code"),
    [("no.such", "1", "contract.unknown"), ("..", "1", "contract.unknown"), ("%2e%2e", "1", "contract.unknown"),
     ("%00", "1", "contract.unknown"), ("%ff", "1", "contract.unknown"), ("registry-office.ownership", "1", "contract.unknown"),
     (TITLE.upper(), "1", "contract.unknown"), (TITLE + "%20", "1", "contract.unknown"), ("x" * 5000, "1", "contract.unknown"),
     (TITLE, "99", "contract.version_unknown"), (TITLE, "0", "contract.version_unknown"), (TITLE, "01", "contract.version_unknown"),
     (TITLE, "1.1", "contract.version_unknown"), (TITLE, "-1", "contract.version_unknown"), (TITLE, "%D9%A1", "contract.version_unknown"),
     (TITLE, "9" * 5000, "contract.version_unknown")],
)  # fmt: skip
def test_contracts_and_versions_that_do_not_exist(
    there: Outside, name: str, major: str, code: str | None
) -> None:
    if code is None:
        pytest.skip("a leading zero is decided below")
    assert_refused(there, there.post(name, INQUIRY, major=major), 404, code)


@pytest.mark.parametrize(
    ("wanted", "status", "code"),
    [("1.9", 404, "contract.version_unknown"), ("2.0", 400, "request.bad_header"), ("1", 400, "request.bad_header"),
     ("latest", 400, "request.bad_header"), ("1.1.1", 400, "request.bad_header"), ("1." + "1" * 500, 400, "request.bad_header")],
)  # fmt: skip
def test_a_wanted_version_that_cannot_be_had(there: Outside, wanted: str, status: int, code: str) -> None:
    assert_refused(there, there.post(TITLE, INQUIRY, ("Contract-Version", wanted)), status, code)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"])
def test_methods(there: Outside, method: str) -> None:
    answer = there.ask(method, f"/exchange/{TITLE}/v1")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert answer.body == b"" if method == "HEAD" else answer.code == "method.not_allowed"
    assert there.ask("DELETE", "/contracts").headers["allow"] == "GET, HEAD"


# Who is asking


@pytest.mark.parametrize(
    ("authorization", "code"),
    [(None, "auth.missing"), ("", "auth.missing"), ("Bearer", "auth.missing"), ("Basic cG9ydGFsOng=", "auth.missing"),
     ("Bearer x", "auth.invalid"), ("Bearer \xff\xfe", "auth.invalid"), ("Bearer " + "x" * 10_000, "auth.invalid"),
     ("Bearer pvd_aaaaaaaa_" + "A" * 43, "auth.invalid")],
)  # fmt: skip
def test_strangers(there: Outside, authorization: str | None, code: str) -> None:
    headers = [] if authorization is None else [("Authorization", authorization)]
    answer = there.post(TITLE, INQUIRY, *headers, key="")
    assert_refused(there, answer, 401, code, sender="")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_the_right_prefix_with_another_secret(there: Outside) -> None:
    answer = there.post(TITLE, INQUIRY, key=there.key[:-1] + ("A" if there.key[-1] != "A" else "B"))
    assert_refused(there, answer, 401, "auth.invalid", sender="")


def test_no_grant(there: Outside) -> None:
    answer = there.post(TITLE, INQUIRY, key=there.keys["clerk"])
    assert_refused(there, answer, 403, "grant.missing", sender="clerk")


def test_the_catalogue_shows_only_what_is_granted(there: Outside) -> None:
    def names(key: str) -> list[str]:
        return [each["name"] for each in there.ask("GET", "/contracts", key=key).json["contracts"]]

    assert names(there.keys["clerk"]) == [IDENTITY]
    assert names(there.key) == sorted([IDENTITY, TITLE, "payment.verify"])
    assert there.ask("GET", f"/contracts/{TITLE}/v1", key=there.keys["clerk"]).code == "grant.missing"
    assert there.ask("GET", "/contracts/registry-office.ownership/v1").code == "contract.unknown"


def test_another_s_exchange_cannot_be_seen_nor_cancelled(city: Outside) -> None:
    mine = city.post(TITLE, INQUIRY, ("Case-Id", "case-1")).exchange_id
    other = city.keys["clerk"]
    assert city.ask("GET", f"/exchanges/{mine}", key=other).code == "exchange.unknown"
    assert city.ask("POST", f"/exchanges/{mine}/cancel", key=other).code == "exchange.unknown"
    assert city.ask("GET", "/exchanges?case_id=case-1", key=other).json["exchanges"] == []


def test_a_key_that_is_revoked_while_the_hub_runs(there: Outside) -> None:
    key = there.add_client("leaver", TITLE)
    there.until_known("leaver")
    assert there.where.run("client", "revoke", "leaver").returncode == 0
    while there.ask("GET", "/contracts", key=key).status == 200:
        pass
    assert_refused(there, there.post(TITLE, INQUIRY, key=key), 401, "auth.revoked", sender="")


# Headers


@pytest.mark.parametrize("name", ["Idempotency-Key", "Case-Id", "On-Behalf-Of"])
@pytest.mark.parametrize("value", ["", "\t", "a\tb", "\xff", "نه".encode().decode("latin-1"), "x" * 201])
def test_headers_that_cannot_be_recorded(there: Outside, name: str, value: str) -> None:
    answer = there.post(TITLE, INQUIRY, (name, value))
    assert_refused(there, answer, 400, "request.bad_header")
    assert answer.json["errors"][0]["code"] == name.lower()


def test_a_control_character_in_a_header(there: Outside) -> None:
    (answer,) = answers(there.raw(there.head(TITLE, b"Case-Id: a\x01b") + LENGTH + b"\r\n" + GOOD))
    assert answer.code == "request.malformed"


def test_a_header_that_stands_twice(there: Outside) -> None:
    answer = there.post(TITLE, INQUIRY, ("Case-Id", "a"), ("Case-Id", "b"))
    assert_refused(there, answer, 400, "request.bad_header")


@pytest.mark.parametrize(
    "prefer", ["", "wait", "wait=soon", "wait=-5", 'wait="', "return=minimal", "wait=5, wait=0", ",;=" * 100]
)
def test_preferences_that_mean_nothing_are_passed_over(city: Outside, prefer: str) -> None:
    assert city.post(TITLE, INQUIRY, ("Prefer", prefer)).status == 200


@pytest.mark.parametrize("trace", ["", "00-" + "0" * 500, "00-xyz-1-01", "\xff"])
def test_a_trace_that_is_none_is_passed_over(city: Outside, trace: str) -> None:
    assert city.post(TITLE, INQUIRY, ("traceparent", trace)).status == 200


# Much at once


def test_two_hundred_good_and_bad_requests_at_once_each_get_their_own_answer(city: Outside) -> None:
    kinds = [
        (lambda: city.post(TITLE, INQUIRY), 200),
        (lambda: city.post(TITLE, b"{"), 400),
        (lambda: city.post(TITLE, b"{}"), 422),
        (lambda: city.post(IDENTITY, PERSON), 200),
        (lambda: city.post(TITLE, INQUIRY, key="wrong"), 401),
        (lambda: city.post("no.such", INQUIRY), 404),
        (lambda: city.post(TITLE, b" " * MAX_BODY * 2), 413),
        (lambda: city.ask("GET", f"/exchange/{TITLE}/v1"), 405),
    ]
    before, got, wanted = city.ledger(), [], []
    threads = []
    for number in range(200):
        act, status = kinds[number % len(kinds)]
        wanted.append(status)
        threads.append(threading.Thread(target=lambda act=act: got.append(act().status)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(wanted)
    after = city.ledger()
    assert after["registry_office"] - before["registry_office"] == 25
    assert after["civil_registry"] - before["civil_registry"] == 25


def test_connections_that_say_nothing_do_not_keep_others_out(there: Outside) -> None:
    silent: list[socket.socket] = [there.connect() for _ in range(300)]
    try:
        assert there.ask("GET", "/contracts").status == 200
    finally:
        for line in silent:
            line.close()
