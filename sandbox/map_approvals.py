"""The registry office's approval of maps: a form with the request and the maps, each read and judged as it comes.

Served beside the control API. How it behaves is set while it runs.
"""

import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aiohttp import BodyPartReader, web

from sandbox import estates

PLACE = "/registry-office-maps"
_CHUNK_BYTES = 64 * 1024


class Way(StrEnum):
    """How the partner takes what it is sent."""

    UP = "up"
    BUSY = "busy"  # 503, after all of it has been read
    CUT = "cut"  # hangs up in the middle of the first map


@dataclass(frozen=True)
class SeenMap:
    """One map as it arrived: measured here, not as the sender describes it."""

    file_name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Attempt:
    """One request, and what of it had come when it was over."""

    message_id: str
    way: str
    code: str
    announced: int | None
    """The request's Content-Length."""
    maps: tuple[SeenMap, ...]


class _HangUpError(Exception):
    """The partner stops reading."""


@dataclass
class MapApprovals:
    """The partner. A repeated request id gets its number again."""

    key: str
    way: Way = Way.UP
    attempts: list[Attempt] = field(default_factory=list)
    _numbers: "OrderedDict[str, str]" = field(default_factory=OrderedDict)

    def routes(self) -> list[web.RouteDef]:
        """The partner's own address, and what steers it."""
        return [
            web.post(f"{PLACE}/map-approvals", self._take),
            web.post(f"{PLACE}/settings", self._set),
            web.get(f"{PLACE}/attempts", self._show),
        ]

    async def _take(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Api-Key") != self.key:
            return web.Response(status=401)
        if request.content_type != "multipart/form-data":
            return web.Response(status=415)
        way, maps = self.way, []
        asked: Any = None
        try:
            async for part in await request.multipart():
                if not isinstance(part, BodyPartReader):
                    return web.Response(status=400)
                if part.name == "request":
                    asked = json.loads(await part.read())
                elif part.name == "map":
                    maps.append(await _read_map(part, hang_up=way is Way.CUT))
        except _HangUpError:
            self._note(request, way, "", maps)
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if way is Way.BUSY:
            self._note(request, way, "", maps)
            return web.Response(status=503, headers={"Retry-After": "1"})
        answer = self._judged(asked, maps)
        self._note(request, way, answer["Code"], maps)
        return web.json_response(answer)

    def _judged(self, asked: Any, maps: list[SeenMap]) -> dict[str, str]:
        told = [(m["FileName"], m["Size"], m["Sha256"]) for m in asked["Maps"]] if asked else []
        if not told or told != [(m.file_name, m.size, m.sha256) for m in maps]:
            return {"Code": "203", "Message": "نقشه‌ها با فهرستشان نمی‌خوانند"}
        if estates.find(asked["EstateNoteNumber"]) is None:
            return {"Code": "000", "Message": "ملکی یافت نشد"}
        number = self._numbers.setdefault(asked["RequestId"], f"MA-{len(self._numbers) + 1:08d}")
        return {"Code": "200", "Number": number, "Message": "ثبت شد"}

    def _note(self, request: web.Request, way: Way, code: str, maps: list[SeenMap]) -> None:
        message_id = request.headers.get("Peyvand-Message-Id", "")
        self.attempts.append(Attempt(message_id, way.value, code, request.content_length, tuple(maps)))

    async def _set(self, request: web.Request) -> web.Response:
        self.way = Way((await request.json())["way"])
        return web.json_response({"way": self.way})

    async def _show(self, request: web.Request) -> web.Response:
        del request
        shown = [
            {
                "message_id": attempt.message_id,
                "way": attempt.way,
                "code": attempt.code,
                "announced": attempt.announced,
                "maps": [
                    {
                        "file_name": each.file_name,
                        "media_type": each.media_type,
                        "size": each.size,
                        "sha256": each.sha256,
                    }
                    for each in attempt.maps
                ],
            }
            for attempt in self.attempts
        ]
        return web.json_response({"attempts": shown})


async def _read_map(part: BodyPartReader, *, hang_up: bool) -> SeenMap:
    digest, size = hashlib.sha256(), 0
    while chunk := await part.read_chunk(_CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
        if hang_up:
            raise _HangUpError
    return SeenMap(part.filename or "", part.headers.get("Content-Type", ""), size, digest.hexdigest())
