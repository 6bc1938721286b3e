"""`python -m product_importer` is the same as the command `product-importer`."""

from product_importer import cli

cli.main()
