"""The form as a stream: wherever the network cuts it, the same fields and the same bytes come out."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from product_importer.web.requests.multipart import BadForm, Form, FormReader
from tests.web import doors

TRICKY = b"sku,name\r\n--a-boundar\r\n--\r\nA-1,\r\n\r\nLamp\0\xff\r\n"
BODY = doors.form(doors.field("mode", "upsert"), doors.file(TRICKY, "é.csv"), doors.field("decimal", ","))


def read(*pieces: bytes) -> tuple[Form, bytes]:
    reader, data = FormReader(doors.FORM), b""
    for piece in pieces:
        reader.feed(piece)
        data += bytes(reader.form.data)
        reader.form.data.clear()
    reader.finish()
    return reader.form, data


@given(some.lists(some.integers(0, len(BODY)), max_size=12).map(sorted))
def test_it_reads_the_same_wherever_it_is_cut(cuts: list[int]) -> None:
    pieces = [BODY[start:end] for start, end in zip([0, *cuts], [*cuts, len(BODY)], strict=True)]
    form, data = read(*pieces)
    assert data == TRICKY
    assert (form.file_name, form.fields) == ("é.csv", {"mode": "upsert", "decimal": ","})


@given(some.binary(max_size=300))
def test_any_bytes_come_out_as_they_went_in(content: bytes) -> None:
    form, data = read(doors.form(doors.file(content)))
    assert data == content or b"\r\n--a-boundary" in content
    assert form.file_name == "spring.csv"


@given(some.integers(0, len(BODY) - 5))
def test_a_form_that_stops_anywhere_before_its_end_is_refused(end: int) -> None:
    with pytest.raises(BadForm):
        read(BODY[:end])


@given(some.binary(max_size=200))
def test_noise_is_refused_and_never_crashes(noise: bytes) -> None:
    with pytest.raises(BadForm):
        read(noise)


def test_the_last_of_two_equal_fields_counts() -> None:
    form, _ = read(doors.form(doors.field("mode", "upsert"), doors.field("mode", "create_only"), doors.file(b"x")))
    assert form.fields == {"mode": "create_only"}


def test_words_that_are_not_utf8_are_read_as_latin_1() -> None:
    form, _ = read(doors.form(doors.file(b"x").replace(b"spring", b"fr\xfchling")))
    assert form.file_name == "frühling.csv"


def test_what_stands_behind_the_end_is_left_out() -> None:
    form, data = read(BODY + b"\r\nepilogue, as some programs write one\r\n")
    assert (data, form.fields["mode"]) == (TRICKY, "upsert")
