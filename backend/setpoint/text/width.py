"""How wide a string is on a terminal."""


def width(text: str) -> int:
    """Return how many columns `text` takes on a terminal (Unicode Standard Annex 11)."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "FW" else 1
        for character in text
    )
