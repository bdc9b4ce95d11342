"""Field submissions and files become checked records and proposed entries."""
