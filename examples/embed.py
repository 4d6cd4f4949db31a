"""A worker that stays: it answers a text with a vector, so that texts about the same things have vectors that are alike.

What stands for a model here needs nothing but Python: each word of three letters or more is hashed to a place of the vector
and to a sign. The SDK is found by itself, since a pool puts it on the program's path.

    python3 paragraphs.py FILE... | espalier run --worker 'python3 embed.py' --method embed --input -
"""

import hashlib
import math
import re

from espalier import WorkerError, worker

SIZE = 32
WORD = re.compile(r"[^\W\d_]{3,}")
places = {}


@worker.on_start
def load():
    """Before the first call: a real model would be read here, once for each worker and not once for each text."""
    worker.progress("loading")


def place(word):
    """Where a word counts in the vector, and whether for or against; remembered for the next text that has it."""
    if word not in places:
        digest = hashlib.sha256(word.encode()).digest()
        places[word] = (digest[0] % SIZE, 1 if digest[1] % 2 else -1)
    return places[word]


@worker.method
def embed(ctx, text, source=None):
    """Embeds one text: a vector of length 1."""
    words = WORD.findall(text.lower())
    if not words:
        raise WorkerError("NO_WORDS", "there is no word in it to go by", data={"source": source})
    vector = [0.0] * SIZE
    for word in words:
        at, sign = place(word)
        vector[at] += sign
    length = math.sqrt(sum(value * value for value in vector)) or 1.0
    return {"source": source, "words": len(words), "vector": [round(value / length, 4) for value in vector]}


worker.run()
