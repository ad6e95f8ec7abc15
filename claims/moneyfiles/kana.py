"""The characters that banks transfer: half-width capitals, figures, kana without small ones, and a few signs."""

import unicodedata

from claims.moneyfiles.model import NotWritable

SIGNS = "()-./ "
_HALF = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF61, 0xFF9E)}
_HALF |= {"\u3099": "ﾞ", "\u309a": "ﾟ", "゛": "ﾞ", "゜": "ﾟ"}
_LARGE = str.maketrans("ｧｨｩｪｫｬｭｮｯ", "ｱｲｳｴｵﾔﾕﾖﾂ")
_ALLOWED = frozenset("".join(map(chr, range(0xFF71, 0xFFA0))) + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" + SIGNS)


def half_width(text: str) -> str:
    """``ガス（カ）`` → ``ｶﾞｽ(ｶ)``; what has no half-width form stays as it is."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text)
    return "".join(_HALF.get(char, char) for char in unicodedata.normalize("NFD", plain))


def transfer_kana(text: str, *, label: str, width: int) -> str:
    """Return a name as banks transfer it; any width and small kana are taken, ー becomes a hyphen.

    Raises:
        NotWritable: another character (kanji, hiragana, ヲ, ・ …) or more than ``width`` of them.

    Source: 全銀協 総合振込の使用文字.
    """
    written = half_width(text).upper().replace("ｰ", "-").translate(_LARGE).strip()
    if strange := "".join(dict.fromkeys(char for char in written if char not in _ALLOWED)):
        signs = " ".join(SIGNS.strip())
        raise NotWritable(
            f"{label}「{text}」の「{unicodedata.normalize('NFC', strange)}」は振込に使えません。通帳のとおりのカナ（ヲを除く）、"
            f"英大文字、数字、{signs} と空白で書いてください。"
        )
    if len(written) > width:
        raise NotWritable(f"{label}「{text}」が{len(written)}字あります（濁点も1字）。{width}字までに縮めてください。")
    return written
