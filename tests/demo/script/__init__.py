"""The script: what the made-up people do, as values, and what is public at its end."""

from .lines import TIP, Ending, Line, Place, ending, read, speakers

__all__ = ["TIP", "Ending", "Line", "Place", "ending", "read", "speakers"]
