"""Who somebody is and what they may: signing in here or elsewhere, and the name a command acts under."""
