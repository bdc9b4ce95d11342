"""A record: what a form was answered, typed and in codes; read, checked, merged and turned into proposals."""
