"""Made-up imports and products, for pages that are looked at without a backend."""

import dataclasses
import datetime as dt
import uuid
from decimal import Decimal

from product_importer.catalog import queries as products
from product_importer.catalog.models import Product
from product_importer.imports.changes import Page
from product_importer.imports.doubts import Example
from product_importer.imports.preview import Row
from product_importer.imports.snapshot import (
    Asked,
    Change,
    Counts,
    Difference,
    Failure,
    FileFacts,
    Notice,
    Progress,
    Reject,
    RejectGroup,
    Repeat,
    Snapshot,
    Undoing,
)
from product_importer.imports.states import Fate, Mode, Outcome, Question, State, UndoState
from product_importer.imports.undoing.undo import Tally
from product_importer.imports.undoing.undo_queries import Kept
from product_importer.web.actions.mending import Control, Sheet
from product_importer.web.actions.mending import Row as MendRow
from product_importer.web.forms import product_form
from product_importer.web.views.mapping_parts import Chip, Column

NOW = dt.datetime.now(dt.UTC)
SETTLED = Counts(500_000, 468_212, 18_940, 6_305, 3_118, 0, 3_425)
HALF = Counts(216_000, 200_000, 11_000, 900, 1_900, 0, 2_200)
DONE = Progress(100.0, 500_000, 500_000, None, None, elapsed_seconds=9.4)
WORDS = {
    State.QUEUED: "Waiting",
    State.READING: "Parsing CSV…",
    State.CHECKING: "Validating…",
    State.APPLYING: "Importing…",
    State.WAITING: "Which column is which?",
    State.PAUSED: "Paused",
    State.COMPLETED: "Completed",
    State.FAILED: "Failed: no column of this file holds the SKU",
    State.CANCELLED: "Cancelled",
    State.UNDONE: "Undone",
}


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
    status: str | None = None,
    plan: Counts | None = None,
    asked: Asked | None = None,
) -> Snapshot:
    """Make one import; what is not said is a completed one of half a million rows."""
    began = NOW - dt.timedelta(minutes=minutes_ago)
    return Snapshot(
        task_id=uuid.UUID(int=0x0193_0000_0000_7000_8000_0000_0000_0000 + number),
        number=number,
        state=state,
        status=status or WORDS[state],
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
        links={"superseded": "/imports/41/superseded.csv", "skipped": "/imports/41/skipped.csv"},
        plan=plan,
        asked=asked,
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
PLANNED = Counts(500_000, 468_212, 18_940, 6_305, 2_000, 1_118, 3_425)


def make_waiting(
    question: Question, status: str, *, plan: Counts | None = PLANNED, asked: Asked | None = None
) -> Snapshot:
    """Make an import that asks a person."""
    counts = Counts(rows=5_425, superseded=2_000, rejected=3_425) if plan else Counts()
    return dataclasses.replace(
        make_snapshot(
            44,
            State.WAITING,
            counts=counts,
            progress=Progress(50.0, 5_425, 500_000, None, None),
            question=question,
            status=status,
            plan=plan,
            asked=asked,
        ),
        finished_at=None,
    )


REVIEW = make_waiting(Question.REVIEW, "Waiting for your review")
MOVED = make_waiting(
    Question.REVIEW,
    "Waiting for your review",
    asked=Asked(
        moved=37,
        differences=[
            Difference(3_517, "MUG-1103", Outcome.UPDATED, Outcome.UPDATED, {"price": ["13.20", "14.50"]}),
            Difference(3_530, "BTL-0077", Outcome.CREATED, Outcome.UNCHANGED, {}),
            Difference(3_541, "PLT-0519", Outcome.UPDATED, Outcome.CREATED, {"name": [None, "Terracotta pot 18 cm"]}),
        ],
    ),
)
TOO_MANY = make_waiting(
    Question.REJECTS, "Continue despite the rejected rows?", plan=Counts(7_425, 1_000, 1_000, 0, 2_000, 0, 3_425)
)
UNDECIDED = make_waiting(
    Question.DECIMAL,
    "Which sign separates the cents?",
    plan=None,
    asked=Asked(
        "“1,234” and 811 others can each be read in two ways; a price such as 12.50 or 12,50 would settle it.",
        "1,234",
        {".": "1234.00", ",": "1.23"},
    ),
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
PAUSED = make_snapshot(
    44, State.PAUSED, counts=HALF, progress=Progress(71.6, 216_000, 500_000, 61_000, None), minutes_ago=40
)
PREVIEW = Tally(deleted=468_212, restored=18_903, kept=35, gone=2)
KEPT = [
    Kept(uuid.UUID(int=1), "LMP-0412", Fate.EDITED, "user:pricing@shop", {"price": ["189.00", "179.00"]}),
    Kept(uuid.UUID(int=2), "MUG-1103", Fate.EDITED, "import:42", None),
    Kept(uuid.UUID(int=3), "00090.750", Fate.DELETED, "user:local", None),
    Kept(
        uuid.UUID(int=4),
        "CLK-0034",
        Fate.EDITED,
        None,
        {
            "name": ["Wall clock 30 cm, white", "Wall clock"],
            "description": [None, "Silent movement"],
            "active": [True, False],
        },
    ),
]


def make_undone(
    state: UndoState, *, done: int = 487_152, error: Failure | None = None, kept: int = 35, gone: int = 2
) -> Snapshot:
    """Make an import that is being undone, was, or whose undo stopped."""
    counted = (min(done, 468_212), max(0, done - 468_212 - kept - gone), kept, gone)
    asked = NOW - dt.timedelta(seconds=8)
    percent = round(100 * done / 487_152, 1)
    undo = Undoing(state, percent, done, 487_152, *counted, "user:local", error, asked, None if done < 487_152 else NOW)
    snapshot = make_snapshot(state=State.UNDONE if state is UndoState.COMPLETED else State.COMPLETED)
    return dataclasses.replace(
        snapshot, undo=undo, status="Undoing…" if snapshot.state is State.COMPLETED else "Undone"
    )


UNDOING = make_undone(UndoState.RUNNING, done=216_000, kept=12, gone=0)
UNDONE = make_undone(UndoState.COMPLETED)
UNDO_FAILED = make_undone(
    UndoState.FAILED,
    done=216_000,
    error=Failure("UNDO_CRASHED", "It stopped after 216,000 products.", "Undo again: it continues where it stopped."),
)
AGAIN = dataclasses.replace(COMPLETED, repeats=Repeat(uuid.UUID(int=40), 40, NOW - dt.timedelta(hours=2)))
AWAKE = [APPLYING, WAITING, PAUSED]
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
    Reject(402_118, "StockCode", "SKU_SPOILT", "1.23457E+11", "Export the column as text.", 401_730),
]

ID = uuid.UUID(int=7)
UPDATES = Page(
    [
        Change(Outcome.UPDATED, 3_517, "MUG-1103", "Stoneware mug 350 ml, oat", ID, {"price": ["12.90", "14.50"]}),
        Change(
            Outcome.UPDATED,
            3_541,
            "PLT-0519",
            "Terracotta pot 18 cm",
            ID,
            {"name": ["Pot", "Terracotta pot 18 cm"], "description": ["Unglazed", None], "active": [False, True]},
        ),
        Change(Outcome.UPDATED, 3_600, "A-RATHER-LONG-SKU-" * 6, None, None, {"description": [None, "=<b>x</b>" * 30]}),
    ],
    "3.00000000-0000-0000-0000-000000000007",
)
OVERRULED = Page([Change(Outcome.SUPERSEDED, 12, "MUG-1103", winning_line=3_517)], None)
LEFT_OUT = Page(
    [Change(Outcome.SKIPPED, 14, "MUG-1104", code="EXISTS", column="SKU", message="Product already exists. Nothing.")],
    None,
)
NOTHING = Page([], None)

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


def make_control(name: str, label: str, column: str, value: str, *, wrong: bool = False) -> Control:
    """Make one cell of a row that is mended."""
    return Control(name, label, column, value, value, wrong, focused=wrong and name == "cell-7-2")


SHEET = Sheet(
    [
        MendRow(
            7,
            "PRICE_NEGATIVE",
            "Price is below zero",
            [
                make_control("cell-7-0", "SKU", "StockCode", "MUG-1103"),
                make_control("cell-7-1", "Name", "Name", "Stoneware mug 350 ml, oat"),
                make_control("cell-7-3", "Description", "Text", "Glazed inside.\nMicrowave safe."),
                make_control("cell-7-2", "Price", "UnitPrice", "-4.00", wrong=True),
            ],
            changed=False,
            too_long=False,
        ),
        MendRow(
            402_118,
            "QUOTE_UNBALANCED",
            "A quotation mark is out of place",
            [make_control("raw-402118", "The line as it stands in the file", "", 'A,"B;;1.00', wrong=True)],
            changed=True,
            too_long=False,
        ),
        MendRow(402_119, "FIELD_TOO_LONG", "Cell is too long", [], changed=False, too_long=True),
    ],
    [make_control("cell-900-2", "Price", "UnitPrice", "4.00")],
    changed=2,
    page=2,
    pages=3,
)


def make_products(count: int = 20) -> list[Product]:
    """Make a page of products: long and short names, no price, inactive."""
    shown = [
        ("LMP-0412", "Arc floor lamp, brushed brass", "E27, 12 W, with a foot switch and 2 m of cable", "189.00"),
        ("MUG-1103", "Stoneware mug 350 ml, oat", "Glazed inside", "14.50"),
        ("00090.750", "Desk cable tray", None, None),
        ("CLK-0034", "Wall clock 30 cm, white", "Silent movement", "1245.00"),
    ]
    hours = [dt.timedelta(hours=7 * i) for i in range(count)]
    made = [(i, *shown[i % 4]) for i in range(count)]
    return [
        Product(
            id=uuid.UUID(int=i),
            sku=sku,
            sku_key=f"{sku}-{i}",
            name=name,
            description=text,
            price=Decimal(price) if price else None,
            active=i % 5 != 3,
            version=3,
            updated_at=NOW - hours[i],
        )
        for i, sku, name, text, price in made
    ]


def make_found(count: int = 20, total: int = 512_304, *, exact: bool = True, page: int = 1) -> products.Page:
    """Make a page of the list; what is not said is the first page of half a million products."""
    return products.Page(make_products(count), products.Total(total, exact), page, max(1, -(-total // 20)), None)


MUG = make_products(2)[1]
TYPED = product_form.of(MUG)
BAD_FORM = dataclasses.replace(
    TYPED,
    values={**TYPED.values, "sku": "LMP-0412", "price": "12,50 EUR / kg"},
    problems={"sku": "“LMP-0412” is taken: “LMP-0412”, Arc floor lamp.", "price": "A price is digits."},
    taken={"id": str(uuid.UUID(int=0)), "sku": "LMP-0412"},
)
CONFLICT = dataclasses.replace(
    TYPED,
    values={**TYPED.values, "price": "15.00"},
    changes={"price": ["14.90", "15.00"], "description": [None, "Glazed inside"], "active": [False, True]},
    who="user:pricing@shop",
)
