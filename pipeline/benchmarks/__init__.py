"""`kouken bench`: what is common to all of them, and those of whole nights and of the pages."""
