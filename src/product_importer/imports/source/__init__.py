"""From the bytes of a file to numbered records, whatever its encoding, its dialect and its defects."""
