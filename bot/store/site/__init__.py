"""The site's pages, and what everybody may read and search."""
