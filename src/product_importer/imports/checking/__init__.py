"""From records to products: which column feeds which field, and whether each row keeps the rules."""
