#!/usr/bin/env python3
"""Makes watermark-badge/assets/NotoSansKR-Badge.otf: the glyphs of printable ASCII and of glyphs.txt, out of Noto Sans CJK.

    apt-get install fonts-noto-cjk        # the font was made with Debian's 1:20220127+repack1-1
    pip install fonttools==4.68.0
    scripts/badge-font.py [NotoSansCJK-Bold.ttc]

Hangul and Latin come from the Korean face, Chinese characters from the simplified Chinese one: all faces of the collection
share their outlines, only the character map differs.
"""
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

COLLECTION = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"
ASSETS = Path(__file__).resolve().parent.parent / "watermark-badge" / "assets"

collection = TTCollection(sys.argv[1] if len(sys.argv) > 1 else COLLECTION)
faces = {face["name"].getDebugName(1): face for face in collection.fonts}
korean, chinese = (next(f for n, f in faces.items() if n.startswith(f"Noto Sans CJK {r}")) for r in ("KR", "SC"))

wanted = {chr(c) for c in range(0x20, 0x7F)} | set((ASSETS / "glyphs.txt").read_text(encoding="utf-8"))
wanted.discard("\n")
for table in korean["cmap"].tables:
    if table.isUnicode():
        for character in wanted:
            if "\u4e00" <= character <= "\u9fff":
                table.cmap[ord(character)] = chinese.getBestCmap()[ord(character)]

options = subset.Options()
options.layout_features = []
options.hinting = False
options.desubroutinize = False
options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
options.name_languages = [0x409]
options.notdef_outline = False
options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG"]
options.recalc_timestamp = False
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=sorted(map(ord, wanted)))
subsetter.subset(korean)
# The licence reserves no name, yet a changed font should not pass for the original.
for record in korean["name"].names:
    if record.nameID in (1, 3, 4, 6):
        record.string = "NotoSansKR-Badge" if record.nameID == 6 else "Noto Sans KR Badge"
target = ASSETS / "NotoSansKR-Badge.otf"
korean.save(target)
print(f"{target}: {target.stat().st_size} bytes, {len(korean.getGlyphOrder())} glyphs")
