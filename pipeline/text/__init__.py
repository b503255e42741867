"""From utterances to evidence (tags) and decisions (moments)."""
