"""Model to plan, one file a subject."""
