"""Lines of recent answers: the slowest touches the top, failures are marked, one answer is no line."""

from product_importer.web.views import sparks
from product_importer.webhooks.queries import Answered


def test_a_line_goes_from_the_oldest_answer_to_the_newest_and_marks_what_failed() -> None:
    line = sparks.drawn([Answered(50, good=True), Answered(0, good=True), Answered(100, good=False)])
    assert line == sparks.Spark("0.0,12.5 40.0,21.0 80.0,4.0", [(78.5, 2.5)])


def test_less_than_two_answers_are_no_line() -> None:
    assert sparks.drawn([]) is None
    assert sparks.drawn([Answered(50, good=True)]) is None
