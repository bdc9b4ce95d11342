"""Files of rows become records: columns matched to elements, rows read and checked, verdicts written back."""
