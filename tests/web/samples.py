"""Made-up imports and products, for pages that are looked at without a backend."""

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal

from product_importer.imports.doubts import Example
from product_importer.imports.preview import Row
from product_importer.imports.snapshot import (
    Counts,
    Failure,
    FileFacts,
    Notice,
    Progress,
    Reject,
    RejectGroup,
    Snapshot,
)
from product_importer.imports.states import Mode, Outcome, Question, State
from product_importer.web.views import Chip, Column

NOW = dt.datetime.now(dt.UTC)
SETTLED = Counts(500_000, 468_212, 18_940, 6_305, 3_118, 0, 3_425)
HALF = Counts(216_000, 200_000, 11_000, 900, 1_900, 0, 2_200)
DONE = Progress(100.0, 500_000, 500_000, None, None)
WORDS = {
    State.QUEUED: "Waiting",
    State.READING: "Parsing CSV…",
    State.CHECKING: "Validating…",
    State.APPLYING: "Importing…",
    State.WAITING: "Which column is which?",
    State.COMPLETED: "Completed",
    State.FAILED: "Failed: no column of this file holds the SKU",
    State.CANCELLED: "Cancelled",
    State.UNDONE: "Undone",
}


@dataclass(frozen=True, slots=True)
class Product:
    """A product as the list shows it."""

    sku: str
    name: str
    description: str | None
    price: Decimal | None
    active: bool
    updated_at: dt.datetime


def make_snapshot(
    number: int = 41,
    state: State = State.COMPLETED,
    *,
    name: str = "spring-2027.csv",
    counts: Counts = SETTLED,
    progress: Progress = DONE,
    minutes_ago: float = 130,
    actor: str = "user:local",
    question: Question | None = None,
    warnings: tuple[Notice, ...] = (),
    error: Failure | None = None,
) -> Snapshot:
    """Make one import; what is not said is a completed one of half a million rows."""
    began = NOW - dt.timedelta(minutes=minutes_ago)
    return Snapshot(
        task_id=uuid.UUID(int=0x0193_0000_0000_7000_8000_0000_0000_0000 + number),
        number=number,
        state=state,
        status=WORDS[state],
        question=question,
        version=17,
        progress=progress,
        counts=counts,
        file=FileFacts(name, 71_300_211, "9f86d081884c7d65" * 4, "utf-8", ",", 1),
        mapping={"sku": "StockCode", "name": "Description", "price": "UnitPrice"},
        ignored_columns=["InvoiceNo", "Quantity", "CustomerID"],
        mode=Mode.UPSERT,
        warnings=list(warnings),
        error=error,
        actor=actor,
        created_at=began,
        started_at=began,
        finished_at=began + dt.timedelta(seconds=9.4),
    )


APPLYING = make_snapshot(
    42,
    State.APPLYING,
    name="autumn-stock.csv",
    counts=HALF,
    progress=Progress(71.6, 216_000, 500_000, 61_000, 4.6),
    minutes_ago=0.07,
)
READING = make_snapshot(
    43,
    State.READING,
    name="a-rather-long-name-of-a-supplier-file-2026-11.csv",
    counts=Counts(),
    progress=Progress(12.4, 310, None, 410_000, None, rows_read=62_000),
    minutes_ago=0.01,
)
COMPLETED = make_snapshot(warnings=(Notice("PRICE_ROUNDED", "212 prices were rounded to the nearest cent.", 212),))
FAILED = make_snapshot(
    39,
    State.FAILED,
    name="supplier_batch.csv",
    counts=Counts(),
    progress=Progress(4.0, 0, None, None, None),
    minutes_ago=1_800,
    error=Failure("COLUMN_MISSING", "No column holds the SKU", "Name the column sku, or choose it by hand."),
)
WAITING = make_snapshot(
    40,
    State.WAITING,
    name="price-list-nov.csv",
    counts=Counts(),
    progress=Progress(0.0, 0, None, None, None),
    minutes_ago=18,
    question=Question.MAPPING,
)
CANCELLED = make_snapshot(
    38,
    State.CANCELLED,
    name="clearance.csv.gz",
    counts=Counts(12_000, 11_400, 200, 0, 0, 380, 20),
    progress=Progress(62.0, 12_000, 46_120, None, None),
    minutes_ago=4_000,
    actor="token:nightly-sync",
)
RECENT = [APPLYING, COMPLETED, WAITING, FAILED, CANCELLED]

GROUPS = [
    RejectGroup("PRICE_NEGATIVE", "UnitPrice", 1_204, "-4.00", [7, 19, 388, 1_042, 1_043]),
    RejectGroup("PRICE_INVALID", "UnitPrice", 1_026, "12,50 EUR / kg", [211, 212, 213, 960]),
    RejectGroup("NAME_BLANK", "Description", 1_131, "", [88, 90, 14_201]),
    RejectGroup("ROW_RAGGED", None, 64, "Mug; 350 ml; oat", [30_113, 30_114]),
]
REJECTS = [
    Reject(7, "UnitPrice", "PRICE_NEGATIVE", "-4.00", "Expected 0 or more."),
    Reject(88, "Description", "NAME_BLANK", "", "Give a name."),
    Reject(211, "UnitPrice", "PRICE_INVALID", "12,50 EUR / kg", "Expected a number such as 12.50."),
    Reject(30_113, None, "ROW_RAGGED", "MUG-1103,Stoneware mug, 350 ml, oat,14.50", "Has 5 cells, the header has 3."),
    Reject(402_118, "StockCode", "SKU_SPOILT", "1.23457E+11", "Export the column as text."),
]

COLUMNS = [
    Column(0, "Art.-Nr.", ("MUG-1103", "00090.750", "LMP-0412"), "sku", "reject", "Chosen on 22 Nov", 3),
    Column(
        1, "Bezeichnung", ("Stoneware mug 350 ml", "Desk cable tray", "Arc lamp"), "name", "keep", "Header matches", 2,
        blank_problem="A blank name cannot be “keep”.",
    ),
    Column(2, "VK netto", ("14,50", "27,00", "1.189,00"), "price", "reject", "Guess, please check", 1, ask=True),
    Column(3, "Lieferant", ("Nordholz", "Kern GmbH", "Lumo"), "name", problem="“Bezeichnung” is the Name."),
    Column(4, "", ("x", "", "<b>x</b>")),
]  # fmt: skip
CHIPS = [
    Chip("encoding", "Encoding", "", (("", "Windows-1252"), ("utf-8", "UTF-8")), ask=True),
    Chip("delimiter", "Delimiter", "", (("", "semicolon ;"), (",", "comma ,"))),
    Chip("header_line", "Header on line", "3", ()),
    Chip("decimal", "Decimal sign", "", (("", "not clear"), (".", "point")), problem="“1,234” is unclear."),
]
ROWS = [
    Row(4, Outcome.UPDATED, {"sku": "MUG-1103", "name": "Stoneware mug 350 ml", "price": "14.50"}),
    Row(5, Outcome.CREATED, {"sku": "00090.750", "name": "Desk cable tray", "price": "27.00"}),
    Row(6, Outcome.REJECTED, {"sku": "B", "name": "Bowl", "price": "n/a"}, wrong="price", message="Not a number"),
    Row(8, Outcome.UNCHANGED, {"sku": "PLT-0519", "name": "Pot", "description": ""}, kept=frozenset({"price"})),
]
MAPPING: dict[str, object] = {
    "chips": CHIPS,
    "preset": Chip("preset", "Preset", "", (("", "none found"), ("shopify", "Shopify"))),
    "mode": Chip("mode", "Existing products", "upsert", (("upsert", "update them"), ("create_only", "leave them"))),
    "columns": COLUMNS,
    "imported": 3,
    "ignored": ["Lieferant"],
    "fields": {"sku": "SKU", "name": "Name", "description": "Description", "price": "Price", "active": "Active"},
    "policies": {"reject": "Reject row", "keep": "Keep value", "clear": "Clear value"},
    "problems": {"columns": "No column becomes the SKU. Choose the one that holds it."},
    "first_problem": "columns",
    "memory": None,
    "example": Example("Große Schüssel, weiß", 12),
    "header_found": 3,
    "made_for": "9f86d081884c7d65 5 none",
    "rows": ROWS,
}


def make_products(count: int = 20) -> list[Product]:
    """Make a page of products: long and short names, no price, inactive."""
    shown = [
        ("LMP-0412", "Arc floor lamp, brushed brass", "E27, 12 W, with a foot switch and 2 m of cable", "189.00"),
        ("MUG-1103", "Stoneware mug 350 ml, oat", "Glazed inside", "14.50"),
        ("00090.750", "Desk cable tray", None, None),
        ("CLK-0034", "Wall clock 30 cm, white", "Silent movement", "1245.00"),
    ]
    return [
        Product(sku, name, text, Decimal(price) if price else None, i % 5 != 3, NOW - dt.timedelta(hours=7 * i))
        for i, (sku, name, text, price) in ((i, shown[i % 4]) for i in range(count))
    ]
