"""The Japanese success-phrase dictionary: entries, normalisation, matching, lint, versions."""
