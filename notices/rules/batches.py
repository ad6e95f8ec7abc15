"""Cutting a run's letters into the bundles that workers render and the printer feeds."""


def bundle_sizes(letters: int, *, most: int) -> list[int]:
    """Sizes of as few bundles as possible, none above ``most``, all within one letter of each other.

    Raises:
        ValueError: ``most`` is less than 1.
    """
    if most < 1:
        raise ValueError(f"1束の通数は1以上です: {most}")
    bundles = -(-letters // most)
    return [letters // bundles + (place < letters % bundles) for place in range(bundles)]
