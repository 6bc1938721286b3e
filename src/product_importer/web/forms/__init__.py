"""What a person typed into a form: understood, with what is wrong beside each field."""
