"""One outline out of every shape in which partners send GeoJSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.expressions import ExpressionError
from hub.expressions import compile_expression
from hub.expressions.geojson import geojson_polygon
from hub.persian import IdentifierError

RING = [[51.41, 35.7], [51.42, 35.7], [51.42, 35.71], [51.41, 35.7]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}
OTHER = {"type": "Polygon", "coordinates": [[[x + 1, y] for x, y in RING]]}


def feature(geometry: Any) -> Any:
    return {"type": "Feature", "properties": {"n": 1}, "geometry": geometry}


def collection(*geometries: Any) -> Any:
    return {"type": "FeatureCollection", "features": [feature(geometry) for geometry in geometries]}


longitudes = st.floats(-180, 180, allow_nan=False)
latitudes = st.floats(-90, 90, allow_nan=False)
rings = st.lists(st.tuples(longitudes, latitudes).map(list), min_size=3, max_size=8).map(
    lambda corners: [*corners, corners[0]]
)
polygons = st.lists(rings, min_size=1, max_size=3).map(
    lambda shape: {"type": "Polygon", "coordinates": shape}
)


@given(polygon=polygons)
def test_every_shape_gives_the_same_outline(polygon: Any) -> None:
    shapes = [polygon, feature(polygon), collection(polygon), {**polygon, "bbox": [0, 0, 1, 1]}]
    texts = [json.dumps(shape) for shape in shapes]
    for text in [*texts, *map(json.dumps, texts)]:
        assert geojson_polygon(text) == polygon


def test_several_polygons_become_one_multipolygon_in_their_order() -> None:
    both = {"type": "MultiPolygon", "coordinates": [POLYGON["coordinates"], OTHER["coordinates"]]}
    assert geojson_polygon(json.dumps(collection(POLYGON, OTHER))) == both
    assert geojson_polygon(json.dumps(both)) == both


def test_a_height_may_stand_in_each_position() -> None:
    polygon = {"type": "Polygon", "coordinates": [[[x, y, 1200.5] for x, y in RING]]}
    assert geojson_polygon(json.dumps(polygon)) == polygon


def ring(*positions: Any) -> str:
    return json.dumps({"type": "Polygon", "coordinates": [list(positions)]})


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "geojson.json"),
        ("POLYGON((51 35, 52 35, 52 36, 51 35))", "geojson.json"),
        ('{"type": "Polygon", "coordinates": [[[NaN, 1], [1, 1], [1, 2], [NaN, 1]]]}', "geojson.json"),
        ("[" * 100_000, "geojson.json"),
        (json.dumps(json.dumps(json.dumps(POLYGON))), "geojson.form"),
        ("{}", "geojson.form"),
        ("17", "geojson.form"),
        (json.dumps({"type": "Point", "coordinates": [51, 35]}), "geojson.form"),
        (json.dumps({"type": "Polygon", "coordinates": []}), "geojson.form"),
        (json.dumps({"type": "MultiPolygon", "coordinates": []}), "geojson.form"),
        (json.dumps({"type": "MultiPolygon", "coordinates": [7]}), "geojson.form"),
        (json.dumps(collection()), "geojson.form"),
        (json.dumps(feature(None)), "geojson.form"),
        (json.dumps({"type": "FeatureCollection", "features": [POLYGON]}), "geojson.form"),
        (json.dumps(collection(POLYGON, {"type": "Point", "coordinates": [51, 35]})), "geojson.form"),
        (json.dumps({"type": "FeatureCollection", "features": [collection(POLYGON)]}), "geojson.form"),
        (ring(*RING[:3]), "geojson.ring"),
        (ring(*RING[:3], [51.4, 35.7]), "geojson.ring"),
        (json.dumps({"type": "Polygon", "coordinates": [7]}), "geojson.ring"),
        (ring([1, 1], [2], [2, 2], [1, 1]), "geojson.position"),
        (ring([1, 1], [2, "2"], [2, 2], [1, 1]), "geojson.position"),
        (ring([1, 1], [True, 2], [2, 2], [1, 1]), "geojson.position"),
        (ring([1, 1], [1e400, 2], [2, 2], [1, 1]).replace("Infinity", "1e400"), "geojson.position"),
        (ring([534000, 3950000], [534010, 3950000], [534010, 3950010], [534000, 3950000]), "geojson.not-wgs84"),
        (ring(*[[0, 0]] * 50_001), "geojson.size"),
        (" " * 1_000_001, "geojson.size"),
    ],
)  # fmt: skip
def test_what_is_no_outline_is_refused_by_its_rule(text: str, rule: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        geojson_polygon(text)
    assert caught.value.rule == rule


@given(st.text(max_size=200))
def test_no_text_does_anything_else_than_be_refused(text: str) -> None:
    with pytest.raises(IdentifierError):
        geojson_polygon(text)


def test_expressions_compute_with_it_and_a_refusal_is_an_error_not_a_null() -> None:
    outlines = compile_expression("source.map(text, geojson_polygon(text))", ["source"])
    assert outlines({"source": [json.dumps(POLYGON), json.dumps(OTHER)]}) == [POLYGON, OTHER]
    with pytest.raises(ExpressionError) as caught:
        outlines({"source": ["{}"]})
    assert (caught.value.function, caught.value.rule) == ("geojson_polygon", "geojson.form")
