#!/usr/bin/env python3
"""Finds the words of the column "not" of docs/glossary.md in the tree.

    scripts/check-glossary.py [ROOT]      exit 0, or 1 with one line per word that was found

Words and phrases are searched for as whole words, in any case: in pages (without code blocks and
code spans), in comments, in string literals outside of tests, and in identifiers by their parts
(`usual_way` and `UsualWay` contain "usual way"). Phrases are found over line ends.
"""
import os
import re
import sys

GLOSSARY = "docs/glossary.md"
# Folders and files that obey the glossary.
CHECKED = ["include", "sdk", "adapters", "samples", "bench", "docs", "tests", "scripts", "README.md",
           "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]
EXEMPT = [
    GLOSSARY,
    "bench/results",           # generated
    "scripts/check-glossary.py",
    "tests/contract/vectors",  # data
    "tests/checks/glossary_test.sh",
]
IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def words_not_used(text):
    """The phrases of the column "not", each as a list of lower-case words."""
    phrases = set()
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")] \
            if line.startswith("| ") else []
        if len(cells) < 3 or cells[2].startswith("not"):
            continue
        for entry in cells[2].rstrip(" |").split(","):
            words = re.split(r"[\s-]+", entry.strip().lower())
            if words != [""]:
                phrases.add(tuple(words))
    return sorted(phrases)


def blank(match):
    """Spaces instead of the match, so that line numbers stay."""
    return re.sub(r"[^\n]", " ", match.group())


def prose_of_page(text):
    text = re.sub(r"^```.*?^```", blank, text, flags=re.S | re.M)
    return re.sub(r"`[^`\n]*`|\]\([^)]*\)|https?://\S+", blank, text)


def split_code(text, mark, with_strings):
    """Prose (comments, literals) and code (the rest) of a source file, blanked in place."""
    comment = r"//[^\n]*" if mark == "//" else r"(?:(?<=\s)|^)#[^\n]*"
    token = re.compile(comment + r'|R"\((?:.|\n)*?\)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.M)
    prose, code, at = [], [], 0
    for match in token.finditer(text):
        gap = text[at:match.start()]
        prose.append(re.sub(r"[^\n]", " ", gap))
        code.append(gap)
        is_comment = match.group().startswith(mark)
        keep = is_comment or (with_strings and match.group().startswith('"'))
        body = re.sub(r"(?m)^(\s*)(//|#)", r"\1  ", match.group()) if is_comment else match.group()
        prose.append(body if keep else blank(match))
        code.append(blank(match))
        at = match.end()
    prose.append(re.sub(r"[^\n]", " ", text[at:]))
    code.append(text[at:])
    return "".join(prose), "".join(code)


def findings(path, text, phrases):
    is_page = path.endswith(".md")
    mark = "//" if path.endswith((".hpp", ".cpp")) else "#"
    if is_page:
        prose, code = prose_of_page(text), ""
    else:
        prose, code = split_code(text, mark, not path.startswith("tests/"))
    for phrase in phrases:
        pattern = r"(?<![\w-])" + r"(?:[\s-]+)".join(map(re.escape, phrase)) + r"(?![\w-])"
        for match in re.finditer(pattern, prose, re.I):
            yield prose.count("\n", 0, match.start()) + 1, " ".join(phrase)
    for match in IDENTIFIER.finditer(code):
        parts = [part.lower() for part in PART.findall(match.group())]
        for phrase in phrases:
            size = len(phrase)
            if any(tuple(parts[i:i + size]) == phrase for i in range(len(parts) - size + 1)):
                yield code.count("\n", 0, match.start()) + 1, " ".join(phrase)


def files(root):
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if not f.startswith((".", "build"))]
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), root)
            if name.endswith((".hpp", ".cpp", ".md", ".sh", ".py", ".txt", ".cmake")):
                yield path


def is_below(path, places):
    return any(path == place or path.startswith(place + "/") for place in places)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..")
    with open(os.path.join(root, GLOSSARY), encoding="utf-8") as page:
        phrases = words_not_used(page.read())
    if not phrases:
        sys.exit(GLOSSARY + ": the column \"not\" is empty or was not found")
    failed = False
    for path in sorted(files(root)):
        if not is_below(path, CHECKED) or is_below(path, EXEMPT):
            continue
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as source:
            text = source.read()
        for line, phrase in sorted(set(findings(path, text, phrases))):
            print(f'{path}:{line}: "{phrase}" is not used; see {GLOSSARY}')
            failed = True
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
