"""Tables, maps, treaty and donor returns, the public extract."""
