"""Work items: what officers do with exchanges that wait in their partner's inbox."""
