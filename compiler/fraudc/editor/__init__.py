"""What editors know of a project's files: JSON Schemas."""
