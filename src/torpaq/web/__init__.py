"""Django: database, desk, public pages, jobs. The only room that knows a request or a database."""
