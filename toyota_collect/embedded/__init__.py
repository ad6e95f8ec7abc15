"""The house itself: what bin/ does before, around and after Django.

Only the standard library is imported here, because this code runs before anything is installed:

* ``environment`` and ``libraries`` install what is missing,
* ``postgres`` and ``valkey`` know how to run one server each,
* ``keeper`` keeps a server running while somebody uses it, ``session`` is how a command uses it,
* ``processes`` starts children that cannot outlive their parent,
* ``commands`` holds the five things a person runs.
"""
