"""What is written from a form's rows: phones' forms, Excel templates, schemas, manual pages."""
