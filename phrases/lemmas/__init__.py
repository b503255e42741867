"""Patterns over base forms (clauses.py): word classes and the grammar between them, for the rules of governing.py.

A pattern names whole words between blanks. `_` before a word marks one that only politeness or grammar needs.
"""

GAP = r"(?:\S+ )"
NOUNS = r"(?:(?!_て |た |ている |為る |_ます |_です |ない |が |けれど |たら |ば |と |から )\S+ )"  # no verb: one clause
