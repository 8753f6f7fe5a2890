"""The compiler: rule text in, a Plan or diagnostics out; and the tools around it."""
