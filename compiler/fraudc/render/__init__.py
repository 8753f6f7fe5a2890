"""Diagnostics in, text for people or machines out."""

from fraudc.render.caret import render_text, summary
from fraudc.render.machine import render_github, render_json, render_sarif

__all__ = ["render_github", "render_json", "render_sarif", "render_text", "summary"]
