"""The paragraphs of text files, one JSON object a line: {"text": …, "source": "FILE:LINE"}.

    python3 paragraphs.py FILE...
"""

import json
import sys


def paragraphs(lines):
    """Pairs of a line's number and the paragraph that begins there; paragraphs are parted by empty lines."""
    words, begun = [], 0
    for number, line in enumerate(lines, 1):
        if line.strip():
            begun = begun if words else number
            words += line.split()
        elif words:
            yield begun, " ".join(words)
            words = []
    if words:
        yield begun, " ".join(words)


for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        for number, text in paragraphs(file):
            print(json.dumps({"text": text, "source": "%s:%d" % (name, number)}))
