"""Reference tables of the welfare loop."""

from welfare import admin_respite  # noqa: F401
