"""A multipart body as a stream: fields are collected, the file's bytes are handed on as they come."""

from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from product_importer.kit.errors import AppError

FIELD_MAX = 64 * 1024  # bytes of one form field
FIELDS_MAX = 50


class BadForm(AppError):
    """The body is not the form it claims to be."""

    status = 400
    code = "BAD_FORM"
    title = "The form could not be read"
    action = "Send multipart/form-data with one field `file`, or the file alone as the body."


@dataclass
class Form:
    """What has been read of a form so far; `data` is what came of the file since it was last taken."""

    fields: dict[str, str] = field(default_factory=dict)
    file_name: str | None = None
    data: bytearray = field(default_factory=bytearray)


class FormReader:
    """Feeds a body to python-multipart and keeps only what it must."""

    def __init__(self, content_type: str) -> None:
        self.form = Form()
        boundary = parse_options_header(content_type)[1].get(b"boundary")
        if not boundary:
            raise BadForm("Its Content-Type names no boundary.")
        self._name, self._is_file, self._seen_file, self._ended = "", False, False, False
        self._header, self._value = (bytearray(), bytearray()), bytearray()
        callbacks = {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._header_end,
            "on_part_data": self._data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }
        try:
            self._parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]
        except FormParserError as error:
            raise BadForm(str(error)) from error

    def feed(self, block: bytes) -> None:
        """Read on; raises BadForm where the body is no form."""
        try:
            self._parser.write(block)
        except FormParserError as error:
            raise BadForm(str(error)) from error

    def finish(self) -> None:
        """Say that the body has ended; raises BadForm when it was cut or held no file."""
        if not self._ended:  # the parser's own `finalize` accepts a form that lacks its last boundary
            raise BadForm("It is incomplete.")
        if self.form.file_name is None:
            raise BadForm("It has no file in a field named `file`.")

    def _begin(self) -> None:
        self._name, self._is_file = "", False
        self._value.clear()

    def _header_end(self) -> None:
        if bytes(self._header[0]).lower() == b"content-disposition":
            options = parse_options_header(bytes(self._header[1]))[1]
            self._name = _text(options.get(b"name", b""))
            if b"filename" in options:
                self._open_file(_text(options[b"filename"]))
        for part in self._header:
            part.clear()

    def _open_file(self, name: str) -> None:
        if self._seen_file:
            raise BadForm("It contains more than one file; send one file at a time.")
        self._is_file = self._seen_file = True
        self.form.file_name = name.replace("\\", "/").rpartition("/")[2]

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.form.data += data[start:end]
            return
        self._value += data[start:end]
        if len(self._value) > FIELD_MAX:
            raise BadForm(f"The field `{self._name}` is longer than {FIELD_MAX:,} bytes.")

    def _part_end(self) -> None:
        if self._is_file:
            return
        self.form.fields[self._name] = _text(bytes(self._value))
        if len(self.form.fields) > FIELDS_MAX:
            raise BadForm(f"It has more than {FIELDS_MAX} fields.")

    def _end(self) -> None:
        self._ended = True


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
