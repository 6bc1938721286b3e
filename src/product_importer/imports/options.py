"""What whoever starts an import may ask for; everything else is found out from the file."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from product_importer.imports.checking.presets import Preset
from product_importer.imports.states import Blank, Decimal, Mode
from product_importer.kit.texts import Storable

ProductField = Literal["sku", "name", "description", "price", "active"]
Target = Literal["sku", "name", "description", "price", "active", "images"]  # what a column can be mapped to


class Options(BaseModel):
    """The options of one import, as form fields of POST /upload and as the CLI's switches."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mapping: dict[Target, Storable] | None = Field(None, description="Field to column; replaces the aliases.")
    preset: Preset | None = Field(None, description="The shop whose export this is; `none` for no known one.")
    blanks: dict[ProductField, Blank] = Field(default_factory=dict, description="What a blank cell of a field means.")
    decimal: Decimal | None = Field(None, description="The decimal sign of the price column.")
    mode: Mode = Field(Mode.UPSERT, description="Whether products may be created, updated, or both.")
    encoding: str | None = Field(None, max_length=40, description="The text encoding, if the guess is wrong.")
    delimiter: str | None = Field(
        None, min_length=1, max_length=3, description="The character between two cells, or the word tab."
    )
    header_line: int | None = Field(None, ge=1, le=1000, description="The line of the header, counted from 1.")
    sheet: Storable | None = Field(None, max_length=31, description="The sheet to read of a workbook, by its name.")
    guard: bool = Field(True, description="Remove one ' that guards spreadsheets against formulas.")
    interactive: bool = Field(False, description="Ask a person instead of refusing when something is unclear.")
    check_columns: bool = Field(False, description="Ask a person in any case.")
    review: bool = Field(False, description="Stop when the plan is made, and write only once it is approved.")
    max_rejects: float | None = Field(
        None, ge=0, le=1, description="The share of rejected rows, 0 to 1, above which a person is asked first."
    )

    @property
    def asks(self) -> bool:
        """Whether a person can be asked, so that unclear columns are no reason to refuse."""
        return self.interactive or self.check_columns

    def settled(self) -> "Options":
        """Return them for when nobody is asked any more, so that columns that are wrong are refused."""
        return self.model_copy(update={"interactive": False, "check_columns": False})

    def stored(self) -> dict[str, Any]:
        """Return what the import row keeps: only what differs from the defaults."""
        return self.model_dump(mode="json", exclude_defaults=True)
