"""EOD spot tasks (IMAS 09.30): from the call to the answer given to the caller. They never release land."""
