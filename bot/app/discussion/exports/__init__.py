"""Export: the discussion that everybody may read, for other programs and for a repository.

`records` says what may leave; each other module writes it in one format, piece by piece, so that
a million entries need no more memory than a thousand.
"""
