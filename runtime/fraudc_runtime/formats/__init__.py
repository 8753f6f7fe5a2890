"""Input formats: payload bytes in, field values or bad input out; one module a format."""
