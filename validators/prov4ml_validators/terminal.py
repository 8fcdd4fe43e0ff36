"""Text that is safe to print: foreign names cannot move the cursor, colour lines or ring the bell."""


def printable(text: str) -> str:
    r"""Return text with everything that is no printable character written as `\uXXXX`."""
    return "".join(
        char
        if char.isprintable()
        else f"\\u{ord(char):04x}"
        if ord(char) < 0x10000
        else f"\\U{ord(char):08x}"
        for char in text
    )


def cut(text: str, length: int = 200) -> str:
    """Return a text of at most `length` characters: of a longer one its beginning and its end."""
    half = length // 2
    return text if len(text) <= length else f"{text[:half]}…{text[len(text) - half + 1 :]}"
