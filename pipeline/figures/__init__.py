"""Figures over the whole store: what support contributed, the KPI sheet, what to expect of the model."""
