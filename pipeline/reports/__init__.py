"""What a night reports: one body of numbers, written as JSON and CSV and shown by the web pages."""
