"""Python imports this first of all in every process under fire: the product, in a hurry and with a planted bug."""

from tests.fire import hurry

hurry.apply()
