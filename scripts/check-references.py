#!/usr/bin/env python3
"""Finds names of files, folders and headings in comments and pages that do not exist.

    scripts/check-references.py [ROOT]      exit 0, or 1 with one line per wrong name

A name is a path below a top folder (`sdk/ship/shipper.hpp`, `tests/unit`), or a file name with an
extension of this tree (`shipper.hpp`). It may be the end of a longer path, be relative to the file
that contains it, or omit the rest of a file's name (`docs/decisions/0010`). X is a placeholder
(`sdk/X`). Anchors of links to pages (`capture.md#the-chain`) must be headings. Code blocks of pages
are skipped.
"""
import os
import re
import sys

TOP = ("adapters", "bench", "cmake", "docs", "include", "samples", "scripts", "sdk", "tests")
EXTENSIONS = "hpp|cpp|md|sh|py|cmake"
# Names that belong to no file of the tree: of examples, of other projects, of what is generated.
ELSEWHERE = {
    "bench/benches.txt": "generated in the build directory",
    "x.py": "an example of a tool's output",
}

NAME = re.compile(
    r"(?<![\w./*$<>{}@:+-])(?:\.\.?/)*("
    r"(?:" + "|".join(TOP) + r")/[\w/.-]*\w"
    r"|(?:[\w.-]+/)*[\w-]+\.(?:" + EXTENSIONS + r")"
    r")(?![\w/*{<-]|\.\w)")
LINK = re.compile(r"\]\(([^)\s#]*)#([^)\s]+)\)")


def comments(text, mark):
    """Lines of the file with everything but comments removed."""
    pattern = re.compile(r"//(.*)" if mark == "//" else r"(?:^|\s)#(?!!)(.*)")
    for number, line in enumerate(text.splitlines(), 1):
        if mark == "//" and line.lstrip().startswith("#include"):
            continue
        match = pattern.search(line)
        if match:
            yield number, match.group(1)


def page_lines(text):
    is_code = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            is_code = not is_code
        elif not is_code:
            yield number, line


def anchors(text):
    """Anchors of a page's headings, as GitHub makes them, and explicit ones."""
    found = set(re.findall(r'<a id="([^"]+)"', text))
    for _, line in page_lines(text):
        match = re.match(r"#+\s+(.*)", line)
        if match:
            title = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", match.group(1)).strip().lower()
            found.add(re.sub(r"[^\w\- ]", "", title).replace(" ", "-"))
    return found


class Tree:
    def __init__(self, root):
        self.root = root
        self.files = set()
        for folder, folders, names in os.walk(root):
            folders[:] = [f for f in folders if f == ".ci" or not f.startswith((".", "build"))]
            for name in names:
                self.files.add(os.path.relpath(os.path.join(folder, name), root))
        self.ends = set()  # every end of every path
        for path in self.files:
            parts = path.split("/")
            self.ends.update("/".join(parts[i:]) for i in range(len(parts)))

    def read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
            return file.read()

    def has(self, name, of):
        relative = os.path.normpath(os.path.join(os.path.dirname(of), name))
        if name in self.ends or relative in self.files or name in ELSEWHERE or name.endswith("/X"):
            return True
        if os.path.isdir(os.path.join(self.root, name)):
            return True
        folder, start = os.path.split(name)
        return "." not in start and any(
            path.startswith(name) for path in self.files if os.path.dirname(path) == folder)


def wrong_names(tree, path):
    text = tree.read(path)
    is_page = path.endswith(".md")
    lines = page_lines(text) if is_page else \
        comments(text, "//" if path.endswith((".hpp", ".cpp")) else "#")
    for number, line in lines:
        for match in NAME.finditer(line):
            if not tree.has(match.group(1), path):
                yield number, match.group(1)
        for target, anchor in LINK.findall(line) if is_page else ():
            page = os.path.normpath(os.path.join(os.path.dirname(path), target)) if target else path
            if page in tree.files and page.endswith(".md") and anchor not in anchors(tree.read(page)):
                yield number, f"{target}#{anchor}"


def main():
    tree = Tree(sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), ".."))
    failed = False
    for path in sorted(tree.files):
        if path.endswith((".hpp", ".cpp", ".md", ".sh", ".py", ".txt", ".cmake")) \
                and path != "scripts/check-references.py":
            for number, name in wrong_names(tree, path):
                print(f"{path}:{number}: {name} does not exist")
                failed = True
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
