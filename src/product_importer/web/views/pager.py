"""Which page numbers a list links to."""


def window(page: int, pages: int) -> list[int | None]:
    """List the first, the last and the pages around `page`; None stands where some are left out."""
    near = {1, pages, page - 1, page, page + 1}
    shown = sorted(number for number in near if 1 <= number <= pages)
    listed: list[int | None] = []
    for before, number in zip([0, *shown], shown, strict=False):
        if number > before + 1:
            listed.append(None if number > before + 2 else number - 1)
        listed.append(number)
    return listed
