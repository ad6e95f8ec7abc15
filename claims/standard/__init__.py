"""標準の形: the documented CSV in which sections and this system exchange data, both ways, with its checker."""
