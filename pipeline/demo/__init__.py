"""The demonstration: five recordings of scripted dialogues in synthetic speech, in a simulated centre."""
