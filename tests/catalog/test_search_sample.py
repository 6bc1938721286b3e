"""What an index of trigrams is asked for: what tells most, and nothing where reading the texts is quicker."""

from collections.abc import Sequence

from product_importer.catalog.search_sample import Sample
from product_importer.catalog.search_text import SPACE, text_of


def texts(*names: str) -> list[str]:
    return [text_of(f"A-{number}", name, None) for number, name in enumerate(names)]


def asked(seen: Sequence[str], *words: str, meant: int = 0) -> Sequence[str]:
    """Return what is asked for where each text of the sample stands for 10,000, of which so many are enough."""
    sample = Sample(seen, 10_000, meant, rest=len(seen), both=meant)
    return sample.worth_asking([word.replace(" ", SPACE) for word in words], enough=10_000)


def test_rare_words_are_asked_for_whole() -> None:
    seen = texts(*(f"mug {number}" for number in range(100)))
    assert asked(seen, "zebra", "okapi") == ["zebra", "okapi"]
    assert asked(seen, "-99") == ["-99"]


def test_of_a_word_what_is_common_is_left_out() -> None:
    seen = texts(*(f"mug {number}" for number in range(100)))
    assert asked(seen, "mug zebra") == [f"g{SPACE}z", f"{SPACE}ze", "zeb", "ebr", "bra"]


def test_of_common_words_what_spans_them_is_asked_for() -> None:
    """Each word stands in every text, and only one text has the two together."""
    seen = texts(*["alpha chair bravo eagle delta"] * 99, "chair alpha bravo eagle delta")
    assert asked(seen, "alpha bravo", meant=1) == [f"a{SPACE}b"]


def test_where_nothing_tells_the_texts_apart_the_index_is_not_asked() -> None:
    seen = texts(*["alpha bravo"] * 100)
    assert asked(seen, "alpha", "bravo", meant=0) == []
    assert asked(seen, "alpha", meant=100) == []


def test_what_a_fifth_of_the_texts_have_is_asked_for_since_it_may_stand_together() -> None:
    seen = texts(*["alpha"] * 80, *["bravo"] * 20)
    assert asked(seen, "bravo", meant=20) == ["avo"]


def test_signs_that_make_no_trigram_are_not_asked_for() -> None:
    seen = texts(*(f"mug {number}" for number in range(100)))
    assert asked(seen, "---") == []
    assert asked(seen, "a--b-c") == []
    assert asked(seen, "--zebra") == ["--zebra"]


def test_what_meets_the_rest_is_read_where_that_is_less_than_what_the_index_names() -> None:
    def is_quicker(rest: int, *parts: str) -> bool:
        return Sample(texts(*["alpha"] * 10, *["bravo"] * 90), 10_000, 0, rest, 0).is_rest_quicker(parts)

    assert [is_quicker(rest, "alpha") for rest in (89, 90)] == [True, False]
    assert [is_quicker(rest, "bravo") for rest in (100,)] == [True]
    assert [is_quicker(rest, "alpha", "bravo") for rest in (0, 1)] == [False, False]
    assert [is_quicker(rest) for rest in (99, 100)] == [True, False]
