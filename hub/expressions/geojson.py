"""The outline of a parcel, in whichever of the shapes partners send GeoJSON (RFC 7946)."""

import json
import math
from collections.abc import Iterator
from typing import Any, Final

from hub.core.values import JsonValue, Text
from hub.persian import IdentifierError

_LONGEST: Final = 1_000_000
_MOST_POSITIONS: Final = 50_000
_FEWEST_IN_RING: Final = 4
_AXES: Final = (2, 3)
_WEST, _EAST, _SOUTH, _NORTH = -180, 180, -90, 90


def geojson_polygon(text: str) -> dict[str, JsonValue]:
    """The one Polygon or MultiPolygon in a text, as ``{type, coordinates}`` and nothing else.

    Understood are the geometry itself, a Feature and a FeatureCollection, each as JSON or as a JSON string that
    holds such JSON. Several polygons become one MultiPolygon, in their order. Positions must be longitude and
    latitude in WGS 84, perhaps with a height, and rings closed. Raises IdentifierError.
    """
    if len(text) > _LONGEST:
        raise IdentifierError("geojson.size", _TOO_LARGE)
    polygons = list(_polygons(_parsed(text)))
    if not polygons:
        raise IdentifierError("geojson.form", _FORM)
    _check(polygons)
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def _parsed(text: str) -> Any:
    try:
        document = json.loads(text, parse_constant=_no_constant)
        return json.loads(document, parse_constant=_no_constant) if isinstance(document, str) else document
    except (ValueError, RecursionError) as error:
        raise IdentifierError("geojson.json", _NO_JSON) from error


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _polygons(document: Any) -> Iterator[list[Any]]:
    """The coordinates of every polygon in a geometry, feature or collection of features."""
    match document:
        case {"type": "Polygon", "coordinates": [*rings]}:
            yield rings
        case {"type": "MultiPolygon", "coordinates": [*polygons]}:
            for rings in polygons:
                if not isinstance(rings, list):
                    raise IdentifierError("geojson.form", _FORM)
                yield rings
        case {"type": "Feature", "geometry": {"type": "Polygon" | "MultiPolygon"} as geometry}:
            yield from _polygons(geometry)
        case {"type": "FeatureCollection", "features": [*features]}:
            for feature in features:
                if not isinstance(feature, dict) or feature.get("type") != "Feature":
                    raise IdentifierError("geojson.form", _FORM)
                yield from _polygons(feature)
        case _:
            raise IdentifierError("geojson.form", _FORM)


def _check(polygons: list[list[Any]]) -> None:
    positions = 0
    for rings in polygons:
        if not rings:
            raise IdentifierError("geojson.form", _FORM)
        for ring in rings:
            if not isinstance(ring, list) or len(ring) < _FEWEST_IN_RING or ring[0] != ring[-1]:
                raise IdentifierError("geojson.ring", _RING)
            positions += len(ring)
            if positions > _MOST_POSITIONS:
                raise IdentifierError("geojson.size", _TOO_LARGE)
            for position in ring:
                _check_position(position)


def _check_position(position: Any) -> None:
    if not isinstance(position, list) or len(position) not in _AXES or not all(map(_is_number, position)):
        raise IdentifierError("geojson.position", _POSITION)
    longitude, latitude, *_ = position
    if not (_WEST <= longitude <= _EAST and _SOUTH <= latitude <= _NORTH):
        raise IdentifierError("geojson.not-wgs84", _NOT_WGS84)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_TOO_LARGE = Text("چندضلعی بیش از اندازه بزرگ است", "the polygon is too large")
_NO_JSON = Text("این متن JSON نیست", "the text is not JSON")
_FORM = Text(
    "متن باید Polygon یا MultiPolygon، یا Feature یا FeatureCollection از آن باشد",
    "the text must be a Polygon or MultiPolygon, or a Feature or FeatureCollection of these",
)
_RING = Text(
    "هر حلقه‌ی چندضلعی دست‌کم چهار نقطه دارد و به نقطه‌ی آغاز بازمی‌گردد",
    "a polygon's ring has at least four positions and returns to its first",
)
_POSITION = Text("هر نقطه دو یا سه عدد است", "a position is two or three numbers")
_NOT_WGS84 = Text(
    "مختصات باید طول و عرض جغرافیایی (WGS 84) باشد، نه متر",
    "positions are longitude and latitude (WGS 84), not metres",
)
