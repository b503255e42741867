"""Personal data under control: keeping periods, erasure and its register, looks on record, backups."""
