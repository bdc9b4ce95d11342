"""What phones and pages send: read strictly, element by element, into a record's values; nothing is lost unsaid."""
